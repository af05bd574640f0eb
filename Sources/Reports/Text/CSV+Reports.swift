import Foundation
import Reservoir

extension RankingRow.Status {
    /// One word for tables and files.
    public var word: String {
        switch self {
        case .accepted: "accepted"
        case .overfit: "overfit"
        case .rejected: "rejected"
        case .failed: "failed"
        }
    }

    /// Why a realization was rejected or failed; empty for the accepted.
    public var reason: String {
        switch self {
        case .accepted: ""
        case .overfit: "closer to the data than their noise makes likely"
        case .rejected(let why), .failed(let why): why
        }
    }

    public var isAccepted: Bool { self == .accepted || self == .overfit }
}

extension RankingRow {
    /// What a table says beside the status: why, and which realization this one repeats.
    var note: String {
        let repeated = duplicateOf.map { "repeats \($0)" } ?? ""
        return [status.reason, repeated].filter { !$0.isEmpty }.joined(separator: "; ")
    }
}

extension CalibrationReport {
    /// One line per realization, best first: `rank,realization,status,mismatch,mismatch_<type>…,why`.
    public var rankingCSV: String {
        let types = breakdown?.types ?? []
        var csv = CSVText(
            header: ["rank", "realization", "status", "mismatch"] + types.map { "mismatch_\($0)" }
                + ["latent_distance", "scenario", "duplicate_of", "why"])
        for row in ranking {
            let perType = types.indices.map { CSVText.number($0 < row.perType.count ? row.perType[$0] : nil) }
            csv.append(
                [row.rank.map(String.init) ?? "", String(row.realization), row.status.word]
                    + [CSVText.number(row.mismatch)] + perType
                    + [
                        CSVText.number(row.latentDistance), row.scenario ?? "",
                        row.duplicateOf.map(String.init) ?? "", row.status.reason
                    ])
        }
        return csv.text
    }

    /// Fans of every vector in METRIC units: `keyword,well,days,part,prior_p10…,accepted_p10…,truth`.
    ///
    /// `days` is the index of the datum for a forward model without time.
    public var vectorsCSV: String {
        var csv = CSVText(header: [
            "keyword", "well", "days", "part", "unit", "prior_p10", "prior_p50", "prior_p90",
            "accepted_p10", "accepted_p50", "accepted_p90", "truth"
        ])
        for panel in vectors {
            for (index, time) in panel.times.enumerated() {
                func metric(_ values: [Double]?) -> String {
                    CSVText.number(values.map { panel.key.quantity.display($0[index]) })
                }
                let part = time > panel.historyEnd ?? .infinity ? "forecast" : "history"
                csv.append([
                    panel.key.keyword, panel.key.well ?? "", CSVText.number(timeAxis.plain(time)), part,
                    panel.key.quantity.metricUnit, metric(panel.prior?.p10), metric(panel.prior?.p50),
                    metric(panel.prior?.p90), metric(panel.accepted?.p10), metric(panel.accepted?.p50),
                    metric(panel.accepted?.p90), metric(panel.truth)
                ])
            }
        }
        return csv.text
    }

    /// One line per method that was run on the same observations.
    public var comparisonCSV: String {
        var csv = CSVText(header: [
            "method", "posterior", "simulations", "simulations_to_first", "accepted", "distinct", "best_mismatch",
            "median_mismatch", "forecast_crps", "forecast_coverage"
        ])
        for method in methods {
            csv.append([
                method.name, method.isPosterior ? "yes" : "no", String(method.simulations),
                method.simulationsToFirst.map(String.init) ?? "", String(method.accepted), String(method.distinct),
                CSVText.number(method.mismatch?.best), CSVText.number(method.mismatch?.median),
                CSVText.number(method.forecastCRPS), CSVText.number(method.forecastCoverage)
            ])
        }
        return csv.text
    }

    /// `well,type,data,median,best`, one line per well and data type that has data.
    public var breakdownCSV: String {
        var csv = CSVText(header: ["well", "type", "data", "median_mismatch", "best_mismatch"])
        guard let breakdown else { return csv.text }
        for (w, well) in breakdown.wells.enumerated() {
            for (t, type) in breakdown.types.enumerated() where breakdown.dataCount[w][t] > 0 {
                csv.append([
                    well, type, String(breakdown.dataCount[w][t]), CSVText.number(breakdown.median[w][t]),
                    CSVText.number(breakdown.best[w][t])
                ])
            }
        }
        return csv.text
    }
}

extension ValidationSummary {
    /// One line per method and truth.
    public var truthsCSV: String {
        var csv = CSVText(header: [
            "method", "truth", "simulations", "accepted", "distinct", "best_mismatch", "history_coverage",
            "forecast_coverage", "forecast_crps", "simulations_to_first", "truth_mismatch", "relative_spread"
        ])
        for method in methods {
            for row in method.truths {
                csv.append([
                    method.name, String(row.truth), String(row.simulations), String(row.accepted),
                    String(row.distinct), CSVText.number(row.bestMismatch), CSVText.number(row.historyCoverage),
                    CSVText.number(row.forecastCoverage), CSVText.number(row.forecastCRPS),
                    row.simulationsToFirst.map(String.init) ?? "", CSVText.number(row.truthMismatch),
                    CSVText.number(row.relativeSpread)
                ])
            }
        }
        return csv.text
    }

    /// One line per forecast compared with the reference sampler.
    public var agreementCSV: String {
        var csv = CSVText(header: ["forecast", "unit", "mean", "reference_mean", "spread", "reference_spread"])
        for row in agreement {
            csv.append(
                [row.name, row.unit]
                    + [row.mean, row.referenceMean, row.spread, row.referenceSpread].map { CSVText.number($0) })
        }
        return csv.text
    }
}
