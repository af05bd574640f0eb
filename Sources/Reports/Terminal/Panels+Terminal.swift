extension TrainingQualityPanel {
    /// What training reached, the linear baseline beside it, and the floor.
    public func terminalText(style: TerminalStyle) -> String {
        let pairs = NumberText.count(trainingPairs), held = NumberText.count(heldOutPairs)
        var parts = [
            style.heading(caseName, architecture),
            style.wrapped(
                "\(pairs) simulated pairs, \(NumberText.count(unsimulatedRealizations)) further realizations, "
                    + "\(held) pairs held out\(bestEpoch.map { "; weights of epoch \($0) kept" } ?? "")")
        ]
        parts += notes.map { style.painted(style.wrapped("! \($0)", indent: 2), .warning) }
        if !errors.isEmpty { parts += ["", errorTable.text(style: style)] }
        if let floor {
            parts += ["", floorTable(floor).text(style: style)]
            if let threshold { parts.append(style.wrapped(floor.sentence(threshold: threshold))) }
        }
        return parts.joined(separator: "\n") + "\n"
    }

    private var errorTable: TextTable {
        var table = TextTable(columns: [.left("On held-out pairs"), .right("network"), .right("linear regression")])
        for row in errors {
            let ahead =
                row.linearBaseline.map { row.higherIsBetter ? row.network >= $0 : row.network <= $0 } ?? true
            table.append([
                TextTable.Cell(row.name), TextTable.Cell(NumberText.significant(row.network), ahead ? .good : .warning),
                TextTable.Cell(NumberText.significant(row.linearBaseline))
            ])
        }
        return table
    }

    private func floorTable(_ floor: RepresentationFloor) -> TextTable {
        var table = TextTable(columns: [.left("Representation floor"), .right("O (noise units)")])
        let rows = [("P10", floor.p10), ("Median", floor.median), ("P90", floor.p90)]
        for (name, value) in rows + floor.perType.map({ ("Median, \($0.name)", $0.value) }) {
            table.append([TextTable.Cell(name), TextTable.Cell(CalibrationReport.mismatchText(value))])
        }
        table.append(["Within the threshold", TextTable.Cell(NumberText.percent(floor.shareWithinThreshold))])
        if let detail = floor.withDetail {
            table.append(["Median, with detail", TextTable.Cell(CalibrationReport.mismatchText(detail.median))])
            table.append([
                "Within the threshold, with detail", TextTable.Cell(NumberText.percent(detail.shareWithinThreshold))
            ])
        }
        return table
    }
}
