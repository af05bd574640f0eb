extension TrainingQualityPanel {
    /// The quality page that ends training.
    public func page(provenance: Provenance, plots: PagePlots = .available()) -> String {
        var builder = PageBuilder(plots: plots)
        let sections = [section(&builder), provenance.section]
        let body: Markup = """
            \(PageSection.header(kind: "Training quality", name: caseName, description: architecture, provenance))
            \(PageSection.navigation(sections))
            <main>\(sections.map(\.markup))</main>
            """
        return builder.page(title: "\(caseName) – training quality", body: body)
    }

    func section(_ builder: inout PageBuilder) -> PageSection {
        let told: [Markup] = notes.map { "<p class=\"warning\">\($0)</p>" }
        let learning = learningCharts.map { builder.place(.chart($0)) }
        let latents = latentCharts.map { builder.place(.chart($0)) }
        let latentPart: Markup =
            latents.isEmpty
            ? ""
            : """
            <details open><summary>Latent variables of held-out realizations, against the standard normal</summary>\
            <div class="plots small">\(latents)</div></details>
            """
        return PageSection(
            identifier: "training", title: "Training",
            content: """
                \(told)<p>\(architecture). \(NumberText.count(trainingPairs)) simulated pairs, \
                \(NumberText.count(unsimulatedRealizations)) further realizations without simulation, \
                \(NumberText.count(heldOutPairs)) pairs held out.</p>
                <div class="columns"><div>\(errorTable)</div><div>\(floorPart)</div></div>
                <div class="plots">\(learning)</div>
                \(reconstructionPart(&builder))
                \(latentPart)
                """)
    }

    private var errorTable: Markup {
        guard !errors.isEmpty else { return "" }
        var table = HTMLTable(columns: [.text("On held-out pairs"), .number("Network"), .number("Linear regression")])
        for row in errors {
            let direction: Markup = row.higherIsBetter ? " <small>higher is better</small>" : ""
            let ahead =
                row.linearBaseline.map { row.higherIsBetter ? row.network >= $0 : row.network <= $0 } ?? true
            let network: Markup = "\(NumberText.significant(row.network))"
            let linear: Markup = "\(NumberText.significant(row.linearBaseline))"
            table.rows.append([
                "\(row.name)\(direction)", ahead ? "<strong>\(network)</strong>" : network,
                ahead ? linear : "<strong>\(linear)</strong>"
            ])
        }
        return "<h3>Errors</h3>\(table.markup)"
    }

    private var floorPart: Markup {
        guard let floor else { return "" }
        var table = HTMLTable(columns: [.text("Representation floor"), .number("Mismatch O")])
        table.rows = [
            ["P10", CalibrationReport.mismatchCell(floor.p10)],
            ["Median", CalibrationReport.mismatchCell(floor.median)],
            ["P90", CalibrationReport.mismatchCell(floor.p90)]
        ]
        table.rows += floor.perType.map { ["Median, \($0.name)", CalibrationReport.mismatchCell($0.value)] }
        table.rows.append(["Within the threshold", "\(NumberText.percent(floor.shareWithinThreshold))"])
        if let detail = floor.withDetail {
            table.rows.append(["Median, with detail", CalibrationReport.mismatchCell(detail.median)])
            table.rows.append(
                ["Within the threshold, with detail", "\(NumberText.percent(detail.shareWithinThreshold))"])
        }
        let sentence: Markup = threshold.map { "<p>\(floor.sentence(threshold: $0))</p>" } ?? ""
        return "<h3>Floor</h3>\(table.markup)\(sentence)"
    }

    private func reconstructionPart(_ builder: inout PageBuilder) -> Markup {
        guard !reconstructions.isEmpty else { return "" }
        var drawn: [Markup] = []
        for (index, pair) in reconstructions.enumerated() {
            let scale = MapScale(of: [pair.reference])
            let views =
                [("held out", pair.reference), ("reconstructed", pair.reconstruction)]
                + (pair.fromData.map { [("from data", $0)] } ?? [])
            for (name, map) in views {
                var named = map
                named.title = "\(index + 1), \(name)"
                drawn.append(builder.place(.map(named), scale: map.quantity == pair.reference.quantity ? scale : nil))
            }
        }
        // Rows hold whole pairs or triples.
        let kind: Markup = reconstructions.contains { $0.fromData != nil } ? "triples" : "maps"
        return "<h3>Held-out realizations and their reconstructions</h3><div class=\"plots \(kind)\">\(drawn)</div>"
    }
}
