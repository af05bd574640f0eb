import Foundation
import Reports

/// What a file or folder holds, for a person or a program to read.
public struct Inspection: Equatable, Sendable {
    public enum Value: Equatable, Sendable, Encodable {
        case text(String)
        case count(Int)
        case number(Double)

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .count(let count): try container.encode(count)
            case .number(let number) where number.isFinite: try container.encode(number)
            case .number: try container.encodeNil()
            }
        }

        var words: String {
            switch self {
            case .text(let text): text
            case .count(let count): "\(count)"
            // A simulator's negative zero is a zero.
            case .number(let number): String(format: "%.6g", number == 0 ? 0 : number)
            }
        }
    }

    /// A named table, for example of the arrays in a file.
    public struct Listing: Equatable, Sendable {
        public let name: String
        public let columns: [String]
        public internal(set) var rows: [[Value]]
    }

    /// For example `HDF5 file` or `case`.
    public let kind: String
    public internal(set) var facts: [(name: String, value: Value)] = []
    public internal(set) var listings: [Listing] = []

    init(kind: String) { self.kind = kind }

    public static func == (a: Inspection, b: Inspection) -> Bool {
        a.kind == b.kind && a.listings == b.listings && a.facts.map(\.name) == b.facts.map(\.name)
            && a.facts.map(\.value) == b.facts.map(\.value)
    }

    mutating func note(_ name: String, _ value: String?) {
        if let value, !value.isEmpty { facts.append((name, .text(value))) }
    }

    mutating func note(_ name: String, _ count: Int) { facts.append((name, .count(count))) }

    /// As standard output shows it.
    public var terminalText: String { text(style: .detect(descriptor: 1)) }

    /// Text for a terminal of this style.
    func text(style: TerminalStyle) -> String {
        let width = facts.map(\.name.count).max() ?? 0
        var parts = [kind]
        parts += facts.map { fact in
            "  " + fact.name + String(repeating: " ", count: width - fact.name.count + 2) + fact.value.words
        }
        for listing in listings where !listing.rows.isEmpty {
            let first = listing.rows[0]
            var table = TextTable(
                columns: zip(listing.columns, first).map { title, value in
                    if case .text = value { TextTable.Column.left(title) } else { .right(title) }
                })
            for row in listing.rows { table.append(row.map { TextTable.Cell($0.words) }) }
            parts += ["", listing.name, table.text(style: style)]
        }
        return parts.joined(separator: "\n")
    }

    /// One object: `kind`, the facts under their names, and each listing as a list of objects. Names have underscores for
    /// blanks.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else {
            preconditionFailure("an inspection cannot be written as JSON")
        }
        return String(decoding: data, as: UTF8.self)
    }
}

extension Inspection: Encodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name.replacing(" ", with: "_") }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(kind, forKey: Key("kind"))
        for fact in facts { try container.encode(fact.value, forKey: Key(fact.name)) }
        for listing in listings {
            let rows = listing.rows.map { row in
                Dictionary(
                    zip(listing.columns.map { Key($0).stringValue }, row), uniquingKeysWith: { first, _ in first })
            }
            try container.encode(rows, forKey: Key(listing.name))
        }
    }
}
