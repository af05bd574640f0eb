import LinearAlgebra
import NeuralNetworks
import Reservoir

/// Judges a trained inversion on the held-out pairs.
struct QualityAssessment {
    static let mostPairs = 200, mostComparisons = 6, mostHistograms = 12

    let inversion: TrainedInversion
    let set: TrainingSet
    /// Scaled, `[pairs][data]`
    let data: [[Float]]
    let split: TrainingSplit

    func quality(
        epochs: [EpochReport], restarts: [TrainingRestart], bestEpoch: Int
    ) throws(FactorizationError) -> TrainingQuality {
        let held = Array(split.heldOutPairs.prefix(Self.mostPairs))
        let encoding = inversion.encoding
        let truths = held.map { set.realizations.channels($0) }
        let latents = inversion.encodeModel(set.realizations, held).whitened
        let fromData = inversion.encodeData(held.map { set.data[$0].map { Double($0) } })
        let reconstructed = inversion.decodeChannels(latents)
        let inverted = inversion.decodeChannels(fromData)
        let linear = try linearImages(held, truths)
        let comparisons = truths.indices.prefix(Self.mostComparisons).map {
            ImageComparison(
                reference: truths[$0], reconstruction: reconstructed[$0], fromData: inverted[$0],
                fromLinearBaseline: linear[$0])
        }
        // All held-out realizations, also those without data: the whitening saw none of them.
        let unseen = inversion.encodeModel(set.realizations, split.heldOutModels).whitened
        return TrainingQuality(
            epochs: epochs, restarts: restarts, bestEpoch: bestEpoch,
            modelReconstruction: ImageErrors(reconstructed, truths: truths, encoding: encoding),
            modelFromData: ImageErrors(inverted, truths: truths, encoding: encoding),
            linearBaseline: ImageErrors(linear, truths: truths, encoding: encoding),
            dataReconstruction: dataError(
                held, inversion.networks.dataDecoder(inversion.networks.dataEncoder(scaled(held)))),
            dataPrediction: dataError(
                held,
                inversion.predictData(latents).map { row in
                    inversion.scaling.scaled(row.map { Float($0) })
                }),
            explainedVariance: explained(latents, by: fromData),
            histograms: (0..<min(inversion.dimension, Self.mostHistograms)).map { latent in
                LatentHistogram(unseen.map { $0[latent] })
            },
            comparisons: Array(comparisons), heldOutPairs: held,
            reconstructions: reconstructed.map { encoding.realization(of: $0) }, rows: encoding.rows,
            columns: encoding.columns)
    }

    private func scaled(_ indices: [Int]) -> [[Float]] { indices.map { data[$0] } }

    private func dataError(_ held: [Int], _ found: [[Float]]) -> Double {
        let squares = zip(scaled(held), found).reduce(0.0) { $0 + squaredDistance($1.0, $1.1) }
        return (squares / Double(max(held.count * set.layout.count, 1))).squareRoot()
    }

    private func linearImages(_ held: [Int], _ truths: [[Float]]) throws(FactorizationError) -> [[Float]] {
        // Some thousand pairs determine a regression on some hundred data; more only take time.
        let training = Array(split.trainingPairs.prefix(8000))
        let baseline = try LinearBaseline(data: scaled(training))
        return baseline.predict(
            scaled(held), images: training.map { set.realizations.channels($0) },
            choosingBy: Array(truths.prefix(max(truths.count / 4, 1))))
    }

    private func explained(_ latents: [[Double]], by predictions: [[Double]]) -> Double {
        let mean = columnMeans(latents)
        var (rest, total) = (0.0, 0.0)
        for (latent, prediction) in zip(latents, predictions) {
            for i in latent.indices {
                rest += (latent[i] - prediction[i]) * (latent[i] - prediction[i])
                total += (latent[i] - mean[i]) * (latent[i] - mean[i])
            }
        }
        return total > 0 ? 1 - rest / total : 0
    }
}
