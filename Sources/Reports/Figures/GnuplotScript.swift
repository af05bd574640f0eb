import Foundation

/// A gnuplot program with its data inline. Text of users stands only in single quotes, in which gnuplot gives no
/// character but the quote itself a meaning.
struct GnuplotScript {
    private(set) var text = ""
    private var plots: [String] = []
    private var blocks = 0

    static let ink = "#16202b"
    static let muted = "#5f6b7a"

    init(format: Gnuplot.Format, figure: Figure, isTitled: Bool) {
        let size = Self.size(of: figure)
        switch format {
        case .svg:
            let extent = "\(Int(size.width)),\(Int(size.height))"
            line("set terminal svg size \(extent) noenhanced font 'Helvetica,13' linewidth 1.1")
        case .png:
            let extent = "\(Int(2 * size.width)),\(Int(2 * size.height))"
            line(
                "set terminal pngcairo size \(extent) noenhanced font 'Helvetica,10' fontscale 2 pointscale 2 linewidth 2.2"
            )
        case .pdf:
            let inches = String(format: "%.2f,%.2f", size.width / 96, size.height / 96)
            line("set terminal pdfcairo size \(inches) noenhanced font 'Helvetica,10' linewidth 1.1")
        }
        line("set encoding utf8")
        line("set border linecolor '\(Self.muted)'")
        if isTitled { line("set title \(Self.quoted(figure.title)) textcolor '\(Self.ink)'") }
    }

    mutating func line(_ command: String) { text += command + "\n" }

    mutating func plot(_ element: String) { plots.append(element) }

    /// Draws what was added; nothing can be added afterwards.
    mutating func finish() {
        if plots.isEmpty {
            // gnuplot refuses to scale axes to nothing.
            line("set xrange [0:1]")
            line("set yrange [0:1]")
            plots.append("NaN notitle")
        }
        line("plot " + plots.joined(separator: ", \\\n     "))
    }

    /// Columns of numbers as a data block; what is not a number is a gap.
    mutating func block(_ columns: [[Double]]) -> String {
        let rows = 0..<(columns.map(\.count).min() ?? 0)
        return block(rows: rows.map { row in columns.map { $0[row] } }, format: "%.10g")
    }

    mutating func block(rows: [[Double]], format: String) -> String {
        blocks += 1
        line("$data\(blocks) << END_OF_DATA")
        for row in rows {
            line(row.map { $0.isFinite ? String(format: format, $0) : "NaN" }.joined(separator: " "))
        }
        line("END_OF_DATA")
        return "$data\(blocks)"
    }

    /// Text as gnuplot reads it back; a line break would end the command.
    static func quoted(_ plain: String) -> String {
        let flat = TextTable.printable(plain)
        return "'" + flat.replacingOccurrences(of: "'", with: "''") + "'"
    }

    /// In points of 1/96 inch.
    private static func size(of figure: Figure) -> (width: Double, height: Double) {
        switch figure {
        case .chart(let chart):
            if chart.isSquare { return (460, 500) }
            let legend = chart.showsLegend ? 10 + 20 * Double(chart.legendRows) : 0
            return (560, 340 + legend + 16 * Double(chart.verticals.count))
        case .map(let map):
            let ratio = Double(map.rows) * map.cellAspect / Double(max(map.columns, 1))
            return (460, min(max(370 * ratio, 120), 900) + 50)
        }
    }
}
