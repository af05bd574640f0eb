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
    /// The same of each scenario of a prior that mixes several.
    public var scenarios: [ScenarioPreview]
    public var notes: [String]
    public var provenance: Provenance

    public init(
        caseName: String, description: String, sampleCount: Int, realizations: [MapPanel], maps: [MapPanel] = [],
        statistics: [StatisticRow] = [], variograms: [VariogramPanel] = [], scenarios: [ScenarioPreview] = [],
        notes: [String] = [], provenance: Provenance
    ) {
        (self.caseName, self.description, self.sampleCount) = (caseName, description, sampleCount)
        (self.realizations, self.maps, self.statistics) = (realizations, maps, statistics)
        (self.variograms, self.scenarios) = (variograms, scenarios)
        (self.notes, self.provenance) = (notes, provenance)
    }
}

/// One scenario of a prior, seen through those realizations that were drawn from it.
public struct ScenarioPreview: Sendable {
    public var label: String
    /// For example `meandering channels`.
    public var description: String
    public var sampleCount: Int
    public var realizations: [MapPanel]
    public var maps: [MapPanel]
    public var statistics: [StatisticRow]
    public var variograms: [VariogramPanel]

    public init(
        label: String, description: String, sampleCount: Int, realizations: [MapPanel], maps: [MapPanel],
        statistics: [StatisticRow], variograms: [VariogramPanel]
    ) {
        (self.label, self.description, self.sampleCount) = (label, description, sampleCount)
        (self.realizations, self.maps, self.statistics) = (realizations, maps, statistics)
        self.variograms = variograms
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

    /// Of ``measured`` from ``target`` in standard errors.
    var deviation: Double? {
        guard let target, let standardError, standardError > 0 else { return nil }
        return (measured - target) / standardError
    }
}

/// A variogram, or another function of distance, along one direction: measured and as asked for.
public struct VariogramPanel: Equatable, Sendable {
    /// For example `log-permeability, along x`.
    public var title: String
    /// What is drawn upwards.
    public var ordinate: String
    /// [m]
    public var lags: [Double]
    public var measured: [Double]
    /// Band that single realizations span (P10, P90), at ``lags``; `nil`: none drawn.
    public var low: [Double]?, high: [Double]?
    /// The model or the training image, at ``lags``.
    public var target: [Double]?

    public init(
        title: String, ordinate: String = "semivariance", lags: [Double], measured: [Double], low: [Double]? = nil,
        high: [Double]? = nil, target: [Double]? = nil
    ) {
        (self.title, self.ordinate, self.lags, self.measured) = (title, ordinate, lags, measured)
        (self.low, self.high, self.target) = (low, high, target)
    }
}
