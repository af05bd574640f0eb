/// Storage of fixed size for hot loops: owned by one value, freed with it, not checked in release builds.
///
/// Arrays held in classes cost a uniqueness check and a bounds check at each write, which is several times the
/// arithmetic in the loops this is for. Not `Sendable`: one task uses it at a time.
public struct WorkArray<Element: BitwiseCopyable>: ~Copyable {
    /// The first element; valid as long as this value lives.
    public let base: UnsafeMutablePointer<Element>
    public let count: Int

    public init(repeating value: Element, count: Int) {
        precondition(count >= 0, "a work array cannot have \(count) elements")
        base = .allocate(capacity: max(count, 1))
        base.initialize(repeating: value, count: max(count, 1))
        self.count = count
    }

    public init(_ elements: [Element]) {
        count = elements.count
        base = .allocate(capacity: max(elements.count, 1))
        for (index, element) in elements.enumerated() { (base + index).initialize(to: element) }
    }

    deinit { base.deallocate() }

    @inlinable public subscript(index: Int) -> Element {
        get {
            assert(index >= 0 && index < count, "\(index) is outside 0 ..< \(count)")
            return base[index]
        }
        nonmutating set {
            assert(index >= 0 && index < count, "\(index) is outside 0 ..< \(count)")
            base[index] = newValue
        }
    }

    public func fill(_ value: Element) { base.update(repeating: value, count: count) }

    public func copy(from other: borrowing WorkArray<Element>) {
        precondition(count == other.count, "\(other.count) elements into \(count)")
        base.update(from: other.base, count: count)
    }

    public var elements: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }
}

extension WorkArray where Element == SIMD8<Double> {
    /// The same memory, as C kernels take it.
    public var scalars: UnsafeMutablePointer<Double> {
        UnsafeMutableRawPointer(base).assumingMemoryBound(to: Double.self)
    }
}
