/// A comma-separated table with its line numbers, read as RFC 4180 says: quotes, doubled quotes, line ends of any system.
///
/// Lines that are empty or start with `#` are skipped. Rows keep the number of fields they have; whoever reads them
/// reports all that are wrong at once.
public struct CSVTable: Equatable, Sendable {
    public struct Row: Equatable, Sendable {
        /// Where it starts, 1-based.
        public let line: Int
        /// Without surrounding blanks, unless quoted.
        public let fields: [String]

        public init(line: Int, fields: [String]) { (self.line, self.fields) = (line, fields) }
    }

    public let header: Row
    public let rows: [Row]

    /// A table that came from elsewhere than text of this format.
    public init(header: Row, rows: [Row]) { (self.header, self.rows) = (header, rows) }

    /// - Throws: ``StorageError`` if the file cannot be read, is no text, is empty or ends within quotes.
    public init(reading path: String) throws(StorageError) {
        try self.init(parsing: try Files.readText(path), path: path)
    }

    /// - Parameter path: named in errors.
    public init(parsing text: String, path: String) throws(StorageError) {
        var rows = try Self.split(Array(text.utf8), path: path)
        guard !rows.isEmpty else {
            throw StorageError(
                .damaged, path: path, line: 1, reason: "has no header", advice: "name the columns in the first line")
        }
        header = rows.removeFirst()
        self.rows = rows
    }

    /// The position of a column by its name in the header, whatever the case of its letters.
    public func column(_ name: String) -> Int? {
        header.fields.firstIndex { $0.lowercased() == name.lowercased() }
    }

    private static func split(_ bytes: [UInt8], path: String) throws(StorageError) -> [Row] {
        var scanner = Scanner(bytes: bytes)
        var rows: [Row] = []
        while let row = try scanner.nextRow(path: path) { rows.append(row) }
        return rows
    }

    private struct Scanner {
        let bytes: [UInt8]
        var position = 0
        var line = 1

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func nextRow(path: String) throws(StorageError) -> Row? {
            skipEmptyLines()
            guard position < bytes.count else { return nil }
            let start = line
            var fields: [String] = []
            repeat { fields.append(try nextField(path: path)) } while take(Character.comma)
            takeLineEnd()
            return Row(line: start, fields: fields)
        }

        private mutating func skipEmptyLines() {
            while position < bytes.count {
                var end = position
                while end < bytes.count, !Character.isLineEnd(bytes[end]) { end += 1 }
                let isBlank = bytes[position..<end].allSatisfy(Character.isBlank)
                guard isBlank || bytes[position] == Character.hash else { return }
                position = end
                takeLineEnd()
            }
        }

        private mutating func nextField(path: String) throws(StorageError) -> String {
            skipBlanks()
            if position < bytes.count, bytes[position] == Character.quote { return try quotedField(path: path) }
            let start = position
            while position < bytes.count, bytes[position] != Character.comma, !Character.isLineEnd(bytes[position]) {
                position += 1
            }
            var end = position
            while end > start, Character.isBlank(bytes[end - 1]) { end -= 1 }
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }

        private mutating func quotedField(path: String) throws(StorageError) -> String {
            let start = line
            var content: [UInt8] = []
            position += 1
            while position < bytes.count {
                let byte = bytes[position]
                position += 1
                if byte == Character.quote {
                    guard take(Character.quote) else {
                        skipBlanks()
                        guard
                            position == bytes.count || bytes[position] == Character.comma
                                || Character.isLineEnd(bytes[position])
                        else {
                            throw StorageError(
                                .damaged, path: path, line: line, reason: "has text after a closing quote",
                                advice: "double the quotes within the field")
                        }
                        return String(decoding: content, as: UTF8.self)
                    }
                }
                if byte == Character.newline { line += 1 }
                content.append(byte)
            }
            throw StorageError(
                .damaged, path: path, line: start, reason: "has a quote that is never closed", advice: "close it")
        }

        private mutating func skipBlanks() {
            while position < bytes.count, Character.isBlank(bytes[position]) { position += 1 }
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
            return true
        }

        private mutating func takeLineEnd() {
            let hadReturn = take(Character.carriageReturn)
            let hadNewline = take(Character.newline)
            if hadReturn || hadNewline { line += 1 }
        }
    }

    private enum Character {
        static let comma = UInt8(ascii: ","), quote = UInt8(ascii: "\""), hash = UInt8(ascii: "#")
        static let newline = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")
        static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        static func isLineEnd(_ byte: UInt8) -> Bool { byte == newline || byte == carriageReturn }
    }
}

/// Text of a comma-separated table; fields are quoted where they must be.
public struct CSVText: Sendable {
    public private(set) var text: String

    public init(header: [String]) {
        text = ""
        append(header)
    }

    public mutating func append(_ fields: [String]) {
        text += fields.map(Self.quoted).joined(separator: ",") + "\n"
    }

    private static func quoted(_ field: String) -> String {
        let mustBeQuoted =
            field.contains { $0 == "," || $0 == "\"" || $0.isNewline || $0 == "#" }
            || field.first?.isWhitespace == true || field.last?.isWhitespace == true
        return mustBeQuoted ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
    }
}
