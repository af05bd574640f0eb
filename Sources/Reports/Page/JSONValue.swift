import Foundation

/// Data for the page's script. Foundation's encoder refuses NaN and writes 17 digits; here what is not a number is
/// `null`, and six digits are enough to draw.
enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    /// In the order given.
    case object([(String, JSONValue)])

    static func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .number($0) }) }
    static func strings(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
    static func integers(_ values: [Int]) -> JSONValue { .array(values.map { .number(Double($0)) }) }

    static func == (a: JSONValue, b: JSONValue) -> Bool { a.fullText == b.fullText }

    /// JSON that may stand within an HTML script element: `<`, `>` and `&` never appear as such. Six digits.
    var text: String { written { String(format: "%.6g", $0) } }

    /// With every digit that a number has.
    var fullText: String { written { "\($0)" } }

    private func written(number: (Double) -> String) -> String {
        var result = ""
        write(to: &result, number)
        return result
    }

    private func write(to result: inout String, _ number: (Double) -> String) {
        switch self {
        case .null: result += "null"
        case .bool(let value): result += value ? "true" : "false"
        case .number(let value): result += Self.text(of: value, number)
        case .string(let value): Self.write(value, to: &result)
        case .array(let values): Self.write(values, open: "[", close: "]", to: &result) { $0.write(to: &$1, number) }
        case .object(let members):
            Self.write(members, open: "{", close: "}", to: &result) { member, result in
                Self.write(member.0, to: &result)
                result += ":"
                member.1.write(to: &result, number)
            }
        }
    }

    private static func write<Element>(
        _ elements: [Element], open: String, close: String, to result: inout String,
        each: (Element, inout String) -> Void
    ) {
        result += open
        for (index, element) in elements.enumerated() {
            if index > 0 { result += "," }
            each(element, &result)
        }
        result += close
    }

    private static func text(of value: Double, _ number: (Double) -> String) -> String {
        guard value.isFinite else { return "null" }
        // Whole numbers, dates in seconds among them, keep every digit.
        return value.rounded() == value && abs(value) < 1e15 ? String(Int(value)) : number(value)
    }

    private static func write(_ string: String, to result: inout String) {
        result += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            // U+2028 and U+2029 end a line in older scripts.
            case "<", ">", "&", "\u{2028}", "\u{2029}",
                _ where scalar.value < 0x20:
                result += String(format: "\\u%04x", scalar.value)
            default: result.unicodeScalars.append(scalar)
            }
        }
        result += "\""
    }
}
