/// Everything the report of one calibration shows. The pipeline fills it; nothing here is computed from the rest.
///
/// SI units inside, as in `ProductionSeries`; tables, figures and pages write Eclipse METRIC units.
public struct CalibrationReport: Sendable {
    public var caseName: String
    /// One or two sentences from the case file; may be empty.
    public var caseDescription: String
    /// For example `latent ES-MDA, 4 steps of 200`.
    public var method: String
    /// Which sampler targets the posterior, if the ensemble may be called one; `nil`: accepted matches, not a posterior.
    public var posteriorClaim: String?
    public var counts: EnsembleCounts
    public var acceptance: AcceptanceSummary
    /// Of every realization that was simulated; `nil` if none was.
    public var mismatch: MismatchRange?
    /// Of the accepted realizations alone; `nil` if there is none.
    public var acceptedMismatch: MismatchRange?
    /// The latent proposals before any refinement; `nil` for a method that has none.
    public var rawProposals: RawProposalSummary?
    public var floor: RepresentationFloor?
    /// Each a sentence, for example `No realization of this prior comes near WWCT:P3.`
    public var warnings: [String]
    /// Why nothing was accepted, in sentences; shown only when ``EnsembleCounts/accepted`` is 0.
    public var reasonsForNone: [String]
    public var timeAxis: TimeAxis
    public var vectors: [VectorPanel]
    /// Accepted first, in order of rank, then the rejected and the failed.
    public var ranking: [RankingRow]
    /// Ensemble maps: mean, standard deviation, probability of each facies.
    public var maps: [MapPanel]
    /// Realizations whose maps and curves the page can show.
    public var members: [MemberPanel]
    public var breakdown: MismatchBreakdown?
    /// Posterior weight of each scenario in a prior that mixes several.
    public var scenarios: [ScenarioRow]
    /// How the scenarios were told, in a sentence.
    public var scenarioNote: String?
    public var methods: [MethodRow]
    public var training: TrainingQualityPanel?
    public var latent: LatentPanel?
    public var provenance: Provenance

    public init(
        caseName: String, caseDescription: String = "", method: String, posteriorClaim: String? = nil,
        counts: EnsembleCounts, acceptance: AcceptanceSummary, mismatch: MismatchRange?,
        acceptedMismatch: MismatchRange? = nil, rawProposals: RawProposalSummary? = nil,
        floor: RepresentationFloor? = nil, warnings: [String] = [], reasonsForNone: [String] = [],
        timeAxis: TimeAxis = .days, vectors: [VectorPanel] = [], ranking: [RankingRow] = [], maps: [MapPanel] = [],
        members: [MemberPanel] = [], breakdown: MismatchBreakdown? = nil, scenarios: [ScenarioRow] = [],
        methods: [MethodRow] = [], training: TrainingQualityPanel? = nil, latent: LatentPanel? = nil,
        provenance: Provenance
    ) {
        (self.caseName, self.caseDescription) = (caseName, caseDescription)
        (self.method, self.posteriorClaim) = (method, posteriorClaim)
        (self.counts, self.acceptance) = (counts, acceptance)
        (self.mismatch, self.acceptedMismatch) = (mismatch, acceptedMismatch)
        (self.rawProposals, self.floor) = (rawProposals, floor)
        (self.warnings, self.reasonsForNone) = (warnings, reasonsForNone)
        (self.timeAxis, self.vectors, self.ranking, self.maps) = (timeAxis, vectors, ranking, maps)
        (self.members, self.breakdown) = (members, breakdown)
        (self.scenarios, self.methods) = (scenarios, methods)
        (self.training, self.latent, self.provenance) = (training, latent, provenance)
    }
}

/// How many realizations went into each stage of a calibration.
public struct EnsembleCounts: Equatable, Sendable, Codable {
    public var proposed: Int, simulated: Int, failed: Int, accepted: Int
    /// Accepted ones that differ from each other.
    public var distinct: Int

    public init(proposed: Int, simulated: Int, failed: Int, accepted: Int, distinct: Int) {
        (self.proposed, self.simulated, self.failed) = (proposed, simulated, failed)
        (self.accepted, self.distinct) = (accepted, distinct)
    }
}

/// The noise model and the rule that decides what is within it.
public struct AcceptanceSummary: Equatable, Sendable, Codable {
    /// `N_d`, the number of observed values in the mismatch.
    public var dataCount: Int
    /// One line per data type, for example `WOPR: 5 % of the value, at least 2 sm3/day`.
    public var noise: [String]
    /// For example `2 N_d O <= the 0.99 quantile of chi-square(N_d)`.
    public var rule: String
    /// Largest accepted mismatch `O`.
    public var threshold: Double
    /// Mismatch below which a realization is flagged as overfit.
    public var overfitBelow: Double?

    public init(dataCount: Int, noise: [String], rule: String, threshold: Double, overfitBelow: Double? = nil) {
        (self.dataCount, self.noise, self.rule) = (dataCount, noise, rule)
        (self.threshold, self.overfitBelow) = (threshold, overfitBelow)
    }
}

/// Mismatches `O = 1/(2 N_d) r^T C_D^-1 r` of a set of realizations; the truth has 1/2 on average.
public struct MismatchRange: Equatable, Sendable, Codable {
    public var best: Double, median: Double, worst: Double

    public init(best: Double, median: Double, worst: Double) {
        (self.best, self.median, self.worst) = (best, median, worst)
    }
}

/// What the latent proposals reached by themselves, before refinement with the simulator.
public struct RawProposalSummary: Equatable, Sendable, Codable {
    public var simulated: Int, accepted: Int
    public var mismatch: MismatchRange

    public init(simulated: Int, accepted: Int, mismatch: MismatchRange) {
        (self.simulated, self.accepted, self.mismatch) = (simulated, accepted, mismatch)
    }
}

/// Mismatch between held-out realizations and the same after encoding and decoding, both simulated.
public struct RepresentationFloor: Equatable, Sendable, Codable {
    public var realizations: Int
    /// Of the mismatch `O` over the held-out realizations.
    public var p10: Double, median: Double, p90: Double
    /// Share of the held-out realizations whose floor lies within the acceptance threshold, 0 to 1.
    public var shareWithinThreshold: Double
    /// Median per data type, in the order to show.
    public var perType: [NamedValue]
    /// What remains once the detail that the decoder leaves out is given latents too.
    public var withDetail: WithDetail?

    public struct WithDetail: Equatable, Sendable, Codable {
        /// Of the mismatch `O`.
        public var median: Double
        /// 0 to 1
        public var shareWithinThreshold: Double
        public init(median: Double, shareWithinThreshold: Double) {
            (self.median, self.shareWithinThreshold) = (median, shareWithinThreshold)
        }
    }

    public init(
        realizations: Int, p10: Double, median: Double, p90: Double, shareWithinThreshold: Double,
        perType: [NamedValue] = [], withDetail: WithDetail? = nil
    ) {
        self.withDetail = withDetail
        (self.realizations, self.p10, self.median, self.p90) = (realizations, p10, median, p90)
        (self.shareWithinThreshold, self.perType) = (shareWithinThreshold, perType)
    }
}

public struct NamedValue: Equatable, Sendable, Codable {
    public var name: String
    public var value: Double

    public init(_ name: String, _ value: Double) { (self.name, self.value) = (name, value) }
}

/// How favoured a scenario of a mixed prior is.
public struct ScenarioRow: Equatable, Sendable, Codable {
    public var name: String
    /// Share of the prior and of the accepted realizations, 0 to 1.
    public var prior: Double, accepted: Double

    public init(name: String, prior: Double, accepted: Double) {
        (self.name, self.prior, self.accepted) = (name, prior, accepted)
    }
}

/// One line of the comparison of methods on the same observations.
public struct MethodRow: Equatable, Sendable, Codable {
    public var name: String
    public var simulations: Int, accepted: Int, distinct: Int
    public var mismatch: MismatchRange?
    /// Mean continuous ranked probability score over the withheld data, in noise units; lower is better.
    public var forecastCRPS: Double?
    /// Share of withheld data within the P10-P90 range; the target is 0.80.
    public var forecastCoverage: Double?
    /// Simulations until the first accepted one; `nil`: none was.
    public var simulationsToFirst: Int?
    /// Whether its ensemble may be called a posterior.
    public var isPosterior: Bool

    public init(
        name: String, simulations: Int, accepted: Int, distinct: Int, mismatch: MismatchRange?,
        forecastCRPS: Double? = nil, forecastCoverage: Double? = nil, simulationsToFirst: Int? = nil,
        isPosterior: Bool = false
    ) {
        (self.simulationsToFirst, self.isPosterior) = (simulationsToFirst, isPosterior)
        (self.name, self.simulations, self.accepted, self.distinct) = (name, simulations, accepted, distinct)
        (self.mismatch, self.forecastCRPS, self.forecastCoverage) = (mismatch, forecastCRPS, forecastCoverage)
    }
}
