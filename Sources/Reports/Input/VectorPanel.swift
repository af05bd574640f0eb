public import Foundation
public import Reservoir

/// How the times of vectors are written: stored as [s] from the start.
public enum TimeAxis: Equatable, Sendable {
    /// Days from the start.
    case days
    /// Calendar dates; the start of the schedule.
    case dates(start: Date)
    /// A forward model without time: `label` names what is counted in the place of days, for example `receiver`.
    case index(label: String)
}

/// P10, P50 and P90 of an ensemble at the times of a ``VectorPanel``. P10 is the low one.
public struct Fan: Equatable, Sendable {
    public var p10: [Double], p50: [Double], p90: [Double]

    public init(p10: [Double], p50: [Double], p90: [Double]) {
        (self.p10, self.p50, self.p90) = (p10, p50, p90)
    }
}

/// One production vector: what the prior and the accepted realizations say, and what was observed.
public struct VectorPanel: Equatable, Sendable {
    public var key: VectorKey
    /// Strictly increasing [s].
    public var times: [Double]
    /// Last time of the history [s]; what comes later is forecast. `nil`: all history.
    public var historyEnd: Double?
    public var prior: Fan?
    /// `nil` if nothing was accepted.
    public var accepted: Fan?
    /// Used in the mismatch.
    public var observations: [Observation]
    /// Withheld from the calibration, for the comparison with the forecast.
    public var withheld: [Observation]
    /// The noise-free truth at ``times``, if known.
    public var truth: [Double]?
    public var scores: ForecastScores?

    public init(
        key: VectorKey, times: [Double], historyEnd: Double? = nil, prior: Fan? = nil, accepted: Fan? = nil,
        observations: [Observation] = [], withheld: [Observation] = [], truth: [Double]? = nil,
        scores: ForecastScores? = nil
    ) {
        (self.key, self.times, self.historyEnd, self.prior) = (key, times, historyEnd, prior)
        (self.accepted, self.observations, self.withheld) = (accepted, observations, withheld)
        (self.truth, self.scores) = (truth, scores)
    }
}

/// How well the withheld part of a vector was forecast.
public struct ForecastScores: Equatable, Sendable, Codable {
    /// Mean continuous ranked probability score, in the vector's SI unit.
    public var priorCRPS: Double, acceptedCRPS: Double
    /// Share of the withheld data within P10-P90, 0 to 1.
    public var priorCoverage: Double, acceptedCoverage: Double

    public init(priorCRPS: Double, acceptedCRPS: Double, priorCoverage: Double, acceptedCoverage: Double) {
        (self.priorCRPS, self.acceptedCRPS) = (priorCRPS, acceptedCRPS)
        (self.priorCoverage, self.acceptedCoverage) = (priorCoverage, acceptedCoverage)
    }
}
