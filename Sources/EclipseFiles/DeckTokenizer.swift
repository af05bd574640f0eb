/// A word of an Eclipse text file.
struct DeckToken: Equatable {
    enum Kind: Equatable { case word, quoted, slash }

    var kind: Kind
    /// Without quotes; empty for a slash.
    var text: String
    /// 1-based.
    var line: Int
    /// Whether nothing but blanks stands before it on its line: only there can a keyword begin.
    var startsLine: Bool
}

/// Splits the text that decks and GRDECL files share into words: `--` starts a comment, quotes keep blanks together,
/// and whatever follows a `/` on its line is a remark.
///
/// Works on bytes, so that a file in any encoding is read; bytes above 127 can only stand in comments and quotes.
struct DeckTokenizer {
    private let bytes: [UInt8]
    private var position = 0
    private(set) var line = 1
    private var atLineStart = true

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> DeckToken? {
        skipBlanksAndComments()
        guard position < bytes.count else { return nil }
        let startsLine = atLineStart
        atLineStart = false
        switch bytes[position] {
        case Byte.slash:
            skipToLineEnd()
            return DeckToken(kind: .slash, text: "", line: line, startsLine: startsLine)
        case Byte.quote, Byte.doubleQuote:
            return DeckToken(kind: .quoted, text: quotedText(), line: line, startsLine: startsLine)
        default:
            return DeckToken(kind: .word, text: word(), line: line, startsLine: startsLine)
        }
    }

    /// Drops what is left of the current line, as after a keyword that takes no data.
    mutating func skipToLineEnd() {
        while position < bytes.count, bytes[position] != Byte.newline { position += 1 }
    }

    /// The whole next line, blanks trimmed, for keywords such as TITLE that take free text.
    mutating func nextLine() -> String? {
        skipToLineEnd()
        guard position < bytes.count else { return nil }
        advanceLine()
        let start = position
        skipToLineEnd()
        // A free text of unreasonable length helps nobody and is cut.
        let text = String(decoding: bytes[start..<min(position, start + 500)], as: UTF8.self)
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private mutating func advanceLine() {
        position += 1
        line += 1
        atLineStart = true
    }

    private mutating func skipBlanksAndComments() {
        while position < bytes.count {
            switch bytes[position] {
            case Byte.newline: advanceLine()
            case 0...Byte.space: position += 1
            case Byte.dash where position + 1 < bytes.count && bytes[position + 1] == Byte.dash: skipToLineEnd()
            default: return
            }
        }
    }

    /// Text up to the matching quote, or to the end of the line if that is missing.
    private mutating func quotedText() -> String {
        let quote = bytes[position]
        let start = position + 1
        position = start
        while position < bytes.count, bytes[position] != quote, bytes[position] != Byte.newline { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if position < bytes.count, bytes[position] == quote { position += 1 }
        return text
    }

    private mutating func word() -> String {
        let start = position
        scan: while position < bytes.count {
            switch bytes[position] {
            case 0...Byte.space, Byte.slash, Byte.quote, Byte.doubleQuote: break scan
            case Byte.dash where position + 1 < bytes.count && bytes[position + 1] == Byte.dash: break scan
            default: position += 1
            }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }
}

private enum Byte {
    static let newline = UInt8(ascii: "\n"), space = UInt8(ascii: " "), slash = UInt8(ascii: "/")
    static let quote = UInt8(ascii: "'"), doubleQuote = UInt8(ascii: "\""), dash = UInt8(ascii: "-")
}
