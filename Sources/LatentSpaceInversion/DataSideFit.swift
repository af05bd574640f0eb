import LinearAlgebra
import NeuralNetworks

/// The second stage of a staged training: data autoencoder and regression, with the latents of a finished model encoder
/// as the regression's targets. Stops early on the held-out pairs.
struct DataSideFit {
    static let batch = 64, patience = 20
    let learningRate = 1e-3
    let weightDecay: Float = 1e-3
    let seed: UInt64

    /// - Parameters:
    ///   - networks: with a finished model encoder.
    ///   - setup: with the scaled data of the pairs.
    ///   - latents: of the pairs, `[pairs][n]`, of comparable spread.
    /// - Returns: the networks, and the linear map whose result the regression's is to be added to.
    func fit(
        _ networks: DualNetworks, _ architecture: Architecture, setup: DualSetup, split: TrainingSplit,
        latents: [[Float]], isCancelled: () -> Bool
    ) throws -> (networks: DualNetworks, ridge: LatentRidge) {
        let ridge = try LatentRidge(
            data: split.trainingPairs.map { setup.data[$0] }, latents: split.trainingPairs.map { latents[$0] },
            errors: setup.dataErrors)
        let rest = zip(latents, ridge.predict(setup.data)).map { pair in
            pair.0.indices.map { pair.0[$0] - pair.1[$0] }
        }
        var weights = networks.all.map(\.weights)
        silenceLastLayer(&weights[2], inputs: networks.regression.description.widthBeforeLast, architecture)
        let start = try DualNetworks(architecture, weights: weights)
        weights = try fitRegression(start, setup: setup, split: split, latents: rest, isCancelled: isCancelled)
        let fitted = try DualNetworks(architecture, weights: weights)
        weights[1] = try fitDecoder(fitted, setup: setup, split: split).weights
        return (try DualNetworks(architecture, weights: weights), ridge)
    }

    /// The regression starts as nothing on top of the linear map.
    private func silenceLastLayer(_ weights: inout NetworkWeights, inputs: Int, _ architecture: Architecture) {
        let count = architecture.modelLatents * (inputs + 1)
        for i in weights.parameters.count - count..<weights.parameters.count { weights.parameters[i] = 0 }
    }

    private func fitRegression(
        _ networks: DualNetworks, setup: DualSetup, split: TrainingSplit, latents: [[Float]], isCancelled: () -> Bool
    ) throws(TrainingError) -> [NetworkWeights] {
        let storage = DualStorage(networks)
        let pair = WorkerPair()
        let workers = (0..<2).map { _ in DualWorker(networks, setup: setup, capacity: Self.batch / 2) }
        var settings = AdamSettings()
        settings.weightDecay = weightDecay
        settings.gradientLimit = 5
        let adam = Adam([storage.dataEncoder, storage.dataDecoder, storage.regression], settings: settings)

        var steps = 0
        func run(_ batch: ArraySlice<Int>, isTraining: Bool) -> Double {
            let (seed, step) = (seed, steps)
            let losses = pair.map { worker in
                let share = DualTraining.share(of: batch, worker)
                let context = PassContext(
                    samples: share.count, firstSample: share.startIndex - batch.startIndex, isTraining: isTraining,
                    step: step, seed: seed, worker: worker, pair: pair)
                return workers[worker].latentPass(
                    context, storage, share, latents: latents, share: isTraining ? 1 / Double(batch.count) : nil
                ).latent
            }
            return losses.0 + losses.1
        }
        func heldOutLoss() -> Double {
            TrainingSplit.batches(split.heldOutPairs, size: Self.batch).reduce(0) { $0 + run($1, isTraining: false) }
        }

        var stopping = EarlyStopping(patience: Self.patience, best: heldOutLoss())
        var best = storage.weights
        // About 400,000 samples in all, whatever the number of pairs.
        let epochs = min(max(400_000 / max(split.trainingPairs.count, 1), 10), 200)
        let schedule = LearningRateSchedule.cosine(final: 0.01, warmUp: 0.02)
        for epoch in 0..<epochs where !stopping.shouldStop {
            if isCancelled() { throw .cancelled }
            let order = TrainingSplit.shuffled(split.trainingPairs, seed: seed, purpose: "data side", epoch: epoch)
            let rate = learningRate * schedule.factor(at: Double(epoch) / Double(epochs))
            for batch in TrainingSplit.batches(order, size: Self.batch) {
                _ = run(batch, isTraining: true)
                steps += 1
                adam.step(rate: rate, pair: pair)
            }
            if stopping.record(heldOutLoss()) { best = storage.weights }
        }
        return best
    }

    /// The regression may have stopped before the data decoder was ready: it goes on alone.
    private func fitDecoder(
        _ networks: DualNetworks, setup: DualSetup, split: TrainingSplit
    ) throws(ShapeError) -> Network {
        let order = split.trainingPairs + split.heldOutPairs
        var fit = DenseFit()
        fit.epochs = min(max(200_000 / max(split.trainingPairs.count, 1), 5), 100)
        return try fit.fit(
            networks.dataDecoder, inputs: networks.dataEncoder(order.map { setup.data[$0] }),
            targets: order.map { setup.data[$0] }, trainingCount: split.trainingPairs.count, seed: seed,
            purpose: "data decoder")
    }
}

extension NetworkDescription {
    /// Units that feed the last dense layer.
    fileprivate var widthBeforeLast: Int {
        let widths = layers.compactMap { if case .dense(let units) = $0 { units } else { nil } }
        return widths.dropLast().last ?? input.count
    }
}
