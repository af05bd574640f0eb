import LinearAlgebra

/// Finds `x = g(x)` in fewer evaluations than repeating it, and where repeating it diverges (Anderson's method).
///
/// The next `x` is the combination of the last values of `g` whose residuals `f = g(x) − x`, combined alike, are least.
/// Weights sum to one, so what is linear and holds for each `g(x)`, such as a balance of fluxes, holds for the next `x`.
/// Source: Walker and Ni (2011), SIAM J. Numer. Anal. 49(4), 1715-1735.
final class FixedPointAcceleration {
    private static let depth = 4
    private let count: Int
    private let residual: WorkArray<Double>, value: WorkArray<Double>
    /// Differences between successive residuals and between successive values, `[depth][count]`.
    private let residualSteps: WorkArray<Double>, valueSteps: WorkArray<Double>
    private var taken = 0

    init(count: Int) {
        self.count = count
        residual = WorkArray(repeating: 0, count: count)
        value = WorkArray(repeating: 0, count: count)
        residualSteps = WorkArray(repeating: 0, count: count * Self.depth)
        valueSteps = WorkArray(repeating: 0, count: count * Self.depth)
    }

    /// Forgets earlier evaluations; to be called when `g` changes.
    func reset() { taken = 0 }

    /// Replaces `x` by the next one to evaluate `g` at, given `g` at the present one.
    func advance(_ x: borrowing WorkArray<Double>, image g: borrowing WorkArray<Double>) {
        let (r, v, old) = (residual.base, value.base, x.base)
        if taken > 0 {
            let slot = (taken - 1) % Self.depth
            let (rows, images) = (residualSteps.base + slot * count, valueSteps.base + slot * count)
            for i in 0..<count {
                rows[i] = g[i] - old[i] - r[i]
                images[i] = g[i] - v[i]
            }
        }
        for i in 0..<count {
            r[i] = g[i] - old[i]
            v[i] = g[i]
            old[i] = g[i]
        }
        let size = min(taken, Self.depth)
        taken += 1
        guard size > 0, let weights = leastSquares(size) else { return }
        for (slot, weight) in weights.enumerated() {
            let images = valueSteps.base + slot * count
            for i in 0..<count { old[i] -= weight * images[i] }
        }
    }

    /// Weights `γ` that make `f − ΔF γ` least, by the normal equations; `nil` if they are singular.
    private func leastSquares(_ size: Int) -> [Double]? {
        var matrix = [[Double]](repeating: Array(repeating: 0, count: size + 1), count: size)
        for i in 0..<size {
            let row = residualSteps.base + i * count
            for j in i..<size {
                let other = residualSteps.base + j * count
                var sum = 0.0
                for k in 0..<count { sum += row[k] * other[k] }
                (matrix[i][j], matrix[j][i]) = (sum, sum)
            }
            var sum = 0.0
            for k in 0..<count { sum += row[k] * residual[k] }
            matrix[i][size] = sum
        }
        // Differences that are nearly parallel must not be told apart by their rounding.
        for i in 0..<size { matrix[i][i] *= 1 + 1e-10 }
        for pivot in 0..<size {
            guard matrix[pivot][pivot] > 0 else { return nil }
            for row in pivot + 1..<max(size, pivot + 1) {
                let factor = matrix[row][pivot] / matrix[pivot][pivot]
                for column in pivot...size { matrix[row][column] -= factor * matrix[pivot][column] }
            }
        }
        var weights = [Double](repeating: 0, count: size)
        for row in (0..<size).reversed() {
            var sum = matrix[row][size]
            for column in row + 1..<max(size, row + 1) { sum -= matrix[row][column] * weights[column] }
            weights[row] = sum / matrix[row][row]
        }
        return weights.allSatisfy(\.isFinite) ? weights : nil
    }
}
