extension PriorPreview {
    /// Statistics against their targets, of the whole prior and then of each scenario.
    public func terminalText(style: TerminalStyle) -> String {
        var parts = [style.heading(caseName, description)]
        parts += notes.map { style.painted(style.wrapped("! \($0)", indent: 2), .warning) }
        parts += ["", Self.table(statistics).text(style: style)]
        for scenario in scenarios {
            parts += [
                "", style.heading(scenario.label, "\(scenario.description), \(scenario.sampleCount) realizations"),
                Self.table(scenario.statistics).text(style: style)
            ]
        }
        return parts.joined(separator: "\n") + "\n"
    }

    private static func table(_ rows: [StatisticRow]) -> TextTable {
        var table = TextTable(columns: [
            .left("Statistic"), .left("unit"), .right("target"), .right("measured"), .right("standard error"),
            .right("off by (s.e.)")
        ])
        for row in rows {
            table.append([
                TextTable.Cell(row.name), TextTable.Cell(row.unit),
                TextTable.Cell(NumberText.significant(row.target, digits: 4)),
                TextTable.Cell(NumberText.significant(row.measured, digits: 4)),
                TextTable.Cell(NumberText.significant(row.standardError)),
                TextTable.Cell(NumberText.fixed(row.deviation, decimals: 1))
            ])
        }
        return table
    }
}
