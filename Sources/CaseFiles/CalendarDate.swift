import Reservoir

/// A moment of the proleptic Gregorian calendar, without time zones: written `2020-01-31` or `2020-01-31T12:30:00`.
public struct CalendarDate: Equatable, Comparable, Hashable, Sendable, CustomStringConvertible {
    /// Since 1970-01-01T00:00:00.
    public let seconds: Double

    public init(seconds: Double) { self.seconds = seconds }

    /// - Returns: `nil` unless `text` is a date that exists.
    public init?(_ text: String) {
        let halves = text.split(whereSeparator: { $0 == "T" || $0 == " " })
        guard (1...2).contains(halves.count), let day = Self.day(halves[0]) else { return nil }
        guard halves.count == 2 else {
            seconds = Double(day) * Unit.day
            return
        }
        let parts = halves[1].split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.count == 2 ? Int($0) : nil }
        guard (2...3).contains(parts.count), numbers.count == parts.count, (0..<24).contains(numbers[0]),
            numbers.dropFirst().allSatisfy({ (0..<60).contains($0) })
        else { return nil }
        let clock = numbers.reversed().enumerated().reduce(0) { $0 + $1.element * Self.weights[$1.offset] }
        seconds = Double(day) * Unit.day + Double(numbers.count == 2 ? clock * 60 : clock)
    }

    private static let weights = [1, 60, 3600]

    private static func day(_ text: Substring) -> Int? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month),
            day >= 1, day <= daysInMonth(month, year)
        else { return nil }
        return daysSince1970(year, month, day)
    }

    private static func daysInMonth(_ month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Years counted from March, so that the leap day comes last: 365 days and the leap days of the whole years before,
    /// then `(153 m + 2) / 5` days of the whole months before, which gives 31, 30, 31, 30, 31 in turn.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let years = month > 2 ? year : year - 1
        let months = (month + 9) % 12
        let leapDays = floorDivide(years, 4) - floorDivide(years, 100) + floorDivide(years, 400)
        // 719,468 days lie between 0000-03-01 and 1970-01-01.
        return 365 * years + leapDays + (153 * months + 2) / 5 + day - 1 - 719_468
    }

    private static func floorDivide(_ a: Int, _ b: Int) -> Int { (a - ((a % b) + b) % b) / b }

    public static func < (a: CalendarDate, b: CalendarDate) -> Bool { a.seconds < b.seconds }

    public func adding(seconds more: Double) -> CalendarDate { CalendarDate(seconds: seconds + more) }

    /// To the second; the clock only if it is not midnight.
    public var description: String {
        // Beyond some ten thousand years there is no calendar to speak of.
        let whole = Int(min(max(seconds.rounded(), -4e11), 4e11))
        let days = Self.floorDivide(whole, 86_400)
        let clock = whole - 86_400 * days
        // The year is found by counting, from an estimate that is never too late.
        var year = 1970 + Self.floorDivide(days, 366) - 1
        while Self.daysSince1970(year + 1, 1, 1) <= days { year += 1 }
        var month = 1
        while month < 12, Self.daysSince1970(year, month + 1, 1) <= days { month += 1 }
        let day = days - Self.daysSince1970(year, month, 1) + 1
        let date = "\(year)-\(Self.two(month))-\(Self.two(day))"
        guard clock != 0 else { return date }
        return date + "T\(Self.two(clock / 3600)):\(Self.two(clock / 60 % 60)):\(Self.two(clock % 60))"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
