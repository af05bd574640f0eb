import Reservoir

/// Reads one record of WCONPROD, WCONINJE, WELOPEN or WELTARG into the control of one well.
struct ControlReader {
    let keyword: DeckKeyword
    let record: DeckRecord
    let units: DeckUnits
    let displacing: Fluids.Displacing

    /// Eclipse's limits where a deck gives none: one atmosphere below, 100,000 psi above [Pa].
    private static let lowestPressure = Unit.atmosphere, highestPressure = 6.894_757e8

    /// The well's new control; `nil` if the record cannot be honoured, which `problems` then says.
    func control(_ entry: inout WellSection.Entry, _ problems: inout ProblemList) -> WellControl? {
        switch keyword.name {
        case "WCONPROD": production(&entry, &problems)
        case "WCONINJE": injection(&entry, &problems)
        case "WELOPEN": opening(entry, &problems)
        default: target(entry, &problems)
        }
    }

    private func fail(_ message: String, _ problems: inout ProblemList) {
        problems.add(keyword, line: record.line, message)
    }

    private func isOpen(_ item: DeckItem?, _ problems: inout ProblemList) -> Bool? {
        switch item?.text?.uppercased() ?? "OPEN" {
        case "OPEN", "AUTO": return true
        case "SHUT", "STOP": return false
        case let status:
            fail("`\(status.prefix(20))` is neither OPEN nor SHUT", &problems)
            return nil
        }
    }

    private func take(_ role: Well.Role, _ entry: inout WellSection.Entry, _ problems: inout ProblemList) -> Bool {
        guard entry.role == nil || entry.role == role else {
            fail(
                "\(entry.name) was \(entry.role == .injector ? "an injector" : "a producer"); a well keeps its role",
                &problems)
            return false
        }
        entry.role = role
        return true
    }

    /// The number of an item; a default is `nil`, and anything else a problem.
    private func number(_ position: Int, _ problems: inout ProblemList) -> Double? {
        guard let item = record[position] else { return nil }
        guard let number = item.number, number >= 0 else {
            fail("`\((item.text ?? "").prefix(20))` is not a number that is zero or more", &problems)
            return nil
        }
        return number
    }

    /// Refuses limits that the model does not have.
    private func refuse(_ limits: [(position: Int, name: String)], _ problems: inout ProblemList) {
        for limit in limits where (record[limit.position]?.number ?? (record[limit.position] == nil ? 0 : 1)) != 0 {
            fail("a limit of \(limit.name) is not supported", &problems)
        }
    }

    private var displacingRateUnit: Double {
        (displacing == .water ? units.liquidVolume : units.gasVolume) * Unit.cubicMetrePerDay
    }

    /// `WCONPROD`: well, status, mode, ORAT, WRAT, GRAT, LRAT, RESV, BHP, THP, ...
    private func production(_ entry: inout WellSection.Entry, _ problems: inout ProblemList) -> WellControl? {
        guard take(.producer, &entry, &problems), let isOpen = isOpen(record[1], &problems) else { return nil }
        let foreign = displacing == .water ? (5, "the gas rate") : (4, "the water rate")
        refuse([foreign, (7, "the reservoir volume rate"), (9, "the tubing-head pressure")], &problems)
        let positions: [String: Int] = ["ORAT": 3, "WRAT": 4, "GRAT": 5, "LRAT": 6, "BHP": 8]
        if let mode = record[2]?.text?.uppercased() {
            guard let position = positions[mode] else {
                fail("control by \(mode.prefix(20)) is not supported", &problems)
                return nil
            }
            // Without a BHP the default applies; a rate must be given.
            if record[position] == nil, mode != "BHP" { fail("gives no value for \(mode)", &problems) }
        }
        var rates: [WellControl.Phase: Double] = [:]
        let liquidUnit = units.liquidVolume * Unit.cubicMetrePerDay
        rates[.oil] = number(3, &problems).map { $0 * liquidUnit }
        rates[.displacing] = number(displacing == .water ? 4 : 5, &problems).map { $0 * displacingRateUnit }
        if let liquid = number(6, &problems).map({ $0 * liquidUnit }) {
            // Beside gas, oil is the only liquid.
            if displacing == .water {
                rates[.liquid] = liquid
            } else {
                rates[.oil] = min(rates[.oil] ?? liquid, liquid)
            }
        }
        let target = record[2]?.text.flatMap { positions[$0.uppercased()] }
        for (name, position) in positions.sorted(by: { $0.value < $1.value })
        where isOpen && ![8, foreign.0, target].contains(position) && record[position]?.number == 0 {
            fail("a limit of zero for \(name) beside another control is not supported; leave it out", &problems)
        }
        let pressure = number(8, &problems).map { $0 * units.pressure } ?? Self.lowestPressure
        return WellControl(isOpen: isOpen, rates: rates, bottomHolePressure: pressure)
    }

    /// `WCONINJE`: well, phase, status, mode, RATE, RESV, BHP, THP, ...
    private func injection(_ entry: inout WellSection.Entry, _ problems: inout ProblemList) -> WellControl? {
        guard take(.injector, &entry, &problems), let isOpen = isOpen(record[2], &problems) else { return nil }
        let phase = record[1]?.text?.uppercased() ?? ""
        guard phase == (displacing == .water ? "WATER" : "GAS") || (phase == "WAT" && displacing == .water) else {
            fail(
                "injection of `\(phase.prefix(20))` is not supported: the displacing phase is \(displacing)", &problems)
            return nil
        }
        refuse([(5, "the reservoir volume rate"), (7, "the tubing-head pressure")], &problems)
        let mode = record[3]?.text?.uppercased() ?? "RATE"
        guard mode == "RATE" || mode == "BHP" else {
            fail("control by \(mode.prefix(20)) is not supported", &problems)
            return nil
        }
        if mode == "RATE", record[4] == nil { fail("gives no rate", &problems) }
        if isOpen, mode == "BHP", record[4]?.number == 0 {
            fail("a limit of zero for RATE beside control by BHP is not supported; leave it out", &problems)
        }
        var rates: [WellControl.Phase: Double] = [:]
        rates[.displacing] = number(4, &problems).map { $0 * displacingRateUnit }
        let pressure = number(6, &problems).map { $0 * units.pressure } ?? Self.highestPressure
        return WellControl(isOpen: isOpen, rates: rates, bottomHolePressure: pressure)
    }

    /// `WELOPEN`: well, status; connections (items 3 to 7) cannot be told apart.
    private func opening(_ entry: WellSection.Entry, _ problems: inout ProblemList) -> WellControl? {
        for position in 2..<7 where (record[position]?.integer ?? 0) > 0 {
            fail("opening or shutting single connections is not supported", &problems)
            return nil
        }
        guard let isOpen = isOpen(record[1], &problems) else { return nil }
        guard entry.role != nil else {
            // A well without a control has nothing to open.
            if isOpen { fail("\(entry.name) has no control yet", &problems) }
            return nil
        }
        var control = entry.control
        control.isOpen = isOpen
        return control
    }

    /// `WELTARG`: well, quantity, value.
    private func target(_ entry: WellSection.Entry, _ problems: inout ProblemList) -> WellControl? {
        guard let role = entry.role else {
            fail("\(entry.name) has no control yet", &problems)
            return nil
        }
        guard let value = number(2, &problems) else {
            fail("needs a value", &problems)
            return nil
        }
        var control = entry.control
        let liquidUnit = units.liquidVolume * Unit.cubicMetrePerDay
        switch (record[1]?.text?.uppercased() ?? "", role, displacing) {
        case ("BHP", _, _): control.bottomHolePressure = value * units.pressure
        case ("ORAT", .producer, _), ("LRAT", .producer, .gas): control.rates[.oil] = value * liquidUnit
        case ("LRAT", .producer, .water): control.rates[.liquid] = value * liquidUnit
        case ("WRAT", _, .water), ("GRAT", _, .gas): control.rates[.displacing] = value * displacingRateUnit
        case (let quantity, _, _):
            fail("a target for `\(quantity.prefix(20))` is not supported for this well", &problems)
            return nil
        }
        return control
    }
}
