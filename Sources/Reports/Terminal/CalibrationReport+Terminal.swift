import Foundation
import Reservoir

extension CalibrationReport {
    /// What a user asks first, for the terminal: counts, verdict, mismatch, noise, floor, the best realizations.
    /// - Parameter rankedRows: how many lines of the ranking to show.
    public func terminalText(style: TerminalStyle, rankedRows: Int = 10) -> String {
        var parts = [style.heading(caseName, method), countsLine(style)]
        parts.append(style.painted(style.wrapped(verdict), counts.accepted > 0 ? .good : .bad))
        if counts.accepted == 0 {
            parts += reasonsForNone.map { style.wrapped("- \($0)", indent: 2) }
        }
        parts += warnings.map { style.painted(style.wrapped("! \($0)", indent: 2), .warning) }
        parts += ["", mismatchTable.text(style: style), ""]
        parts += [rawProposalSentence, floorSentence].compactMap { $0 }.map { style.wrapped($0) }
        parts += ruleLines(style)
        if !ranking.isEmpty, rankedRows > 0 { parts += ["", rankingTable(rows: rankedRows).text(style: style)] }
        if let breakdown { parts += ["", breakdown.table.text(style: style)] }
        if !scenarios.isEmpty {
            parts += ["", scenarioTable.text(style: style)]
            if let scenarioNote { parts.append(style.wrapped(scenarioNote)) }
        }
        if methods.count > 1 { parts += ["", methodTable.text(style: style)] }
        return parts.joined(separator: "\n") + "\n"
    }

    private func countsLine(_ style: TerminalStyle) -> String {
        let pairs = [
            ("proposed", counts.proposed), ("simulated", counts.simulated), ("failed", counts.failed),
            ("accepted", counts.accepted), ("distinct", counts.distinct)
        ]
        return style.wrapped(pairs.map { "\(NumberText.count($1)) \($0)" }.joined(separator: ", "))
    }

    private var mismatchTable: TextTable {
        var table = TextTable(columns: [
            .left("Mismatch O (noise units)"), .right("number"), .right("best"), .right("median"), .right("worst")
        ])
        func add(_ name: String, _ number: Int, _ range: MismatchRange) {
            let values = [range.best, range.median, range.worst].map { TextTable.Cell(Self.mismatchText($0)) }
            table.append([TextTable.Cell(name), TextTable.Cell(NumberText.count(number))] + values)
        }
        if let raw = rawProposals { add("Raw latent proposals", raw.simulated, raw.mismatch) }
        if let mismatch { add("All simulated", counts.simulated - counts.failed, mismatch) }
        if let acceptedMismatch { add("Accepted", counts.accepted, acceptedMismatch) }
        if let floor {
            add(
                "Representation floor (P10, P50, P90)", floor.realizations,
                MismatchRange(best: floor.p10, median: floor.median, worst: floor.p90))
        }
        return table
    }

    private var methodTable: TextTable {
        var table = TextTable(columns: [
            .left("Methods run"), .right("simulations"), .right("first"), .right("accepted"), .right("distinct"),
            .right("best O"), .right("forecast CRPS"), .right("in P10-P90")
        ])
        for method in methods {
            table.append([
                TextTable.Cell(method.name), TextTable.Cell(NumberText.count(method.simulations)),
                TextTable.Cell(method.simulationsToFirst.map(NumberText.count) ?? NumberText.none),
                TextTable.Cell(NumberText.count(method.accepted)), TextTable.Cell(NumberText.count(method.distinct)),
                TextTable.Cell(NumberText.significant(method.mismatch?.best)),
                TextTable.Cell(NumberText.significant(method.forecastCRPS)),
                TextTable.Cell(NumberText.percent(method.forecastCoverage))
            ])
        }
        return table
    }

    static func mismatchText(_ mismatch: Double) -> String {
        mismatch.isFinite ? "\(NumberText.significant(mismatch)) (\(inNoiseUnits(mismatch)))" : NumberText.none
    }

    private func ruleLines(_ style: TerminalStyle) -> [String] {
        let noise = acceptance.noise.joined(separator: "; ")
        let threshold = Self.mismatchText(acceptance.threshold)
        return [
            style.wrapped("Noise (standard deviation): \(noise)", indent: 2),
            style.wrapped(
                "Accepted if \(acceptance.rule), \(NumberText.count(acceptance.dataCount)) data: O <= \(threshold)",
                indent: 2),
            style.wrapped("Accepted ensemble: \(ensembleSentence)", indent: 2)
        ]
    }

    private var scenarioTable: TextTable {
        var table = TextTable(columns: [.left("Scenario"), .right("prior"), .right("accepted"), .right("ratio")])
        for row in scenarios {
            table.append([
                TextTable.Cell(row.name), TextTable.Cell(NumberText.percent(row.prior)),
                TextTable.Cell(NumberText.percent(row.accepted)),
                TextTable.Cell(row.prior > 0 ? NumberText.significant(row.accepted / row.prior) : NumberText.none)
            ])
        }
        return table
    }

    private func rankingTable(rows: Int) -> TextTable {
        let types = breakdown?.types ?? []
        var table = TextTable(
            columns: [.right("rank"), .right("realization"), .left("status"), .right("O")] + types.map { .right($0) }
                + [.left("note")])
        for row in ranking.prefix(rows) {
            let perType = types.indices.map {
                TextTable.Cell(NumberText.significant($0 < row.perType.count ? row.perType[$0] : nil))
            }
            table.append(
                [
                    TextTable.Cell(row.rank.map(String.init) ?? NumberText.none), TextTable.Cell("\(row.realization)"),
                    TextTable.Cell(row.status.word, row.status.tone),
                    TextTable.Cell(NumberText.significant(row.mismatch))
                ] + perType + [TextTable.Cell(row.note)])
        }
        return table
    }
}

extension RankingRow.Status {
    fileprivate var tone: TextTone {
        switch self {
        case .accepted: .good
        case .overfit: .warning
        case .rejected: .plain
        case .failed: .bad
        }
    }
}

extension MismatchBreakdown {
    /// Median `O` per well and data type, that of the best realization in brackets.
    var table: TextTable {
        var table = TextTable(columns: [.left("Median O (best)")] + types.map { .right($0) })
        for (w, well) in wells.enumerated() {
            let cells = types.indices.map { t -> TextTable.Cell in
                guard dataCount[w][t] > 0 else { return TextTable.Cell(NumberText.none, .faint) }
                let text = "\(NumberText.significant(median[w][t])) (\(NumberText.significant(best[w][t])))"
                return TextTable.Cell(text, median[w][t] > 2 ? .warning : .plain)
            }
            table.append([TextTable.Cell(well)] + cells)
        }
        return table
    }
}
