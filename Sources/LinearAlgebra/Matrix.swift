import COpenBLAS

/// A dense matrix of doubles, row-major.
public struct Matrix: Equatable, Sendable {
    public let rows: Int, columns: Int
    /// `[rows * columns]`, row after row.
    public var elements: [Double]

    public init(rows: Int, columns: Int, elements: [Double]) {
        precondition(elements.count == rows * columns, "\(elements.count) elements for \(rows) x \(columns)")
        (self.rows, self.columns, self.elements) = (rows, columns, elements)
    }

    public init(rows: Int, columns: Int, repeating value: Double = 0) {
        self.init(rows: rows, columns: columns, elements: Array(repeating: value, count: rows * columns))
    }

    /// One row per inner array; all of the same length.
    public init(_ rows: [[Double]]) {
        self.init(rows: rows.count, columns: rows.first?.count ?? 0, elements: Array(rows.joined()))
    }

    public static func identity(_ order: Int) -> Matrix {
        var result = Matrix(rows: order, columns: order)
        for i in 0..<order { result[i, i] = 1 }
        return result
    }

    public subscript(row: Int, column: Int) -> Double {
        get { elements[row * columns + column] }
        set { elements[row * columns + column] = newValue }
    }

    public func row(_ index: Int) -> [Double] { Array(elements[index * columns..<(index + 1) * columns]) }

    public var rowArrays: [[Double]] { (0..<rows).map(row) }

    public var transposed: Matrix {
        var result = Matrix(rows: columns, columns: rows)
        for i in 0..<rows { for j in 0..<columns { result[j, i] = self[i, j] } }
        return result
    }

    /// `op(self) · op(other)`, where `op` transposes if asked; BLAS `dgemm`.
    public func times(_ other: Matrix, transposed: Bool = false, otherTransposed: Bool = false) -> Matrix {
        let m = transposed ? columns : rows
        let k = transposed ? rows : columns
        let otherK = otherTransposed ? other.columns : other.rows
        let n = otherTransposed ? other.rows : other.columns
        precondition(k == otherK, "inner extents \(k) and \(otherK) differ")
        var result = Matrix(rows: m, columns: n)
        guard m > 0, n > 0, k > 0 else { return result }
        cblas_dgemm(
            CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, otherTransposed ? CblasTrans : CblasNoTrans,
            Int32(m), Int32(n), Int32(k), 1, elements, Int32(columns), other.elements, Int32(other.columns), 0,
            &result.elements, Int32(n))
        return result
    }

    public func times(_ vector: [Double]) -> [Double] {
        times(Matrix(rows: vector.count, columns: 1, elements: vector)).elements
    }

    public static func + (a: Matrix, b: Matrix) -> Matrix { a.zip(b, +) }
    public static func - (a: Matrix, b: Matrix) -> Matrix { a.zip(b, -) }
    public static func * (factor: Double, a: Matrix) -> Matrix {
        Matrix(rows: a.rows, columns: a.columns, elements: a.elements.map { factor * $0 })
    }

    private func zip(_ other: Matrix, _ operation: (Double, Double) -> Double) -> Matrix {
        precondition(rows == other.rows && columns == other.columns, "shapes differ")
        return Matrix(
            rows: rows, columns: columns, elements: elements.indices.map { operation(elements[$0], other.elements[$0]) }
        )
    }
}

/// BLAS runs on one thread in each task: tasks are what runs in parallel, and a second BLAS thread gains nothing on the
/// small matrices here. The setting belongs to the process, so it is made once.
public enum BLAS {
    private static let once: Void = openblas_set_num_threads(1)
    public static func useOneThread() { _ = once }
}
