/// How many records follow a keyword; without it a deck cannot be split, since data may look like keywords.
enum KeywordShape: Equatable, Sendable {
    /// No data; the rest of its line is a remark.
    case flag
    /// A fixed number of records.
    case records(Int)
    /// Records up to an empty one.
    case list
    /// Records up to the next keyword, as the table keywords (their number stands elsewhere).
    case tables
    /// One line of free text.
    case text
}

/// Splits text into keywords with their records.
///
/// Of an unknown keyword the extent is guessed: it ends before the next known keyword, or before a word that looks like
/// a keyword, stands alone on its line and follows a slash.
struct KeywordReader {
    private var tokens: DeckTokenizer
    private let file: String
    /// What is known of a keyword; may change from section to section.
    var shape: (String) -> KeywordShape?
    private var lookahead: DeckToken?

    init(_ bytes: [UInt8], file: String, shape: @escaping (String) -> KeywordShape?) {
        tokens = DeckTokenizer(bytes)
        (self.file, self.shape) = (file, shape)
    }

    /// The next keyword, or `nil` at the end. What cannot be read is named in `problems` and skipped.
    mutating func next(_ problems: inout ProblemList) -> DeckKeyword? {
        guard let name = nextName(&problems) else { return nil }
        var keyword = DeckKeyword(name: name.text.uppercased(), place: DeckPlace(file: file, line: name.line))
        switch shape(keyword.name) {
        case .flag: skipToLineEnd()
        case .text: keyword.text = freeText()
        case .records(let count):
            while keyword.records.count < count, let record = record(of: keyword, &problems) {
                keyword.records.append(record)
            }
        case .list:
            while let record = record(of: keyword, &problems), record.itemCount > 0 { keyword.records.append(record) }
        case .tables:
            while let token = peek(), !endsTables(token), let record = record(of: keyword, &problems) {
                keyword.records.append(record)
            }
        case nil: skipUnknown()
        }
        return keyword
    }

    private mutating func peek() -> DeckToken? {
        if lookahead == nil { lookahead = tokens.next() }
        return lookahead
    }

    private mutating func take() -> DeckToken? {
        defer { lookahead = nil }
        return peek()
    }

    /// Only called when nothing was peeked beyond the keyword's name.
    private mutating func skipToLineEnd() { tokens.skipToLineEnd() }
    private mutating func freeText() -> String? { tokens.nextLine() }

    private mutating func nextName(_ problems: inout ProblemList) -> DeckToken? {
        var complained = false
        while let token = take() {
            if token.startsLine, Self.looksLikeKeyword(token) { return token }
            // A stray slash is common after the last record and harms nothing.
            if token.kind == .slash || complained { continue }
            complained = true
            problems.add(
                DeckPlace(file: file, line: token.line), "", "`\(token.text.prefix(20))` stands where a keyword must")
        }
        return nil
    }

    private mutating func record(of keyword: DeckKeyword, _ problems: inout ProblemList) -> DeckRecord? {
        var record = DeckRecord(items: [], line: peek()?.line ?? tokens.line)
        while let token = peek() {
            if token.kind == .slash {
                _ = take()
                return record
            }
            if startsKeyword(token), standsAlone(token) {
                problems.add(keyword, line: token.line, "lacks the closing `/` before \(token.text)")
                return nil
            }
            _ = take()
            if let item = DeckItem(token) {
                record.items.append(item)
            } else {
                problems.add(keyword, line: token.line, "`\(token.text.prefix(20))` has no usable repeat count")
            }
        }
        problems.add(keyword, "lacks the closing `/` before the end of the file")
        return nil
    }

    private mutating func skipUnknown() {
        var afterSlash = true
        while let token = peek() {
            if startsKeyword(token) { return }
            if afterSlash, token.startsLine, Self.looksLikeKeyword(token), standsAlone(token) { return }
            afterSlash = take()?.kind == .slash
        }
    }

    /// Whether the token at hand is the only one on its line, as keywords are; `PERMX PERMY /` below COPY is data. Looks ahead on a copy: the bytes are shared, not copied.
    private func standsAlone(_ token: DeckToken) -> Bool {
        var ahead = tokens
        guard let following = ahead.next() else { return true }
        return following.line != token.line
    }

    private func startsKeyword(_ token: DeckToken) -> Bool {
        token.startsLine && Self.looksLikeKeyword(token) && shape(token.text.uppercased()) != nil
    }

    /// Tables hold numbers only, so any word at the start of a line ends them, known or not.
    private func endsTables(_ token: DeckToken) -> Bool {
        token.startsLine && Self.looksLikeKeyword(token)
    }

    private static func looksLikeKeyword(_ token: DeckToken) -> Bool {
        guard token.kind == .word, (1...8).contains(token.text.utf8.count), let first = token.text.utf8.first,
            isLetter(first)
        else { return false }
        return token.text.utf8.allSatisfy {
            isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "_")
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xDF)
    }
}
