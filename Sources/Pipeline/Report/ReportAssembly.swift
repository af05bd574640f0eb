import Calibration
import CaseFiles
import Foundation
import LinearAlgebra
import PriorModels
import Reports
import Reservoir

/// Puts what the stages gave into the values that the report is written from.
struct ReportAssembly {
    /// Realizations whose maps and curves the page carries: enough to browse, few enough for a page that opens at once.
    static let mostMembers = 40
    static let latentPoints = 400
    /// Equal draws below which P10 and P90 are those of the luckiest draw.
    static let fewDraws = 20.0

    let project: Project
    let training: PreparedTraining
    let result: CalibrationResult
    let calibrator: Calibrator
    let observed: ObservedData
    /// Of realizations of the prior that were simulated for training.
    let priorSeries: [ProductionSeries]
    let methods: [CalibrationResult]

    func report() throws -> CalibrationReport {
        let rows = RankingRows(result, observed: observed)
        let vectors = vectorPanels()
        let accepted = result.ranking.accepted
        let raw = result.candidates.filter { $0.origin == .proposal }
        let maps = EnsembleMaps(project.settings.reservoir, faciesNames: project.settings.prior.faciesNames)
        let members = try memberPanels(maps: maps, vectors: vectors)
        let labels = try ScenarioLabels(project, inversion: training.inversion)
        let scenarios = try scenarios(labels)
        var report = CalibrationReport(
            caseName: project.settings.name, caseDescription: project.settings.summary, method: result.method.title,
            posteriorClaim: posteriorClaim, counts: counts, acceptance: acceptance,
            mismatch: MismatchRange(of: result.candidates.compactMap { $0.mismatch?.value }),
            acceptedMismatch: MismatchRange(of: accepted.map(\.mismatch)), rawProposals: rawSummary(raw),
            floor: training.quality.floorPanel(result.test), warnings: warnings, reasonsForNone: reasonsForNone,
            timeAxis: project.timeAxis, vectors: vectors, ranking: rows.rows(scenarios: scenarios),
            maps: try ensembleMaps(maps), members: members, breakdown: rows.breakdown(observed: observed),
            scenarios: scenarioRows(scenarios),
            methods: MethodComparison(project: project, observed: observed).rows(methods),
            training: training.panel(caseName: project.settings.name, maps: maps, test: result.test),
            latent: latentPanel(),
            provenance: project.provenance())
        report.scenarioNote = labels.note
        return report
    }

    private var posteriorClaim: String? {
        result.posterior.map { posterior in
            let size = NumberFormat.significant(posterior.effectiveSampleSize)
            return "\(posterior.method); worth \(size) equal draws"
        }
    }

    private var counts: EnsembleCounts {
        let accounting = result.accounting
        return EnsembleCounts(
            proposed: accounting.proposed, simulated: accounting.simulated, failed: accounting.failed,
            accepted: accounting.accepted, distinct: accounting.distinct)
    }

    private var acceptance: AcceptanceSummary {
        let types = Set(observed.layout.entries.map(\.key.keyword)).sorted()
        let noise = types.map(noiseText)
        let correlated = observed.correlationTime.map {
            ["errors of one vector correlated in time over \(NumberFormat.days($0))"]
        }
        return AcceptanceSummary(
            dataCount: observed.count, noise: noise + (correlated ?? ["errors independent of each other"]),
            rule: "\(result.test.rule)", threshold: result.test.threshold, overfitBelow: result.test.overfitThreshold)
    }

    /// For example `WOPR: 0.4 to 12 sm3/day, in the median 5 % of the value`.
    private func noiseText(_ type: String) -> String {
        let data = zip(observed.layout.entries, zip(observed.values, observed.errors))
            .filter { $0.0.key.keyword == type }
        let quantity = VectorKey(type).quantity
        let errors = data.map { $0.1.1 / quantity.metricFactor }
        let unit = quantity.metricUnit == "-" ? "" : " " + quantity.metricUnit
        let bounds = [errors.min() ?? .nan, errors.max() ?? .nan].map(NumberFormat.significant)
        let size = bounds[0] == bounds[1] ? bounds[0] : bounds.joined(separator: " to ")
        let relative = median(data.filter { $0.1.0 != 0 }.map { $0.1.1 / abs($0.1.0) })
        return "\(type): \(size)\(unit)"
            + (relative.isFinite ? ", in the median \(NumberFormat.rounded(100 * relative)) % of the value" : "")
    }

    private func rawSummary(_ raw: [Candidate]) -> RawProposalSummary? {
        let values = raw.compactMap { $0.mismatch?.value }
        return MismatchRange(of: values).map {
            RawProposalSummary(
                simulated: values.count, accepted: values.count { result.test.accepts($0) }, mismatch: $0)
        }
    }

    private var conflicts: [PriorDataConflict] { observed.conflicts(with: priorSeries) }

    private var warnings: [String] {
        // Where nothing was accepted they stand among the reasons.
        var warnings = result.accounting.accepted > 0 ? conflicts.map(\.sentence) : []
        let overfit = result.ranking.accepted.count(where: \.isOverfit)
        if overfit > 0 {
            warnings.append(
                "\(overfit) of \(result.accounting.accepted) accepted realizations lie closer to the data than their "
                    + "noise makes likely: overfitted, or the stated errors are too large.")
        }
        if result.accounting.accepted > 0, result.accounting.distinct * 4 < result.accounting.accepted {
            warnings.append("Most accepted realizations repeat each other; the spread of this ensemble is too small.")
        }
        if let size = result.posterior?.effectiveSampleSize, size < Self.fewDraws {
            warnings.append(
                "The weighted ensemble is worth \(NumberFormat.significant(size)) equal draws only: too few for its "
                    + "percentiles. Spend more simulations, or take the method 'smc'.")
        }
        if result.posterior == nil, result.accounting.accepted > 0 {
            warnings.append(
                "The accepted realizations match the data; they are not draws of the posterior, so their spread is no "
                    + "measure of uncertainty. The method 'smc' gives such draws.")
        }
        return warnings
    }

    private var reasonsForNone: [String] {
        guard result.accounting.accepted == 0 else { return [] }
        var reasons: [String] = []
        if let floor = training.quality.floorPanel(result.test), floor.median > result.test.threshold {
            reasons.append(
                "Encoding a realization loses more than the noise, for most of them: the representation floor is above "
                    + "the threshold, so matches are hard to find.")
        }
        reasons += conflicts.map(\.sentence)
        let values = result.candidates.compactMap { $0.mismatch?.value }
        if let best = values.min() {
            reasons.append(
                "The best mismatch is \(NumberFormat.significant(best)); accepted is up to "
                    + "\(NumberFormat.significant(result.test.threshold)). More simulations (calibration.budget) or another "
                    + "method may come closer.")
        }
        return reasons
    }

    private func vectorPanels() -> [VectorPanel] {
        let (members, weights, draws) = result.ensemble
        let known = members.indices.filter { result.series[members[$0]] != nil }
        return VectorPanels(
            history: project.settings.measured?.history ?? [], withheld: project.settings.measured?.forecast ?? [],
            historyEnd: project.settings.observations.historyEnd, truth: project.settings.truth, prior: priorSeries,
            accepted: known.compactMap { result.series[members[$0]] }, weights: known.map { weights[$0] }, draws: draws
        ).panels()
    }

    private func memberPanels(maps: EnsembleMaps, vectors: [VectorPanel]) throws -> [MemberPanel] {
        let ranked =
            result.ranking.accepted.map(\.candidate)
            + result.ranking.rejected.filter { $0.mismatch != nil }.map(\.candidate)
        let chosen = Array(ranked.prefix(Self.mostMembers))
        let realizations = try calibrator.realizations(of: chosen.map { result.candidates[$0] })
        let roles = MemberRoles(chosen, accepted: result.ranking.accepted.count, realizations: realizations)
        return zip(chosen, realizations).compactMap { index, realization in
            guard let series = result.series[index] else { return nil }
            return MemberPanel(
                realization: index, role: roles[index],
                maps: maps.fields(of: realization),
                curves: vectors.map { series[$0.key] ?? [] })
        }
    }

    private func ensembleMaps(_ maps: EnsembleMaps) throws -> [MapPanel] {
        let prior = try project.priorModel()
        let draws = (0..<100).map { prior.realization($0) }
        let before = maps.ensemble(draws, weights: draws.map { _ in 0.01 }, name: "Prior")
        let (members, weights, _) = result.ensemble
        let realizations = try calibrator.realizations(of: members.map { result.candidates[$0] })
        return before + maps.ensemble(realizations, weights: weights, name: "Calibrated")
    }

    /// The scenario of each candidate, by index.
    private func scenarios(_ labels: ScenarioLabels) throws -> [Int: String] {
        let all = labels.labelled(try calibrator.realizations(of: result.candidates))
        return Dictionary(
            uniqueKeysWithValues: zip(result.candidates, all).compactMap { candidate, realization in
                realization.scenario.map { (candidate.index, $0) }
            })
    }

    private func scenarioRows(_ known: [Int: String]) -> [ScenarioRow] {
        let prior = project.settings.prior.labelledScenarios
        guard !prior.isEmpty else { return [] }
        let (members, weights, _) = result.ensemble
        let found = ScenarioWeights(
            before: Dictionary(uniqueKeysWithValues: prior.map { ($0.label, $0.probability) }),
            ensemble: members.map { known[$0] }, weights: weights)
        return found.scenarios.map { ScenarioRow(name: $0.name, prior: $0.prior, accepted: $0.posterior) }
    }

    /// Candidates and the prior in the plane of the two latent directions along which accepted ones moved most.
    private func latentPanel() -> LatentPanel? {
        let accepted = result.ranking.accepted.compactMap { result.candidates[$0.candidate].latent }
        guard let dimension = accepted.first?.count, dimension >= 2 else { return nil }
        let shift = (0..<dimension).map { axis in abs(accepted.reduce(0) { $0 + $1[axis] }) / Double(accepted.count) }
        let axes = Array(shift.indices.sorted { (shift[$1], $0) < (shift[$0], $1) }.prefix(2))
        func cloud(_ kind: LatentPanel.Cloud.Kind, _ latents: [[Double]], _ indices: [Int] = []) -> LatentPanel.Cloud {
            LatentPanel.Cloud(
                kind: kind, x: latents.map { $0[axes[0]] }, y: latents.map { $0[axes[1]] }, realizations: indices)
        }
        var stream = RandomStream(seed: project.seed, purpose: "report.prior")
        let prior = (0..<Self.latentPoints).map { _ in stream.normals(dimension) }
        let proposals = result.candidates.filter { $0.origin == .proposal }.prefix(Self.latentPoints)
        return LatentPanel(
            xLabel: "latent \(axes[0] + 1)", yLabel: "latent \(axes[1] + 1)",
            clouds: [
                cloud(.prior, prior), cloud(.proposal, proposals.compactMap(\.latent)),
                cloud(.accepted, accepted, result.ranking.accepted.map(\.candidate))
            ])
    }
}

/// Which realizations are shown first, and why: the best, the middle one, and the one most unlike the best.
private struct MemberRoles {
    private var roles: [Int: String] = [:]

    init(_ indices: [Int], accepted: Int, realizations: [Realization]) {
        guard let best = indices.first, let first = realizations.first else { return }
        roles[best] = "best"
        let pool = indices.prefix(max(min(accepted, indices.count), 1))
        if pool.count > 2 { roles[pool[pool.count / 2]] = "median" }
        let distances = zip(pool, realizations).dropFirst().map { ($0, Distinctness.distance($1, first)) }
        if let farthest = distances.max(by: { $0.1 < $1.1 }), roles[farthest.0] == nil {
            roles[farthest.0] = "most different"
        }
    }

    subscript(index: Int) -> String? { roles[index] }
}

extension PriorDataConflict {
    fileprivate var sentence: String { "\(self)".prefix(1).uppercased() + "\(self)".dropFirst() + "." }
}

/// Numbers within sentences.
enum NumberFormat {
    static func significant(_ value: Double) -> String { plain(value, digits: 3) }
    static func rounded(_ value: Double) -> String { plain(value, digits: 2) }
    static func percent(_ fraction: Double) -> String { "\(significant(100 * fraction)) %" }
    static func days(_ seconds: Double) -> String { String(format: "%.4g days", seconds / Unit.day) }

    /// As `%g` writes it, but without a power of ten where people need none: 130, not 1.3e+02.
    private static func plain(_ value: Double, digits: Int) -> String {
        let text = String(format: "%.\(digits)g", value)
        return text.contains("e+") && abs(value) < 1e6 ? String(format: "%.0f", value) : text
    }
}
