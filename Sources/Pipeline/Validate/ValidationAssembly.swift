import Calibration
import CaseFiles
import Foundation
import Reports
import Reservoir

/// Puts what came of the truths into the values that page and tables are written from.
struct ValidationAssembly {
    let project: Project
    let layout: TruthLayout
    let settings: [CalibrationSettings]
    /// Per method, in the order of ``settings``.
    let outcomes: [[TruthOutcome]]
    let agreements: [TwinAgreement]
    let draws: Int
    let request: ValidationRequest

    func summary() -> ValidationSummary {
        let test = AcceptanceTest(rule: project.settings.calibration.acceptance, dataCount: layout.history.count)
        return ValidationSummary(
            caseName: project.settings.name, threshold: test.threshold, rule: "\(test.rule)",
            methods: zip(settings, outcomes).filter { !$0.1.isEmpty }.map(method), agreement: agreements.flatMap(rows),
            agreementReference: reference, agreements: zip(settings, outcomes).compactMap { agreement($0.0.method) },
            notes: notes, provenance: project.provenance())
    }

    private func method(_ settings: CalibrationSettings, _ outcomes: [TruthOutcome]) -> ValidationMethod {
        let scored = outcomes.compactMap(\.scores)
        func pooled(_ part: (TruthScores) -> ForecastScore, _ scores: [TruthScores]) -> ForecastScore? {
            let known = scores.map(part).filter { $0.entryCount > 0 }
            return known.isEmpty ? nil : ForecastScore(pooling: known)
        }
        let history = pooled(\.history, scored), forecast = pooled(\.forecast, scored)
        // The prior's score is taken over the same truths as the method's.
        let prior = pooled(\.forecast, outcomes.filter { $0.scores != nil }.map(\.priorScores))
        let times = outcomes.map(\.seconds)
        return ValidationMethod(
            name: settings.method.title, truths: outcomes.map(row), historyCoverage: history?.coverage,
            forecastCoverage: forecast?.coverage, forecastCRPS: forecast?.normalizedScore,
            priorCRPS: prior?.normalizedScore, reliability: reliability(scored.flatMap(\.forecastRanks)),
            ranks: scored.count >= 10 ? ranks(scored) : [], wanted: settings.wantedDistinct ?? 50,
            posteriorClaim: outcomes.lazy.compactMap(\.posteriorClaim).first,
            medianSeconds: times.isEmpty ? nil : median(times))
    }

    private func row(_ outcome: TruthOutcome) -> TruthRow {
        TruthRow(
            truth: outcome.truth + 1, simulations: outcome.accounting.proposed, accepted: outcome.accounting.accepted,
            distinct: outcome.accounting.distinct, bestMismatch: outcome.bestMismatch,
            historyCoverage: covered(outcome.scores?.history), forecastCoverage: covered(outcome.scores?.forecast),
            forecastCRPS: outcome.scores.flatMap { $0.forecast.entryCount > 0 ? $0.forecast.normalizedScore : nil },
            simulationsToFirst: outcome.accounting.simulationsToFirst, truthMismatch: outcome.truthMismatch,
            relativeSpread: outcome.relativeSpread)
    }

    private func covered(_ score: ForecastScore?) -> Double? {
        score.flatMap { $0.entryCount > 0 ? $0.coverage : nil }
    }

    private func reliability(_ ranks: [Double]) -> [ReliabilityPoint] {
        guard !ranks.isEmpty else { return [] }
        return (1...9).map { step in
            let nominal = Double(step) / 10
            let inside = ranks.count { abs($0 - 0.5) <= nominal / 2 }
            return ReliabilityPoint(nominal: nominal, observed: Double(inside) / Double(ranks.count))
        }
    }

    private func ranks(_ scores: [TruthScores]) -> [Reports.RankHistogram] {
        // Five truths a bin at least, so that an empty bin is news.
        let bins = min(10, max(2, scores.count / 5))
        let place = layout.forecast.count > 0 ? "end of the forecast" : "end of the history"
        return layout.ends.indices.map { position in
            let histogram = Calibration.RankHistogram(ranks: scores.map { $0.endRanks[position] }, bins: bins)
            return Reports.RankHistogram(
                name: "\(layout.ends[position].key), \(place)", counts: histogram.counts, low: Double(histogram.lower),
                high: Double(histogram.upper))
        }
    }

    // MARK: - Agreement

    private func rows(_ agreement: TwinAgreement) -> [AgreementRow] {
        agreement.vectors.map { vector in
            let factor = vector.key.quantity.metricFactor
            return AgreementRow(
                name: "\(agreement.method.title), truth \(agreement.truth + 1), \(vector.key)",
                mean: vector.mean / factor, referenceMean: vector.referenceMean / factor,
                spread: vector.spread / factor, referenceSpread: vector.referenceSpread / factor,
                unit: vector.key.quantity.metricUnit)
        }
    }

    private func agreement(_ method: CalibrationMethod) -> MethodAgreement? {
        let own = agreements.filter { $0.method == method }
        // A vector whose reference has no spread, such as a rate that the well's limit sets, has nothing to agree on.
        let vectors = own.flatMap(\.vectors).filter { $0.referenceSpread > 1e-3 * abs($0.referenceMean) }
        guard !vectors.isEmpty else { return nil }
        func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }
        return MethodAgreement(
            method: method.title, truths: own.count,
            meanError: mean(vectors.map { $0.shift / max(abs($0.referenceMean), 1e-300) }),
            meanShift: mean(vectors.map { $0.shift / $0.referenceSpread }),
            spreadRatio: mean(vectors.map { $0.spread / $0.referenceSpread }),
            mapSpreadRatio: mean(own.map(\.mapSpreadRatio)))
    }

    private var reference: String {
        guard !agreements.isEmpty else { return "" }
        let factors = agreements.map(\.noiseFactor), sizes = agreements.map(\.referenceSize)
        return "\(draws) draws of the prior on the coarse twin, weighted by their likelihood: worth "
            + "\(range(sizes, "%.0f")) equal draws with the noise enlarged \(range(factors, "%.1f")) times; "
            + "the methods had the same noise"
    }

    private func range(_ values: [Double], _ format: String) -> String {
        let low = String(format: format, values.min() ?? .nan), high = String(format: format, values.max() ?? .nan)
        return low == high ? low : "\(low) to \(high)"
    }

    private var notes: [String] {
        var notes: [String] = []
        if request.usesDecodedTruths {
            notes.append(
                "The truths are decoded latents, which the networks can represent: an experiment, no validation.")
        }
        if request.noiseFactor != 1 {
            notes.append("The noise is \(NumberFormat.significant(request.noiseFactor)) times that of the case.")
        }
        for (method, outcomes) in zip(settings, outcomes) where !outcomes.isEmpty {
            let title = method.method.title
            let none = outcomes.filter { $0.accounting.accepted == 0 }
            if !none.isEmpty {
                notes.append("\(title) found no match for \(none.count) of \(outcomes.count) truths.")
            }
            if outcomes.allSatisfy({ $0.posteriorClaim == nil }), outcomes.contains(where: { $0.scores != nil }) {
                notes.append("\(title) claims no posterior; coverage and ranks tell how far its ensemble is from one.")
            }
            let truthAbove = outcomes.count { !acceptance.accepts($0.truthMismatch) }
            if method == settings.first, truthAbove > 0 {
                notes.append(
                    "\(truthAbove) of \(outcomes.count) truths are themselves outside the rule by their noise; one in a "
                        + "hundred is expected by the chi-square rule.")
            }
        }
        return notes
    }

    private var acceptance: AcceptanceTest {
        AcceptanceTest(rule: project.settings.calibration.acceptance, dataCount: layout.history.count)
    }
}
