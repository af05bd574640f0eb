/// A table whose first column is text and whose others are numbers unless said otherwise.
struct HTMLTable {
    struct Column {
        var title: String
        var isNumber: Bool
        /// Shown on pointing at the head.
        var help: String

        static func text(_ title: String, help: String = "") -> Column {
            Column(title: title, isNumber: false, help: help)
        }
        static func number(_ title: String, help: String = "") -> Column {
            Column(title: title, isNumber: true, help: help)
        }
    }

    var columns: [Column]
    var rows: [[Markup]] = []

    var markup: Markup {
        let heads: [Markup] = columns.map { column in
            "<th scope=\"col\"\(column.attributes)>\(column.title)</th>"
        }
        let lines: [Markup] = rows.map { row in
            let cells: [Markup] = zip(columns, row).map { column, cell in
                column.isNumber ? "<td class=\"number\">\(cell)</td>" : "<td>\(cell)</td>"
            }
            return "<tr>\(cells)</tr>\n"
        }
        return """
            <div class="scroll"><table><thead><tr>\(heads)</tr></thead><tbody>
            \(lines)</tbody></table></div>

            """
    }
}

extension HTMLTable.Column {
    var attributes: Markup {
        let kind: Markup = isNumber ? " class=\"number\"" : ""
        return help.isEmpty ? kind : "\(kind) title=\"\(help)\""
    }
}
