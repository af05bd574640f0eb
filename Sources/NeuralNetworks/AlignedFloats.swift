import Foundation

/// Memory for single-precision numbers, aligned for the widest vectors and zero at first.
///
/// Unchecked: the owner of a pass or of weights hands disjoint parts to its two workers and waits for both.
package final class AlignedFloats: @unchecked Sendable {
    package let pointer: UnsafeMutablePointer<Float>
    package let count: Int
    private static let largePage = 2 << 20

    package init(_ count: Int) {
        self.count = count
        let bytes = max(count, 1) * MemoryLayout<Float>.stride
        let isLarge = bytes >= 2 * Self.largePage
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: isLarge ? Self.largePage : 64)
        // Passes stream through such memory: with pages of 4 kB they would wait for addresses. Only advice; its failure
        // changes nothing.
        if isLarge { _ = madvise(memory, bytes, MADV_HUGEPAGE) }
        pointer = memory.bindMemory(to: Float.self, capacity: max(count, 1))
        pointer.initialize(repeating: 0, count: max(count, 1))
    }

    package convenience init(_ values: [Float]) {
        self.init(values.count)
        values.withUnsafeBufferPointer { if let base = $0.baseAddress { pointer.update(from: base, count: count) } }
    }

    deinit { UnsafeMutableRawPointer(pointer).deallocate() }

    package var values: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
    package func fill(_ value: Float) { pointer.update(repeating: value, count: count) }
}

typealias Floats = UnsafeMutablePointer<Float>

/// Lays parts of one block of memory side by side, each aligned to 16 numbers.
struct Layout {
    private(set) var count = 0
    mutating func reserve(_ size: Int) -> Int {
        let offset = count
        count += (size + 15) / 16 * 16
        return offset
    }
}

extension AlignedFloats {
    package func add(_ other: AlignedFloats, count: Int? = nil) {
        for i in 0..<(count ?? min(self.count, other.count)) { pointer[i] += other.pointer[i] }
    }

    /// Copies the first `count` numbers of `other`.
    package func copy(_ other: AlignedFloats, count: Int) { pointer.update(from: other.pointer, count: count) }
}
