import LinearAlgebra
import NeuralNetworks
import Reservoir

/// What follows the joint training, in latent space only: whitening, the regression's residual, and the proxy `w -> d`.
struct FinishingFits {
    static let mostWhitened = 6000

    let architecture: Architecture
    let set: TrainingSet
    /// Scaled, `[pairs][data]`
    let data: [[Float]]
    let scaling: DataScaling
    let split: TrainingSplit
    let settings: TrainingSettings
    let seed: UInt64

    func inversion(of trained: DualNetworks, ridge: LatentRidge?) throws -> TrainedInversion {
        let encoder = LatentEncoder(architecture, trained)
        // Spread over paired and free ones alike.
        let step = max(split.trainingModels.count / Self.mostWhitened, 1)
        let sample = stride(from: 0, to: split.trainingModels.count, by: step).map { split.trainingModels[$0] }
        let encoded = encoder.encode(set.realizations, sample)
        let variances = encoded.variances.map { rows in columnMeans(rows.map { $0.map { Double($0) } }) }
        let whitening = try Whitening(latents: encoded.means.map { $0.map { Double($0) } }, variances: variances)
        let order = split.trainingPairs + split.heldOutPairs
        let latents = whitening.whitened(encoder.encode(set.realizations, order).means)
        let proxy = try fitProxy(latents, order)
        let held = Array(latents[split.trainingPairs.count...])
        let regression = LatentRegression(networks: trained, ridge: ridge)
        let residual = residual(regression, whitening, held)
        return TrainedInversion(
            encoding: set.realizations.encoding, layout: set.layout, scaling: scaling, settings: settings,
            residualMean: residual.mean, residualCovariance: residual.covariance,
            architecture: architecture, networks: trained, whitening: whitening, proxy: proxy, ridge: ridge)
    }

    private func fitProxy(_ latents: [[Double]], _ order: [Int]) throws(ShapeError) -> Network {
        let description = Architecture.dense([architecture.modelLatents, 256, 256, set.layout.count], slope: 0.1)
        var fit = DenseFit()
        // About 200,000 samples in all, whatever the number of pairs.
        fit.epochs = min(max(200_000 / max(split.trainingPairs.count, 1), 5), 200)
        fit.inputNoise = 0.1
        return try fit.fit(
            try Network(description, seed: seed, purpose: "weights of the proxy"),
            inputs: latents.map { $0.map { Float($0) } }, targets: order.map { data[$0] },
            trainingCount: split.trainingPairs.count, seed: seed, purpose: "proxy")
    }

    /// Of `w(m) - w(d)` over held-out pairs. With fewer of them than latents the covariance is shrunk towards its
    /// diagonal, which keeps it positive definite.
    private func residual(
        _ regression: LatentRegression, _ whitening: Whitening, _ held: [[Double]]
    ) -> (mean: [Double], covariance: Matrix) {
        let predicted = whitening.whitened(regression(split.heldOutPairs.map { data[$0] }))
        let differences = zip(held, predicted).map { pair in pair.0.indices.map { pair.0[$0] - pair.1[$0] } }
        let mean = columnMeans(differences)
        var covariance = covarianceMatrix(differences, about: mean)
        let shrinkage = min(Double(mean.count) / Double(mean.count + differences.count), 1)
        for i in 0..<covariance.rows {
            for j in 0..<covariance.columns where i != j { covariance[i, j] *= 1 - shrinkage }
            covariance[i, i] = max(covariance[i, i], 1e-6)
        }
        return (mean, covariance)
    }
}
