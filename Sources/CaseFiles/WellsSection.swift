import Reservoir
import Yams

/// A well with what it is told at the start.
struct ReadWell {
    let well: Well
    let control: WellControl?
}

/// The wells of a case.
struct ReadWells {
    var sound: [ReadWell]
    /// Of all wells, those with something wrong as well: who names one of these is not to blame.
    var names: Set<String>
    /// Whether nothing is wrong with any.
    var isSound: Bool

    enum Lookup {
        case found(Well)
        /// A well with something else wrong.
        case damaged
        case unknown(requirement: String)
    }

    func well(named name: String) -> Lookup {
        if let one = sound.first(where: { $0.well.name == name }) { return .found(one.well) }
        if names.contains(name) { return .damaged }
        let nearest = nearestName(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
        return .unknown(requirement: "must be a well of this case" + nearest)
    }
}

func readWells(_ root: Section, grid: Grid?, displacing: Fluids.Displacing) -> ReadWells {
    var names: Set<String> = []
    let wells = root.sections(
        "wells", required: true, when: ForwardModelChoice.flow, "Where wells meet the grid and what they do."
    ) { section in
        readWell(section, grid: grid, displacing: displacing, names: &names)
    }
    return ReadWells(sound: wells.compactMap(\.self), names: names, isSound: !wells.contains { $0 == nil })
}

private func readWell(
    _ section: Section, grid: Grid?, displacing: Fluids.Displacing, names: inout Set<String>
) -> ReadWell? {
    let name = section.text("name", "Used in observations, as in `WOPR:P1`.")
    if let name {
        if !names.insert(name).inserted {
            section.report("name", .wrong(found: "'\(name)' once more", requirement: "must differ from other wells'"))
        }
        if name.contains(where: { $0 == ":" || $0 == "," || $0 == "\"" || $0.isWhitespace }) {
            section.report(
                "name", .wrong(found: "'\(name)'", requirement: "must hold no blanks, colons, commas or quotes"))
        }
    }
    let role = section.choice("role", Well.Role.self, "`producer` or `injector` of the displacing phase.")
    let column = section.optionalInteger(
        "column", 1...Int(Int32.max), "Column of the perforated cell, from 1; or give `completions`.")
    let row = section.optionalInteger("row", 1...Int(Int32.max), "Row of the perforated cell, from 1.")
    let completions = readCompletions(section, column: column, row: row)
    let radius = section.number("radius", .length, .positive, default: 0.1, "Of the bore.")
    let skin = section.number("skin", .none, nil, default: 0, "Of the completion.")
    let reference = section.optionalNumber(
        "reference_depth", .length, nil, "That bottom-hole pressure refers to; by default of the first completion.")
    // Checked even if something else about the well is wrong.
    for place in completions ?? [] { check(place, grid: grid, section) }
    let control = section.optionalSection("control", "What it does from the start; shut without it.") {
        control -> WellControl? in
        // Without a role the fields are read for their own problems only.
        guard let role else {
            _ = controlFields(control)
            return nil
        }
        return readControl(control, role: role, displacing: displacing)
    }
    guard let name, let role, let completions else { return nil }
    return ReadWell(
        well: Well(
            name: name, role: role, completions: completions, radius: radius, skin: skin, referenceDepth: reference),
        control: control)
}

/// A pair of column and row, zero-based, with where it was written.
private func readCompletions(_ section: Section, column: Int?, row: Int?) -> [Well.Completion]? {
    let node = section.declare(
        "completions", .numbers(.none), .optional, nil,
        "Perforated cells as a list of [column, row], from 1; instead of `column` and `row`.")
    guard let node else {
        if let column, let row { return [Well.Completion(column: column - 1, row: row - 1)] }
        if !section.isDescribing, !section.isGiven("column") || !section.isGiven("row") {
            section.report(.other("needs 'column' and 'row', or 'completions'"))
        }
        return nil
    }
    for key in ["column", "row"] where section.isGiven(key) {
        section.report(key, .other("stands beside 'completions'; give either the cells or 'column' and 'row'"))
    }
    let entries = node.sequence.map(Array.init) ?? []
    let pairs = entries.compactMap { entry -> Well.Completion? in
        let numbers = entry.sequence?.compactMap { $0.scalar.flatMap { Int($0.string) } } ?? []
        guard numbers.count == 2, entry.sequence?.count == 2, numbers.allSatisfy({ $0 >= 1 && $0 <= Int32.max })
        else { return nil }
        return Well.Completion(column: numbers[0] - 1, row: numbers[1] - 1)
    }
    guard !pairs.isEmpty, pairs.count == entries.count else {
        section.report(
            "completions", .wrong(found: node.summary, requirement: "must be a list such as [[10, 4], [10, 5]]"))
        return nil
    }
    return pairs
}

private func check(_ place: Well.Completion, grid: Grid?, _ section: Section) {
    guard let grid else { return }
    let key = section.isGiven("completions") ? "completions" : "column"
    let cell = "cell (\(place.column + 1), \(place.row + 1))"
    if !grid.contains(column: place.column, row: place.row) {
        section.report(
            key,
            .wrong(found: cell, requirement: "must lie inside the grid of \(grid.columns) x \(grid.rows) cells"))
    } else if !grid.active[grid.cell(column: place.column, row: place.row)] {
        section.report(key, .wrong(found: cell, requirement: "must be an active cell"))
    }
}

private struct ControlFields {
    var isOpen: Bool
    var rates: [(key: String, value: Double?)]
    var bottomHolePressure: Double?
}

private func controlFields(_ section: Section) -> ControlFields {
    let status = section.choice("status", ["open", "shut"], default: "open", "A well that is shut does nothing.")
    let rates = [
        ("oil_rate", "Largest surface rate of oil of a producer."),
        ("liquid_rate", "Largest surface rate of oil and water together of a producer."),
        ("water_rate", "Largest surface rate of water: produced, or injected."),
        ("gas_rate", "Largest surface rate of gas in a gas-oil model: produced, or injected.")
    ].map { key, text in (key: key, value: section.optionalNumber(key, .rate, .positive, text)) }
    let pressure = section.optionalNumber(
        "bottom_hole_pressure", .pressure, .positive,
        "Lowest pressure of a producer, by default 1 atm; highest of an injector; the target if no rate is given.")
    return ControlFields(isOpen: status != "shut", rates: rates, bottomHolePressure: pressure)
}

/// The control that a mapping describes; `nil` if it makes no sense for the well.
func readControl(_ section: Section, role: Well.Role, displacing: Fluids.Displacing) -> WellControl? {
    let fields = controlFields(section)
    guard !section.isDescribing else { return nil }
    var control = WellControl(isOpen: fields.isOpen, bottomHolePressure: fields.bottomHolePressure)
    var isSound = true
    for (key, value) in fields.rates where section.isGiven(key) {
        switch phase(of: key, role: role, displacing: displacing) {
        case .success(let phase): control.rates[phase] = value
        case .failure(let misuse):
            section.report(key, .other(misuse.text))
            isSound = false
        }
    }
    if role == .producer, !control.rates.isEmpty, control.bottomHolePressure == nil {
        // As decks have it by default: no well draws its rate from a reservoir at less than nothing.
        control.bottomHolePressure = Unit.atmosphere
    }
    let isGiven = fields.rates.contains { section.isGiven($0.key) } || section.isGiven("bottom_hole_pressure")
    if control.isOpen && !isGiven {
        section.report(.other("leaves an open well without a rate and without a 'bottom_hole_pressure'; give one"))
        isSound = false
    }
    return isSound ? control : nil
}

private struct Misuse: Error {
    let text: String
}

private func phase(
    of key: String, role: Well.Role, displacing: Fluids.Displacing
) -> Result<WellControl.Phase, Misuse> {
    let own = displacing == .water ? "water_rate" : "gas_rate"
    switch key {
    case own: return .success(.displacing)
    case "water_rate", "gas_rate":
        return .failure(Misuse(text: "does not fit a model whose displacing phase is \(displacing); use '\(own)'"))
    default:
        guard role == .producer else {
            return .failure(Misuse(text: "does not fit an injector; use '\(own)'"))
        }
        return .success(key == "oil_rate" ? .oil : .liquid)
    }
}
