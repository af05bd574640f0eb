import Reservoir

extension CalibrationReport {
    /// Every production vector, with buttons that show one kind at a time.
    func wellsSection(_ builder: inout PageBuilder) -> PageSection? {
        guard !vectors.isEmpty else { return nil }
        let groups = keywords.map { group($0, &builder) }
        return PageSection(
            identifier: "wells", title: "Wells",
            content: """
                \(legend(showsSelection: builder.isInteractive && !members.isEmpty))
                \(builder.isInteractive ? groupButtons : "")
                \(groups)
                \(forecastTable)
                """)
    }

    /// In the order of their first vector.
    private var keywords: [String] {
        var found: [String] = []
        for panel in vectors where !found.contains(panel.key.keyword) { found.append(panel.key.keyword) }
        return found
    }

    private func group(_ keyword: String, _ builder: inout PageBuilder) -> Markup {
        let key = VectorKey(keyword)
        let unit = key.quantity.displayUnit.isEmpty ? "" : " [\(key.quantity.displayUnit)]"
        var figures: [Markup] = []
        for (index, panel) in vectors.enumerated() where panel.key.keyword == keyword {
            var chart = panel.chart(timeAxis: timeAxis)
            chart.title = panel.key.well ?? chart.title
            chart.y.label = ""
            figures.append(builder.place(.chart(chart), vector: index))
        }
        return """
            <div data-group="\(keyword)"><h3>\(key.meaning)\(unit)</h3><div class="plots">\(figures)</div></div>

            """
    }

    private func legend(showsSelection: Bool) -> Markup {
        var entries: [Markup] = []
        if vectors.contains(where: { $0.prior != nil }) { entries.append(swatch(.prior, "Prior P10–P90, P50")) }
        if vectors.contains(where: { $0.accepted != nil }) {
            entries.append(swatch(.accepted, "Accepted P10–P90, P50"))
        }
        entries.append(swatch(.observed, "Observed ± 1 σ", kind: "dot"))
        if vectors.contains(where: { !$0.withheld.isEmpty }) {
            entries.append(swatch(.withheld, "Withheld ± 1 σ", kind: "dot"))
        }
        if vectors.contains(where: { $0.truth != nil }) { entries.append(swatch(.truth, "Truth", kind: "dash")) }
        if vectors.contains(where: { $0.historyEnd != nil }) {
            entries.append("<span><i style=\"background:\(Palette.shading)\" class=\"area\"></i>Forecast</span>")
        }
        if showsSelection {
            entries.append(
                "<span><i style=\"--tone:\(Palette.selected)\" class=\"line\"></i>Selected realization</span>")
        }
        return "<p class=\"legend\">\(entries)</p>"
    }

    private func swatch(_ tone: Chart.Tone, _ name: String, kind: String = "band") -> Markup {
        "<span><i class=\"\(kind)\" style=\"--tone:\(Palette.colour(tone))\"></i>\(name)</span>"
    }

    private var groupButtons: Markup {
        guard keywords.count > 1 else { return "" }
        let buttons: [Markup] = keywords.map { keyword in
            "<button type=\"button\" data-show=\"\(keyword)\">\(VectorKey(keyword).meaning)</button>"
        }
        return """
            <div class="buttons" role="group" aria-label="Vectors shown">\
            <button type="button" data-show="" aria-pressed="true">All</button>\(buttons)</div>
            """
    }

    /// CRPS and coverage of the withheld part, per vector.
    private var forecastTable: Markup {
        var table = HTMLTable(columns: [
            .text("Vector"), .text("Unit"), .number("Prior CRPS", help: "Lower is better"),
            .number("Accepted CRPS", help: "Lower is better"), .number("Prior in P10–P90", help: "The target is 80 %"),
            .number("Accepted in P10–P90", help: "The target is 80 %")
        ])
        for panel in vectors {
            guard let scores = panel.scores else { continue }
            let quantity = panel.key.quantity
            table.rows.append([
                "\(panel.key.title)", "\(quantity.displayUnit)",
                "\(NumberText.significant(quantity.display(scores.priorCRPS)))",
                "\(NumberText.significant(quantity.display(scores.acceptedCRPS)))",
                "\(NumberText.percent(scores.priorCoverage))", "\(NumberText.percent(scores.acceptedCoverage))"
            ])
        }
        guard !table.rows.isEmpty else { return "" }
        return """
            <details><summary>Forecast scores</summary><p class="muted">Withheld data against the forecast. CRPS: mean \
            continuous ranked probability score, in the unit of the vector. P10–P90 should hold 80 %.</p>\
            \(table.markup)</details>
            """
    }
}
