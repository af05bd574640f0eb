extension PriorPreview {
    /// A page of realizations with their statistics against what was asked for.
    public func page(plots: PagePlots = .available()) -> String {
        var builder = PageBuilder(plots: plots)
        let sections = [realizationsSection(&builder), statisticsSection(&builder), provenance.section]
            .compactMap { $0 }
        let body: Markup = """
            \(PageSection.header(kind: "Prior preview", name: caseName, description: description, provenance))
            \(PageSection.navigation(sections))
            <main>\(notes.map { "<p class=\"warning\">\($0)</p>" as Markup })\(sections.map(\.markup))</main>
            """
        return builder.page(title: "\(caseName) – prior preview", body: body)
    }

    private func realizationsSection(_ builder: inout PageBuilder) -> PageSection {
        let scales = MapScale.shared(by: realizations)
        let drawn = realizations.map { builder.place(.map($0), scale: scales[$0.quantity.kind]) }
        return PageSection(
            identifier: "realizations", title: "Realizations", content: "<div class=\"plots maps small\">\(drawn)</div>"
        )
    }

    private func statisticsSection(_ builder: inout PageBuilder) -> PageSection {
        let drawn = maps.map { builder.place(.map($0)) }
        let curves = variograms.map { builder.place(.chart($0.chart)) }
        return PageSection(
            identifier: "statistics", title: "Statistics",
            content: """
                <p>Over \(NumberText.count(sampleCount)) realizations.</p>
                \(table)<div class="plots">\(drawn)\(curves)</div>
                """)
    }

    private var table: Markup {
        guard !statistics.isEmpty else { return "" }
        var table = HTMLTable(columns: [
            .text("Statistic"), .text("Unit"), .number("Target"), .number("Measured"), .number("Standard error"),
            .number("Off by", help: "In standard errors")
        ])
        for row in statistics {
            table.rows.append([
                "\(row.name)", "\(row.unit)", "\(NumberText.significant(row.target, digits: 4))",
                "\(NumberText.significant(row.measured, digits: 4))", "\(NumberText.significant(row.standardError))",
                "\(row.deviation.map { "\(NumberText.fixed($0, decimals: 1)) s.e." } ?? NumberText.none)"
            ])
        }
        return table.markup
    }
}

extension StatisticRow {
    fileprivate var deviation: Double? {
        guard let target, let standardError, standardError > 0 else { return nil }
        return (measured - target) / standardError
    }
}
