extension CalibrationReport {
    /// The ranking, sortable; beside it the maps and curves of the realization selected.
    func rankingSection(_ builder: inout PageBuilder) -> PageSection? {
        guard !ranking.isEmpty else { return nil }
        let shown = builder.isInteractive && !members.isEmpty
        let hint: Markup =
            shown
            ? """
            <p class="muted">Click a head to sort, a realization to see its maps and curves; its curves also appear \
            among the wells above.</p>
            """ : ""
        let detail: Markup = shown ? detailPanel : ""
        return PageSection(
            identifier: "ranking", title: "Ranking",
            content: "\(hint)<div class=\"split\"><div>\(rankingTable)</div>\(detail)</div>")
    }

    private var detailPanel: Markup {
        let options: [Markup] = vectors.enumerated().map { index, panel in
            "<option value=\"\(index)\">\(panel.key.title)</option>"
        }
        let choice: Markup =
            options.isEmpty
            ? ""
            : "<label>Vector <select id=\"detail-vector\">\(options)</select></label><div id=\"detail-curve\"></div>"
        return """
            <aside id="detail" aria-live="polite"><h3 id="detail-title">No realization selected</h3>
            <div id="detail-maps"></div>\(choice)</aside>
            """
    }

    private var rankingTable: Markup {
        let types = breakdown?.types ?? []
        let hasDistance = ranking.contains { $0.latentDistance != nil }
        let hasScenario = ranking.contains { $0.scenario != nil }
        let clickable = Set(members.map(\.realization))
        var heads: [HTMLTable.Column] = [
            .number("Rank"), .number("Realization"), .text("Status"), .number("O", help: "Mismatch"),
            .number("σ", help: "Root-mean-square residual in standard deviations of the noise")
        ]
        heads += types.map { .number($0, help: "Mismatch of the data of this type") }
        if hasDistance { heads.append(.number("Latent", help: "Distance from the prior mean in the latent space")) }
        if hasScenario { heads.append(.text("Scenario")) }
        let headCells: [Markup] = heads.map {
            "<th scope=\"col\"\($0.attributes)><button type=\"button\">\($0.title)</button></th>"
        }
        let rows = ranking.map { row in
            rankingLine(
                row, types: types.count, hasDistance, hasScenario, isClickable: clickable.contains(row.realization))
        }
        return """
            <div class="scroll tall"><table id="ranking-table" class="compact"><thead><tr>\(headCells)</tr></thead><tbody>
            \(rows)</tbody></table></div><p class="print-only">Only the first 40 rows are printed.</p>
            """
    }

    private func rankingLine(
        _ row: RankingRow, types: Int, _ hasDistance: Bool, _ hasScenario: Bool, isClickable: Bool
    ) -> Markup {
        var cells: [Markup] = [
            Self.cell(row.rank.map(Double.init), text: row.rank.map(String.init) ?? NumberText.none),
            Self.realizationCell(row.realization, isClickable: isClickable),
            "<td>\(Self.statusText(row))</td>",
            Self.cell(row.mismatch), Self.cell(Self.noiseUnits(row.mismatch))
        ]
        cells += (0..<types).map { Self.cell($0 < row.perType.count ? row.perType[$0] : nil) }
        if hasDistance { cells.append(Self.cell(row.latentDistance)) }
        if hasScenario { cells.append("<td>\(row.scenario ?? "")</td>") }
        let target: Markup = isClickable ? " data-realization=\"\(row.realization)\"" : ""
        return "<tr\(target)>\(cells)</tr>\n"
    }

    private static func statusText(_ row: RankingRow) -> Markup {
        let word = row.status.word
        let note = row.note
        let told: Markup = note.isEmpty ? "" : " <span class=\"why\" title=\"\(note)\">\(note)</span>"
        return "<span class=\"status \(word)\">\(word)</span>\(told)"
    }

    private static func realizationCell(_ realization: Int, isClickable: Bool) -> Markup {
        let name: Markup =
            isClickable ? "<button type=\"button\" class=\"link\">\(realization)</button>" : "\(realization)"
        return "<td class=\"number\" data-value=\"\(realization)\">\(name)</td>"
    }

    /// A number and, for sorting, its full value.
    private static func cell(_ value: Double?, text: String? = nil) -> Markup {
        guard let value, value.isFinite else { return "<td class=\"number\">\(NumberText.none)</td>" }
        return "<td class=\"number\" data-value=\"\(String(value))\">\(text ?? NumberText.significant(value))</td>"
    }
}
