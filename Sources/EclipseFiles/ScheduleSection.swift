import Reservoir

/// SCHEDULE: time steps, and what the wells are told to do between them.
struct ScheduleSection {
    static let names: Set<String> = [
        "WELSPECS", "COMPDAT", "WCONPROD", "WCONINJE", "WELOPEN", "WELTARG", "TSTEP", "DATES"
    ]
    static let stepLimit = 100_000
    static let changeLimit = 200_000

    private let start: DeckDate
    private let units: DeckUnits
    private let displacing: Fluids.Displacing
    private(set) var wells: WellSection
    /// [s] from the start.
    private var now = 0.0
    private var reportTimes: [Double] = []
    private var events: [Schedule.Event] = []
    /// Well controls read so far, those that later ones replaced included.
    private var changes = 0

    init(grid: Grid, units: DeckUnits, displacing: Fluids.Displacing, start: DeckDate) {
        (self.units, self.displacing, self.start) = (units, displacing, start)
        wells = WellSection(grid: grid, units: units)
    }

    mutating func read(_ keyword: DeckKeyword, _ problems: inout ProblemList) {
        switch keyword.name {
        case "WELSPECS": wells.specify(keyword, &problems)
        case "COMPDAT": wells.complete(keyword, &problems)
        case "TSTEP": readSteps(keyword, &problems)
        case "DATES": readDates(keyword, &problems)
        case "WCONPROD", "WCONINJE", "WELOPEN", "WELTARG":
            for record in keyword.records { control(record, of: keyword, &problems) }
        default: break
        }
    }

    func schedule(deck: DeckPlace, _ problems: inout ProblemList) -> Schedule {
        if reportTimes.isEmpty {
            problems.add(deck, "TSTEP", "is missing, and so is DATES: nothing would be simulated")
        }
        // What wells are told at the end is of no effect. One that is told nothing else rests.
        let heard = events.filter { $0.time < now }
        let silent = Set(events.map(\.well)).subtracting(heard.map(\.well)).sorted()
        return Schedule(
            reportTimes: reportTimes,
            events: silent.map { Schedule.Event(time: 0, well: $0, control: .shut) } + heard)
    }

    // MARK: Time

    private mutating func readSteps(_ keyword: DeckKeyword, _ problems: inout ProblemList) {
        guard let record = keyword.records.first else { return }
        for item in record.items {
            guard let days = item.number, days > 0 else {
                problems.add(keyword, line: item.line, "every step must be a positive number of days")
                return
            }
            guard reportTimes.count + item.count <= Self.stepLimit else {
                problems.add(keyword, line: item.line, "more than \(Self.stepLimit) steps")
                return
            }
            for _ in 0..<item.count { advance(to: now + days * Unit.day) }
        }
    }

    private mutating func readDates(_ keyword: DeckKeyword, _ problems: inout ProblemList) {
        for record in keyword.records {
            guard let date = record.date(of: keyword, &problems) else { continue }
            let time = date.seconds(since: start)
            guard time > now, reportTimes.count < Self.stepLimit else {
                problems.add(keyword, line: record.line, "\(date) is not after the time reached before it")
                continue
            }
            advance(to: time)
        }
    }

    private mutating func advance(to time: Double) {
        // A step lost in rounding would make two equal times.
        guard time > now, time.isFinite else { return }
        now = time
        reportTimes.append(time)
    }

    // MARK: Controls

    private mutating func control(_ record: DeckRecord, of keyword: DeckKeyword, _ problems: inout ProblemList) {
        guard changes < Self.changeLimit else { return }
        let reader = ControlReader(keyword: keyword, record: record, units: units, displacing: displacing)
        let now = now
        var fresh: [Schedule.Event] = []
        wells.update(record, of: keyword, &problems) { entry, problems in
            guard let control = reader.control(&entry, &problems) else { return }
            entry.control = control
            let told = control.shutIfWithoutRate
            entry.hasOpened = entry.hasOpened || told.isOpen
            fresh.append(Schedule.Event(time: now, well: entry.name, control: told))
        }
        changes += fresh.count
        if changes >= Self.changeLimit {
            problems.add(keyword, line: record.line, "more than \(Self.changeLimit) changes of well control")
        }
        for event in fresh {
            // Of several changes at one time only the last has effect.
            if let last = events.lastIndex(where: { $0.time < now || $0.well == event.well }), events[last].time == now
            {
                events[last] = event
            } else {
                events.append(event)
            }
        }
    }
}

extension WellControl {
    /// A target of zero is how decks say that a well rests; `WELTARG` may then give it one. No other limit is zero.
    fileprivate var shutIfWithoutRate: WellControl { rates.values.contains(0) ? .shut : self }
}
