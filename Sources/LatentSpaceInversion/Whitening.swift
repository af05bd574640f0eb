import LinearAlgebra

/// An affine map under which latents of the training set have zero mean and unit covariance: `z = mean + L w`.
struct Whitening: Sendable {
    /// `[n]`
    let mean: [Double]
    /// `L`, lower triangular, and its inverse, `[n][n]`.
    let lower: Matrix, inverse: Matrix

    /// - Parameters:
    ///   - latents: `[samples][n]`
    ///   - variances: mean variance of the encoder's own spread, `[n]`; `nil`: none.
    init(latents: [[Double]], variances: [Double]?) throws(FactorizationError) {
        let dimension = latents[0].count
        let mean = columnMeans(latents)
        var covariance = covarianceMatrix(latents, about: mean)
        let trace = (0..<dimension).reduce(0) { $0 + covariance[$1, $1] }
        for i in 0..<dimension {
            // A latent that the encoder does not use still gets a positive, tiny share.
            covariance[i, i] += (variances?[i] ?? 0) + 1e-6 * max(trace / Double(dimension), 1e-6)
        }
        let factor = try CholeskyFactor(covariance)
        self.init(mean: mean, lower: factor.lower)
    }

    init(mean: [Double], lower: Matrix) {
        let order = lower.rows
        var inverse = Matrix(rows: order, columns: order)
        for column in 0..<order {
            for row in column..<order {
                var value = row == column ? 1.0 : 0
                for k in column..<row { value -= lower[row, k] * inverse[k, column] }
                inverse[row, column] = value / lower[row, row]
            }
        }
        (self.mean, self.lower, self.inverse) = (mean, lower, inverse)
    }

    func whitened(_ latents: [[Float]]) -> [[Double]] {
        guard !latents.isEmpty else { return [] }
        let centred = Matrix(latents.map { z in z.indices.map { Double(z[$0]) - mean[$0] } })
        return centred.times(inverse, otherTransposed: true).rowArrays
    }

    func raw(_ whitened: [[Double]]) -> [[Float]] {
        // One by one: a product over all at once rounds by how many there are, and what is decoded would depend on that.
        whitened.map { latent in
            let scaled = Matrix([latent]).times(lower, otherTransposed: true).elements
            return scaled.indices.map { Float(scaled[$0] + mean[$0]) }
        }
    }

    /// Derivatives by whitened latents from those by raw ones: `Lᵀ g`.
    /// - Parameter gradients: `[sums][n]`
    func byWhitened(_ gradients: [[Float]]) -> [[Double]] {
        guard !gradients.isEmpty else { return [] }
        return Matrix(gradients.map { $0.map { Double($0) } }).times(lower).rowArrays
    }
}

/// Means of the columns of `rows`, `[samples][n]`.
func columnMeans(_ rows: [[Double]]) -> [Double] {
    var mean = [Double](repeating: 0, count: rows.first?.count ?? 0)
    for row in rows { for i in mean.indices { mean[i] += row[i] } }
    return mean.map { $0 / Double(max(rows.count, 1)) }
}

/// Sample covariance of the columns about `mean`, divided by `samples - 1`.
func covarianceMatrix(_ rows: [[Double]], about mean: [Double]) -> Matrix {
    let centred = Matrix(rows.map { row in row.indices.map { row[$0] - mean[$0] } })
    return (1 / Double(max(rows.count - 1, 1))) * centred.times(centred, transposed: true)
}
