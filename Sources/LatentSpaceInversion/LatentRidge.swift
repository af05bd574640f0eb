import LinearAlgebra

/// The linear part of the map from scaled data to latents: ridge regression,
/// `z = z̄ + Z̃ᵀ D̃ (D̃ᵀ D̃ + λ n I)⁻¹ (d - d̄)`.
///
/// What it leaves is for the regression network, so that few pairs never give less than linear regression does.
struct LatentRidge: Sendable {
    private static let candidates = [1e-6, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100]

    /// `[data][n]`
    let matrix: Matrix
    /// `[n]`
    let offset: [Double]

    init(matrix: Matrix, offset: [Double]) { (self.matrix, self.offset) = (matrix, offset) }

    /// The ridge is chosen by the last fifth of the pairs, then all are fitted.
    /// - Parameters:
    ///   - data: scaled, `[pairs][data]`
    ///   - latents: `[pairs][n]`
    ///   - errors: standard deviations of errors that the data will have, `[data]`; they come in expectation.
    init(data: [[Float]], latents: [[Float]], errors: [Float]? = nil) throws(FactorizationError) {
        let d = data.map { $0.map { Double($0) } }, z = latents.map { $0.map { Double($0) } }
        let cut = max(d.count * 4 / 5, 1)
        var best = (error: Double.infinity, ridge: Self.candidates[0])
        let variances = errors.map { $0.map { Double($0) * Double($0) } }
        let partial = Moments(Array(d[..<cut]), Array(z[..<cut]), variances)
        for candidate in Self.candidates {
            let ridge = try partial.solved(candidate)
            let error = zip(d[cut...], z[cut...]).reduce(Double(d.count - cut) * ridge.spread(of: variances)) {
                sum, pair in
                let predicted = ridge.predict(pair.0)
                return sum + zip(predicted, pair.1).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            }
            if error < best.error { best = (error, candidate) }
        }
        self = try Moments(d, z, variances).solved(best.ridge)
    }

    /// Expected square of what errors of the data do to a prediction.
    private func spread(of variances: [Double]?) -> Double {
        guard let variances else { return 0 }
        return variances.indices.reduce(0) { sum, i in
            sum + variances[i] * (0..<matrix.columns).reduce(0) { $0 + matrix[i, $1] * matrix[i, $1] }
        }
    }

    func predict(_ data: [Double]) -> [Double] {
        let product = Matrix([data]).times(matrix).elements
        return product.indices.map { product[$0] + offset[$0] }
    }

    func predict(_ data: [[Float]]) -> [[Float]] {
        guard !data.isEmpty else { return [] }
        let product = Matrix(data.map { $0.map { Double($0) } }).times(matrix)
        return product.rowArrays.map { row in row.indices.map { Float(row[$0] + offset[$0]) } }
    }

    private struct Moments {
        let dataMean: [Double], latentMean: [Double]
        let gram: Matrix, cross: Matrix
        let count: Double

        init(_ data: [[Double]], _ latents: [[Double]], _ variances: [Double]?) {
            let (dataMean, latentMean) = (columnMeans(data), columnMeans(latents))
            let d = Matrix(data.map { row in row.indices.map { row[$0] - dataMean[$0] } })
            let z = Matrix(latents.map { row in row.indices.map { row[$0] - latentMean[$0] } })
            (self.dataMean, self.latentMean) = (dataMean, latentMean)
            var gram = d.times(d, transposed: true)
            count = Double(data.count)
            if let variances { for i in variances.indices { gram[i, i] += count * variances[i] } }
            (self.gram, cross) = (gram, d.times(z, transposed: true))
        }

        func solved(_ ridge: Double) throws(FactorizationError) -> LatentRidge {
            let factor = try CholeskyFactor(gram + (ridge * count) * Matrix.identity(gram.rows))
            let matrix = factor.solve(cross)
            let shift = Matrix([dataMean]).times(matrix).elements
            return LatentRidge(matrix: matrix, offset: latentMean.indices.map { latentMean[$0] - shift[$0] })
        }
    }
}
