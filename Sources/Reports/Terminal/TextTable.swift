/// A table of text with aligned columns that fits the terminal.
///
///     var table = TextTable(columns: [.left("Well"), .right("O")])
///     table.append(["P1", "0.52"])
///     print(table.text(style: .detect()))
public struct TextTable: Sendable {
    public struct Column: Equatable, Sendable {
        public var title: String
        public var isRight: Bool

        /// For words. Left columns give way, widest first, when the table is too wide.
        public static func left(_ title: String) -> Column { Column(title: title, isRight: false) }
        /// For numbers; never shortened.
        public static func right(_ title: String) -> Column { Column(title: title, isRight: true) }
    }

    public struct Cell: Equatable, Sendable, ExpressibleByStringInterpolation {
        public var text: String
        public var tone: TextTone

        public init(_ text: String, _ tone: TextTone = .plain) { (self.text, self.tone) = (text, tone) }
        public init(stringLiteral value: String) { self.init(value) }
    }

    public let columns: [Column]
    private var rows: [[Cell]] = []

    public init(columns: [Column]) { self.columns = columns }

    /// A row with fewer cells than columns ends in empty ones.
    public mutating func append(_ cells: [Cell]) {
        precondition(cells.count <= columns.count, "\(cells.count) cells for \(columns.count) columns")
        let empty = [Cell](repeating: "", count: columns.count - cells.count)
        rows.append((cells + empty).map { Cell(Self.printable($0.text), $0.tone) })
    }

    public var isEmpty: Bool { rows.isEmpty }

    /// Lines without a trailing line break: the heads, a rule, the rows.
    public func text(style: TerminalStyle) -> String {
        let widths = fittedWidths(style.width)
        let heads = columns.map { Cell($0.title, .strong) }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        let body = rows.map { line($0, widths, style) }
        return ([line(heads, widths, style), style.painted(rule, .faint)] + body).joined(separator: "\n")
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ style: TerminalStyle) -> String {
        var result = ""
        for (index, cell) in cells.enumerated() {
            let text = Self.shortened(cell.text, to: widths[index])
            let space = String(repeating: " ", count: widths[index] - text.count)
            let painted = style.painted(text, cell.tone)
            if index > 0 { result += "  " }
            result += columns[index].isRight ? space + painted : painted + space
        }
        while result.last == " " { result.removeLast() }
        return result
    }

    /// The natural widths, the widest column of words shortened until the table fits or words have 6 columns left.
    private func fittedWidths(_ available: Int) -> [Int] {
        var widths = columns.indices.map { index in
            max(columns[index].title.count, rows.map { $0[index].text.count }.max() ?? 0)
        }
        var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - available
        while excess > 0 {
            let words = widths.indices.filter { !columns[$0].isRight && widths[$0] > 6 }
            guard let widest = words.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private static func shortened(_ text: String, to width: Int) -> String {
        text.count <= width ? text : text.prefix(width - 1) + "…"
    }

    /// Control characters, escape sequences of a terminal among them, become spaces.
    static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? " " : $0 }))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }
}
