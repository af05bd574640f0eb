import LinearAlgebra
@testable import NeuralNetworks
import Reservoir
import TestSupport
import Testing

@testable import LatentSpaceInversion

@Suite struct TrainingTests {
    @Test(arguments: TrainingSettings.Passes.allCases)
    func thatTrainingLearnsBandsFromTheirProjections(passes: TrainingSettings.Passes) throws {
        let prior = try SyntheticRealizations()
        var settings = smallSettings(epochs: 12)
        settings.passes = passes
        settings.learningRate = 4e-3
        let outcome = try DualAutoencoderTrainer(settings: settings, seed: 1).train(
            try prior.trainingSet(pairs: 200, free: 400))
        let first = try #require(outcome.quality.epochs.first), last = try #require(outcome.quality.epochs.last)
        #expect(last.validation.model < 0.7 * first.validation.model)
        // A blank image is right in about two thirds of the cells.
        #expect(try #require(outcome.quality.modelReconstruction.faciesAccuracy) > 0.8)
        #expect(try #require(outcome.quality.modelFromData.faciesAccuracy) > 0.75)
        if passes == .staged { #expect(outcome.quality.explainedVariance > 0.3) }
    }

    @Test func thatTheSameSeedGivesTheSameWeightsAndAnotherDoesNot() throws {
        let set = try SyntheticRealizations().trainingSet(pairs: 40, free: 30)
        func train(_ seed: UInt64) throws -> StoredArrays {
            try DualAutoencoderTrainer(settings: smallSettings(), seed: seed).train(set).inversion.stored()
        }
        let first = try train(5)
        #expect(try train(5) == first)
        #expect(try train(6) != first)
    }

    @Test(arguments: TrainingSettings.Passes.allCases)
    func thatAResumedTrainingEqualsAnUninterruptedOneBitForBit(passes: TrainingSettings.Passes) throws {
        let set = try SyntheticRealizations().trainingSet(pairs: 50, free: 30)
        var settings = smallSettings(epochs: 4)
        settings.passes = passes
        let trainer = try DualAutoencoderTrainer(settings: settings, seed: 2)
        var checkpoints: [TrainingCheckpoint] = []
        let whole = try trainer.train(set, onCheckpoint: { checkpoints.append($0) })
        #expect(checkpoints.map(\.epoch) == [1, 2, 3, 4])
        let read = try TrainingCheckpoint(stored: checkpoints[1].stored)
        var resumedEpochs: [Int] = []
        let resumed = try trainer.train(set, resumingFrom: read, onEpoch: { resumedEpochs.append($0.epoch) })
        #expect(resumedEpochs == [3, 4])
        #expect(try resumed.inversion.stored() == whole.inversion.stored())
    }

    @Test func thatACheckpointOfOtherSettingsIsRefused() throws {
        let set = try SyntheticRealizations().trainingSet(pairs: 40, free: 0)
        var checkpoint: TrainingCheckpoint?
        _ = try DualAutoencoderTrainer(settings: smallSettings(epochs: 1), seed: 2).train(
            set, onCheckpoint: { checkpoint = $0 })
        let other = try DualAutoencoderTrainer(settings: smallSettings(epochs: 2), seed: 2)
        #expect(throws: TrainingError.self) { try other.train(set, resumingFrom: checkpoint) }
    }

    @Test func thatDivergenceIsSaidAfterRestartsAtSmallerRates() throws {
        let set = try SyntheticRealizations().trainingSet(pairs: 40, free: 30)
        var settings = smallSettings()
        settings.passes = .joint
        let image = Shape.image(rows: 9, columns: 11, channels: 1)
        let architecture = try Architecture(settings: settings, image: image, dataCount: set.layout.count)
        let trainer = try DualAutoencoderTrainer(settings: settings, seed: 1)
        var setup = try trainer.setup(set, set.data, architecture)
        setup.data[3][0] = .infinity
        let training = DualTraining(
            try DualNetworks(architecture, seed: 1), setup: setup,
            split: TrainingSplit(pairs: 40, realizations: 70, fraction: 0.1), settings: settings, seed: 1)
        var told: [String] = []
        let error = #expect(throws: TrainingError.self) {
            try trainer.run(training, set, { _ in }, { told.append("\($0)") }, nil, { false })
        }
        #expect(told.count == 3)
        #expect(
            told.first == "training diverged in epoch 1; it goes on from the best weights at learning rate "
                + "\(settings.learningRate / 2)")
        // Three restarts, each at half the rate.
        let rate = settings.learningRate / 8
        #expect(
            try #require(error).description
                == "training diverged in epoch 1 at learning rate \(rate): lower `learning rate`")
    }

    @Test func thatACancelledTrainingStops() throws {
        let set = try SyntheticRealizations().trainingSet(pairs: 40, free: 0)
        var asked = 0
        let error = #expect(throws: TrainingError.self) {
            try DualAutoencoderTrainer(settings: smallSettings(), seed: 1).train(
                set,
                isCancelled: {
                    asked += 1
                    return asked > 1
                })
        }
        #expect(try #require(error).description == "training was cancelled")
        #expect(asked == 2)
    }

    @Test func thatAPublishedArchitectureRefusesAnotherGrid() throws {
        let set = try SyntheticRealizations().trainingSet(pairs: 40, free: 0)
        var settings = TrainingSettings()
        settings.architecture = .published28
        let error = #expect(throws: TrainingError.self) {
            try DualAutoencoderTrainer(settings: settings, seed: 1).train(set)
        }
        #expect(
            try #require(error).description
                == "the network does not fit: the published architecture wants 28 x 28 cells, not 9 x 11 x 1")
    }
}

@Suite struct ArchitectureTests {
    @Test func thatThePublishedNetworksHaveTheirPublishedShapesAndSizes() throws {
        var settings = TrainingSettings()
        settings.isVariational = false
        for (architecture, side, dataCount) in [
            (TrainingSettings.Architecture.published28, 28, 128), (.published100, 100, 2048)
        ] {
            settings.architecture = architecture
            let image = Shape.image(rows: side, columns: side, channels: 1)
            let networks = try DualNetworks(
                Architecture(settings: settings, image: image, dataCount: dataCount), seed: 1)
            #expect(networks.modelDecoder.output == image)
            // Counted by hand from the published layers: convolutions k² in out + out, normalisations 2 channels, dense
            // in out + out.
            let convolutions = (9 * 4 + 4) + (16 * 32 + 8) + 16 + (25 * 128 + 16) + 32
            let pooled = side / 8
            #expect(
                networks.modelEncoder.parameterCount
                    == convolutions + (16 * pooled * pooled + 1) * networks.modelEncoder.output.count)
            let base = side == 28 ? 4 : 13
            let decoding = (25 * 256 + 16) + 32 + (16 * 128 + 8) + 16 + (9 * 32 + 4) + (9 * 4 + 1)
            #expect(
                networks.modelDecoder.parameterCount
                    == (networks.modelDecoder.input.count + 1) * 16 * base * base + decoding)
        }
    }

    @Test(arguments: [(1, 1), (3, 50), (7, 8), (28, 28), (33, 17), (60, 110), (100, 100)])
    func thatTheDefaultNetworkFitsAnyGrid(rows: Int, columns: Int) throws {
        let image = Shape.image(rows: rows, columns: columns, channels: 2)
        let architecture = try Architecture(settings: TrainingSettings(), image: image, dataCount: 30)
        #expect(try architecture.modelDecoder.outputShape() == image)
        #expect(try architecture.modelEncoder.outputShape().count == 2 * architecture.modelLatents)
    }
}
