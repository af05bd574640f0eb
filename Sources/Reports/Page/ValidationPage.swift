import Foundation

extension ValidationSummary {
    /// Whether to trust a case's results, by synthetic truths through the whole chain.
    public func page(plots: PagePlots = .available()) -> String {
        var builder = PageBuilder(plots: plots)
        let sections = [
            methodsSection, truthsSection(&builder), coverageSection(&builder), ranksSection(&builder),
            agreementSection, provenance.section
        ].compactMap { $0 }
        let lead = "\(extent.prefix(1).uppercased() + extent.dropFirst()). Accepted if \(rule)."
        let body: Markup = """
            \(PageSection.header(kind: "Validation", name: caseName, description: lead, provenance))
            \(PageSection.navigation(sections))
            <main>\(notes.map { "<p class=\"warning\">\($0)</p>" as Markup })\(sections.map(\.markup))</main>
            """
        return builder.page(title: "\(caseName) – validation", body: body)
    }

    private var methodsSection: PageSection? {
        guard !methods.isEmpty else { return nil }
        var table = HTMLTable(columns: [
            .text("Method"), .number("Truths"), .number("Truths with a match"),
            .number("Enough", help: "Truths with as many accepted and distinct realizations as wanted"),
            .number("Median distinct"), .number("Median simulations"),
            .number("Distinct per 1,000", help: "Accepted and distinct realizations for a thousand simulations"),
            .number("History in P10–P90", help: "The target is 80 %"),
            .number("Forecast in P10–P90", help: "The target is 80 %"),
            .number("Forecast CRPS", help: "In noise units; lower is better"), .number("Prior CRPS"),
            .number("Map spread / prior", help: "Mean standard deviation over cells, over that of the prior"),
            .number("Time of a truth", help: "Median")
        ])
        for method in methods {
            let matched = method.truths.count { $0.accepted > 0 }
            table.rows.append([
                "\(method.name)", "\(method.truths.count)", "\(matched)",
                "\(NumberText.percent(method.shareSatisfied)) <small>≥ \(method.wanted)</small>",
                "\(NumberText.significant(Self.median(method.truths.map(\.distinct))))",
                "\(NumberText.significant(Self.median(method.truths.map(\.simulations)), digits: 4))",
                "\(NumberText.significant(method.yield))",
                "\(NumberText.percent(method.historyCoverage))", "\(NumberText.percent(method.forecastCoverage))",
                "\(NumberText.significant(method.forecastCRPS))", "\(NumberText.significant(method.priorCRPS))",
                "\(NumberText.fixed(method.relativeSpread, decimals: 2))",
                "\(method.medianSeconds.map(NumberText.duration) ?? NumberText.none)"
            ])
        }
        return PageSection(
            identifier: "methods", title: "Methods",
            content: """
                \(table.markup)<p class="muted">P10–P90 should hold 80 % of held-out data. Threshold of the mismatch: \
                \(CalibrationReport.mismatchCell(threshold)).</p>
                """)
    }

    private func truthsSection(_ builder: inout PageBuilder) -> PageSection? {
        guard let acceptanceChart else { return nil }
        let chart = builder.place(.chart(acceptanceChart))
        let tables: [Markup] = methods.map { method in
            var table = HTMLTable(columns: [
                .number("Truth"), .number("Simulations"), .number("To the first"), .number("Accepted"),
                .number("Distinct"), .number("Best O"), .number("O of the truth"), .number("History coverage"),
                .number("Forecast coverage"), .number("Forecast CRPS"), .number("Map spread / prior")
            ])
            table.rows = method.truths.map(Self.cells)
            return "<details><summary>\(method.name)</summary>\(table.markup)</details>"
        }
        return PageSection(
            identifier: "truths", title: "Truths", content: "<div class=\"plots wide\">\(chart)</div>\(tables)")
    }

    private static func cells(_ row: TruthRow) -> [Markup] {
        [
            "\(row.truth)", "\(NumberText.count(row.simulations))",
            "\(row.simulationsToFirst.map(NumberText.count) ?? NumberText.none)",
            "\(NumberText.count(row.accepted))", "\(NumberText.count(row.distinct))",
            CalibrationReport.mismatchCell(row.bestMismatch),
            row.truthMismatch.map(CalibrationReport.mismatchCell) ?? "\(NumberText.none)",
            "\(NumberText.percent(row.historyCoverage))", "\(NumberText.percent(row.forecastCoverage))",
            "\(NumberText.significant(row.forecastCRPS))", "\(NumberText.fixed(row.relativeSpread, decimals: 2))"
        ]
    }

    private func coverageSection(_ builder: inout PageBuilder) -> PageSection? {
        guard let chart = reliabilityChart else { return nil }
        return PageSection(
            identifier: "coverage", title: "Coverage",
            content: "<div class=\"plots one\">\(builder.place(.chart(chart)))</div>")
    }

    private func ranksSection(_ builder: inout PageBuilder) -> PageSection? {
        let drawn = methods.flatMap { method in
            method.ranks.map { builder.place(.chart($0.chart(method: method.name))) }
        }
        guard !drawn.isEmpty else { return nil }
        return PageSection(
            identifier: "ranks", title: "Ranks of the truth",
            content: """
                <p class="muted">Simulation-based calibration: ranks of the truth within its ensemble are uniform if the \
                sampler is right. Bars leave the band by chance once in 100.</p><div class="plots small">\(drawn)</div>
                """)
    }

    private var agreementSection: PageSection? {
        guard !agreement.isEmpty else { return nil }
        var table = HTMLTable(columns: [
            .text("Forecast"), .text("Unit"), .number("Mean"), .number("Reference mean"), .number("Spread"),
            .number("Reference spread"), .number("Spread ratio")
        ])
        table.rows = agreement.map { row in
            let ratio =
                row.referenceSpread > 0
                ? NumberText.fixed(row.spread / row.referenceSpread, decimals: 2) : NumberText.none
            return [
                "\(row.name)", "\(row.unit)", "\(NumberText.significant(row.mean))",
                "\(NumberText.significant(row.referenceMean))", "\(NumberText.significant(row.spread))",
                "\(NumberText.significant(row.referenceSpread))", "\(ratio)"
            ]
        }
        return PageSection(
            identifier: "agreement", title: "Agreement with rejection sampling",
            content: """
                <p>Against \(agreementReference).</p>\(agreementSummary)<details><summary>Every vector</summary>\
                \(table.markup)</details>
                """)
    }

    private var agreementSummary: Markup {
        guard !agreements.isEmpty else { return "" }
        var table = HTMLTable(columns: [
            .text("Method"), .number("Truths"),
            .number("Mean off", help: "Mean over vectors, relative to the reference's mean"),
            .number("in reference spreads"), .number("Spread / reference"), .number("Map spread / reference")
        ])
        table.rows = agreements.map { row in
            [
                "\(row.method)", "\(row.truths)", "\(NumberText.percent(row.meanError, decimals: 1))",
                "\(NumberText.fixed(row.meanShift, decimals: 2))", "\(NumberText.fixed(row.spreadRatio, decimals: 2))",
                "\(NumberText.fixed(row.mapSpreadRatio, decimals: 2))"
            ]
        }
        return table.markup
    }

    static func median(_ values: [Int]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted(), middle = sorted.count / 2
        if sorted.count % 2 == 1 { return Double(sorted[middle]) }
        return Double(sorted[middle - 1] + sorted[middle]) / 2
    }
}
