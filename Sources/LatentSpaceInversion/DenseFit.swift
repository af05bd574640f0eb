import LinearAlgebra
import NeuralNetworks

/// Fits a network of flat layers to pairs of vectors by squared error, stopping early on held-out pairs.
struct DenseFit: Sendable {
    var epochs = 200
    var batch = 64
    var learningRate = 1e-3
    var weightDecay: Float = 1e-3
    var patience = 25
    /// Standard deviation of normal noise added to inputs in training.
    var inputNoise = 0.0

    /// - Parameters:
    ///   - network: where to start from.
    ///   - inputs: `[samples][network.input.count]`; the held-out samples are those at and after `trainingCount`.
    ///   - targets: `[samples][network.output.count]`
    func fit(
        _ network: Network, inputs: [[Float]], targets: [[Float]], trainingCount: Int, seed: UInt64, purpose: String
    ) throws(ShapeError) -> Network {
        let storage = NetworkStorage(network)
        let pair = WorkerPair()
        let capacity = (batch + 31) / 32 * 16
        let workers = (0..<2).map { _ in DenseWorker(network, capacity: capacity) }
        var adamSettings = AdamSettings()
        adamSettings.weightDecay = weightDecay
        adamSettings.gradientLimit = 5
        let adam = Adam([storage], settings: adamSettings)
        var stopping = EarlyStopping(patience: patience)
        var best = network.weights
        let held = Array(trainingCount..<inputs.count)

        func run(_ batch: ArraySlice<Int>, isTraining: Bool, noise: UInt64) -> Double {
            let chunks = (batch.count + 15) / 16
            let cut = min(batch.startIndex + (chunks + 1) / 2 * 16, batch.endIndex)
            let total = inputNoise
            let sums = pair.map { worker in
                let share = worker == 0 ? batch[..<cut] : batch[cut...]
                let context = PassContext(
                    samples: share.count, isTraining: isTraining, worker: worker, pair: pair)
                var stream = RandomStream(seed: seed, purpose: purpose + " noise", index: noise * 2 + UInt64(worker))
                for (sample, index) in share.enumerated() {
                    var input = inputs[index]
                    if isTraining, total > 0 { for i in input.indices { input[i] += Float(total * stream.normal()) } }
                    workers[worker].pass.setInput(input, sample: sample, context)
                }
                return workers[worker].step(
                    context, storage, targets: share.map { targets[$0] },
                    scale: isTraining ? 1 / Float(batch.count) : nil)
            }
            return sums.0 + sums.1
        }

        var steps: UInt64 = 0
        for epoch in 0..<epochs {
            let order = TrainingSplit.shuffled(Array(0..<trainingCount), seed: seed, purpose: purpose, epoch: epoch)
            let factor = LearningRateSchedule.cosine(final: 0.02, warmUp: 0.02).factor(
                at: Double(epoch) / Double(epochs))
            for batch in TrainingSplit.batches(order, size: batch) {
                _ = run(batch, isTraining: true, noise: steps)
                steps += 1
                adam.step(rate: learningRate * factor, pair: pair)
            }
            let loss = TrainingSplit.batches(held, size: batch).reduce(0) { $0 + run($1, isTraining: false, noise: 0) }
            if stopping.record(loss) { best = storage.weights }
            if stopping.shouldStop { break }
        }
        return try Network(network.description, weights: best)
    }
}

/// Unchecked: each worker owns one, and only its own thread touches it while both run.
private final class DenseWorker: @unchecked Sendable {
    let pass: NetworkPass
    private let targets: AlignedFloats, ones: AlignedFloats

    init(_ network: Network, capacity: Int) {
        pass = NetworkPass(network, capacity: capacity)
        targets = AlignedFloats(pass.output.count)
        ones = AlignedFloats(Array(repeating: 1, count: network.output.count))
    }

    /// The mean squared error summed over samples; gradients only with a `scale`.
    func step(_ c: PassContext, _ storage: NetworkStorage, targets values: [[Float]], scale: Float?) -> Double {
        for (sample, value) in values.enumerated() {
            for (element, number) in value.enumerated() { targets.pointer[element * c.lanes + sample] = number }
        }
        pass.forward(c, storage)
        let entries = Float(pass.outputShape.count)
        let loss = Loss.squaredError.evaluate(
            c, shape: pass.outputShape, output: pass.output, targets: targets, weights: ones,
            scale: (scale ?? 0) / entries, gradient: pass.outputGradient)
        if scale != nil { pass.backward(c, storage, needsInputGradient: false) }
        return loss / Double(entries)
    }
}
