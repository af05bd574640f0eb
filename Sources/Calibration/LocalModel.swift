import Foundation
import LinearAlgebra

/// The data about one latent to first order, `r(z) ≈ r(z₀) + J (z − z₀)`, in units of the noise.
struct LocalModel: Sendable, Codable {
    let data: Int, dimension: Int
    /// `J`, `[data][dimension]`; single precision is more than the linearisation is worth.
    private(set) var slopes: [Float]

    /// - Parameter jacobian: in the data's units, `[data x dimension]`.
    init(_ jacobian: Matrix, observed: ObservedData) {
        (data, dimension) = (jacobian.rows, jacobian.columns)
        slopes = Array(repeating: 0, count: data * dimension)
        for column in 0..<dimension {
            let whitened = observed.whitened(residual: (0..<data).map { jacobian[$0, column] })
            for row in 0..<data { slopes[row * dimension + column] = Float(whitened[row]) }
        }
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

    /// Makes the slope along `move` what was seen (Broyden, 1965, Mathematics of Computation 19, 577).
    mutating func learn(move: [Double], change: [Double]) {
        let square = move.reduce(0) { $0 + $1 * $1 }
        guard square > 0 else { return }
        for row in 0..<data {
            var foreseen = 0.0
            for k in 0..<dimension { foreseen += Double(slopes[row * dimension + k]) * move[k] }
            let error = (change[row] - foreseen) / square
            for k in 0..<dimension { slopes[row * dimension + k] += Float(error * move[k]) }
        }
    }
}

/// The posterior that a ``LocalModel`` predicts: normal, with covariance `C = (I + JᵀJ)⁻¹`.
struct LocalPosterior {
    let centre: [Double]
    private let vectors: Matrix
    private let precisions: [Double]

    /// - Parameter residual: at `point`, in units of the noise.
    init(_ model: LocalModel, point: [Double], residual: [Double]) throws(FactorizationError) {
        let j = model.jacobian
        let eigen = try SymmetricEigen(j.times(j, transposed: true))
        vectors = eigen.vectors
        precisions = eigen.values.map { 1 + max($0, 0) }
        let step = try model.step(residual: residual, fromAnchor: point, dampings: [0])[0]
        centre = zip(point, step).map(+)
    }

    /// `(z − c)ᵀ C⁻¹ (z − c)`
    func squaredDistance(_ point: [Double]) -> Double {
        let offset = zip(point, centre).map { $0 - $1 }
        let rotated = Matrix(rows: 1, columns: offset.count, elements: offset).times(vectors).elements
        return zip(rotated, precisions).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
    }

    /// `c + √(1 − s²) (z − c) + s C^½ ξ`, a move that leaves this posterior unchanged.
    /// Source: Rudolf and Sprungk (2018), Foundations of Computational Mathematics 18, 309.
    /// - Parameter normals: `ξ`
    func moved(_ point: [Double], size: Double, normals: [Double]) -> [Double] {
        let scaled = zip(normals, precisions).map { $0 / $1.squareRoot() }
        let noise = vectors.times(scaled)
        let kept = (1 - size * size).squareRoot()
        return point.indices.map { centre[$0] + kept * (point[$0] - centre[$0]) + size * noise[$0] }
    }
}
