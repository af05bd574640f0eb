import LinearAlgebra
import NeuralNetworks

/// The second stage of a staged training: data autoencoder and regression, with the latents of a finished model encoder
/// as the regression's targets. Stops early on the held-out pairs.
struct DataSideFit {
    static let batch = 64, patience = 20
    let learningRate: Double
    let weightDecay: Float
    let seed: UInt64

    /// - Parameters:
    ///   - latents: of the pairs, `[pairs][n]`, of comparable spread
    ///   - setup: with the scaled data of the pairs.
    func fit(
        _ networks: DualNetworks, setup: DualSetup, split: TrainingSplit, latents: [[Float]],
        isCancelled: () -> Bool
    ) throws(TrainingError) -> [NetworkWeights] {
        let storage = DualStorage(networks)
        let pair = WorkerPair()
        let workers = (0..<2).map { _ in DualWorker(networks, setup: setup, capacity: Self.batch / 2) }
        var settings = AdamSettings()
        settings.weightDecay = weightDecay
        settings.gradientLimit = 5
        let adam = Adam([storage.dataEncoder, storage.dataDecoder, storage.regression], settings: settings)
        var stopping = EarlyStopping(patience: Self.patience)
        var best = storage.weights

        func run(_ batch: ArraySlice<Int>, isTraining: Bool) -> Double {
            let losses = pair.map { worker in
                let share = DualTraining.share(of: batch, worker)
                let context = PassContext(samples: share.count, isTraining: isTraining, worker: worker, pair: pair)
                let loss = workers[worker].latentPass(
                    context, storage, share, latents: latents, share: isTraining ? 1 / Double(batch.count) : nil)
                return loss.data + loss.latent
            }
            return losses.0 + losses.1
        }

        // About 400,000 samples in all, whatever the number of pairs.
        let epochs = min(max(400_000 / max(split.trainingPairs.count, 1), 10), 200)
        let schedule = LearningRateSchedule.cosine(final: 0.01, warmUp: 0.02)
        for epoch in 0..<epochs {
            if isCancelled() { throw .cancelled }
            let order = TrainingSplit.shuffled(split.trainingPairs, seed: seed, purpose: "data side", epoch: epoch)
            for batch in TrainingSplit.batches(order, size: Self.batch) {
                _ = run(batch, isTraining: true)
                adam.step(rate: learningRate * schedule.factor(at: Double(epoch) / Double(epochs)), pair: pair)
            }
            let loss = TrainingSplit.batches(split.heldOutPairs, size: Self.batch).reduce(0) {
                $0 + run($1, isTraining: false)
            }
            if stopping.record(loss) { best = storage.weights }
            if stopping.shouldStop { break }
        }
        return best
    }
}
