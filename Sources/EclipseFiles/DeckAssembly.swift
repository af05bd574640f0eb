import Reservoir

/// Puts the sections of a deck together. Goes on after a problem as far as it can, so that all of them are named.
struct DeckAssembly {
    struct Parts {
        var model: ReservoirModel
        var realization: Realization
        var summaryKeys: [VectorKey]
    }

    private let run: RunSpecification
    private let deck: DeckPlace
    private var fields: CellFields
    private var fluidSection: FluidSection
    private var initialSection = InitialSection()
    private var requests = SummaryRequests()
    private let size: (x: Int, y: Int, z: Int)

    init(run: RunSpecification, size: (x: Int, y: Int, z: Int), deck: DeckPlace) {
        (self.run, self.size, self.deck) = (run, size, deck)
        fields = CellFields(size: size)
        fluidSection = FluidSection(units: run.units)
    }

    mutating func assemble(_ keywords: [SectionedKeyword], _ problems: inout ProblemList) -> Parts? {
        let displacing = displacingPhase(keywords, &problems)
        for entry in keywords { read(entry, &problems) }
        let gridSection = GridSection(fields: fields, size: size, units: run.units, deck: deck)
        guard let grid = gridSection.grid(&problems) else { return nil }
        let realization = gridSection.realization(on: grid, &problems)
        let rock = rock(gridSection, grid, displacing, &problems)
        let initial = initialSection.state(
            displacing: displacing, hasThreePhases: run.hasWater && run.hasGas, grid: grid, fields: fields,
            units: run.units, deck: deck, &problems)
        let fluids = fluidSection.fluids(
            displacing: displacing, initialPressure: initial?.pressure ?? 0, deck: deck, &problems)
        var section = ScheduleSection(grid: grid, units: run.units, displacing: displacing, start: run.start)
        for entry in keywords where entry.section == "SCHEDULE" { section.read(entry.keyword, &problems) }
        let wells = section.wells.wells(&problems)
        let schedule = section.schedule(deck: deck, &problems)
        if wells.isEmpty { problems.add(deck, "WELSPECS", "is missing: the model has no wells") }
        guard let realization, let rock, let initial, let fluids else { return nil }
        return Parts(
            model: ReservoirModel(
                grid: grid, rock: rock, fluids: fluids, initial: initial, wells: wells, schedule: schedule),
            realization: realization, summaryKeys: requests.keys(wells: wells))
    }

    private mutating func read(_ entry: SectionedKeyword, _ problems: inout ProblemList) {
        let (section, keyword) = (entry.section, entry.keyword)
        let name = keyword.name
        if section == "SUMMARY" {
            requests.read(keyword)
        } else if CellFields.names.contains(name) || CellFields.operations.contains(name)
            || CellFields.axisNames.contains(name)
        {
            fields.read(keyword, &problems)
        } else if FluidSection.names.contains(name) {
            fluidSection.read(keyword, &problems)
        } else if name == "EQUIL" {
            initialSection.readEquilibrium(keyword, run.units, &problems)
        } else if ScheduleSection.names.contains(name), section != "SCHEDULE" {
            problems.add(keyword, "belongs into the SCHEDULE section")
        }
    }

    /// Water or gas: what the deck declares, or in a deck of three phases what its injectors inject.
    private func displacingPhase(
        _ keywords: [SectionedKeyword], _ problems: inout ProblemList
    ) -> Fluids.Displacing {
        if !run.hasOil { problems.add(deck, "OIL", "is missing; oil is one of the two phases") }
        switch (run.hasWater, run.hasGas) {
        case (true, false): return .water
        case (false, true): return .gas
        case (false, false):
            problems.add(deck, "WATER", "is missing, and so is GAS; one of them displaces the oil")
            return .water
        case (true, true): break
        }
        let injected = keywords.filter { $0.keyword.name == "WCONINJE" }
            .flatMap(\.keyword.records).compactMap { $0[1]?.text?.uppercased() }
        guard injected.contains("GAS") else { return .water }
        if injected.contains(where: { $0 != "GAS" }) {
            problems.add(deck, "WCONINJE", "injects both water and gas; only two phases may be present")
        }
        return .gas
    }

    private func rock(
        _ gridSection: GridSection, _ grid: Grid, _ displacing: Fluids.Displacing, _ problems: inout ProblemList
    ) -> Rock? {
        for name in ["PVTNUM", "EQLNUM"] {
            if let origin = fields.origin(of: name), fields[name]?.contains(where: { $0 != 1 }) == true {
                problems.add(origin, "must be 1 in every cell; this reader takes one region")
            }
        }
        let name = displacing == .water ? "SWOF" : "SGOF"
        guard let tables = fluidSection.saturationTables[name], !tables.isEmpty else {
            if fluidSection.places[name] == nil { problems.add(deck, name, "is missing") }
            return nil
        }
        if displacing == .gas, run.hasWater, let place = fluidSection.places["SWOF"],
            fluidSection.saturationTables["SWOF"]?.contains(where: { $0.saturation[0] != 0 }) == true
        {
            problems.add(place, "holds connate water beside gas and oil; only two phases may be present")
        }
        let isAreal = grid.orientation == .areal
        return Rock(
            compressibility: fluidSection.rockCompressibility, referencePressure: fluidSection.rockReferencePressure,
            saturationFunctions: tables.map(SaturationFunctions.table),
            rockType: rockTypes(tables.count, grid, &problems),
            netToGross: gridSection.optional("NTG", fallback: 1, &problems),
            multiplierX: gridSection.optional("MULTX", fallback: 1, &problems),
            multiplierY: gridSection.optional(isAreal ? "MULTY" : "MULTZ", fallback: 1, &problems))
    }

    private func rockTypes(_ tableCount: Int, _ grid: Grid, _ problems: inout ProblemList) -> [Int]? {
        guard let numbers = fields["SATNUM"], let origin = fields.origin(of: "SATNUM") else { return nil }
        var types = [Int](repeating: 0, count: numbers.count)
        for cell in numbers.indices where grid.active[cell] {
            guard let number = Int(exactly: numbers[cell]), (1...tableCount).contains(number) else {
                problems.add(
                    origin, "must hold numbers of the \(tableCount) tables given, from 1, in every active cell")
                return nil
            }
            types[cell] = number - 1
        }
        return types
    }
}

extension InitialState {
    /// At the datum [Pa].
    fileprivate var pressure: Double {
        switch self {
        case .uniform(let pressure, _), .equilibrium(_, let pressure, _, _): pressure
        }
    }
}
