import CSuiteSparse

/// Where the entries of a symmetric sparse matrix stand: the lower triangle, column by column.
public struct SymmetricPattern: Equatable, Sendable {
    public let order: Int
    /// `[order + 1]`; column `j` holds entries `columnStart[j] ..< columnStart[j + 1]`.
    public let columnStart: [Int32]
    /// `[entries]`; rows ascend within a column and start with the diagonal.
    public let rowIndex: [Int32]

    public var entryCount: Int { rowIndex.count }

    /// The pattern with a full diagonal and an entry for each of `pairs`, which may repeat and stand in any order.
    public init(order: Int, pairs: [(Int, Int)]) {
        var columns = (0..<order).map { [Int32($0)] }
        for (a, b) in pairs where a != b { columns[min(a, b)].append(Int32(max(a, b))) }
        var start: [Int32] = [0]
        var rows: [Int32] = []
        for column in columns {
            var previous: Int32 = -1
            for row in column.sorted() where row != previous {
                rows.append(row)
                previous = row
            }
            start.append(Int32(rows.count))
        }
        (self.order, columnStart, rowIndex) = (order, start, rows)
    }

    /// Index of entry (`row`, `column`), in either order; `nil` if the pattern lacks it.
    public func entry(_ row: Int, _ column: Int) -> Int? {
        let wanted = Int32(max(row, column))
        var low = Int(columnStart[min(row, column)])
        var high = Int(columnStart[min(row, column) + 1]) - 1
        while low <= high {
            let middle = (low + high) / 2
            if rowIndex[middle] == wanted { return middle }
            if rowIndex[middle] < wanted { low = middle + 1 } else { high = middle - 1 }
        }
        return nil
    }
}

/// `P A Pᵀ = L D Lᵀ` of a sparse symmetric positive definite matrix (CHOLMOD, simplicial, AMD ordering).
///
/// The pattern is analysed once; ``factorize(_:)`` may then be called with any number of value sets. A factor depends
/// on the values of the last call only.
public final class SparseCholesky {
    public let pattern: SymmetricPattern
    private let common: UnsafeMutablePointer<cholmod_common>
    private let matrix: UnsafeMutablePointer<cholmod_sparse>
    private var factor: UnsafeMutablePointer<cholmod_factor>?
    private let scratch: WorkArray<Double>
    private let packed: PackedFactor
    private var isFactorized = false

    public init(analyzing pattern: SymmetricPattern) throws(FactorizationError) {
        BLAS.useOneThread()
        self.pattern = pattern
        common = .allocate(capacity: 1)
        cholmod_start(common)
        common.pointee.print = 0
        common.pointee.supernodal = CHOLMOD_SIMPLICIAL
        common.pointee.final_ll = 0
        common.pointee.nmethods = 1
        common.pointee.method.0.ordering = CHOLMOD_AMD
        common.pointee.postorder = 1
        matrix = cholmod_allocate_sparse(
            pattern.order, pattern.order, pattern.entryCount, 1, 1, -1, Int32(CHOLMOD_REAL), common)
        scratch = WorkArray(repeating: 0, count: pattern.order)
        packed = PackedFactor(order: pattern.order)
        let starts = matrix.pointee.p.assumingMemoryBound(to: Int32.self)
        let rows = matrix.pointee.i.assumingMemoryBound(to: Int32.self)
        starts.update(from: pattern.columnStart, count: pattern.order + 1)
        rows.update(from: pattern.rowIndex, count: pattern.entryCount)
        factor = cholmod_analyze(matrix, common)
        guard factor != nil else { throw .singular(order: 0) }
    }

    deinit {
        cholmod_free_factor(&factor, common)
        var owned: UnsafeMutablePointer<cholmod_sparse>? = matrix
        cholmod_free_sparse(&owned, common)
        cholmod_finish(common)
        common.deallocate()
    }

    /// The factor, once there is one.
    var finishedFactor: UnsafeMutablePointer<cholmod_factor>? { isFactorized ? factor : nil }

    /// Entries of the factor, diagonal included.
    public var factorEntryCount: Int { Int(common.pointee.lnz) }

    /// - Parameter values: one per entry of ``pattern``.
    public func factorize(_ values: borrowing WorkArray<Double>) throws(FactorizationError) {
        precondition(values.count == pattern.entryCount, "\(values.count) values for \(pattern.entryCount) entries")
        matrix.pointee.x.assumingMemoryBound(to: Double.self).update(from: values.base, count: values.count)
        isFactorized = false
        guard cholmod_factorize(matrix, factor, common) != 0, common.pointee.status >= 0, let factor else {
            throw .singular(order: 0)
        }
        // An L D Lᵀ exists for indefinite matrices too; a positive diagonal tells the definite ones.
        let minor = Int(factor.pointee.minor)
        guard minor == pattern.order, hasPositiveDiagonal(factor) else { throw .notPositiveDefinite(order: minor) }
        pack(factor)
        isFactorized = true
    }

    private func pack(_ factor: UnsafeMutablePointer<cholmod_factor>) {
        packed.pack(
            start: factor.pointee.p.assumingMemoryBound(to: Int32.self),
            length: factor.pointee.nz.assumingMemoryBound(to: Int32.self),
            row: factor.pointee.i.assumingMemoryBound(to: Int32.self),
            value: factor.pointee.x.assumingMemoryBound(to: Double.self))
    }

    private func hasPositiveDiagonal(_ factor: UnsafeMutablePointer<cholmod_factor>) -> Bool {
        let starts = factor.pointee.p.assumingMemoryBound(to: Int32.self)
        let values = factor.pointee.x.assumingMemoryBound(to: Double.self)
        return (0..<pattern.order).allSatisfy { values[Int(starts[$0])] > 0 && values[Int(starts[$0])].isFinite }
    }

    /// Writes the solution of `A x = rightHandSide`; both have one value per row and may be the same array.
    ///
    /// CHOLMOD's own solve allocates; this walks its factor directly.
    public func solve(_ rightHandSide: borrowing WorkArray<Double>, into solution: borrowing WorkArray<Double>) {
        guard isFactorized, let factor else { preconditionFailure("solve before factorize") }
        let n = pattern.order
        let permutation = factor.pointee.Perm.assumingMemoryBound(to: Int32.self)
        let start = factor.pointee.p.assumingMemoryBound(to: Int32.self)
        let length = factor.pointee.nz.assumingMemoryBound(to: Int32.self)
        let row = factor.pointee.i.assumingMemoryBound(to: Int32.self)
        let value = factor.pointee.x.assumingMemoryBound(to: Double.self)
        let x = scratch.base
        let (input, output) = (rightHandSide.base, solution.base)
        for j in 0..<n { x[j] = input[Int(permutation[j])] }
        for j in 0..<n {
            let xj = x[j]
            let first = Int(start[j])
            for k in first + 1..<first + Int(length[j]) { x[Int(row[k])] -= value[k] * xj }
        }
        for j in stride(from: n - 1, through: 0, by: -1) {
            let first = Int(start[j])
            var sum = x[j] / value[first]
            for k in first + 1..<first + Int(length[j]) { sum -= value[k] * x[Int(row[k])] }
            x[j] = sum
        }
        for j in 0..<n { output[Int(permutation[j])] = x[j] }
    }

    /// As ``solve(_:into:)`` in single precision: half of the memory to walk through. A preconditioner, not a solution.
    public func approximate(_ rightHandSide: borrowing WorkArray<Double>, into solution: borrowing WorkArray<Double>) {
        guard isFactorized, let factor else { preconditionFailure("solve before factorize") }
        packed.solve(
            rightHandSide.base, into: solution.base,
            permutation: factor.pointee.Perm.assumingMemoryBound(to: Int32.self))
    }
}
