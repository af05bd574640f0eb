import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import Calibration

@Suite struct CalibratorTests {
    private func settings(_ method: CalibrationMethod) -> CalibrationSettings {
        CalibrationSettings(
            method: method, budget: 400, proposal: ProposalSettings(count: 60),
            smoother: EnsembleSmootherSettings(ensembleSize: 40, steps: 3),
            sequential: SequentialMonteCarloSettings(
                particles: 30, finalMoves: 2, chainSteps: 4,
                preparation: LocalRetrainingSettings(waveSize: 20, waves: 2, priorDraws: 30, chainSteps: 5)),
            retraining: LocalRetrainingSettings(
                waveSize: 20, waves: 3, priorDraws: 30, chainSteps: 5, approachWaves: 1, approachSize: 20))
    }

    @Test(arguments: CalibrationMethod.allCases.filter { ![.modelSpaceEnsembleSmoother, .gradientSearch].contains($0) })
    func thatAStoredRunContinuesAsIfItHadNeverStopped(method: CalibrationMethod) throws {
        let model = try LinearGaussian(dimension: 3, data: 5, error: 0.3, seed: 4)
        let problem = model.problem(proposal: try model.exactProposal)
        let straight = try Calibrator.run(problem, settings: settings(method), seed: 3, simulate: model.simulate)
        var calibrator = try Calibrator(problem, settings: settings(method), seed: 3)
        while case let batch = try calibrator.nextBatch(), !batch.isEmpty {
            try calibrator.absorb(model.simulate(batch))
            let stored = try JSONEncoder().encode(calibrator.checkpoint)
            calibrator = Calibrator(
                problem, resuming: try JSONDecoder().decode(Calibrator.Checkpoint.self, from: stored),
                series: calibrator.series)
        }
        let resumed = try calibrator.result()
        #expect(resumed.candidates == straight.candidates)
        #expect(resumed.ranking == straight.ranking)
        #expect(resumed.posterior == straight.posterior)
        #expect(straight.candidates.count > 1)
    }

    @Test func thatKalmanWavesLeadToTheDataFromFarAway() throws {
        // Errors of a hundredth: draws of the prior miss the data by a hundred standard deviations.
        let model = try LinearGaussian(dimension: 8, data: 30, error: 0.03, seed: 6)
        let retraining = LocalRetrainingSettings(
            waveSize: 20, waves: 20, priorDraws: 60, chainSteps: 5, approachWaves: 20, approachSize: 40)
        let result = try Calibrator.run(
            model.problem(),
            settings: CalibrationSettings(method: .localRetraining, budget: 1000, retraining: retraining), seed: 3,
            simulate: model.simulate)
        func median(_ wave: Int, _ origin: Candidate.Origin) -> Double {
            let values = result.candidates.filter { $0.iteration == wave && $0.origin == origin }
                .compactMap { $0.mismatch?.value }.sorted()
            return values.isEmpty ? .nan : values[values.count / 2]
        }
        #expect(median(0, .prior) > 100)
        let waves = Set(result.candidates.filter { $0.origin == .update }.map(\.iteration)).sorted()
        // The misfit halves in a step at least while it is large; from some thousand to one that is a dozen steps.
        #expect(waves.count >= 2 && waves.count <= 15, "\(waves)")
        #expect(try median(#require(waves.last), .update) < median(1, .update) / 4)
        // Once there, the emulator takes over, and does not go back to approaching.
        #expect(result.candidates.last?.origin == .emulator && result.accounting.accepted > 100)
    }

    @Test func thatTheExactRegressionProposesThePosterior() throws {
        let model = try LinearGaussian(dimension: 3, data: 5, error: 0.3, seed: 4)
        let result = try Calibrator.run(
            model.problem(proposal: try model.exactProposal),
            settings: CalibrationSettings(method: .proposal, budget: 100, proposal: ProposalSettings(count: 100)),
            seed: 3, simulate: model.simulate)
        // Encoding perturbed data spreads latents by the gain, the residual adds the posterior's own spread: the sum
        // is wider than the posterior but of its size, so that some of a hundred draws lie within the noise.
        #expect(result.accounting.accepted >= 20)
        #expect(result.accounting.simulated == 100)
    }

    /// As a network does that extrapolates.
    private struct FarProposal: LatentProposal {
        let exact: LinearGaussian.ExactProposal
        var residualCovariance: Matrix { exact.residualCovariance }

        func latents(forData data: [[Double]]) -> [[Double]] {
            exact.latents(forData: data).map { $0.map { 100 * $0 } }
        }
    }

    @Test func thatProposalsEndWhereThePriorDoes() throws {
        let model = try LinearGaussian(dimension: 3, data: 5, error: 0.3, seed: 4)
        let proposal = FarProposal(exact: try model.exactProposal)
        let result = try Calibrator.run(
            model.problem(proposal: proposal), settings: settings(.proposal), seed: 3, simulate: model.simulate)
        let centre = proposal.latents(forData: [model.observed.values])[0]
        // |z|² of three standard normal variables is above 30.66 once in a million times.
        let latents = result.candidates.compactMap(\.latent)
        #expect(latents.count == 60)
        for latent in latents {
            #expect(latent.squaredNorm < 30.67)
            #expect(zip(latent, centre).reduce(0) { $0 + $1.0 * $1.1 } > 0)
        }
    }

    @Test func thatTheBoxStaysWithinItsRadius() throws {
        let model = try LinearGaussian(dimension: 3, data: 5, error: 0.3, seed: 4)
        let proposal = try model.exactProposal
        var settings = settings(.proposal)
        settings.proposal.spread = .box(radius: 0.2)
        let result = try Calibrator.run(
            model.problem(proposal: proposal), settings: settings, seed: 3, simulate: model.simulate)
        let centre = proposal.latents(forData: [model.observed.values])[0]
        let farthest = result.candidates.compactMap(\.latent).map { zip($0, centre).map { abs($0 - $1) }.max()! }.max()!
        #expect(farthest <= 0.2)
        #expect(farthest > 0.15)
    }

    @Test func thatEveryCandidateIsAccountedFor() throws {
        let model = try LinearGaussian(dimension: 3, data: 5, error: 0.3, seed: 4)
        let result = try Calibrator.run(model.problem(), settings: settings(.rejection), seed: 3) { batch in
            batch.enumerated().map { $0 % 10 == 7 ? .failure(SimulationFailure("diverged")) : model.simulate([$1])[0] }
        }
        let accounting = result.accounting
        #expect(accounting.proposed == 400 && accounting.failed == 40 && accounting.simulated == 360)
        #expect(result.ranking.accepted.count + result.ranking.rejected.count == 400)
        #expect(result.ranking.rejected.last?.reason == "not simulated: diverged")
        let sorted = result.ranking.accepted.map(\.mismatch)
        #expect(sorted == sorted.sorted())
        #expect(result.ranking.accepted.allSatisfy { $0.mismatch <= result.test.threshold })
        #expect(
            result.ranking.rejected[0].reason.hasPrefix(
                String(format: "mismatch %.3g is above", result.ranking.rejected[0].mismatch ?? 0)))
    }

    @Test func thatTheBudgetIsNeverExceeded() throws {
        let model = try LinearGaussian(dimension: 3, data: 5, error: 0.3, seed: 4)
        var settings = settings(.ensembleSmoother)
        settings.budget = 70
        var simulations = 0
        let result = try Calibrator.run(model.problem(), settings: settings, seed: 3) { batch in
            simulations += batch.count
            return model.simulate(batch)
        }
        #expect(simulations == 70)
        #expect(result.accounting.proposed == 70)
    }

    @Test func thatAMethodWithoutItsNetworkSaysSo() throws {
        let model = try LinearGaussian(dimension: 3, data: 5, error: 0.3, seed: 4)
        #expect(throws: CalibrationError.needsProposal(method: "proposal")) {
            try Calibrator.run(model.problem(), settings: settings(.proposal), seed: 3, simulate: model.simulate)
        }
    }
}

@Suite struct DistinctnessTests {
    private func facies(_ cells: [UInt8]) -> Realization {
        let zeros = cells.map { _ in Float(1) }
        return Realization(facies: cells, porosity: zeros, permeabilityX: zeros, permeabilityY: zeros)
    }

    @Test func thatCopiesAreCountedOnce() {
        // Prior draws differ in half of their cells, so a tenth of that is one cell in twenty.
        let prior = [facies(Array(repeating: 0, count: 40)), facies((0..<40).map { UInt8($0 % 2) })]
        let distinctness = Distinctness(fraction: 0.1, prior: prior)
        expectClose(distinctness.threshold, 0.05, tolerance: 1e-15)
        let base = facies(Array(repeating: 0, count: 40))
        let near = facies((0..<40).map { $0 < 2 ? 1 : 0 })
        let far = facies((0..<40).map { $0 < 3 ? 1 : 0 })
        #expect(distinctness.repeats([base, base, near, far]) == [nil, 0, 0, nil])
    }
}
