extension Provenance {
    /// What is needed to make the result again.
    var section: PageSection {
        var facts: [(String, String)] = [
            ("Version", version), ("Seed", String(seed)), ("Threads", String(threads)),
            ("Started", NumberText.moment(started)), ("Forward model", forwardModel)
        ]
        facts += self.facts.map { ($0.name, $0.value) }
        let entries: [Markup] = facts.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>" }
        let text: Markup =
            settings.isEmpty
            ? "" : "<details><summary>Settings</summary><pre>\(settings)</pre></details>"
        return PageSection(
            identifier: "provenance", title: "Provenance",
            content: "<div class=\"columns\"><div><dl>\(entries)</dl></div><div>\(stageTable)</div></div>\(text)")
    }

    private var stageTable: Markup {
        guard !stages.isEmpty else { return "" }
        var table = HTMLTable(columns: [.text("Stage"), .number("Time")])
        table.rows = stages.map { stage in
            let reused: Markup = stage.reused ? " <small>from an earlier run</small>" : ""
            return ["\(stage.name)\(reused)", "\(NumberText.duration(stage.seconds))"]
        }
        let total = stages.filter { !$0.reused }.map(\.seconds).reduce(0, +)
        table.rows.append(["<strong>This run</strong>", "<strong>\(NumberText.duration(total))</strong>"])
        return table.markup
    }
}
