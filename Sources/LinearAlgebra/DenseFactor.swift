/// `A = L D Lᵀ` of a small dense symmetric positive semidefinite matrix; what is singular is left at zero.
final class DenseFactor {
    private let order: Int
    /// Row by row; the strict lower triangle is `L`, the diagonal the inverse of `D`.
    private let factor: WorkArray<Double>
    private let work: WorkArray<Double>

    init(_ matrix: SparseRows) {
        order = matrix.order
        let n = order
        factor = WorkArray(repeating: 0, count: n * n)
        work = WorkArray(repeating: 0, count: n)
        let f = factor.base
        for i in 0..<n {
            f[i * n + i] = matrix.diagonal[i]
            for k in Int(matrix.start[i])..<Int(matrix.start[i + 1]) {
                f[i * n + Int(matrix.column[k])] = matrix.value[k]
            }
        }
        for i in 0..<n {
            let row = f + i * n
            for j in 0..<i {
                let other = f + j * n
                var sum = row[j]
                for k in 0..<j { sum -= row[k] * other[k] }
                row[j] = sum
            }
            var pivot = row[i]
            for j in 0..<i {
                let scaled = row[j] * f[j * n + j]
                pivot -= scaled * row[j]
                row[j] = scaled
            }
            row[i] = pivot > 1e-13 * abs(matrix.diagonal[i]) ? 1 / pivot : 0
        }
    }

    func solve(_ rightHandSide: borrowing WorkArray<Float>, into solution: borrowing WorkArray<Float>) {
        let (n, f, x) = (order, factor.base, work.base)
        for i in 0..<n {
            var sum = Double(rightHandSide[i])
            for k in 0..<i { sum -= f[i * n + k] * x[k] }
            x[i] = sum
        }
        for i in stride(from: n - 1, through: 0, by: -1) {
            x[i] = x[i] * f[i * n + i]
        }
        for i in stride(from: n - 1, through: 0, by: -1) {
            let value = x[i]
            for k in 0..<i { x[k] -= f[i * n + k] * value }
            solution[i] = Float(value)
        }
    }
}
