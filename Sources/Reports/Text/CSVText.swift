/// Comma-separated values as RFC 4180 has them: fields with a comma, quote or line break are quoted.
public struct CSVText: Sendable {
    public private(set) var text: String

    public init(header: [String]) {
        text = ""
        append(header)
    }

    public mutating func append(_ fields: [String]) {
        text += fields.map(Self.quoted).joined(separator: ",") + "\n"
    }

    /// The shortest text that reads back as the same number; empty if there is none.
    static func number(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "" }
        return "\(value)"
    }

    private static func quoted(_ field: String) -> String {
        // Line breaks are looked for by scalar: as a character, CR and LF together are neither of the two.
        let special: Set<Unicode.Scalar> = [",", "\"", "\n", "\r"]
        guard field.unicodeScalars.contains(where: special.contains) else { return field }
        var escaped = "\""
        for scalar in field.unicodeScalars {
            if scalar == "\"" { escaped += "\"" }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped + "\""
    }
}
