import LinearAlgebra
import Reservoir

/// Draws from the prior, one after the other: the yardstick for every other method.
///
/// The posterior weights are exact: `exp(−½ |r|²)` of each draw, normalised (importance sampling from the prior).
struct Rejection: Sampler {
    private let batchSize: Int
    private var drawn = 0
    private var members: [Int] = []
    private var chiSquares: [Double] = []

    init(batchSize: Int = 100) { self.batchSize = batchSize }

    mutating func nextBatch(_ space: SamplingSpace) -> [Draw] {
        let range = drawn..<min(drawn + batchSize, space.budget)
        drawn = range.upperBound
        return range.map {
            Draw(
                source: space.problem.priorRealizations == nil
                    ? .latent(space.priorLatent("rejection", $0)) : .prior($0),
                origin: .prior, iteration: 0)
        }
    }

    mutating func absorb(_ evaluations: [Evaluation], _ space: SamplingSpace) {
        for evaluation in evaluations {
            guard let residual = evaluation.residual else { continue }
            members.append(evaluation.index)
            chiSquares.append(residual.squaredNorm)
        }
    }

    var posterior: PosteriorEnsemble? {
        guard !members.isEmpty else { return nil }
        return PosteriorEnsemble(
            members: members, weights: Weights.normalised(logarithms: chiSquares.map { -$0 / 2 }),
            method: "importance sampling from the prior, weights by the exact likelihood")
    }
}
