import Reservoir

/// What a calibration gives back.
public struct CalibrationResult: Sendable {
    public struct Accounting: Equatable, Sendable, Codable {
        /// Candidates proposed, and how many of them were put through the simulator with and without success.
        public let proposed: Int, simulated: Int, failed: Int
        public let accepted: Int, distinct: Int
        /// Simulations spent until the first and until the 50th accepted realization; `nil`: never.
        public let simulationsToFirst: Int?, simulationsToFifty: Int?
    }

    public let method: CalibrationMethod
    public let seed: UInt64
    public let test: AcceptanceTest
    /// Every candidate, in order of simulation.
    public let candidates: [Candidate]
    /// Simulated data of each candidate in full; `nil` after a failure.
    public let series: [ProductionSeries?]
    public let ranking: Ranking
    public let accounting: Accounting
    /// `nil` for a method that does not target the posterior.
    public let posterior: PosteriorEnsemble?

    /// Candidate indices that stand for the calibrated ensemble: those of the posterior with their weights or, for a
    /// method without posterior, the accepted ones, each family of which has the weight of one: how many descend from one
    /// search is up to the method, and says nothing of how probable they are. `draws` is how many independent ones they are
    /// worth: the effective size of the posterior, or the families.
    public var ensemble: (members: [Int], weights: [Double], draws: Double) {
        if let posterior { return (posterior.members, posterior.weights, posterior.effectiveSampleSize) }
        let members = ranking.accepted.map(\.candidate)
        let families = members.map { candidates[$0].family }
        let sizes = families.reduce(into: [Int: Int]()) { if let family = $1 { $0[family, default: 0] += 1 } }
        let weights = families.map { 1 / Double($0.flatMap { sizes[$0] } ?? 1) }
        let sum = weights.reduce(0, +)
        return (members, weights.map { $0 / sum }, sum.rounded())
    }
}

extension CalibrationResult.Accounting {
    init(_ candidates: [Candidate], ranking: Ranking, test: AcceptanceTest) {
        proposed = candidates.count
        simulated = candidates.count { $0.data != nil }
        failed = candidates.count { $0.failure != nil }
        (accepted, distinct) = (ranking.accepted.count, ranking.distinctCount)
        let order = ranking.accepted.map(\.candidate).sorted()
        simulationsToFirst = order.first.map { $0 + 1 }
        simulationsToFifty = order.count >= 50 ? order[49] + 1 : nil
    }
}
