/// An array of numbers with its shape, last axis fastest.
public struct StoredArray: Equatable, Sendable {
    public enum Values: Equatable, Sendable {
        case float([Float]), double([Double]), byte([UInt8]), integer([Int64])

        public var count: Int {
            switch self {
            case .float(let values): values.count
            case .double(let values): values.count
            case .byte(let values): values.count
            case .integer(let values): values.count
            }
        }
    }

    public let shape: [Int]
    public let values: Values

    public init(shape: [Int], values: Values) {
        precondition(shape.reduce(1, *) == values.count, "\(values.count) values for shape \(shape)")
        (self.shape, self.values) = (shape, values)
    }

    /// One-dimensional unless a shape is given.
    public init(_ values: [Float], shape: [Int]? = nil) {
        self.init(shape: shape ?? [values.count], values: .float(values))
    }

    public init(_ values: [Double], shape: [Int]? = nil) {
        self.init(shape: shape ?? [values.count], values: .double(values))
    }

    public init(_ values: [UInt8], shape: [Int]? = nil) {
        self.init(shape: shape ?? [values.count], values: .byte(values))
    }

    public init(_ values: [Int64], shape: [Int]? = nil) {
        self.init(shape: shape ?? [values.count], values: .integer(values))
    }

    /// The values in single precision, whatever they are stored as.
    public var floats: [Float] {
        switch values {
        case .float(let values): values
        case .double(let values): values.map { Float($0) }
        case .byte(let values): values.map { Float($0) }
        case .integer(let values): values.map { Float($0) }
        }
    }

    /// The values in double precision, whatever they are stored as.
    public var doubles: [Double] {
        switch values {
        case .float(let values): values.map { Double($0) }
        case .double(let values): values
        case .byte(let values): values.map { Double($0) }
        case .integer(let values): values.map { Double($0) }
        }
    }

    /// The values as bytes; `nil` if one is not a whole number of 0 to 255.
    public var bytes: [UInt8]? {
        if case .byte(let values) = values { return values }
        let exact = doubles.compactMap { UInt8(exactly: $0) }
        return exact.count == values.count ? exact : nil
    }
}

/// The number of elements of a shape, `nil` on a negative extent or overflow: shapes in files may be hostile.
func elementCount(of shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflow else { return nil }
        count = product
    }
    return count
}
