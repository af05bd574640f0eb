extension SimulatorComparison {
    /// The comparison as one HTML page.
    public func page(plots: PagePlots = .available()) -> String {
        var builder = PageBuilder(plots: plots)
        var parts = tables.enumerated().map { index, table in
            PageSection(identifier: "table-\(index + 1)", title: table.title, content: Self.markup(of: table))
        }
        parts += sections.enumerated().map { index, section in
            let drawn = section.panels.map { builder.place(.chart($0.chart)) }
            return PageSection(
                identifier: "case-\(index + 1)", title: section.title,
                content: "<p class=\"muted\">\(section.text)</p><div class=\"plots\">\(drawn)</div>")
        }
        parts.append(provenance.section)
        let body: Markup = """
            \(PageSection.header(kind: "Simulator validation", name: name, description: lead, provenance))
            \(PageSection.navigation(parts))
            <main>\(parts.map(\.markup))</main>
            """
        return builder.page(title: "\(name) – simulator validation", body: body)
    }

    private static func markup(of table: Table) -> Markup {
        var html = HTMLTable(
            columns: table.columns.enumerated().map { $0 == 0 ? .text($1) : .number($1) })
        html.rows = table.rows.map { row in row.map { "\($0)" } }
        return "\(html.markup)<p class=\"muted\">\(table.note)</p>"
    }
}

extension SimulatorComparison.Panel {
    var chart: Chart {
        Chart(
            title: title, x: Chart.Axis(label: xLabel), y: Chart.Axis(label: yLabel),
            lines: curves.map {
                Chart.Line(name: $0.name, tone: $0.author.tone, x: $0.x, y: $0.y, isDashed: $0.author.isDashed)
            }, showsLegend: true)
    }
}

extension SimulatorComparison.Author {
    fileprivate var tone: Chart.Tone {
        switch self {
        case .own: .accepted
        case .reference: .truth
        case .peer: .prior
        case .analytic: .observed
        }
    }

    /// What lies on top lets the curve below show through.
    fileprivate var isDashed: Bool { self == .reference || self == .analytic }
}
