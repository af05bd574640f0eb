/// A table of text with aligned columns that fits the terminal: first words give way, then the table is folded into parts
/// that stand below each other, each with the first column.
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

    /// Lines without a trailing line break: the heads, a rule, the rows; an empty line between parts.
    public func text(style: TerminalStyle) -> String {
        parts(style.width).map { part(columns: $0.columns, widths: $0.widths, style) }.joined(separator: "\n\n")
    }

    private func part(columns shown: [Int], widths: [Int], _ style: TerminalStyle) -> String {
        let heads = shown.map { Cell(columns[$0].title, .strong) }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        let body = rows.map { row in line(shown.map { row[$0] }, shown, widths, style) }
        return ([line(heads, shown, widths, style), style.painted(rule, .faint)] + body).joined(separator: "\n")
    }

    private func line(_ cells: [Cell], _ shown: [Int], _ widths: [Int], _ style: TerminalStyle) -> String {
        var result = ""
        for (index, cell) in cells.enumerated() {
            let text = Self.shortened(cell.text, to: widths[index])
            let space = String(repeating: " ", count: widths[index] - text.count)
            let painted = style.painted(text, cell.tone)
            if index > 0 { result += "  " }
            result += columns[shown[index]].isRight ? space + painted : painted + space
        }
        while result.last == " " { result.removeLast() }
        return result
    }

    /// Words keep this many columns before a table is folded instead.
    private static let leastWords = 12

    /// The columns of each part with their widths: one part if the table fits after words have given way.
    private func parts(_ available: Int) -> [(columns: [Int], widths: [Int])] {
        let natural = columns.indices.map { index in
            max(columns[index].title.count, rows.map { $0[index].text.count }.max() ?? 0)
        }
        let all = Array(columns.indices)
        let fitted = shortened(all, natural, to: available)
        if Self.total(fitted) <= available || columns.count < 3 { return [(all, fitted)] }

        var parts: [[Int]] = []
        for index in all.dropFirst() {
            if let last = parts.last, Self.total(shortened(last + [index], natural, to: available)) <= available {
                parts[parts.count - 1].append(index)
            } else {
                parts.append([0, index])
            }
        }
        return parts.map { ($0, shortened($0, natural, to: available)) }
    }

    /// Widths of some of the columns, the widest column of words shortened until they fit or words have few left.
    private func shortened(_ shown: [Int], _ natural: [Int], to available: Int) -> [Int] {
        var widths = shown.map { natural[$0] }
        var excess = Self.total(widths) - available
        while excess > 0 {
            let words = widths.indices.filter { !columns[shown[$0]].isRight && widths[$0] > Self.leastWords }
            guard let widest = words.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private static func total(_ widths: [Int]) -> Int { widths.reduce(0, +) + 2 * (widths.count - 1) }

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
