import Foundation

/// Numbers as people read them. Never `nan` or `inf`: what is not a number is a dash.
enum NumberText {
    static let none = "–"

    /// `digits` significant digits, thousands grouped; powers of ten for the very large and very small.
    static func significant(_ value: Double, digits: Int = 3) -> String {
        guard value.isFinite else { return none }
        guard value != 0 else { return "0" }
        let magnitude = abs(value)
        if magnitude >= 1e9 || magnitude < 1e-4 { return String(format: "%.\(digits - 1)e", value) }
        let decimals = max(0, digits - 1 - Int(floor(log10(magnitude))))
        return grouped(String(format: "%.\(decimals)f", value))
    }

    static func significant(_ value: Double?, digits: Int = 3) -> String {
        value.map { significant($0, digits: digits) } ?? none
    }

    static func fixed(_ value: Double?, decimals: Int) -> String {
        guard let value, value.isFinite else { return none }
        return grouped(String(format: "%.\(decimals)f", value))
    }

    static func count(_ value: Int) -> String { grouped(String(value)) }

    /// A share of 0 to 1 in percent.
    static func percent(_ share: Double?, decimals: Int = 0) -> String {
        guard let share, share.isFinite else { return none }
        return String(format: "%.\(decimals)f %%", 100 * share)
    }

    /// `12.3 s`, `4 min 05 s`, `2 h 03 min`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return none }
        if seconds < 9.95 { return String(format: "%.1f s", seconds) }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
        return String(format: "%d h %02d min", whole / 3600, whole / 60 % 60)
    }

    /// `2026-01-31`, in UTC.
    static func day(_ date: Date) -> String { date.formatted(dateStyle) }

    /// `2026-01-31 14:05 UTC`
    static func moment(_ date: Date) -> String {
        let text = date.formatted(.iso8601)
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }

    private static let dateStyle = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()

    /// Puts a comma between groups of three digits before the decimal point.
    private static func grouped(_ text: String) -> String {
        let sign = text.hasPrefix("-") ? "-" : ""
        let parts = text.dropFirst(sign.count).split(separator: ".", omittingEmptySubsequences: false)
        var whole = String(parts[0])
        var groups: [Substring] = []
        while whole.count > 3 {
            groups.insert(whole.suffix(3), at: 0)
            whole = String(whole.dropLast(3))
        }
        let fraction = parts.count > 1 ? ".\(parts[1])" : ""
        return sign + ([Substring(whole)] + groups).joined(separator: ",") + fraction
    }
}
