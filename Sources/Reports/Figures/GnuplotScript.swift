import Foundation
import Reservoir

/// A gnuplot program with its data inline. Text of users stands only in single quotes, in which gnuplot gives no
/// character but the quote itself a meaning.
struct GnuplotScript {
    private(set) var text = ""
    private var plots: [String] = []
    private var blocks = 0

    init(format: Gnuplot.Format, figure: Figure, isTitled: Bool) {
        let size = Self.size(of: figure)
        switch format {
        case .svg:
            line(
                "set terminal svg size \(Int(size.width)),\(Int(size.height)) noenhanced font 'Helvetica,13' linewidth 1.2"
            )
        case .png:
            line(
                """
                set terminal pngcairo size \(Int(2 * size.width)),\(Int(2 * size.height)) noenhanced \
                font 'Helvetica,13' fontscale 2 linewidth 2.4
                """)
        case .pdf:
            let inches = String(format: "%.2f,%.2f", size.width / 96, size.height / 96)
            line("set terminal pdfcairo size \(inches) noenhanced font 'Helvetica,10' linewidth 1.2")
        }
        line("set encoding utf8")
        line("set border linecolor '#5f6b7a'")
        if isTitled { line("set title \(Self.quoted(figure.title))") }
    }

    private mutating func line(_ command: String) { text += command + "\n" }

    mutating func add(_ chart: Chart) {
        line("set grid linecolor '#d8dee6' linewidth 0.5")
        line("set tics nomirror")
        line(chart.showsLegend ? "set key outside below horizontal" : "unset key")
        if chart.isSquare { line("set size square") }
        addAxis("x", chart.x)
        addAxis("y", chart.y)
        for (index, rule) in chart.verticals.enumerated() {
            line(
                "set arrow \(index + 1) from first \(rule.value), graph 0 to first \(rule.value), graph 1 nohead "
                    + "linecolor '\(Palette.colour(rule.tone))' linewidth 1.5")
            line(
                "set label \(index + 1) \(Self.quoted(rule.label)) at first \(rule.value), graph 0.97 rotate by 90 right "
                    + "offset 0.8,0 textcolor '\(Palette.colour(rule.tone))'")
        }
        if let shaded = chart.shaded {
            line(
                "set object 1 rectangle from first \(shaded.lowerBound), graph 0 to first \(shaded.upperBound), graph 1 "
                    + "behind fillcolor '\(Palette.shading)' fillstyle solid noborder")
        }
        addBands(chart)
        addBars(chart.stackedBars)
        for series in chart.lines where chart.shows(series.x, series.y) { addLine(series) }
        for rule in chart.horizontals {
            plots.append("\(rule.value) with lines linecolor '\(Palette.colour(rule.tone))' notitle")
        }
        for series in chart.points where chart.shows(series.x, series.y) { addPoints(series) }
        if plots.isEmpty {
            // gnuplot refuses to scale axes to nothing.
            line("set xrange [0:1]")
            line("set yrange [0:1]")
            plots.append("NaN notitle")
        }
        line("plot " + plots.joined(separator: ", \\\n     "))
    }

    private mutating func addAxis(_ name: String, _ axis: Chart.Axis) {
        line("set \(name)label \(Self.quoted(axis.label))")
        if let limits = axis.limits { line("set \(name)range [\(limits.lowerBound):\(limits.upperBound)]") }
        switch axis.scale {
        case .linear: if axis.includesZero { line("set \(name)range [0 < *:0 < *]") }
        case .logarithmic: line("set logscale \(name)")
        case .date:
            line("set \(name)data time")
            line("set timefmt '%s'")
            line("set format \(name) '%Y-%m'")
            line("set \(name)tics rotate by -35")
        }
    }

    private mutating func addBands(_ chart: Chart) {
        for band in chart.bands where chart.shows(band.x, band.low) && chart.shows(band.x, band.high) {
            let data = block([band.x, band.low, band.high])
            plots.append(
                "\(data) using 1:2:3 with filledcurves fillcolor '\(Palette.colour(band.tone))' "
                    + "fillstyle transparent solid 0.25 noborder title \(Self.quoted(band.name))")
        }
    }

    private mutating func addBars(_ bars: [(series: Chart.Bars, base: [Double])]) {
        for (series, base) in bars {
            let middle = zip(series.left, series.right).map { ($0 + $1) / 2 }
            let top = zip(base, series.height).map { $0 + $1 }
            let data = block([middle, top, series.left, series.right, base, top])
            plots.append(
                "\(data) using 1:2:3:4:5:6 with boxxyerror fillcolor '\(Palette.colour(series.tone))' "
                    + "fillstyle solid 0.85 noborder title \(Self.quoted(series.name))")
        }
    }

    private mutating func addLine(_ series: Chart.Line) {
        let data = block([series.x, series.y])
        plots.append(
            "\(data) using 1:2 with lines linecolor '\(Palette.colour(series.tone))' linewidth 2 "
                + "dashtype \(series.isDashed ? 2 : 1) title \(Self.quoted(series.name))")
    }

    private mutating func addPoints(_ series: Chart.Points) {
        let colour = Palette.colour(series.tone)
        if series.error.isEmpty {
            let data = block([series.x, series.y])
            plots.append(
                "\(data) using 1:2 with points pointtype 7 pointsize 0.4 linecolor '\(colour)' "
                    + "title \(Self.quoted(series.name))")
        } else {
            let data = block([series.x, series.y, series.error])
            plots.append(
                "\(data) using 1:2:3 with yerrorbars pointtype 7 pointsize 0.4 linecolor '\(colour)' "
                    + "title \(Self.quoted(series.name))")
        }
    }

    mutating func add(_ map: MapPanel, scale: MapScale) {
        line("unset tics")
        line("unset key")
        line("set size ratio \(Double(map.rows) * map.cellAspect / Double(map.columns))")
        line("set xrange [-0.5:\(Double(map.columns) - 0.5)]")
        let (low, high) = (-0.5, Double(map.rows) - 0.5)
        line(map.firstRow == .top ? "set yrange [\(high):\(low)]" : "set yrange [\(low):\(high)]")
        addColours(scale)
        let field = matrix(map)
        plots.append("\(field) matrix using 1:2:3 with image notitle")
        for (role, mark) in [(true, 6), (false, 7)] {
            let wells = map.wells.filter { ($0.role == .injector) == role }
            guard !wells.isEmpty else { continue }
            let data = block([wells.map { Double($0.column) }, wells.map { Double($0.row) }])
            plots.append("\(data) using 1:2 with points pointtype 7 pointsize 1.1 linecolor 'white' notitle")
            plots.append("\(data) using 1:2 with points pointtype \(mark) pointsize 0.8 linecolor '#16202b' notitle")
        }
        for (index, well) in map.wells.enumerated() {
            line(
                "set label \(index + 1) \(Self.quoted(well.name)) at first \(well.column), first \(well.row) "
                    + "offset 0.7,0.7 front textcolor '#16202b'")
        }
        line("plot " + plots.joined(separator: ", \\\n     "))
    }

    private mutating func addColours(_ scale: MapScale) {
        line("set cbrange [\(scale.low):\(scale.high)]")
        line("set cblabel \(Self.quoted(scale.isLogarithmic ? "log10 \(scale.label)" : scale.label))")
        line("set cbtics")
        if scale.facies.isEmpty {
            let steps = scale.colours.enumerated().map { "\($0) '\($1)'" }
            line("set palette defined (\(steps.joined(separator: ", ")))")
        } else {
            line("set palette maxcolors \(scale.facies.count)")
            let steps = scale.colours.enumerated().map { "\($0) '\($1)'" }
            line(
                "set palette defined (\((steps.count == 1 ? steps + ["1 '\(scale.colours[0])'"] : steps).joined(separator: ", ")))"
            )
            let names = scale.facies.enumerated().map { "\(Self.quoted($1)) \($0)" }
            line("set cbtics (\(names.joined(separator: ", ")))")
        }
    }

    /// Columns of numbers as a data block; what is not a number is a gap.
    private mutating func block(_ columns: [[Double]]) -> String {
        blocks += 1
        line("$data\(blocks) << END_OF_DATA")
        for row in 0..<(columns.map(\.count).min() ?? 0) {
            line(columns.map { $0[row].isFinite ? "\($0[row])" : "NaN" }.joined(separator: " "))
        }
        line("END_OF_DATA")
        return "$data\(blocks)"
    }

    private mutating func matrix(_ map: MapPanel) -> String {
        blocks += 1
        line("$data\(blocks) << END_OF_DATA")
        let values = map.drawnValues
        for row in 0..<map.rows {
            let cells = values[row * map.columns..<(row + 1) * map.columns]
            line(cells.map { $0.isFinite ? String(format: "%.5g", $0) : "NaN" }.joined(separator: " "))
        }
        line("END_OF_DATA")
        return "$data\(blocks)"
    }

    /// Text as gnuplot reads it back; a line break would end the command.
    static func quoted(_ plain: String) -> String {
        let flat = plain.unicodeScalars.map { $0.value < 0x20 ? " " : String($0) }.joined()
        return "'" + flat.replacingOccurrences(of: "'", with: "''") + "'"
    }

    /// In points of 1/96 inch.
    private static func size(of figure: Figure) -> (width: Double, height: Double) {
        switch figure {
        case .chart(let chart): return chart.isSquare ? (460, 480) : (560, chart.showsLegend ? 380 : 340)
        case .map(let map):
            let ratio = Double(map.rows) * map.cellAspect / Double(max(map.columns, 1))
            return (460, min(max(380 * ratio, 160), 900) + 60)
        }
    }
}
