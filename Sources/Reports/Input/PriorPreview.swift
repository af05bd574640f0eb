/// A look at a prior: some realizations and how their statistics compare with what was asked for.
public struct PriorPreview: Sendable {
    public var caseName: String
    /// For example `meandering channels at 45 degrees`.
    public var description: String
    /// How many realizations the statistics rest on.
    public var sampleCount: Int
    public var realizations: [MapPanel]
    /// Mean and variance (or probability) maps.
    public var maps: [MapPanel]
    public var statistics: [StatisticRow]
    public var variograms: [VariogramPanel]
    public var notes: [String]
    public var provenance: Provenance

    public init(
        caseName: String, description: String, sampleCount: Int, realizations: [MapPanel], maps: [MapPanel] = [],
        statistics: [StatisticRow] = [], variograms: [VariogramPanel] = [], notes: [String] = [],
        provenance: Provenance
    ) {
        (self.caseName, self.description, self.sampleCount) = (caseName, description, sampleCount)
        (self.realizations, self.maps, self.statistics) = (realizations, maps, statistics)
        (self.variograms, self.notes, self.provenance) = (variograms, notes, provenance)
    }
}

/// A statistic of the prior against its target: a facies proportion, a mean, a well value honoured.
public struct StatisticRow: Equatable, Sendable {
    public var name: String
    public var target: Double?
    public var measured: Double
    /// Standard error of ``measured``, if known.
    public var standardError: Double?
    public var unit: String

    public init(
        name: String, target: Double? = nil, measured: Double, standardError: Double? = nil, unit: String = ""
    ) {
        (self.name, self.target, self.measured) = (name, target, measured)
        (self.standardError, self.unit) = (standardError, unit)
    }
}

/// A variogram along one direction, measured and as asked for.
public struct VariogramPanel: Equatable, Sendable {
    /// For example `log-permeability, along x`.
    public var title: String
    /// [m]
    public var lags: [Double]
    public var measured: [Double]
    /// Band that single realizations span (P10, P90), at ``lags``; `nil`: none drawn.
    public var low: [Double]?, high: [Double]?
    /// The model or the training image, at ``lags``.
    public var target: [Double]?

    public init(
        title: String, lags: [Double], measured: [Double], low: [Double]? = nil, high: [Double]? = nil,
        target: [Double]? = nil
    ) {
        (self.title, self.lags, self.measured) = (title, lags, measured)
        (self.low, self.high, self.target) = (low, high, target)
    }
}
