import Foundation
import LinearAlgebra
import Reservoir

/// How well forecasts told the truth, over the entries of one or many synthetic truths.
public struct ForecastScore: Equatable, Sendable, Codable {
    /// Fraction of entries whose truth lies within P10 to P90; 0.80 for a calibrated forecast.
    public let coverage: Double
    /// Mean continuous ranked probability score in units of `scale`, lower is better.
    public let normalizedScore: Double
    public let entryCount: Int

    /// - Parameters:
    ///   - ensemble: `[members][entries]`
    ///   - weights: one per member; `nil`: equal.
    ///   - draws: independent ones that the ensemble is worth; see ``WeightedSample``.
    ///   - truth: `[entries]`
    ///   - scale: what the score of each entry is divided by, for example the prior's spread, `[entries]`. Entries with
    ///     a scale of zero, where every member of the prior agrees, say nothing and are left out.
    public init(
        ensemble: [[Double]], weights: [Double]? = nil, draws: Double? = nil, truth: [Double], scale: [Double]
    ) {
        precondition(!ensemble.isEmpty && scale.count == truth.count, "shapes differ")
        var (covered, sum, count) = (0, 0.0, 0)
        for entry in truth.indices where scale[entry] > 0 {
            let sample = WeightedSample(ensemble.map { $0[entry] }, weights: weights, draws: draws)
            if sample.quantile(0.1) <= truth[entry] && truth[entry] <= sample.quantile(0.9) { covered += 1 }
            sum += sample.continuousRankedProbabilityScore(truth: truth[entry]) / scale[entry]
            count += 1
        }
        coverage = count > 0 ? Double(covered) / Double(count) : .nan
        normalizedScore = count > 0 ? sum / Double(count) : .nan
        entryCount = count
    }

    /// The pooled score of several truths, each weighted by its entries.
    public init(pooling scores: [ForecastScore]) {
        let count = scores.reduce(0) { $0 + $1.entryCount }
        func mean(_ value: (ForecastScore) -> Double) -> Double {
            scores.filter { $0.entryCount > 0 }.reduce(0) { $0 + value($1) * Double($1.entryCount) } / Double(count)
        }
        (coverage, normalizedScore, entryCount) = (mean(\.coverage), mean(\.normalizedScore), count)
    }
}

/// Simulation-based calibration: ranks of truths within their posterior samples are uniform if and only if the sampler
/// is right on average over the prior. Source: Talts et al. (2018), arXiv 1804.06788.
public struct RankHistogram: Equatable, Sendable, Codable {
    /// Counts of each bin.
    public let counts: [Int]
    /// Counts outside `lower ... upper` happen in less than 1 % of bins if the ranks are uniform.
    public let lower: Int, upper: Int
    /// Pearson's chi-square statistic of the counts, and the probability of one at least as large by chance.
    public let chiSquare: Double, pValue: Double

    /// - Parameters:
    ///   - ranks: of each truth, as a fraction in `0 ... 1`; see ``rank(of:in:tieBreaker:)``.
    ///   - bins: at least 2; a fifth of the number of ranks or less keeps the chi-square statistic honest.
    public init(ranks: [Double], bins: Int) {
        precondition(bins >= 2, "\(bins) bins")
        var counts = [Int](repeating: 0, count: bins)
        for rank in ranks { counts[min(max(Int(rank * Double(bins)), 0), bins - 1)] += 1 }
        self.counts = counts
        let expected = Double(ranks.count) / Double(bins)
        let statistic = counts.reduce(0.0) {
            $0 + (Double($1) - expected) * (Double($1) - expected) / max(expected, 1e-300)
        }
        chiSquare = statistic
        pValue = ranks.isEmpty ? 1 : ChiSquare(degreesOfFreedom: Double(bins - 1)).survival(statistic)
        (lower, upper) = RankHistogram.band(draws: ranks.count, probability: 1 / Double(bins))
    }

    /// The fraction of an ensemble below the truth, ties split by a uniform draw so that ranks stay uniform for data
    /// with atoms, such as a water cut of zero.
    public static func rank(
        of truth: Double, in ensemble: [Double], weights: [Double]? = nil, draws: Double? = nil, tieBreaker: Double
    ) -> Double {
        let sample = WeightedSample(ensemble, weights: weights, draws: draws)
        // The truth is one more draw: it has the weight of one of N + 1.
        let own = 1 / (sample.draws + 1)
        var (below, equal) = (0.0, 0.0)
        for (value, weight) in zip(sample.values, sample.weights) {
            if value < truth { below += weight } else if value == truth { equal += weight }
        }
        return (1 - own) * (below + tieBreaker * equal) + own * tieBreaker
    }

    /// The 0.005 and 0.995 quantiles of the binomial distribution.
    static func band(draws: Int, probability: Double) -> (Int, Int) {
        var cumulative = 0.0
        var (low, high): (Int?, Int?) = (nil, nil)
        for k in 0...max(draws, 0) {
            let logarithm =
                lgamma(Double(draws) + 1) - lgamma(Double(k) + 1) - lgamma(Double(draws - k) + 1)
                + Double(k) * log(probability) + Double(draws - k) * log1p(-probability)
            cumulative += exp(logarithm)
            if low == nil, cumulative > 0.005 { low = k }
            if high == nil, cumulative >= 0.995 { high = k }
        }
        return (low ?? 0, high ?? draws)
    }
}
