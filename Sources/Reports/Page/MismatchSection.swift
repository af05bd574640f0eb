extension CalibrationReport {
    /// How mismatches are distributed and which wells and data types they come from.
    func mismatchSection(_ builder: inout PageBuilder) -> PageSection? {
        let histogram = mismatchHistogram
        guard histogram != nil || breakdown != nil else { return nil }
        let chart = histogram.map { builder.place(.chart($0)) } ?? ""
        return PageSection(
            identifier: "mismatch", title: "Mismatch",
            content: """
                <div class="columns"><div class="plots one">\(chart)</div><div>\(breakdown?.markup ?? "")</div></div>
                """)
    }
}

extension MismatchBreakdown {
    /// Wells down, data types across; darker where the median mismatch is farther above what the truth has.
    fileprivate var markup: Markup {
        var table = HTMLTable(columns: [.text("Well")] + types.map { .number($0) })
        for (w, well) in wells.enumerated() {
            table.rows.append(["\(well)"] + types.indices.map { cell(well: w, type: $0) })
        }
        return """
            <h3>By well and data type</h3>\(table.markup)<p class="muted">Median mismatch <i>O</i> of the ranked \
            realizations, and in brackets that of the best; 0.5 is expected of the truth.</p>
            """
    }

    private func cell(well: Int, type: Int) -> Markup {
        let value = median[well][type]
        guard dataCount[well][type] > 0, value.isFinite else {
            return "<span class=\"muted\">\(NumberText.none)</span>"
        }
        return """
            <span class="heat heat\(Self.step(value))" title="\(dataCount[well][type]) data">\
            \(NumberText.significant(value)) <small>(\(NumberText.significant(best[well][type])))</small></span>
            """
    }

    /// 0 at the noise to 4 at ten times its standard deviation.
    private static func step(_ mismatch: Double) -> Int {
        let limits = [1.0, 2, 8, 50]
        return limits.firstIndex { mismatch <= $0 } ?? limits.count
    }
}
