import LinearAlgebra

/// Ridge regression from scaled data to image channels: what any network has to beat.
///
/// `m(d) = m̄ + M̃ᵀ D̃ (D̃ᵀ D̃ + λ n I)⁻¹ d̃`, with centred training data `D̃` `[n][data]` and images `M̃` `[n][values]`.
/// Predictions are formed as weights on training images, so the regression matrix itself is never made.
struct LinearBaseline {
    private static let candidates = [1e-6, 1e-4, 1e-3, 1e-2, 1e-1, 1]
    private let mean: [Double]
    private let training: Matrix
    private let factors: [CholeskyFactor]

    /// - Parameter data: scaled, `[n][data]`
    init(data: [[Float]]) throws(FactorizationError) {
        let rows = data.map { $0.map { Double($0) } }
        let centre = columnMeans(rows)
        mean = centre
        training = Matrix(rows.map { row in row.indices.map { row[$0] - centre[$0] } })
        let gram = training.times(training, transposed: true)
        let scale = Double(data.count)
        var factors: [CholeskyFactor] = []
        for candidate in Self.candidates {
            factors.append(try CholeskyFactor(gram + (candidate * scale) * Matrix.identity(gram.rows)))
        }
        self.factors = factors
    }

    /// Predicted images, `[count][values]`.
    /// - Parameters:
    ///   - data: scaled, `[count][data]`
    ///   - images: of the training data, `[n][values]`
    ///   - truth: images of the first of `data`, which choose the ridge; the rest judge it.
    func predict(_ data: [[Float]], images: [[Float]], choosingBy truth: [[Float]]) -> [[Float]] {
        let centred = Matrix(data.map { row in row.indices.map { Double(row[$0]) - mean[$0] } })
        let imageMean = meanImage(images)
        let centredImages = Matrix(
            rows: images.count, columns: imageMean.count,
            elements: images.flatMap { image in image.indices.map { Double(image[$0]) - imageMean[$0] } })
        var best: (error: Double, prediction: [[Float]]) = (.infinity, [])
        for factor in factors {
            let weights = training.times(factor.solve(centred.transposed)).transposed
            let predicted = weights.times(centredImages).rowArrays.map { row in
                row.indices.map { Float(row[$0] + imageMean[$0]) }
            }
            let error = zip(predicted, truth).reduce(0.0) { $0 + squaredDistance($1.0, $1.1) }
            if error < best.error { best = (error, predicted) }
        }
        return best.prediction
    }

    private func meanImage(_ images: [[Float]]) -> [Double] {
        var sum = [Double](repeating: 0, count: images[0].count)
        for image in images { for i in sum.indices { sum[i] += Double(image[i]) } }
        return sum.map { $0 / Double(images.count) }
    }
}

func squaredDistance(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
}
