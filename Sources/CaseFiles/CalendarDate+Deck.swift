import EclipseFiles
import Reservoir

extension CalendarDate {
    /// The moment that a deck's date names.
    public init(_ date: DeckDate) {
        self.init(seconds: date.seconds(since: Self.epoch))
    }

    /// As decks write it, to the second; `nil` outside the years 1 to 9999.
    public var deckDate: DeckDate? {
        let numbers = description.split { "-T:".contains($0) }.compactMap { Int($0) }
        guard numbers.count >= 3 else { return nil }
        func clock(_ position: Int) -> Int { numbers.count > position ? numbers[position] : 0 }
        return try? DeckDate(
            year: numbers[0], month: numbers[1], day: numbers[2], hour: clock(3), minute: clock(4), second: clock(5))
    }

    private static let epoch: DeckDate = {
        guard let date = try? DeckDate(year: 1970, month: 1, day: 1) else {
            preconditionFailure("1 January 1970 is a day of the calendar")
        }
        return date
    }()
}
