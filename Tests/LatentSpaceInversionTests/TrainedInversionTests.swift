import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import LatentSpaceInversion

@Suite struct TrainedInversionTests {
    private func trained() throws -> (SyntheticRealizations, TrainingSet, TrainedInversion) {
        let prior = try SyntheticRealizations(columns: 7, rows: 13)
        let set = try prior.trainingSet(pairs: 60, free: 60)
        return (prior, set, try DualAutoencoderTrainer(settings: smallSettings(), seed: 4).train(set).inversion)
    }

    @Test func thatStoredArraysGiveTheSameInversion() throws {
        let (prior, _, inversion) = try trained()
        let read = try TrainedInversion(stored: try inversion.stored())
        let realizations = (200..<205).map(prior.realization)
        let latents = try inversion.encodeModel(realizations)
        #expect(try read.encodeModel(realizations) == latents)
        #expect(read.decode(latents) == inversion.decode(latents))
        #expect(read.predictData(latents) == inversion.predictData(latents))
        #expect(read.residualCovariance == inversion.residualCovariance)
    }

    @Test func thatAMissingArrayIsNamed() throws {
        let (_, _, inversion) = try trained()
        var stored = try inversion.stored()
        stored.arrays["trained regression weights"] = nil
        #expect(throws: StoredArraysError("the weights of the regression are missing")) {
            try TrainedInversion(stored: stored)
        }
    }

    @Test func thatWhitenedLatentsOfTheTrainingSetHaveUnitCovariance() throws {
        var stream = RandomStream(seed: 3, purpose: "latents")
        let latents = (0..<400).map { _ -> [Double] in
            let z = stream.normals(3)
            return [5 + 2 * z[0], z[0] - 3 * z[1], 0.1 * z[2] + z[1]]
        }
        let whitening = try Whitening(latents: latents, variances: nil)
        let whitened = whitening.whitened(latents.map { $0.map { Float($0) } })
        let covariance = covarianceMatrix(whitened, about: columnMeans(whitened))
        for i in 0..<3 {
            // The ridge is 1e-6 of a mean variance near 5, the smallest principal variance near 0.01; single precision
            // adds 1e-6.
            for j in 0..<3 { expectClose(covariance[i, j], i == j ? 1 : 0, tolerance: 2e-3) }
        }
        let back = whitening.raw(whitened)
        for (a, b) in zip(back, latents) { for i in 0..<3 { expectClose(Double(a[i]), b[i], tolerance: 1e-5) } }
    }

    @Test func thatDecodingInOneBatchOrManyGivesTheSameRealizations() throws {
        let (_, _, inversion) = try trained()
        var stream = RandomStream(seed: 8, purpose: "latents")
        let latents = (0..<200).map { _ in stream.normals(inversion.dimension) }
        let together = inversion.decode(latents)
        #expect(together == latents.flatMap { inversion.decode([$0]) })
    }

    @Test func thatTheLinearBaselineFindsALinearMap() throws {
        var stream = RandomStream(seed: 6, purpose: "linear")
        let map = Matrix(rows: 5, columns: 8, elements: stream.normals(40))
        let data = (0..<200).map { _ in stream.normals(5).map { Float($0) } }
        let images = data.map { d in Matrix([d.map { Double($0) }]).times(map).elements.map { Float($0 + 2) } }
        let baseline = try LinearBaseline(data: Array(data.prefix(150)))
        let predicted = baseline.predict(
            Array(data.suffix(50)), images: Array(images.prefix(150)), choosingBy: Array(images.suffix(50).prefix(10)))
        // The least ridge, 1e-6 of the variance, shrinks predictions by about 1e-6 of values below 10.
        for (a, b) in zip(predicted, images.suffix(50)) { expectClose(squaredDistance(a, b), 0, tolerance: 1e-8) }
    }
}
