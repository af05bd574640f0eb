import Reservoir

extension CalibrationReport {
    /// One HTML file that opens offline in any browser, and prints.
    public func page(plots: PagePlots = .available()) -> String {
        var builder = PageBuilder(plots: plots)
        let sections: [PageSection] = [
            summarySection, wellsSection(&builder), rankingSection(&builder), mismatchSection(&builder),
            mapsSection(&builder), comparisonSection, latentSection(&builder),
            training?.section(&builder), provenance.section
        ].compactMap { $0 }
        let body: Markup = """
            \(PageSection.header(kind: "Calibration report", name: caseName, description: caseDescription, provenance))
            \(PageSection.navigation(sections))
            <main>\(sections.map(\.markup))</main>
            """
        return builder.page(title: "\(caseName) – calibration report", body: body, data: selectionData)
    }

    /// The realizations a click can select, and the times of their curves.
    private var selectionData: [(String, JSONValue)] {
        let scales = MapScale.shared(by: members.flatMap(\.maps))
        let entries = members.map { member in
            (
                String(member.realization),
                JSONValue.object([
                    ("role", member.role.map { .string($0) } ?? .null),
                    (
                        "maps",
                        .array(member.maps.map { $0.json(scale: scales[$0.quantity.kind] ?? MapScale(of: [$0])) })
                    ),
                    (
                        "curves",
                        .array(
                            zip(vectors, member.curves).map { panel, curve in
                                .numbers(curve.map(panel.key.quantity.display))
                            })
                    )
                ])
            )
        }
        let axes = vectors.map { panel in
            JSONValue.object([
                ("title", .string(panel.key.title)), ("times", .numbers(panel.times.map(timeAxis.coordinate)))
            ])
        }
        return [("members", .object(entries)), ("vectors", .array(axes)), ("selected", .string(Palette.selected))]
    }
}

/// A headed part of a page.
struct PageSection {
    /// Within the page, for links.
    var identifier: String
    var title: String
    var content: Markup

    var markup: Markup {
        """
        <section id="\(identifier)"><h2>\(title)</h2>
        \(content)</section>

        """
    }

    static func navigation(_ sections: [PageSection]) -> Markup {
        let links: [Markup] = sections.map { "<a href=\"#\($0.identifier)\">\($0.title)</a>" }
        return "<nav aria-label=\"Sections\">\(links)</nav>"
    }

    static func header(kind: String, name: String, description: String, _ provenance: Provenance) -> Markup {
        let lead: Markup = description.isEmpty ? "" : "<p class=\"lead\">\(description)</p>"
        return """
            <header><p class="kind">\(kind)</p><h1>\(name)</h1>\(lead)
            <p class="muted">lsi \(provenance.version) · \(NumberText.moment(provenance.started)) · \
            \(provenance.forwardModel) · seed \(String(provenance.seed))</p></header>
            """
    }
}
