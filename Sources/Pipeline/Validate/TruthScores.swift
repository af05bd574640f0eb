import Calibration
import LinearAlgebra
import Reservoir

/// How an ensemble told one truth.
struct TruthScores: Codable, Equatable, Sendable {
    /// Against the truth without noise; CRPS in units of the noise.
    let history: ForecastScore, forecast: ForecastScore
    /// Rank of the truth at each entry of the forecast, as a fraction; entries on which the whole prior agrees are left
    /// out.
    let forecastRanks: [Double]
    /// Rank of the truth at the end of each vector, in the order of ``TruthLayout/ends``.
    let endRanks: [Double]
}

/// Scores ensembles against one truth.
struct TruthScoring: Sendable {
    let layout: TruthLayout
    /// Values at ``TruthLayout/all``.
    private let truth: [Double]
    /// Standard deviation of the noise at each entry; zero where the whole prior agrees and nothing can be learned.
    private let scale: [Double]
    private let prior: [[Double]]
    private let stream: RandomStream

    /// - Parameters:
    ///   - prior: series of draws of the prior.
    ///   - stream: splits ties in ranks.
    init(_ truth: SyntheticTruth, layout: TruthLayout, prior: [ProductionSeries], stream: RandomStream) throws {
        (self.layout, self.stream) = (layout, stream)
        self.truth = try layout.all.values(in: truth.series)
        let values = try prior.map { try layout.all.values(in: $0) }
        self.prior = values
        scale = truth.observations.indices.map { entry in
            let first = values.first?[entry]
            return values.allSatisfy { $0[entry] == first } ? 0 : truth.observations[entry].error
        }
    }

    /// - Parameters:
    ///   - weights: one per member.
    ///   - draws: independent ones that the ensemble is worth.
    func scores(of ensemble: [ProductionSeries], weights: [Double], draws: Double) throws -> TruthScores {
        scores(ofValues: try ensemble.map { try layout.all.values(in: $0) }, weights: weights, draws: draws)
    }

    var priorScores: TruthScores { scores(ofValues: prior, draws: Double(prior.count)) }

    private func scores(ofValues ensemble: [[Double]], weights: [Double]? = nil, draws: Double) -> TruthScores {
        let middle = layout.history.count
        var stream = stream
        let ties = truth.map { _ in stream.uniform() }
        func score(_ range: Range<Int>) -> ForecastScore {
            ForecastScore(
                ensemble: ensemble.map { Array($0[range]) }, weights: weights, draws: draws, truth: Array(truth[range]),
                scale: Array(scale[range]))
        }
        func rank(_ entry: Int) -> Double {
            Calibration.RankHistogram.rank(
                of: truth[entry], in: ensemble.map { $0[entry] }, weights: weights, draws: draws,
                tieBreaker: ties[entry])
        }
        return TruthScores(
            history: score(0..<middle), forecast: score(middle..<truth.count),
            forecastRanks: (middle..<truth.count).filter { scale[$0] > 0 }.map(rank),
            endRanks: layout.ends.map { rank($0.position) })
    }
}
