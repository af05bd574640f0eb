/// One datum of a record: a value, or a default, possibly several times (`5*1.2`, `3*`).
struct DeckItem: Equatable, Sendable {
    enum Value: Equatable, Sendable {
        case defaulted
        case word(String)
        case quoted(String)
    }

    /// At least 1.
    var count: Int
    var value: Value
    var line: Int

    /// - Returns: `nil` if the word has a repeat count that is zero or does not fit.
    init?(_ token: DeckToken) {
        line = token.line
        if token.kind == .quoted {
            (count, value) = (1, .quoted(token.text))
            return
        }
        let text = token.text.utf8
        // `4*0.2` repeats, `4*` defaults; a star that follows no digits belongs to a name pattern such as `P*`.
        guard let star = text.firstIndex(of: UInt8(ascii: "*")), star != text.startIndex,
            text[..<star].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else {
            (count, value) = (1, .word(token.text))
            return
        }
        guard let count = Int(token.text[..<star]), count >= 1, count <= Int(Int32.max) else { return nil }
        let rest = token.text[text.index(after: star)...]
        (self.count, value) = (count, rest.isEmpty ? .defaulted : .word(String(rest)))
    }

    var text: String? {
        switch value {
        case .defaulted: nil
        case .word(let text), .quoted(let text): text
        }
    }

    /// The number a word spells, in Fortran's or C's decimal notation; `nil` for anything else, not-a-number included.
    static func number(_ text: String) -> Double? {
        var spelled = text
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                continue
            case UInt8(ascii: "d"), UInt8(ascii: "D"):
                spelled = String(text.map { $0 == "d" || $0 == "D" ? "e" : $0 })
            default: return nil
            }
        }
        guard let value = Double(spelled), value.isFinite else { return nil }
        return value
    }

    var number: Double? {
        guard case .word(let text) = value else { return nil }
        return Self.number(text)
    }

    /// A whole number; `12.0` is one.
    var integer: Int? { number.flatMap(Int.init(exactly:)) }
}

/// The items between two slashes.
struct DeckRecord: Equatable, Sendable {
    var items: [DeckItem]
    /// Line of the first item, or of the slash of an empty record.
    var line: Int

    /// The item at `position` (0-based) counting repeats; a default when the record ends before.
    subscript(position: Int) -> DeckItem? {
        var end = 0
        for item in items {
            end += item.count
            if position < end { return item.value == .defaulted ? nil : item }
        }
        return nil
    }

    var itemCount: Int { items.reduce(0) { $0 + $1.count } }
}

/// A keyword with the records that follow it.
struct DeckKeyword: Equatable, Sendable {
    var name: String
    var place: DeckPlace
    var records: [DeckRecord] = []
    /// The line of free text of a keyword such as TITLE.
    var text: String?
}
