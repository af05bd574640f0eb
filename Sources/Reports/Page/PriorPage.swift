extension PriorPreview {
    /// A page of realizations with their statistics against what was asked for.
    public func page(plots: PagePlots = .available()) -> String {
        var builder = PageBuilder(plots: plots)
        let scales = MapScale.shared(by: realizations + scenarios.flatMap(\.realizations))
        var sections = [
            PageSection(
                identifier: "realizations", title: "Realizations",
                content: Self.sheet(realizations, scales, &builder)),
            statisticsSection(&builder)
        ]
        for (number, scenario) in scenarios.enumerated() {
            sections.append(scenario.section(number, scales, &builder))
        }
        sections.append(provenance.section)
        let body: Markup = """
            \(PageSection.header(kind: "Prior preview", name: caseName, description: description, provenance))
            \(PageSection.navigation(sections))
            <main>\(notes.map { "<p class=\"warning\">\($0)</p>" as Markup })\(sections.map(\.markup))</main>
            """
        return builder.page(title: "\(caseName) – prior preview", body: body)
    }

    private func statisticsSection(_ builder: inout PageBuilder) -> PageSection {
        PageSection(
            identifier: "statistics", title: "Statistics",
            content: Self.statistics(sampleCount, statistics, maps, variograms, &builder))
    }

    fileprivate static func sheet(
        _ realizations: [MapPanel], _ scales: [String: MapScale], _ builder: inout PageBuilder
    ) -> Markup {
        let drawn = realizations.map { builder.place(.map($0), scale: scales[$0.quantity.kind]) }
        return "<div class=\"plots maps small\">\(drawn)</div>"
    }

    fileprivate static func statistics(
        _ sampleCount: Int, _ rows: [StatisticRow], _ maps: [MapPanel], _ variograms: [VariogramPanel],
        _ builder: inout PageBuilder
    ) -> Markup {
        let drawn = maps.map { builder.place(.map($0)) }
        let curves = variograms.map { builder.place(.chart($0.chart(showsLegend: false))) }
        let legend = variograms.isEmpty ? "" : self.legend(hasTarget: variograms.contains { $0.target != nil })
        return """
            <p>Over \(NumberText.count(sampleCount)) realizations.</p>
            \(table(rows))<div class="plots maps">\(drawn)</div>\(legend)<div class="plots">\(curves)</div>
            """
    }

    private static func legend(hasTarget: Bool) -> Markup {
        func swatch(_ kind: String, _ tone: Chart.Tone, _ name: String) -> Markup {
            "<span><i class=\"\(kind)\" style=\"--tone:\(Palette.colour(tone))\"></i>\(name)</span>"
        }
        let target = hasTarget ? swatch("dash", .truth, "Target") : ""
        return """
            <p class="legend">\(swatch("line", .accepted, "Mean of realizations"))\
            \(swatch("band", .prior, "Realizations P10–P90"))\(target)</p>
            """
    }

    private static func table(_ rows: [StatisticRow]) -> Markup {
        guard !rows.isEmpty else { return "" }
        var table = HTMLTable(columns: [
            .text("Statistic"), .text("Unit"), .number("Target"), .number("Measured"), .number("Standard error"),
            .number("Off by", help: "In standard errors")
        ])
        for row in rows {
            table.rows.append([
                "\(row.name)", "\(row.unit)", "\(NumberText.significant(row.target, digits: 4))",
                "\(NumberText.significant(row.measured, digits: 4))", "\(NumberText.significant(row.standardError))",
                "\(row.deviation.map { "\(NumberText.fixed($0, decimals: 1)) s.e." } ?? NumberText.none)"
            ])
        }
        return table.markup
    }
}

extension ScenarioPreview {
    fileprivate func section(
        _ number: Int, _ scales: [String: MapScale], _ builder: inout PageBuilder
    ) -> PageSection {
        PageSection(
            identifier: "scenario-\(number + 1)", title: label,
            content: """
                <p>\(description).</p>
                \(PriorPreview.sheet(realizations, scales, &builder))
                \(PriorPreview.statistics(sampleCount, statistics, maps, variograms, &builder))
                """)
    }
}
