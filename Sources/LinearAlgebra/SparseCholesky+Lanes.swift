import CKernels
import CSuiteSparse

extension SparseCholesky {
    /// Solves eight systems at once, in place: each entry of the factor is read once for all of them.
    ///
    /// - Parameters:
    ///   - values: right-hand sides, then solutions; eight per row of the matrix.
    ///   - scratch: of the same length; its contents are lost.
    public func solve(_ values: borrowing WorkArray<SIMD8<Double>>, scratch: borrowing WorkArray<SIMD8<Double>>) {
        guard let factor = finishedFactor else { preconditionFailure("solve before factorize") }
        let n = pattern.order
        precondition(values.count >= n && scratch.count >= n, "\(values.count) values for \(n) rows")
        let permutation = factor.pointee.Perm.assumingMemoryBound(to: Int32.self)
        let start = factor.pointee.p.assumingMemoryBound(to: Int32.self)
        let length = factor.pointee.nz.assumingMemoryBound(to: Int32.self)
        let row = factor.pointee.i.assumingMemoryBound(to: Int32.self)
        let value = factor.pointee.x.assumingMemoryBound(to: Double.self)
        let (b, x) = (values.base, scratch.base)
        for j in 0..<n { x[j] = b[Int(permutation[j])] }
        var columns = lsi_lanes_factor(
            order: Int32(n), start: start, length: length, row: row, value: value,
            x: scratch.scalars)
        lsi_lanes_solve(&columns)
        for j in 0..<n { b[Int(permutation[j])] = x[j] }
    }
}
