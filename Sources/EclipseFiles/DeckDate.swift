import Reservoir

/// A date and time of the Gregorian calendar, without time zone: what `START`, `DATES` and summary files hold.
public struct DeckDate: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    public let year: Int, month: Int, day: Int
    public let hour: Int, minute: Int, second: Int

    /// - Throws: ``ParameterError`` unless the date exists, in the years 1 to 9999.
    public init(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0
    ) throws(ParameterError) {
        let exists =
            (1...9999).contains(year) && (1...12).contains(month)
            && (1...Self.daysIn(month: month, year: year)).contains(day)
        try require(exists, "date", "\(day)/\(month)/\(year)", "must be a day of the calendar, day/month/year")
        try require(
            (0..<24).contains(hour) && (0..<60).contains(minute) && (0..<60).contains(second), "time",
            "\(hour):\(minute):\(second)", "must be within 00:00:00 to 23:59:59")
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    private init(firstOf year: Int) {
        (self.year, month, day, hour, minute, second) = (year, 1, 1, 0, 0, 0)
    }

    /// Where a deck without `START` begins: 1 January 1983.
    public static let deckDefault = DeckDate(firstOf: 1983)

    /// Eclipse's names; July has two.
    static let monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

    static func month(named name: String) -> Int? {
        let name = name.uppercased()
        return name == "JLY" ? 7 : monthNames.firstIndex(of: name).map { $0 + 1 }
    }

    /// As in a deck: `1 JAN 2020`, with the time if it is not midnight.
    public var description: String {
        func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let time = [hour, minute, second].map(twoDigits).joined(separator: ":")
        return "\(day) \(Self.monthNames[month - 1]) \(year)" + (time == "00:00:00" ? "" : " \(time)")
    }

    /// From `earlier` to this date [s].
    public func seconds(since earlier: DeckDate) -> Double {
        Double(secondsInEra - earlier.secondsInEra)
    }

    public static func < (a: DeckDate, b: DeckDate) -> Bool { a.secondsInEra < b.secondsInEra }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func daysIn(month: Int, year: Int) -> Int {
        let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return days[month - 1] + (month == 2 && isLeap(year) ? 1 : 0)
    }

    /// Since the start of year 1.
    private var secondsInEra: Int {
        let past = year - 1
        let daysBeforeYear = 365 * past + past / 4 - past / 100 + past / 400
        let daysBeforeMonth = (1..<month).reduce(0) { $0 + Self.daysIn(month: $1, year: year) }
        return (((daysBeforeYear + daysBeforeMonth + day - 1) * 24 + hour) * 60 + minute) * 60 + second
    }
}
