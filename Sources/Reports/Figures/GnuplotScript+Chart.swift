import Foundation

extension GnuplotScript {
    mutating func add(_ chart: Chart) {
        line("set grid linecolor '#d8dee6' linewidth 0.5")
        line("set tics nomirror textcolor '\(Self.muted)'")
        let key = "set key at screen 0.5, screen 0.01 center bottom horizontal Left reverse noenhanced"
        line(chart.showsLegend ? key : "unset key")
        if chart.showsLegend {
            line("set bmargin \((chart.x.label.isEmpty ? 2.5 : 4) + 1.5 * Double(chart.legendRows))")
        }
        // Room for half of the last number below the axis.
        line("set rmargin 4")
        // Whole error bars and lines: by default gnuplot blanks them around each point.
        line("set pointintervalbox 0.01")
        if chart.isSquare { line("set size square") }
        addAxis("x", chart.x, values: chart.horizontalExtent)
        addAxis("y", chart.y, values: nil)
        addRules(chart)
        if let shaded = chart.shaded {
            line(
                "set object 1 rectangle from first \(shaded.lowerBound), graph 0 to first \(shaded.upperBound), graph 1 "
                    + "behind fillcolor '\(Palette.shading)' fillstyle solid noborder")
        }
        addBands(chart)
        addBars(chart.stackedBars)
        for series in chart.lines where chart.shows(series.x, series.y) { addLine(series) }
        for rule in chart.horizontals {
            plot("\(rule.value) with lines linecolor '\(Palette.colour(rule.tone))' notitle")
        }
        for series in chart.points where chart.shows(series.x, series.y) { addPoints(series) }
        finish()
    }

    private mutating func addAxis(_ name: String, _ axis: Chart.Axis, values: ClosedRange<Double>?) {
        line("set \(name)label \(Self.quoted(axis.label)) textcolor '\(Self.muted)'")
        if let limits = axis.limits { line("set \(name)range [\(limits.lowerBound):\(limits.upperBound)]") }
        switch axis.scale {
        case .linear: if axis.includesZero { line("set \(name)range [0 < *:0 < *]") }
        case .logarithmic: line("set logscale \(name)")
        case .date:
            let ticks = values.map(CalendarTicks.init(over:))?.ticks ?? []
            line("set \(name)tics (\(ticks.map { "'\($0.label)' \($0.value)" }.joined(separator: ", ")))")
        }
    }

    /// Dotted lines with their words above the diagram, each in a row of its own.
    private mutating func addRules(_ chart: Chart) {
        if !chart.verticals.isEmpty { line("set tmargin \(2.5 + 1.2 * Double(chart.verticals.count))") }
        line("set title offset 0, \(0.9 * Double(chart.verticals.count))")
        for (index, rule) in chart.verticals.enumerated() {
            let colour = Palette.colour(rule.tone)
            line(
                "set arrow \(index + 1) from first \(rule.value), graph 0 to first \(rule.value), graph 1 nohead front "
                    + "linecolor '\(colour)' linewidth 1.3 dashtype 3")
            line(
                "set label \(index + 1) \(Self.quoted(rule.label)) at first \(rule.value), graph 1 center "
                    + "offset 0,\(0.6 + 0.95 * Double(index)) textcolor '\(colour)'")
        }
    }

    private mutating func addBands(_ chart: Chart) {
        for band in chart.bands where chart.shows(band.x, band.low) && chart.shows(band.x, band.high) {
            let data = block([band.x, band.low, band.high])
            plot(
                "\(data) using 1:2:3 with filledcurves fillcolor '\(Palette.colour(band.tone))' "
                    + "fillstyle transparent solid 0.25 noborder title \(Self.quoted(band.name))")
        }
    }

    private mutating func addBars(_ bars: [(series: Chart.Bars, base: [Double])]) {
        for (series, base) in bars {
            let middle = zip(series.left, series.right).map { ($0 + $1) / 2 }
            let top = zip(base, series.height).map { $0 + $1 }
            let data = block([middle, top, series.left, series.right, base, top])
            plot(
                "\(data) using 1:2:3:4:5:6 with boxxyerror fillcolor '\(Palette.colour(series.tone))' "
                    + "fillstyle solid 0.85 noborder title \(Self.quoted(series.name))")
        }
    }

    private mutating func addLine(_ series: Chart.Line) {
        let data = block([series.x, series.y])
        plot(
            "\(data) using 1:2 with lines linecolor '\(Palette.colour(series.tone))' linewidth 1.8 "
                + "dashtype \(series.isDashed ? 2 : 1) title \(Self.quoted(series.name))")
    }

    private mutating func addPoints(_ series: Chart.Points) {
        let colour = Palette.colour(series.tone), title = Self.quoted(series.name)
        let hasError = !series.error.isEmpty
        let data = block(hasError ? [series.x, series.y, series.error] : [series.x, series.y])
        let mark = "pointtype 7 pointsize \(series.x.count > 300 ? 0.25 : 0.4)"
        plot(
            hasError
                ? "\(data) using 1:2:3 with yerrorbars \(mark) linecolor '\(colour)' linewidth 1 dashtype 1 title \(title)"
                : "\(data) using 1:2 with points \(mark) linecolor '\(colour)' title \(title)")
    }
}

extension Chart {
    /// Rows that the names of what is drawn fill below the diagram, estimated from their letters.
    var legendRows: Int {
        let names = bands.map(\.name) + bars.map(\.name) + lines.map(\.name) + points.map(\.name)
        let perRow = max(1, 72 / ((names.map(\.count).max() ?? 0) + 8))
        return max(1, (names.count + perRow - 1) / perRow)
    }

    /// The x range that lines, bands and points span; `nil` without any.
    fileprivate var horizontalExtent: ClosedRange<Double>? {
        let values = (bands.flatMap(\.x) + lines.flatMap(\.x) + points.flatMap(\.x)).filter(\.isFinite)
        guard let low = values.min(), let high = values.max() else { return nil }
        return low...high
    }
}
