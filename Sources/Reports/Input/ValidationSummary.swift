/// What synthetic truths say about a case: whether its results can be trusted.
public struct ValidationSummary: Sendable {
    public var caseName: String
    /// Largest accepted mismatch `O`, and the rule in words.
    public var threshold: Double
    public var rule: String
    /// One per method, the one under test first; empty if there were truths on the coarse twin only.
    public var methods: [ValidationMethod]
    public var agreement: [AgreementRow]
    /// What the agreement is measured against, for example `4,000 rejection samples on the coarse twin`.
    public var agreementReference: String
    /// ``agreement`` in short, one per method compared.
    public var agreements: [MethodAgreement]
    public var notes: [String]
    public var provenance: Provenance

    public init(
        caseName: String, threshold: Double, rule: String, methods: [ValidationMethod],
        agreement: [AgreementRow] = [], agreementReference: String = "", agreements: [MethodAgreement] = [],
        notes: [String] = [], provenance: Provenance
    ) {
        self.agreements = agreements
        (self.caseName, self.threshold, self.rule, self.methods) = (caseName, threshold, rule, methods)
        (self.agreement, self.agreementReference) = (agreement, agreementReference)
        (self.notes, self.provenance) = (notes, provenance)
    }
}

/// One method over all truths.
public struct ValidationMethod: Sendable {
    public var name: String
    public var truths: [TruthRow]
    /// Share of held-out data within P10-P90, over all truths; the target is 0.80. `nil`: no ensemble was accepted.
    public var historyCoverage: Double?, forecastCoverage: Double?
    /// Mean continuous ranked probability score of the forecast, in noise units; that of the prior beside it.
    public var forecastCRPS: Double?, priorCRPS: Double?
    /// Observed coverage of central intervals of nominal levels, for the reliability curve; may be empty.
    public var reliability: [ReliabilityPoint]
    public var ranks: [RankHistogram]
    /// Accepted and distinct realizations that a truth should have.
    public var wanted: Int
    /// Which sampler targets the posterior; `nil`: accepted matches, not a posterior.
    public var posteriorClaim: String?
    /// Wall-clock time of one truth [s], over those run.
    public var medianSeconds: Double?

    public init(
        name: String, truths: [TruthRow], historyCoverage: Double?, forecastCoverage: Double?,
        forecastCRPS: Double?, priorCRPS: Double? = nil, reliability: [ReliabilityPoint] = [],
        ranks: [RankHistogram] = [], wanted: Int = 50, posteriorClaim: String? = nil, medianSeconds: Double? = nil
    ) {
        (self.wanted, self.posteriorClaim, self.medianSeconds) = (wanted, posteriorClaim, medianSeconds)
        (self.name, self.truths) = (name, truths)
        (self.historyCoverage, self.forecastCoverage) = (historyCoverage, forecastCoverage)
        (self.forecastCRPS, self.priorCRPS) = (forecastCRPS, priorCRPS)
        (self.reliability, self.ranks) = (reliability, ranks)
    }
}

/// How one truth came out.
public struct TruthRow: Equatable, Sendable, Codable {
    /// Number of the truth, counted from 1.
    public var truth: Int
    public var simulations: Int, accepted: Int, distinct: Int
    public var bestMismatch: Double
    public var historyCoverage: Double?, forecastCoverage: Double?
    public var forecastCRPS: Double?
    /// Simulations until the first accepted one; `nil`: none was.
    public var simulationsToFirst: Int?
    /// `O` of the truth itself, which its noise alone gives.
    public var truthMismatch: Double?
    /// Mean standard deviation over cells of the ensemble's maps, over that of the prior's.
    public var relativeSpread: Double?

    public init(
        truth: Int, simulations: Int, accepted: Int, distinct: Int, bestMismatch: Double,
        historyCoverage: Double? = nil, forecastCoverage: Double? = nil, forecastCRPS: Double? = nil,
        simulationsToFirst: Int? = nil, truthMismatch: Double? = nil, relativeSpread: Double? = nil
    ) {
        (self.simulationsToFirst, self.truthMismatch) = (simulationsToFirst, truthMismatch)
        self.relativeSpread = relativeSpread
        (self.truth, self.simulations, self.accepted, self.distinct) = (truth, simulations, accepted, distinct)
        (self.bestMismatch, self.historyCoverage) = (bestMismatch, historyCoverage)
        (self.forecastCoverage, self.forecastCRPS) = (forecastCoverage, forecastCRPS)
    }
}

public struct ReliabilityPoint: Equatable, Sendable, Codable {
    /// Both 0 to 1.
    public var nominal: Double, observed: Double
    public init(nominal: Double, observed: Double) { (self.nominal, self.observed) = (nominal, observed) }
}

/// Ranks of the truth within its ensemble (simulation-based calibration): uniform if the sampler is right.
public struct RankHistogram: Equatable, Sendable {
    /// For example `WWCT:P1 at 1200 days`.
    public var name: String
    public var counts: [Int]
    /// The 99 % band of a bin's count under uniformity.
    public var low: Double, high: Double

    public init(name: String, counts: [Int], low: Double, high: Double) {
        (self.name, self.counts, self.low, self.high) = (name, counts, low, high)
    }
}

/// Mean and spread of one forecast against a reference sampler.
public struct AgreementRow: Equatable, Sendable {
    public var name: String
    /// Of this method and of the reference, in ``unit``.
    public var mean: Double, referenceMean: Double
    public var spread: Double, referenceSpread: Double
    /// As written in tables; the values are not converted.
    public var unit: String

    public init(
        name: String, mean: Double, referenceMean: Double, spread: Double, referenceSpread: Double, unit: String
    ) {
        (self.name, self.unit) = (name, unit)
        (self.mean, self.referenceMean) = (mean, referenceMean)
        (self.spread, self.referenceSpread) = (spread, referenceSpread)
    }
}

/// How far one method is from a reference sampler, over all its forecasts.
public struct MethodAgreement: Equatable, Sendable, Codable {
    public var method: String
    public var truths: Int
    /// Mean over vectors of the difference of the forecasts' means: relative to the reference's mean, and in units of the
    /// reference's spread.
    public var meanError: Double, meanShift: Double
    /// Mean over vectors of the spread over the reference's, and the same of the maps.
    public var spreadRatio: Double, mapSpreadRatio: Double

    public init(
        method: String, truths: Int, meanError: Double, meanShift: Double, spreadRatio: Double, mapSpreadRatio: Double
    ) {
        (self.method, self.truths, self.meanError, self.meanShift) = (method, truths, meanError, meanShift)
        (self.spreadRatio, self.mapSpreadRatio) = (spreadRatio, mapSpreadRatio)
    }
}

extension ValidationSummary {
    /// What was tried, in a few words.
    var extent: String {
        methods.first.map { "\($0.truths.count) synthetic truths" } ?? "truths on the coarse twin alone"
    }
}

extension ValidationMethod {
    /// Share of truths with as many accepted and distinct realizations as wanted.
    public var shareSatisfied: Double {
        Double(truths.count { $0.distinct >= wanted }) / Double(max(truths.count, 1))
    }

    /// Accepted and distinct realizations for a thousand simulations, over all truths.
    public var yield: Double {
        let spent = truths.reduce(0) { $0 + $1.simulations }
        return 1000 * Double(truths.reduce(0) { $0 + $1.distinct }) / Double(max(spent, 1))
    }

    /// Mean over truths of the spread of the maps over the prior's; `nil` if no ensemble was accepted.
    public var relativeSpread: Double? {
        let known = truths.compactMap(\.relativeSpread)
        return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
}
