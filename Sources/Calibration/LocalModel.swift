import Foundation
import LinearAlgebra

/// The data about one latent to first order, `r(z) ≈ r(z₀) + J (z − z₀)`, in units of the noise.
struct LocalModel: Sendable, Codable {
    let data: Int, dimension: Int
    /// `J`, `[data][dimension]`; single precision is more than the linearisation is worth.
    private(set) var slopes: [Float]

    /// - Parameters:
    ///   - sensitivities: of combinations of the data in units of the noise, `[combinations x dimension]`. What the combinations
    ///     do not see counts as flat.
    ///   - combinations: orthonormal, `[combinations x data]`.
    init(_ sensitivities: Matrix, of combinations: Matrix) {
        (data, dimension) = (combinations.columns, sensitivities.columns)
        slopes = combinations.transposed.times(sensitivities).elements.map { Float($0) }
    }

    var jacobian: Matrix { Matrix(rows: data, columns: dimension, elements: slopes.map { Double($0) }) }

    /// `−((1 + λ) I + JᵀJ)⁻¹ (z − z* + Jᵀ (r − e))`: the damped Gauss-Newton step of `½|r − e|² + ½|z − z*|²`.
    /// Source: Oliver, Reynolds and Liu (2008), Inverse Theory for Petroleum Reservoir Characterization and History Matching,
    /// section 8.5.
    func step(
        residual: [Double], fromAnchor: [Double], dampings: [Double]
    ) throws(FactorizationError) -> [[Double]] {
        let j = jacobian
        let eigen = try SymmetricEigen(j.times(j, transposed: true))
        let pull = Matrix(rows: 1, columns: data, elements: residual).times(j).elements
        let gradient = zip(fromAnchor, pull).map(+)
        let projected = Matrix(rows: 1, columns: dimension, elements: gradient).times(eigen.vectors).elements
        return dampings.map { damping in
            let scaled = projected.indices.map { -projected[$0] / (1 + damping + max(eigen.values[$0], 0)) }
            return eigen.vectors.times(scaled)
        }
    }

    /// `J m`
    func change(over move: [Double]) -> [Double] {
        (0..<data).map { row in
            var sum = 0.0
            for k in 0..<dimension { sum += Double(slopes[row * dimension + k]) * move[k] }
            return sum
        }
    }

    /// Makes the slope along `move` what was seen (Broyden, 1965, Mathematics of Computation 19, 577).
    mutating func learn(move: [Double], change: [Double]) {
        let square = move.reduce(0) { $0 + $1 * $1 }
        guard square > 0 else { return }
        let foreseen = self.change(over: move)
        for row in 0..<data {
            let error = (change[row] - foreseen[row]) / square
            for k in 0..<dimension { slopes[row * dimension + k] += Float(error * move[k]) }
        }
    }
}
