/// One realization in the ranking table.
public struct RankingRow: Equatable, Sendable {
    public enum Status: Equatable, Sendable {
        case accepted
        /// Accepted, but closer to the data than their noise makes likely.
        case overfit
        case rejected(why: String)
        case failed(why: String)
    }

    /// The number the realization is stored under.
    public var realization: Int
    /// 1 for the best; `nil` for those that failed.
    public var rank: Int?
    public var status: Status
    /// `O`; NaN for those that failed.
    public var mismatch: Double
    /// `O` per data type, in the order of ``MismatchBreakdown/types``; may be empty.
    public var perType: [Double]
    /// Distance from the prior mean in the latent space, the tie breaker.
    public var latentDistance: Double?
    public var scenario: String?
    /// The better-ranked realization that this one repeats.
    public var duplicateOf: Int?

    public init(
        realization: Int, rank: Int?, status: Status, mismatch: Double, perType: [Double] = [],
        latentDistance: Double? = nil, scenario: String? = nil, duplicateOf: Int? = nil
    ) {
        (self.realization, self.rank, self.status) = (realization, rank, status)
        (self.mismatch, self.perType, self.latentDistance) = (mismatch, perType, latentDistance)
        (self.scenario, self.duplicateOf) = (scenario, duplicateOf)
    }
}

/// Where the mismatch sits: one value per well and data type.
public struct MismatchBreakdown: Equatable, Sendable {
    /// Data types, as Eclipse keywords, for example `WOPR`.
    public var types: [String]
    public var wells: [String]
    /// Median `O` over the ranked realizations and that of the best one, `[wells][types]`; NaN where a well lacks a type.
    public var median: [[Double]], best: [[Double]]
    /// Number of data, `[wells][types]`.
    public var dataCount: [[Int]]

    public init(types: [String], wells: [String], median: [[Double]], best: [[Double]], dataCount: [[Int]]) {
        (self.types, self.wells, self.median) = (types, wells, median)
        (self.best, self.dataCount) = (best, dataCount)
    }
}
