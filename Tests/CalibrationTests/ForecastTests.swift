import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import Calibration

@Suite struct WeightedSampleTests {
    @Test func thatTheScoreOfANormalSampleIsThatOfTheNormalDistribution() {
        // CRPS of N(0, 1) at y: y (2 Φ(y) − 1) + 2 φ(y) − 1/√π (Gneiting and Raftery, 2007, eq. 5).
        let count = 20_001
        let quantiles = (0..<count).map { StandardNormal.quantile((Double($0) + 0.5) / Double(count)) }
        let sample = WeightedSample(quantiles)
        for truth in [-2.5, 0, 0.7, 4] {
            let exact =
                truth * (2 * StandardNormal.cumulative(truth) - 1) + 2 * StandardNormal.density(truth)
                - 1 / Double.pi.squareRoot()
            // Midpoint quantiles: an error of the order of one over their number.
            expectClose(sample.continuousRankedProbabilityScore(truth: truth), exact, tolerance: 3 / Double(count))
        }
    }

    @Test func thatWeightsActLikeRepetition() {
        let repeated = WeightedSample([1, 1, 1, 2, 5, 5])
        let weighted = WeightedSample([5, 1, 2], weights: [2, 3, 1])
        // Sums of six terms differ by rounding alone.
        expectClose(repeated.mean, weighted.mean, tolerance: 1e-14)
        expectClose(repeated.standardDeviation, weighted.standardDeviation, tolerance: 1e-14)
        for truth in [0, 1.5, 5] {
            expectClose(
                repeated.continuousRankedProbabilityScore(truth: truth),
                weighted.continuousRankedProbabilityScore(truth: truth), tolerance: 1e-14)
        }
    }

    @Test func thatQuantilesOfEqualWeightsAreInterpolatedBetweenTheValues() {
        let sample = WeightedSample([4, 1, 3, 2])
        // 1, 2, 3, 4 lie at 0.2, 0.4, 0.6, 0.8.
        expectClose(sample.quantile(0.5), 2.5, tolerance: 1e-15)
        expectClose(sample.quantile(0.25), 1.25, tolerance: 1e-15)
        expectClose(sample.quantile(0.2), 1, tolerance: 1e-15)
        #expect(sample.quantile(0.01) == 1 && sample.quantile(0.99) == 4)
    }

    @Test(arguments: [9, 20])
    func thatSmallEnsemblesHoldTheNextDrawWithEightyPercent(count: Int) {
        var stream = RandomStream(seed: 6, purpose: "small ensembles", index: UInt64(count))
        let held = (0..<4_000).count { _ in
            let sample = WeightedSample(stream.normals(count)), next = stream.normal()
            return (sample.quantile(0.1)...sample.quantile(0.9)).contains(next)
        }
        // Four standard errors of a frequency: √(0.16/4,000) = 0.0063.
        expectClose(Double(held) / 4_000, 0.8, tolerance: 0.0253)
    }

    @Test func thatMembersOfAFamilyAreNoDrawsOfTheirOwn() {
        let values = (1...50).map { Double($0) }
        // Value i lies at (i − ½)/50; of ten draws the lowest tenth begins at ½ − 0.4 · 11/10 = 0.06 of the way, of fifty at 0.092.
        expectClose(WeightedSample(values, draws: 10).quantile(0.1), 3.5, tolerance: 1e-12)
        expectClose(WeightedSample(values).quantile(0.1), 5.1, tolerance: 1e-12)
        // Twice the weight of the lowest, and half of that: 1/Σw² of weights 2, 1 and 1 of four is 16/6.
        expectClose(WeightedSample([1, 2, 3], weights: [2, 1, 1]).draws, 16 / 6, tolerance: 1e-12)
    }

    @Test func thatAForecastHoldsPercentilesOfEachVector() throws {
        let key = VectorKey("WOPR", "P1")
        let ensemble = (1...9).map { ProductionSeries(times: [1, 2], keys: [key], values: [[Double($0), 7]]) }
        let band = try #require(Forecast(of: ensemble)[key])
        expectClose(band.p50[0], 5, tolerance: 1e-14)
        // Nine values lie at 0.1, 0.2 ... 0.9.
        expectClose(band.p10[0], 1, tolerance: 1e-14)
        expectClose(band.p90[0], 9, tolerance: 1e-14)
        #expect(band.p10[1] == 7 && band.p90[1] == 7)
    }
}

@Suite struct ValidationTests {
    /// Ranks of truths within samples of the closed-form posterior of `y = x + e`, `x, e ~ N(0, 1)`: N(y/2, 1/2), with
    /// its spread multiplied by `factor`.
    private func ranks(spread factor: Double) -> [Double] {
        (0..<1_000).map { index in
            var stream = RandomStream(seed: 12, purpose: "calibration of a sampler", index: UInt64(index))
            let truth = stream.normal()
            let observed = truth + stream.normal()
            let sample = (0..<99).map { _ in observed / 2 + factor * 0.5.squareRoot() * stream.normal() }
            return RankHistogram.rank(of: truth, in: sample, tieBreaker: stream.uniform())
        }
    }

    private func binsOutsideBand(_ histogram: RankHistogram) -> Int {
        histogram.counts.count { $0 < histogram.lower || $0 > histogram.upper }
    }

    @Test func thatAnExactSamplerHasUniformRanks() {
        let histogram = RankHistogram(ranks: ranks(spread: 1), bins: 20)
        #expect(histogram.pValue > 0.01)
        // Twenty bins with 1 % each: three outside have a probability of 0.1 %.
        #expect(binsOutsideBand(histogram) <= 2)
    }

    @Test(arguments: [0.6, 1.6])
    func thatAWrongSpreadIsSeen(factor: Double) {
        let histogram = RankHistogram(ranks: ranks(spread: factor), bins: 20)
        #expect(histogram.pValue < 1e-6)
        #expect(binsOutsideBand(histogram) >= 4)
        // Too narrow a sample leaves truths outside: the outer bins fill; too wide a one empties them.
        #expect((histogram.counts[0] > histogram.upper) == (factor < 1))
    }

    @Test func thatTiesAreSplitEvenly() {
        let histogram = RankHistogram(
            ranks: (0..<1_000).map { index in
                var stream = RandomStream(seed: 3, purpose: "ties", index: UInt64(index))
                // Half of the draws are zero, as a water cut before breakthrough is.
                func draw() -> Double { stream.uniform() < 0.5 ? 0 : stream.uniform() }
                let truth = draw()
                return RankHistogram.rank(of: truth, in: (0..<49).map { _ in draw() }, tieBreaker: stream.uniform())
            }, bins: 10)
        #expect(histogram.pValue > 0.01)
    }

    @Test func thatTheBandHoldsNinetyNinePercentOfBinomialCounts() {
        // Binomial(100, 0.05): tabulated cumulative probabilities F(0) = 0.0059, F(10) = 0.9885, F(11) = 0.9957.
        let band = RankHistogram.band(draws: 100, probability: 0.05)
        #expect(band.0 == 0 && band.1 == 11)
    }

    @Test func thatCoverageOfAnExactForecastIsEightyPercent() {
        let entries = 4_000
        var stream = RandomStream(seed: 5, purpose: "coverage")
        let truth = stream.normals(entries)
        let ensemble = (0..<200).map { _ in stream.normals(entries) }
        let score = ForecastScore(
            ensemble: ensemble, truth: truth, scale: Array(repeating: 1, count: entries))
        // Four standard errors of a frequency: √(0.16/4,000) = 0.0063.
        expectClose(score.coverage, 0.8, tolerance: 0.0253)
        // E CRPS of N(0, 1) on its own draws is 1/√π; the sample of 200 adds a half percent; standard error 0.007.
        expectClose(score.normalizedScore, 1 / Double.pi.squareRoot(), tolerance: 0.03)
    }

    @Test func thatAVectorOutOfThePriorsReachIsNamed() throws {
        let cut = VectorKey("WWCT", "P3")
        let rate = VectorKey("WOPR", "P3")
        let observed = try ObservedData([
            Observation(key: cut, time: 86_400, value: 0.9, error: 0.02),
            Observation(key: cut, time: 2 * 86_400, value: 0.5, error: 0.02),
            Observation(key: rate, time: 86_400, value: 10, error: 1)
        ])
        var stream = RandomStream(seed: 5, purpose: "conflict")
        let prior = (0..<100).map { _ in [0.3 * stream.uniform(), 0.6 * stream.uniform(), 5 + 10 * stream.uniform()] }
        let conflicts = PriorDataConflict.conflicts(of: prior, with: observed)
        #expect(conflicts.map(\.key) == [cut])
        #expect(conflicts.first?.outside == 1 && conflicts.first?.count == 2)
        #expect(
            conflicts.first?.description.hasPrefix("no realization of this prior comes near P3's water cut: 1 of 2")
                == true)
        let rateAlone = try ObservedData([observed.observations[2]])
        #expect(PriorDataConflict.conflicts(of: prior.map { [$0[2]] }, with: rateAlone).isEmpty)
    }

    @Test func thatScenarioWeightsFollowTheEnsemble() {
        let weights = ScenarioWeights(
            before: ["a": 0.75, "b": 0.25], ensemble: ["a", "b", "b", nil], weights: [0.1, 0.2, 0.2, 0.5])
        #expect(weights.scenarios.map(\.name) == ["a", "b"])
        expectClose(weights.scenarios[0].prior, 0.75, tolerance: 1e-15)
        expectClose(weights.scenarios[1].posterior, 0.8, tolerance: 1e-15)
    }
}
