import Calibration
import CaseFiles
import Foundation
import LinearAlgebra
import PriorModels
import Reservoir
import Storage

/// Plain rejection sampling on the coarse twin of a case: draws of its prior, weighted by their exact likelihood.
///
/// The same draws serve every truth. Data of a real case are too many and too exact for any draw to match, so the noise
/// is enlarged until the draws are worth a sample of the size asked for; the method under test is given the same noise.
struct TwinReference: Sendable {
    /// At one truth.
    struct Posterior: Sendable {
        let truth: SyntheticTruth
        /// Errors of the truth are this many times those of the case.
        let noiseFactor: Double
        /// One per draw; they sum to one.
        let weights: [Double]
        var effectiveSize: Double { Weights.effectiveSampleSize(weights) }
    }

    let layout: TruthLayout
    /// Values at ``TruthLayout/all`` of each draw that could be simulated, `[draws][entries]`.
    let values: [[Double]]
    /// Index in the prior of each of them.
    let indices: [Int]

    init(_ twin: Project, layout: TruthLayout, draws: Int) throws {
        self.layout = layout
        let stage = GeneratePairs(project: twin)
        _ = try stage.run(count: draws)
        var (values, indices): ([[Double]], [Int]) = ([], [])
        try stage.forEachPair(among: draws) { index, _, outcome in
            guard let series = outcome.production else { return }
            values.append(try layout.all.values(in: series))
            indices.append(index)
        }
        (self.values, self.indices) = (values, indices)
    }

    /// - Parameter size: effective sample size to reach by enlarging the noise.
    func posterior(of twin: Project, truth number: Int, size: Double) throws -> Posterior {
        let exact = try twin.syntheticTruth(number, layout: layout.all)
        func at(_ factor: Double) throws -> Posterior {
            let truth = try SyntheticTruth(
                realization: exact.realization, series: exact.series, layout: layout.all,
                noise: twin.settings.observations.noise, seed: twin.seed, index: number, noiseFactor: factor)
            let observed = try twin.observed(of: truth, layout)
            let logarithms = values.map { draw in
                -observed.whitened(prediction: Array(draw.prefix(layout.history.count)))
                    .reduce(0) { $0 + $1 * $1 } / 2
            }
            return Posterior(truth: truth, noiseFactor: factor, weights: Weights.normalised(logarithms: logarithms))
        }
        let first = try at(1)
        if first.effectiveSize >= size { return first }
        var (low, high) = (0.0, log(1000.0))
        for _ in 0..<14 {
            let middle = (low + high) / 2
            if try at(exp(middle)).effectiveSize >= size { high = middle } else { low = middle }
        }
        return try at(exp(high))
    }

    /// Realizations that carry all but a thousandth of the weight, with their weights.
    func realizations(_ posterior: Posterior, of prior: PriorModel) -> (realizations: [Realization], weights: [Double])
    {
        var left = 1.0
        var chosen: [Int] = []
        for position in indices.indices.sorted(by: { posterior.weights[$0] > posterior.weights[$1] }) {
            guard left > 1e-3 else { break }
            chosen.append(position)
            left -= posterior.weights[position]
        }
        return (chosen.map { prior.realization(indices[$0]) }, chosen.map { posterior.weights[$0] })
    }
}

extension Project {
    /// The history of a truth as the observations to match.
    func observed(of truth: SyntheticTruth, _ layout: TruthLayout) throws -> ObservedData {
        try ObservedData(
            Array(truth.observations.prefix(layout.history.count)),
            correlationTime: settings.observations.noise.correlationTime)
    }
}
