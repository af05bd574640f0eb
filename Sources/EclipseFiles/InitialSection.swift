import Reservoir

/// The initial state: EQUIL, or PRESSURE with SWAT and SGAS.
struct InitialSection {
    struct Equilibrium {
        var keyword: DeckKeyword
        /// In SI units; contacts may be absent.
        var datumDepth: Double, pressure: Double
        var waterContact: Double?, waterCapillaryPressure: Double
        var gasContact: Double?, gasCapillaryPressure: Double
    }

    private(set) var equilibrium: Equilibrium?

    mutating func readEquilibrium(_ keyword: DeckKeyword, _ units: DeckUnits, _ problems: inout ProblemList) {
        guard let record = keyword.records.first, let depth = record[0]?.number, let pressure = record[1]?.number else {
            problems.add(keyword, "needs a datum depth and its pressure")
            return
        }
        if keyword.records.count > 1 {
            problems.add(keyword, line: keyword.records[1].line, "has a second region; this reader takes one")
        }
        for position in 2..<6 where record[position] != nil && record[position]?.number == nil {
            problems.add(keyword, line: record.line, "`\((record[position]?.text ?? "").prefix(20))` is not a number")
            return
        }
        func length(_ position: Int) -> Double? { record[position]?.number.map { $0 * units.length } }
        func pressureItem(_ position: Int) -> Double { (record[position]?.number ?? 0) * units.pressure }
        equilibrium = Equilibrium(
            keyword: keyword, datumDepth: depth * units.length, pressure: pressure * units.pressure,
            waterContact: length(2), waterCapillaryPressure: pressureItem(3), gasContact: length(4),
            gasCapillaryPressure: pressureItem(5))
    }

    /// The initial state on `grid`; `nil` if it does not fit, which `problems` then says.
    func state(
        displacing: Fluids.Displacing, hasThreePhases: Bool, grid: Grid, fields: CellFields, units: DeckUnits,
        deck: DeckPlace, _ problems: inout ProblemList
    ) -> InitialState? {
        let (own, absent) = displacing == .water ? ("SWAT", "SGAS") : ("SGAS", "SWAT")
        if let equilibrium {
            for name in ["PRESSURE", "SWAT", "SGAS"] {
                if let origin = fields.origin(of: name) {
                    problems.add(origin, "stands beside EQUIL; give one of them")
                }
            }
            if hasThreePhases { requireAbsentPhase(equilibrium, displacing, grid, &problems) }
            return state(of: equilibrium, displacing, &problems)
        }
        guard let pressure = uniform("PRESSURE", grid, fields, deck, &problems),
            let saturation = uniform(own, grid, fields, deck, &problems)
        else { return nil }
        if let other = fields[absent], let origin = fields.origin(of: absent) {
            let present = (0..<grid.cellCount).contains { grid.active[$0] && other[$0] != 0 }
            if present { problems.add(origin, "must be 0 in every cell: only two phases may be present") }
        }
        return .uniform(pressure: pressure * units.pressure, saturation: saturation)
    }

    private func state(
        of equilibrium: Equilibrium, _ displacing: Fluids.Displacing, _ problems: inout ProblemList
    ) -> InitialState? {
        let isWater = displacing == .water
        guard let contact = isWater ? equilibrium.waterContact : equilibrium.gasContact else {
            problems.add(equilibrium.keyword, "gives no \(isWater ? "water-oil" : "gas-oil") contact")
            return nil
        }
        return .equilibrium(
            datumDepth: equilibrium.datumDepth, pressure: equilibrium.pressure, contactDepth: contact,
            contactCapillaryPressure: isWater ? equilibrium.waterCapillaryPressure : equilibrium.gasCapillaryPressure)
    }

    /// In a deck of three phases the third must lie outside the grid: water below it, or gas above it.
    private func requireAbsentPhase(
        _ equilibrium: Equilibrium, _ displacing: Fluids.Displacing, _ grid: Grid, _ problems: inout ProblemList
    ) {
        let active = (0..<grid.cellCount).filter { grid.active[$0] }
        // Whatever the geometry, the centre of the cell nearest to the contact is what initialization looks at.
        let top = active.map { grid.centreDepth[$0] }.min() ?? 0
        let bottom = active.map { grid.centreDepth[$0] }.max() ?? 0
        if displacing == .water, let contact = equilibrium.gasContact, contact > top {
            problems.add(
                equilibrium.keyword, "the gas-oil contact lies within the grid: only two phases may be present")
        }
        if displacing == .gas, let contact = equilibrium.waterContact, contact < bottom {
            problems.add(
                equilibrium.keyword, "the water-oil contact lies within the grid: only two phases may be present")
        }
    }

    /// The value of a field that is the same in every active cell.
    private func uniform(
        _ name: String, _ grid: Grid, _ fields: CellFields, _ deck: DeckPlace, _ problems: inout ProblemList
    ) -> Double? {
        guard let values = fields[name], let origin = fields.origin(of: name) else {
            problems.add(deck, name, "is missing, and so is EQUIL")
            return nil
        }
        let held = (0..<grid.cellCount).filter { grid.active[$0] }.map { values[$0] }
        guard let first = held.first, held.allSatisfy({ $0 == first }) else {
            problems.add(origin, "differs between cells or is incomplete; a uniform value or EQUIL is needed")
            return nil
        }
        return first
    }
}
