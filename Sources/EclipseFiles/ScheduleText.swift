import Reservoir

/// The SCHEDULE section of a model.
struct ScheduleText {
    let model: ReservoirModel

    private var grid: Grid { model.grid }
    private var isAreal: Bool { grid.orientation == .areal }
    private var isWater: Bool { model.fluids.displacing == .water }

    var text: String {
        var parts = ["SCHEDULE", "RPTRST\n 'BASIC=0' /", wells]
        var now = 0.0
        var nextEvent = 0
        let events = model.schedule.events
        for time in stops {
            var due: [Schedule.Event] = []
            while nextEvent < events.count, events[nextEvent].time <= now {
                due.append(events[nextEvent])
                nextEvent += 1
            }
            if !due.isEmpty { parts.append(controls(due)) }
            parts.append("TSTEP\n \(DeckText.number((time - now) / Unit.day)) /")
            now = time
        }
        return (parts + ["END\n"]).joined(separator: "\n")
    }

    /// Report times, and times at which a well changes before the end.
    private var stops: [Double] {
        guard let end = model.schedule.reportTimes.last else { return [] }
        let changes = model.schedule.events.map(\.time).filter { $0 > 0 && $0 < end }
        return Set(model.schedule.reportTimes + changes).sorted()
    }

    private var wells: String {
        let specifications = model.wells.map { well in
            let head = well.completions[0]
            let phase = well.role == .producer ? "OIL" : isWater ? "WATER" : "GAS"
            let depth =
                well.referenceDepth.map(DeckText.number)
                ?? DeckText.number(grid.centreDepth[grid.cell(column: head.column, row: head.row)])
            return " '\(well.name)' 'G' \(head.column + 1) \(isAreal ? head.row + 1 : 1) \(depth) \(phase) /"
        }
        let connections = model.wells.flatMap { well in
            well.completions.map { completion in
                let (j, k) = isAreal ? (completion.row + 1, 1) : (1, completion.row + 1)
                return " '\(well.name)' \(completion.column + 1) \(j) \(k) \(k) OPEN 1* 1* "
                    + "\(DeckText.number(2 * well.radius)) 1* \(DeckText.number(well.skin)) /"
            }
        }
        return list("WELSPECS", specifications) + "\n" + list("COMPDAT", connections)
    }

    private func list(_ keyword: String, _ records: [String]) -> String {
        ([keyword] + records + ["/"]).joined(separator: "\n")
    }

    private func controls(_ events: [Schedule.Event]) -> String {
        let roles = Dictionary(model.wells.map { ($0.name, $0.role) }, uniquingKeysWith: { first, _ in first })
        var byKeyword: [(keyword: String, records: [String])] = [("WCONPROD", []), ("WCONINJE", []), ("WELOPEN", [])]
        for event in events {
            if !event.control.isOpen {
                byKeyword[2].records.append(" '\(event.well)' SHUT /")
            } else if roles[event.well] == .injector {
                byKeyword[1].records.append(injection(event))
            } else {
                byKeyword[0].records.append(production(event))
            }
        }
        return byKeyword.filter { !$0.records.isEmpty }.map { list($0.keyword, $0.records) }.joined(separator: "\n")
    }

    private func rate(_ value: Double?) -> String {
        value.map { DeckText.number($0 / Unit.cubicMetrePerDay) } ?? "1*"
    }

    private func pressure(_ value: Double?) -> String { value.map { DeckText.number($0 / Unit.bar) } ?? "1*" }

    private func production(_ event: Schedule.Event) -> String {
        let rates = event.control.rates
        let mode =
            rates[.liquid] != nil
            ? "LRAT" : rates[.oil] != nil ? "ORAT" : rates[.displacing] != nil ? (isWater ? "WRAT" : "GRAT") : "BHP"
        let (water, gas) = isWater ? (rates[.displacing], nil) : (nil, rates[.displacing])
        return
            " '\(event.well)' OPEN \(mode) \(rate(rates[.oil])) \(rate(water)) \(rate(gas)) \(rate(rates[.liquid])) 1* "
            + "\(pressure(event.control.bottomHolePressure)) /"
    }

    private func injection(_ event: Schedule.Event) -> String {
        let injected = event.control.rates[.displacing]
        return
            " '\(event.well)' \(isWater ? "WATER" : "GAS") OPEN \(injected == nil ? "BHP" : "RATE") \(rate(injected)) 1* "
            + "\(pressure(event.control.bottomHolePressure)) /"
    }
}
