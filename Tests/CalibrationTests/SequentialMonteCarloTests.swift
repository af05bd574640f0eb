import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import Calibration

@Suite struct SequentialMonteCarloTests {
    private func settings(
        _ start: SequentialMonteCarloSettings.Start, _ screening: SequentialMonteCarloSettings.Screening,
        finalMoves: Int
    ) -> CalibrationSettings {
        CalibrationSettings(
            method: .sequentialMonteCarlo, budget: 1_000_000,
            sequential: SequentialMonteCarloSettings(
                particles: 600, start: start, screening: screening, movesPerStage: 2, finalMoves: finalMoves,
                chainSteps: 5,
                preparation: LocalRetrainingSettings(waveSize: 20, waves: 1, priorDraws: 20, capacity: 40)))
    }

    /// Members of the posterior as latents.
    private func sample(_ result: CalibrationResult) throws -> [[Double]] {
        try #require(result.posterior).members.compactMap { result.candidates[$0].latent }
    }

    @Test(arguments: [
        (SequentialMonteCarloSettings.Start.prior, SequentialMonteCarloSettings.Screening.none, 0),
        (.prior, .delayedAcceptance, 0), (.emulator, .delayedAcceptance, 0), (.emulator, .none, 0),
        // The second latent is detail, which no emulator sees.
        (.prior, .none, 1), (.emulator, .delayedAcceptance, 1)
    ])
    func thatACurvedPosteriorIsSampledAsIntegrated(
        start: SequentialMonteCarloSettings.Start, screening: SequentialMonteCarloSettings.Screening, detail: Int
    ) throws {
        // The emulator learns from at most forty pairs on top of a wrong proxy, so that screening with it is wrong too:
        // only the second stage makes the result right.
        let curved = try CurvedProblem()
        let result = try Calibrator.run(
            curved.problem(proxy: CurvedProblem.WrongProxy(), detail: detail),
            settings: settings(start, screening, finalMoves: 12), seed: 11, simulate: curved.simulate)
        let features = try sample(result).map(CurvedProblem.features)
        let expected = curved.expectations()
        for k in expected.indices {
            let values = features.map { $0[k] }
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
            // 600 particles, moved between visits: at least 600 independent draws; four standard errors.
            expectClose(mean, expected[k], tolerance: 4 * (variance / 600).squareRoot(), "feature \(k)")
        }
    }

    @Test func thatTheLinearGaussianPosteriorIsReached() throws {
        let model = try LinearGaussian(dimension: 5, data: 12, error: 0.3, seed: 7)
        let result = try Calibrator.run(
            model.problem(), settings: settings(.emulator, .delayedAcceptance, finalMoves: 5), seed: 2,
            simulate: model.simulate)
        let found = moments(try sample(result))
        let exact = try model.posterior
        for i in 0..<5 {
            let deviation = exact.covariance[i, i].squareRoot()
            // At least 600 independent draws: standard errors 0.041 of a deviation, 0.058 of a variance; four of them.
            expectClose(found.mean[i], exact.mean[i], tolerance: 0.165 * deviation)
            expectClose(found.covariance[i, i] / exact.covariance[i, i], 1, tolerance: 0.235)
        }
    }

    @Test func thatThePathIsGoneToItsEndHoweverEarlyEnoughAreAccepted() throws {
        let curved = try CurvedProblem()
        var settings = settings(.emulator, .delayedAcceptance, finalMoves: 1)
        settings.wantedDistinct = 1
        let result = try Calibrator.run(curved.problem(), settings: settings, seed: 3, simulate: curved.simulate)
        #expect(result.accounting.distinct > 1 && result.posterior != nil)
    }

    @Test func thatFailedMovesAreRefused() throws {
        let curved = try CurvedProblem()
        let result = try Calibrator.run(
            curved.problem(), settings: settings(.prior, .delayedAcceptance, finalMoves: 2), seed: 4
        ) { batch in
            zip(batch, curved.simulate(batch)).map { realization, simulated in
                realization.porosity[0] > 0.9 ? .failure(SimulationFailure("no convergence")) : simulated
            }
        }
        let members = try sample(result)
        // Latents are held in single precision on the way to the simulator.
        #expect(members.allSatisfy { Float($0[0]) <= 0.9 })
        #expect(result.accounting.failed > 0)
    }
}

@Suite struct ResamplingTests {
    @Test func thatSystematicResamplingKeepsEachWeightUpToOne() {
        let weights = [0.1, 0.25, 0, 0.4, 0.25]
        for offset in [0.0, 0.3, 0.999] {
            let kept = Resampling.systematic(weights, count: 37, offset: offset)
            #expect(kept.count == 37)
            for (index, weight) in weights.enumerated() {
                let occurrences = Double(kept.count { $0 == index })
                #expect(abs(occurrences - 37 * weight) < 1)
            }
        }
    }

    @Test func thatTheNextPowerKeepsTheWantedEffectiveSampleSize() {
        var stream = RandomStream(seed: 1, purpose: "potentials")
        let potentials = (0..<500).map { _ in 100 * stream.uniform() }
        let next = Tempering.nextPower(from: 0.01, potentials: potentials, keeping: 0.6)
        let weights = Weights.normalised(logarithms: potentials.map { -(next - 0.01) * $0 })
        // Sixty halvings leave the power exact to rounding.
        expectClose(Weights.effectiveSampleSize(weights) / 500, 0.6, tolerance: 1e-9)
        #expect(Tempering.nextPower(from: 0.5, potentials: [1, 1.1, 1.2], keeping: 0.6) == 1)
    }
}
