import Foundation
import LinearAlgebra
import NeuralNetworks
import Reservoir

/// What a training leaves: the inversion, and how good it is.
public struct TrainingOutcome: Sendable {
    public let inversion: TrainedInversion
    public let quality: TrainingQuality
}

/// Trains a dual autoencoder: model autoencoder, data autoencoder and the regression between their latents, by the three
/// losses `d - Dec_d(Enc_d(d))`, `m - Dec_m(Reg(Enc_d(d)))` and `m - Dec_m(Enc_m(m))`
/// (Mohd-Razak, Jiang and Jafarpour, 2021).
///
/// The same settings, seed and training set give the same result on one kind of processor, bit for bit, however many
/// cores it has.
public struct DualAutoencoderTrainer: Sendable {
    public let settings: TrainingSettings
    public let seed: UInt64
    static let mostRestarts = 3

    /// - Throws: ``ParameterError`` naming the first setting out of range.
    public init(settings: TrainingSettings, seed: UInt64) throws(ParameterError) {
        try settings.validate()
        (self.settings, self.seed) = (settings, seed)
    }

    /// - Parameters:
    ///   - checkpoint: where to continue; `nil`: from the start.
    ///   - onEpoch: called after each epoch.
    ///   - onRestart: called when an epoch diverged and training goes on at a smaller rate.
    ///   - onCheckpoint: called after each epoch with all that a resumed run needs.
    ///   - isCancelled: asked before each optimizer step.
    /// - Throws: ``TrainingError``.
    public func train(
        _ set: TrainingSet, resumingFrom checkpoint: TrainingCheckpoint? = nil,
        onEpoch: (EpochReport) -> Void = { _ in }, onRestart: (TrainingRestart) -> Void = { _ in },
        onCheckpoint: ((TrainingCheckpoint) -> Void)? = nil,
        isCancelled: () -> Bool = { false }
    ) throws(TrainingError) -> TrainingOutcome {
        let encoding = set.realizations.encoding
        let scaling: DataScaling
        do { scaling = try DataScaling(fitting: set.data, layout: set.layout) } catch { throw .invalid(error) }
        let data = set.data.map { scaling.scaled($0) }
        let image = Shape.image(rows: encoding.rows, columns: encoding.columns, channels: encoding.channelCount)
        let architecture = try Architecture(settings: settings, image: image, dataCount: set.layout.count)
        let networks = try DualNetworks(architecture, seed: seed)
        let split = TrainingSplit(
            pairs: set.pairCount, realizations: set.realizations.count, fraction: settings.validationFraction)
        let setup = try setup(set, data, architecture)
        let training = DualTraining(networks, setup: setup, split: split, settings: settings, seed: seed)
        if let checkpoint { try checkpoint.restore(training, set: set) }
        try run(training, set, onEpoch, onRestart, onCheckpoint, isCancelled)
        do {
            var trained = try DualNetworks(architecture, weights: training.bestWeights)
            var ridge: LatentRidge?
            if settings.passes == .staged {
                let latents = LatentEncoder(architecture, trained).encode(set.realizations, Array(0..<set.pairCount))
                let fitted = try DataSideFit(seed: seed).fit(
                    trained, architecture, setup: setup, split: split, latents: latents.means, isCancelled: isCancelled)
                (trained, ridge) = (fitted.networks, fitted.ridge)
            }
            let finishing = FinishingFits(
                architecture: architecture, set: set, data: data, scaling: scaling, split: split, settings: settings,
                seed: seed)
            let inversion = try finishing.inversion(of: trained, ridge: ridge)
            let best = training.history.last(where: \.isBest)?.epoch ?? training.history.count
            let quality = try QualityAssessment(inversion: inversion, set: set, data: data, split: split).quality(
                epochs: training.history, restarts: training.restarts, bestEpoch: best)
            return TrainingOutcome(inversion: inversion, quality: quality)
        } catch let error as TrainingError {
            throw error
        } catch let error as ShapeError {
            throw .shape(error.description)
        } catch {
            throw .shape("the latents of the training set are degenerate (\(error))")
        }
    }

    func run(
        _ training: DualTraining, _ set: TrainingSet, _ onEpoch: (EpochReport) -> Void,
        _ onRestart: (TrainingRestart) -> Void, _ onCheckpoint: ((TrainingCheckpoint) -> Void)?,
        _ isCancelled: () -> Bool
    ) throws(TrainingError) {
        var restarts = training.restarts.count
        while training.epoch < settings.epochs, !training.stopping.shouldStop {
            let start = ContinuousClock.now
            guard let losses = try training.runEpoch(isCancelled: isCancelled) else {
                restarts += 1
                guard restarts <= Self.mostRestarts else {
                    throw .diverged(
                        epoch: training.epoch + 1, learningRate: settings.learningRate * training.rateFactor)
                }
                training.restartAfterDivergence()
                if let last = training.restarts.last { onRestart(last) }
                continue
            }
            let validation = training.validate()
            let isBest = training.stopping.record(validation.total)
            if isBest { training.bestWeights = training.storage.weights }
            let report = EpochReport(
                epoch: training.epoch + 1, epochs: settings.epochs, training: losses, validation: validation,
                isBest: isBest, seconds: (ContinuousClock.now - start) / .seconds(1))
            training.history.append(report)
            onEpoch(report)
            if let onCheckpoint {
                do { onCheckpoint(try TrainingCheckpoint(training, set: set)) } catch {
                    throw .foreignCheckpoint(error.description)
                }
            }
        }
    }

    private func scaledErrors(of set: TrainingSet) throws(TrainingError) -> [Float]? {
        guard let errors = set.dataErrors else { return nil }
        do {
            let scaling = try DataScaling(fitting: set.data, layout: set.layout)
            return zip(errors, scaling.spread).map { $0 / $1 }
        } catch { throw .invalid(error) }
    }

    func setup(
        _ set: TrainingSet, _ data: [[Float]], _ architecture: Architecture
    ) throws(TrainingError) -> DualSetup {
        var sampler: Network?
        if architecture.isVariational {
            let description = NetworkDescription(
                input: .features(2 * architecture.modelLatents), layers: [.variationalSampling])
            do { sampler = try Network(description, seed: seed, purpose: "sampler") } catch {
                throw .shape(error.description)
            }
        }
        return DualSetup(
            realizations: set.realizations, data: data, dataErrors: try scaledErrors(of: set),
            reconstruction: ReconstructionLoss(
                encoding: set.realizations.encoding, cellWeights: set.cellWeights, faciesLoss: settings.faciesLoss),
            divergenceWeight: settings.divergenceWeight, modelLatents: architecture.modelLatents, sampler: sampler)
    }
}
