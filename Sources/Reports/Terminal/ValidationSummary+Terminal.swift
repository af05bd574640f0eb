extension ValidationSummary {
    /// The methods side by side, every truth, and the agreement with rejection sampling, for the terminal.
    public func terminalText(style: TerminalStyle) -> String {
        var parts = [
            style.heading(caseName, extent),
            style.wrapped("Accepted if \(rule): O <= \(CalibrationReport.mismatchText(threshold))")
        ]
        parts += notes.map { style.painted(style.wrapped("! \($0)", indent: 2), .warning) }
        if !methods.isEmpty { parts += ["", methodTable.text(style: style)] }
        for method in methods {
            let spread = method.relativeSpread.map {
                "spread of the maps \(NumberText.fixed($0, decimals: 2)) of the prior's"
            }
            let time = method.medianSeconds.map { "\(NumberText.duration($0)) a truth in the median" }
            let facts = [spread, time].compactMap { $0 }.joined(separator: ", ")
            parts += ["", style.heading(method.name, facts)]
            parts.append(Self.table(method).text(style: style))
        }
        if !agreements.isEmpty {
            parts += ["", style.painted("Agreement with rejection sampling", .strong)]
            parts += [style.wrapped(agreementReference), agreementTable.text(style: style)]
        }
        return parts.joined(separator: "\n") + "\n"
    }

    private var methodTable: TextTable {
        var table = TextTable(columns: [
            .left("Method"), .right("matched"), .right("enough"), .right("distinct"), .right("simulations"),
            .right("per 1,000"), .right("history"), .right("forecast"), .right("CRPS (prior)")
        ])
        for method in methods {
            let matched = method.truths.count { $0.accepted > 0 }
            table.append([
                TextTable.Cell(method.name), "\(matched) of \(method.truths.count)",
                TextTable.Cell(
                    NumberText.percent(method.shareSatisfied), method.shareSatisfied >= 0.95 ? .good : .warning),
                TextTable.Cell(NumberText.significant(Self.median(method.truths.map(\.distinct)))),
                TextTable.Cell(NumberText.significant(Self.median(method.truths.map(\.simulations)), digits: 4)),
                TextTable.Cell(NumberText.significant(method.yield)),
                TextTable.Cell(NumberText.percent(method.historyCoverage)), Self.coverage(method.forecastCoverage),
                "\(NumberText.significant(method.forecastCRPS)) (\(NumberText.significant(method.priorCRPS)))"
            ])
        }
        return table
    }

    private static func table(_ method: ValidationMethod) -> TextTable {
        var table = TextTable(columns: [
            .right("truth"), .right("simulations"), .right("first"), .right("accepted"), .right("distinct"),
            .right("best O"), .right("truth's O"), .right("history"), .right("forecast"), .right("CRPS"),
            .right("spread")
        ])
        for row in method.truths {
            table.append([
                "\(row.truth)", TextTable.Cell(NumberText.count(row.simulations)),
                TextTable.Cell(row.simulationsToFirst.map(NumberText.count) ?? NumberText.none),
                TextTable.Cell(NumberText.count(row.accepted), row.accepted > 0 ? .plain : .bad),
                TextTable.Cell(NumberText.count(row.distinct), row.distinct >= method.wanted ? .good : .plain),
                TextTable.Cell(NumberText.significant(row.bestMismatch)),
                TextTable.Cell(NumberText.significant(row.truthMismatch)),
                TextTable.Cell(NumberText.percent(row.historyCoverage)),
                TextTable.Cell(NumberText.percent(row.forecastCoverage)),
                TextTable.Cell(NumberText.significant(row.forecastCRPS)),
                TextTable.Cell(NumberText.fixed(row.relativeSpread, decimals: 2))
            ])
        }
        return table
    }

    private var agreementTable: TextTable {
        var table = TextTable(columns: [
            .left("Method"), .right("truths"), .right("mean off"), .right("in spreads"), .right("spread ratio"),
            .right("map spread ratio")
        ])
        for row in agreements {
            table.append([
                TextTable.Cell(row.method), "\(row.truths)",
                TextTable.Cell(NumberText.percent(row.meanError, decimals: 1)),
                TextTable.Cell(NumberText.fixed(row.meanShift, decimals: 2)),
                TextTable.Cell(NumberText.fixed(row.spreadRatio, decimals: 2)),
                TextTable.Cell(NumberText.fixed(row.mapSpreadRatio, decimals: 2))
            ])
        }
        return table
    }

    /// Coverage of P10 to P90: the target is 0.80, and twenty truths tell it to about 0.08.
    private static func coverage(_ share: Double?) -> TextTable.Cell {
        guard let share else { return TextTable.Cell(NumberText.none) }
        return TextTable.Cell(NumberText.percent(share), abs(share - 0.8) <= 0.08 ? .good : .warning)
    }
}
