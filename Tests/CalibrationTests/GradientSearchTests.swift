import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import Calibration

@Suite struct GradientSearchTests {
    private func settings(chains: Int, budget: Int) -> CalibrationSettings {
        CalibrationSettings(
            method: .gradientSearch, budget: budget,
            gradient: GradientSearchSettings(chains: chains, sensitivityCost: 2))
    }

    private func problem(_ linear: LinearGaussian) -> CalibrationProblem {
        CalibrationProblem(
            observed: linear.observed, parameterization: LinearGaussian.Carrier(dimension: linear.operatorG.columns),
            sensitivities: { latents in latents.map { _ in linear.operatorG } })
    }

    @Test func thatSearchesOfALinearProblemEndWithinTheNoise() throws {
        let linear = try LinearGaussian(dimension: 6, data: 30, error: 0.3, seed: 2)
        let result = try Calibrator.run(
            problem(linear), settings: settings(chains: 4, budget: 200), seed: 5, simulate: linear.simulate)
        #expect(result.ranking.accepted.count > 50)
        // Where the gradient vanishes, and in one step but for the damping: what a search takes is at most a few batches of three.
        let searched = result.candidates.filter { $0.origin == .gradient }
        #expect(searched.count < 4 * 15, "\(searched.count)")
    }

    /// The chains leave the posterior unchanged, and here they start in its only mode.
    @Test func thatChainsOfALinearProblemSampleItsPosterior() throws {
        let linear = try LinearGaussian(dimension: 3, data: 12, error: 0.5, seed: 4)
        let result = try Calibrator.run(
            problem(linear), settings: settings(chains: 8, budget: 12_000), seed: 7, simulate: linear.simulate)
        // States of chains cannot be told from refused moves by the candidates alone, but in a linear problem every move
        // starts and ends in the posterior, so that all of them together are a sample of it.
        let moves = result.candidates.filter { $0.origin == .move }.dropFirst(800)
        let (mean, covariance) = moments(moves.compactMap(\.latent))
        let exact = try linear.posterior
        for i in 0..<3 {
            // About 11,000 draws, of chains that forget within some ten moves: at least 1,000 independent ones. Five standard
            // errors of a mean, and of a variance.
            let deviation = exact.covariance[i, i].squareRoot()
            expectClose(mean[i], exact.mean[i], tolerance: 5 * deviation / 1_000.squareRoot())
            expectClose(
                covariance[i, i], exact.covariance[i, i], tolerance: 5 * exact.covariance[i, i] / 500.squareRoot())
        }
    }

    @Test func thatStoredStatesContinueAsIfTheyHadNeverStopped() throws {
        let linear = try LinearGaussian(dimension: 6, data: 30, error: 0.3, seed: 2)
        let settings = settings(chains: 3, budget: 150)
        let whole = try Calibrator.run(problem(linear), settings: settings, seed: 5, simulate: linear.simulate)
        var calibrator = try Calibrator(problem(linear), settings: settings, seed: 5)
        while case let batch = try calibrator.nextBatch(), !batch.isEmpty {
            try calibrator.absorb(linear.simulate(batch))
            let stored = try JSONEncoder().encode(calibrator.checkpoint)
            let read = try JSONDecoder().decode(Calibrator.Checkpoint.self, from: stored)
            calibrator = Calibrator(problem(linear), resuming: read, series: calibrator.series)
        }
        #expect(try calibrator.result().candidates == whole.candidates)
    }

    @Test func thatASimulatorWithoutSensitivitiesIsRefused() throws {
        let linear = try LinearGaussian(dimension: 2, data: 4, error: 0.3, seed: 2)
        #expect(throws: CalibrationError.needsSensitivities(method: "gradient")) {
            try Calibrator.run(
                linear.problem(), settings: settings(chains: 1, budget: 20), seed: 1, simulate: linear.simulate)
        }
    }
}
