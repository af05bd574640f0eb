import Foundation
import LinearAlgebra
import NeuralNetworks

/// A training under way: weights, moments, and the history so far. One task holds it; two workers run its passes.
final class DualTraining {
    let settings: TrainingSettings
    let seed: UInt64
    let split: TrainingSplit
    let storage: DualStorage
    let pair = WorkerPair()
    private let workers: [DualWorker]
    private let optimizers: [Adam]
    var stopping: EarlyStopping
    var bestWeights: [NetworkWeights]
    var history: [EpochReport] = []
    var restarts: [TrainingRestart] = []
    /// Halved at each restart after a divergence.
    var rateFactor = 1.0
    private var steps = 0

    init(_ networks: DualNetworks, setup: DualSetup, split: TrainingSplit, settings: TrainingSettings, seed: UInt64) {
        (self.settings, self.seed, self.split) = (settings, seed, split)
        storage = DualStorage(networks)
        let capacity = (settings.batch + 31) / 32 * 16
        workers = (0..<2).map { _ in DualWorker(networks, setup: setup, capacity: capacity) }
        stopping = EarlyStopping(patience: settings.patience)
        bestWeights = networks.all.map(\.weights)
        var adam = AdamSettings()
        adam.weightDecay = Float(settings.weightDecay)
        adam.gradientLimit = Float(settings.gradientLimit)
        let dataSide = [storage.dataEncoder, storage.dataDecoder, storage.regression]
        let modelSide = [storage.modelEncoder, storage.modelDecoder]
        optimizers =
            settings.passes != .alternating
            ? [Adam(dataSide, settings: adam), Adam(modelSide, settings: adam)]
            : [Adam(dataSide + [storage.modelDecoder], settings: adam), Adam(modelSide, settings: adam)]
    }

    var epoch: Int { history.count }

    /// One epoch's mean training losses; `nil` if a loss or a gradient was not finite.
    func runEpoch(isCancelled: () -> Bool) throws(TrainingError) -> EpochLosses? {
        let models = TrainingSplit.batches(
            TrainingSplit.shuffled(split.trainingModels, seed: seed, purpose: "model order", epoch: epoch),
            size: settings.batch)
        let pairs = TrainingSplit.batches(
            TrainingSplit.shuffled(split.trainingPairs, seed: seed, purpose: "pair order", epoch: epoch),
            size: settings.batch)
        var sums = LossSums()
        if settings.passes == .staged {
            for (step, batch) in models.enumerated() {
                guard try advance(batch, nil, Double(step) / Double(models.count), &sums, isCancelled) else {
                    return nil
                }
            }
        } else if settings.passes == .alternating {
            for (step, batch) in pairs.enumerated() {
                guard try advance(nil, batch, Double(step) / Double(2 * pairs.count), &sums, isCancelled) else {
                    return nil
                }
            }
            for (step, batch) in models.enumerated() {
                let progress = 0.5 + Double(step) / Double(2 * models.count)
                guard try advance(batch, nil, progress, &sums, isCancelled) else { return nil }
            }
        } else {
            for (step, batch) in models.enumerated() {
                // The pair batches fall evenly among the model batches.
                let next = (step + 1) * pairs.count / models.count
                let pairBatch = next > step * pairs.count / models.count ? pairs[next - 1] : nil
                let progress = Double(step) / Double(models.count)
                guard try advance(batch, pairBatch, progress, &sums, isCancelled) else { return nil }
            }
        }
        return sums.losses
    }

    /// One optimizer step; `false` if it was not finite.
    private func advance(
        _ models: ArraySlice<Int>?, _ pairs: ArraySlice<Int>?, _ progress: Double, _ sums: inout LossSums,
        _ isCancelled: () -> Bool
    ) throws(TrainingError) -> Bool {
        if isCancelled() { throw .cancelled }
        let part = run(models: models, pairs: pairs, isTraining: true)
        steps += 1
        sums.add(part)
        let rate = learningRate(progress)
        var norm = 0.0
        if pairs != nil { norm += optimizers[0].step(rate: rate, pair: pair) }
        if models != nil { norm += optimizers[1].step(rate: rate, pair: pair) }
        return norm.isFinite && part.isFinite
    }

    private func learningRate(_ progress: Double) -> Double {
        let schedule: LearningRateSchedule =
            settings.architecture == .sizedFromGrid ? .cosine(final: 0.02, warmUp: 0.01) : .constant
        let overall = (Double(epoch) + progress) / Double(settings.epochs)
        return settings.learningRate * rateFactor * schedule.factor(at: overall)
    }

    /// Mean losses over the held-out realizations and pairs, as in inference.
    func validate() -> EpochLosses {
        var sums = LossSums()
        for batch in TrainingSplit.batches(split.heldOutModels, size: settings.batch) {
            sums.add(run(models: batch, pairs: nil, isTraining: false))
        }
        guard settings.passes != .staged else { return sums.losses }
        for batch in TrainingSplit.batches(split.heldOutPairs, size: settings.batch) {
            sums.add(run(models: nil, pairs: batch, isTraining: false))
        }
        return sums.losses
    }

    private func run(models: ArraySlice<Int>?, pairs: ArraySlice<Int>?, isTraining: Bool) -> LossSums {
        let (storage, workers, seed, step, pair) = (storage, workers, seed, steps, pair)
        let (first, second) = pair.map { worker in
            func context(_ share: ArraySlice<Int>, of batch: ArraySlice<Int>) -> PassContext {
                PassContext(
                    samples: share.count, firstSample: share.startIndex - batch.startIndex, isTraining: isTraining,
                    step: step, seed: seed, worker: worker, pair: pair)
            }
            var sums = LossSums()
            if let models {
                let share = Self.share(of: models, worker)
                let losses = workers[worker].modelPass(
                    context(share, of: models), storage, share, share: isTraining ? 1 / Double(models.count) : nil)
                (sums.model, sums.divergence, sums.models) = (losses.reconstruction, losses.divergence, share.count)
            }
            if let pairs {
                let share = Self.share(of: pairs, worker)
                let losses = workers[worker].dataPass(
                    context(share, of: pairs), storage, share, share: isTraining ? 1 / Double(pairs.count) : nil)
                (sums.data, sums.modelFromData, sums.pairs) = (losses.data, losses.modelFromData, share.count)
            }
            return sums
        }
        var total = first
        total.add(second)
        return total
    }

    /// A worker's part of a batch: whole chunks of 16, the first worker takes the odd one.
    static func share(of batch: ArraySlice<Int>, _ worker: Int) -> ArraySlice<Int> {
        let chunks = (batch.count + 15) / 16
        let cut = min(batch.startIndex + (chunks + 1) / 2 * 16, batch.endIndex)
        return worker == 0 ? batch[..<cut] : batch[cut...]
    }

    /// Moments of both optimizers and the steps they and the run have made.
    var optimizerState: (moments: [[Float]], steps: [Int]) {
        get { (optimizers.flatMap(\.moments), optimizers.map(\.stepCount) + [steps]) }
        set {
            let cut = optimizers[0].moments.count
            guard newValue.moments.count >= cut, newValue.steps.count == 3 else { return }
            _ = optimizers[0].restore(moments: Array(newValue.moments[..<cut]), steps: newValue.steps[0])
            _ = optimizers[1].restore(moments: Array(newValue.moments[cut...]), steps: newValue.steps[1])
            steps = newValue.steps[2]
        }
    }

    /// Back to the best weights, without momentum and at half the rate.
    func restartAfterDivergence() {
        storage.restore(bestWeights)
        for optimizer in optimizers {
            _ = optimizer.restore(moments: optimizer.moments.map { [Float](repeating: 0, count: $0.count) }, steps: 0)
        }
        rateFactor /= 2
        restarts.append(TrainingRestart(epoch: epoch + 1, learningRate: settings.learningRate * rateFactor))
    }
}

/// Sums of losses over samples.
struct LossSums: Sendable {
    var data = 0.0, modelFromData = 0.0, model = 0.0, divergence = 0.0
    var pairs = 0, models = 0

    mutating func add(_ other: LossSums) {
        data += other.data
        modelFromData += other.modelFromData
        model += other.model
        divergence += other.divergence
        pairs += other.pairs
        models += other.models
    }

    var isFinite: Bool { (data + modelFromData + model + divergence).isFinite }

    var losses: EpochLosses {
        let (pairs, models) = (Double(max(pairs, 1)), Double(max(models, 1)))
        return EpochLosses(
            data: data / pairs, modelFromData: modelFromData / pairs, model: model / models,
            divergence: divergence / models)
    }
}
