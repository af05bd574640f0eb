import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import LatentSpaceInversion

@Suite struct NoisyDataTests {
    @Test(arguments: [TrainingSettings.Passes.staged, .joint])
    func thatAMapTaughtWithErrorsBearsThemBetter(passes: TrainingSettings.Passes) throws {
        let prior = try SyntheticRealizations()
        let exact = try prior.trainingSet(pairs: 300, free: 0)
        // Bands sum to 0 to 11.
        let noisy = try TrainingSet(
            realizations: exact.realizations, data: exact.data, layout: exact.layout,
            dataErrors: exact.layout.entries.map { _ in 3 })
        var settings = smallSettings(epochs: 20)
        settings.passes = passes
        settings.learningRate = 4e-3
        let truths = (1000..<1200).map(prior.realization)
        let data = truths.enumerated().map { index, truth in
            var stream = RandomStream(seed: 4, purpose: "errors", index: UInt64(index))
            return prior.data(truth).map { Double($0) + 3 * stream.normal() }
        }
        func error(of set: TrainingSet) throws -> Double {
            let inversion = try DualAutoencoderTrainer(settings: settings, seed: 1).train(set).inversion
            let images = try truths.map { try set.realizations.encoding.channels(of: $0) }
            return inversion.errors(inversion.decodeChannels(inversion.encodeData(data)), truths: images).rmse
        }
        let (taught, untaught) = (try error(of: noisy), try error(of: exact))
        #expect(taught < 0.9 * untaught, "\(taught) against \(untaught)")
    }

    @Test func thatExpectedErrorsShrinkTheLinearPart() throws {
        var stream = RandomStream(seed: 9, purpose: "ridge")
        let data = stream.normals(400).map { [Float($0)] }
        let square = data.reduce(0.0) { $0 + Double($1[0] * $1[0]) }
        let mean = data.reduce(0.0) { $0 + Double($1[0]) } / 400
        let variance = square / 400 - mean * mean
        let ridge = try LatentRidge(data: data, latents: data, errors: [2])
        // Which ridge comes on top is chosen on a fifth of the pairs, whose own variance differs by chance.
        let expected = [1e-6, 1e-4, 1e-3, 1e-2, 0.1, 1].map { variance / (variance + 4 + $0) }
        let found = ridge.matrix[0, 0]
        // Sums of 400 values in double precision.
        #expect(expected.contains { abs($0 - found) < 1e-9 }, "\(found) is none of \(expected)")
    }

    @Test func thatErrorsOfAnotherLengthAreRefused() throws {
        let set = try SyntheticRealizations().trainingSet(pairs: 40, free: 0)
        #expect(throws: ParameterError.self) {
            try TrainingSet(realizations: set.realizations, data: set.data, layout: set.layout, dataErrors: [1, 2])
        }
    }
}
