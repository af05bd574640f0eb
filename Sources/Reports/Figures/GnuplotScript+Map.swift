extension GnuplotScript {
    mutating func add(_ map: MapPanel, scale: MapScale) {
        line("unset tics")
        line("unset key")
        line("set size ratio \(Double(map.rows) * map.cellAspect / Double(map.columns))")
        line("set xrange [-0.5:\(Double(map.columns) - 0.5)]")
        let (low, high) = (-0.5, Double(map.rows) - 0.5)
        line(map.firstRow == .top ? "set yrange [\(high):\(low)]" : "set yrange [\(low):\(high)]")
        addColours(scale)
        let values = map.drawnValues
        let rows = (0..<map.rows).map { Array(values[$0 * map.columns..<($0 + 1) * map.columns]) }
        plot("\(block(rows: rows, format: "%.5g")) matrix using 1:2:3 with image notitle")
        addWells(map)
        finish()
    }

    /// Producers as filled circles, injectors as open ones; the names away from the nearer edge.
    private mutating func addWells(_ map: MapPanel) {
        line("set style textbox opaque noborder fillcolor '#ffffff' margins 0.4,0.2")
        for (index, well) in map.wells.enumerated() {
            let isAtTop = (Double(well.row) < 0.15 * Double(map.rows)) == (map.firstRow == .top)
            line(
                "set label \(index + 1) \(Self.quoted(well.name)) at first \(well.column), first \(well.row) center "
                    + "offset 0,\(isAtTop ? -0.9 : 0.9) front boxed textcolor '\(Self.ink)'")
            let data = block([[Double(well.column)], [Double(well.row)]])
            let (outer, inner) = well.isInjector ? (Self.ink, "#ffffff") : ("#ffffff", Self.ink)
            plot("\(data) using 1:2 with points pointtype 7 pointsize 0.75 linecolor '\(outer)' notitle")
            plot("\(data) using 1:2 with points pointtype 7 pointsize 0.5 linecolor '\(inner)' notitle")
        }
    }

    private mutating func addColours(_ scale: MapScale) {
        line("set cbrange [\(scale.low):\(scale.high)]")
        line("set cblabel \(Self.quoted(scale.label)) textcolor '\(Self.muted)'")
        line("set colorbox noborder")
        // A palette needs two colours even if there is but one facies.
        let colours = scale.colours.count == 1 ? scale.colours + scale.colours : scale.colours
        let steps = colours.enumerated().map { "\($0) '\($1)'" }.joined(separator: ", ")
        if !scale.facies.isEmpty { line("set palette maxcolors \(scale.facies.count)") }
        line("set palette defined (\(steps))")
        line("set cbtics scale 0.5 textcolor '\(Self.muted)'")
        if !scale.facies.isEmpty {
            let names = scale.facies.enumerated().map { "\(Self.quoted($1)) \($0)" }
            line("set cbtics (\(names.joined(separator: ", ")))")
        } else if scale.isLogarithmic {
            let ticks = scale.logarithmicTicks.map { "'\($0.label)' \($0.value)" }
            line("set cbtics (\(ticks.joined(separator: ", ")))")
        }
    }
}
