import Calibration
import Reports
import Reservoir

/// The ranking and where the mismatch sits, as the report shows them.
struct RankingRows {
    let result: CalibrationResult
    let types: [String]
    let wells: [String]

    init(_ result: CalibrationResult, observed: ObservedData) {
        self.result = result
        types = Set(observed.layout.entries.map(\.key.keyword)).sorted()
        wells = Set(observed.layout.entries.compactMap(\.key.well)).sorted()
    }

    func rows(scenarios: [Int: String]) -> [RankingRow] {
        var rows: [RankingRow] = []
        for accepted in result.ranking.accepted {
            rows.append(
                row(
                    accepted.candidate, rank: rows.count + 1, status: accepted.isOverfit ? .overfit : .accepted,
                    distance: accepted.priorDistance, scenario: scenarios[accepted.candidate],
                    duplicateOf: accepted.repeats))
        }
        for rejected in result.ranking.rejected {
            let failed = rejected.mismatch == nil
            rows.append(
                row(
                    rejected.candidate, rank: failed ? nil : rows.count + 1,
                    status: failed ? .failed(why: rejected.reason) : .rejected(why: reason(rejected)),
                    distance: nil, scenario: scenarios[rejected.candidate], duplicateOf: nil))
        }
        return rows
    }

    /// The mismatch itself and the threshold stand beside it in every table.
    private func reason(_ rejected: Ranking.Rejected) -> String {
        guard let worst = result.candidates[rejected.candidate].mismatch?.worstVector else { return rejected.reason }
        return "furthest off: \(worst.name) (\(NumberFormat.significant(worst.part.value)))"
    }

    func breakdown(observed: ObservedData) -> MismatchBreakdown {
        let ranked = result.ranking.accepted.map(\.candidate) + result.ranking.rejected.map(\.candidate)
        let mismatches = ranked.compactMap { result.candidates[$0].mismatch }
        func parts(_ well: String, _ type: String) -> [Mismatch.Part] {
            mismatches.compactMap { $0.byVector["\(type):\(well)"] }
        }
        return MismatchBreakdown(
            types: types, wells: wells,
            median: wells.map { well in types.map { median(parts(well, $0).map(\.value)) } },
            best: wells.map { well in types.map { parts(well, $0).first?.value ?? .nan } },
            dataCount: wells.map { well in types.map { parts(well, $0).first?.count ?? 0 } })
    }

    private func row(
        _ index: Int, rank: Int?, status: RankingRow.Status, distance: Double?, scenario: String?, duplicateOf: Int?
    ) -> RankingRow {
        let mismatch = result.candidates[index].mismatch
        return RankingRow(
            realization: index, rank: rank, status: status, mismatch: mismatch?.value ?? .nan,
            perType: types.map { mismatch?.byType[$0]?.value ?? .nan }, latentDistance: distance, scenario: scenario,
            duplicateOf: duplicateOf)
    }
}

extension MismatchRange {
    /// `nil` of nothing.
    init?(of values: [Double]) {
        guard let best = values.min(), let worst = values.max() else { return nil }
        self.init(best: best, median: Pipeline.median(values), worst: worst)
    }
}

/// The middle value, or the mean of the two middle ones; NaN of nothing.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
