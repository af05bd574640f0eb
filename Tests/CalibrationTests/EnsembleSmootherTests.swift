import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import Calibration

@Suite struct EnsembleSmootherTests {
    /// Members of the last step.
    private func finalLatents(_ result: CalibrationResult) -> [[Double]] {
        let last = result.candidates.map(\.iteration).max() ?? 0
        return result.candidates.filter { $0.iteration == last }.compactMap(\.latent)
    }

    @Test(arguments: [
        EnsembleSmootherSettings.Inflation.equal, .geometric(ratio: 3), .misfitControlled
    ])
    func thatALargeEnsembleReachesTheLinearGaussianPosterior(inflation: EnsembleSmootherSettings.Inflation) throws {
        let model = try LinearGaussian(dimension: 4, data: 6, error: 0.5, seed: 2)
        let members = 4_000
        let result = try Calibrator.run(
            model.problem(),
            settings: CalibrationSettings(
                method: .ensembleSmoother, budget: 1_000_000,
                smoother: EnsembleSmootherSettings(ensembleSize: members, steps: 3, inflation: inflation)),
            seed: 5, simulate: model.simulate)
        let exact = try model.posterior
        let found = moments(finalLatents(result))
        for i in 0..<4 {
            let deviation = exact.covariance[i, i].squareRoot()
            // The standard error of a mean over 4,000 is 0.016 deviations; sampled gains add about as much in each of
            // at most ten steps. Covariances: √2 times that.
            expectClose(found.mean[i], exact.mean[i], tolerance: 0.12 * deviation)
            for j in 0..<4 {
                expectClose(
                    found.covariance[i, j], exact.covariance[i, j],
                    tolerance: 0.12 * deviation * exact.covariance[j, j].squareRoot())
            }
        }
    }

    @Test func thatInverseInflationsSumToOne() throws {
        let model = try LinearGaussian(dimension: 5, data: 30, error: 0.05, seed: 3)
        let space = SamplingSpace(problem: model.problem(), seed: 1, budget: 100_000)
        for inflation in [EnsembleSmootherSettings.Inflation.equal, .geometric(ratio: 2), .misfitControlled] {
            var smoother = EnsembleSmoother(
                EnsembleSmootherSettings(ensembleSize: 50, steps: 4, inflation: inflation), inModelSpace: false)
            while case let draws = try smoother.nextBatch(space), !draws.isEmpty {
                let latents = draws.compactMap { draw in
                    if case .latent(let latent) = draw.source { latent } else { nil }
                }
                let evaluations = latents.enumerated().map { index, latent in
                    Evaluation(
                        index: index, residual: model.observed.whitened(prediction: model.operatorG.times(latent)))
                }
                try smoother.absorb(evaluations, space)
            }
            expectClose(smoother.inflations.reduce(0) { $0 + 1 / $1 }, 1, tolerance: 1e-12)
            // The controller needs more than one step where the prior is far from such precise data.
            #expect(smoother.inflations.count > 1)
        }
    }

    @Test func thatTaperingKeepsLatentsThatNoDatumSees() throws {
        // Thirty members, forty latents of which the data see two: chance correlations pull the other ones together.
        let members = 30
        var stream = RandomStream(seed: 6, purpose: "tapering")
        let points = (0..<members).map { _ in stream.normals(40) }
        let residuals = points.map { point in (0..<20).map { point[$0 % 2] * 10 + Double($0) } }
        let noise = points.map { _ in stream.normals(20) }
        func spread(tapers: Bool) throws -> Double {
            let updated = try EnsembleUpdate(inflation: 1, tapers: tapers)
                .updated(points: points, residuals: residuals, noise: noise)
            let covariance = moments(updated.map { Array($0.dropFirst(2)) }).covariance
            return (0..<38).reduce(0) { $0 + covariance[$1, $1] } / 38
        }
        let before = moments(points.map { Array($0.dropFirst(2)) }).covariance
        let start = (0..<38).reduce(0) { $0 + before[$1, $1] } / 38
        let (plain, tapered) = (try spread(tapers: false), try spread(tapers: true))
        #expect(plain < tapered)
        // Two directions of chance correlation take 2/29 of the variance; the taper leaves most of that.
        #expect(plain < 0.96 * start)
        #expect(tapered > 0.975 * start)
    }

    @Test func thatTooManyFailuresEndTheCalibrationWithAnError() throws {
        let model = try LinearGaussian(dimension: 3, data: 4, error: 0.5, seed: 2)
        let settings = CalibrationSettings(
            method: .ensembleSmoother, smoother: EnsembleSmootherSettings(ensembleSize: 20, steps: 2))
        #expect(throws: CalibrationError.self) {
            try Calibrator.run(model.problem(), settings: settings, seed: 1) { batch in
                batch.map { _ in .failure(SimulationFailure("no convergence")) }
            }
        }
    }

    @Test func thatModelSpaceUpdatesStartFromThePriorAndMatchBetter() throws {
        let model = try LinearGaussian(dimension: 3, data: 4, error: 0.1, seed: 2)
        let prior: @Sendable (Range<Int>) -> [Realization] = { range in
            range.map { index in
                var stream = RandomStream(seed: 9, purpose: "model-space prior", index: UInt64(index))
                return Realization(
                    porosity: (0..<3).map { _ in Float(0.2 + 0.05 * stream.normal()) }, permeabilityX: [1, 2, 3],
                    permeabilityY: [1, 1, 1])
            }
        }
        let problem = CalibrationProblem(
            observed: model.observed, parameterization: LinearGaussian.Carrier(dimension: 3), priorRealizations: prior)
        let result = try Calibrator.run(
            problem,
            settings: CalibrationSettings(
                method: .modelSpaceEnsembleSmoother,
                smoother: EnsembleSmootherSettings(ensembleSize: 50, steps: 2)),
            seed: 1, simulate: model.simulate)
        func mean(_ step: Int) -> Double {
            let values = result.candidates.filter { $0.iteration == step }.compactMap { $0.mismatch?.value }
            return values.reduce(0, +) / Double(values.count)
        }
        #expect(mean(2) < 0.8 * mean(0))
    }
}
