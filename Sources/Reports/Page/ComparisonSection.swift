extension CalibrationReport {
    /// Methods on the same data, and scenarios of a mixed prior.
    var comparisonSection: PageSection? {
        guard methods.count > 1 || !scenarios.isEmpty else { return nil }
        return PageSection(
            identifier: "comparison", title: "Comparison", content: "\(methodTable)\(scenarioTable)")
    }

    private var methodTable: Markup {
        // One method alone compares with nothing.
        guard methods.count > 1 else { return "" }
        var table = HTMLTable(columns: [
            .text("Method"), .text("Posterior"), .number("Simulations"), .number("To the first"), .number("Accepted"),
            .number("Distinct"),
            .number("Simulations per distinct"), .number("Best O"), .number("Median O"),
            .number("Forecast CRPS", help: "In noise units; lower is better"),
            .number("Forecast in P10–P90", help: "The target is 80 %")
        ])
        for method in methods {
            let cost =
                method.distinct > 0
                ? NumberText.significant(Double(method.simulations) / Double(method.distinct)) : NumberText.none
            table.rows.append([
                "\(method.name)", method.isPosterior ? "yes" : "no", "\(NumberText.count(method.simulations))",
                "\(method.simulationsToFirst.map(NumberText.count) ?? NumberText.none)",
                "\(NumberText.count(method.accepted))",
                "\(NumberText.count(method.distinct))", "\(cost)", "\(NumberText.significant(method.mismatch?.best))",
                "\(NumberText.significant(method.mismatch?.median))",
                "\(NumberText.significant(method.forecastCRPS))", "\(NumberText.percent(method.forecastCoverage))"
            ])
        }
        let budgets = Set(methods.map(\.simulations))
        let unequal: Markup =
            budgets.count > 1
            ? "<p class=\"muted\">The methods spent different numbers of simulations: compare what a distinct one cost.</p>"
            : ""
        return "<h3>Methods on the same observations</h3>\(table.markup)\(unequal)"
    }

    private var scenarioTable: Markup {
        guard !scenarios.isEmpty else { return "" }
        var table = HTMLTable(columns: [
            .text("Scenario"), .number("Prior"), .number("Accepted"), .number("Accepted / prior")
        ])
        for row in scenarios {
            let ratio = row.prior > 0 ? NumberText.significant(row.accepted / row.prior) : NumberText.none
            table.rows.append([
                "\(row.name)", "\(NumberText.percent(row.prior))", "\(NumberText.percent(row.accepted))", "\(ratio)"
            ])
        }
        let note: Markup = scenarioNote.map { "<p class=\"muted\">\($0)</p>" } ?? ""
        return "<h3>Scenarios the data favour</h3>\(table.markup)\(note)"
    }

    func latentSection(_ builder: inout PageBuilder) -> PageSection? {
        guard let latent else { return nil }
        return PageSection(
            identifier: "latent", title: "Latent space",
            content: "<div class=\"plots one\">\(builder.place(.chart(latent.chart)))</div>")
    }
}
