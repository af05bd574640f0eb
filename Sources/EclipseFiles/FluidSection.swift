import Reservoir

/// The keywords of PROPS: densities, pressure tables, rock and saturation functions.
struct FluidSection {
    static let names: Set<String> = ["PVTW", "PVDO", "PVCDO", "PVDG", "ROCK", "DENSITY", "SWOF", "SGOF"]

    private let units: DeckUnits
    private var oilTable: DeadPhaseTable?, gasTable: DeadPhaseTable?
    private var water: CompressiblePhase?, compressibleOil: CompressiblePhase?
    /// Of oil, water and gas [kg/m³].
    private var density: (oil: Double, water: Double, gas: Double)?
    private(set) var rockCompressibility = 0.0, rockReferencePressure = 0.0
    /// By keyword, SWOF or SGOF.
    private(set) var saturationTables: [String: [SaturationTable]] = [:]
    private(set) var places: [String: DeckKeyword] = [:]

    init(units: DeckUnits) { self.units = units }

    mutating func read(_ keyword: DeckKeyword, _ problems: inout ProblemList) {
        places[keyword.name] = DeckKeyword(name: keyword.name, place: keyword.place)
        if keyword.name == "SWOF" || keyword.name == "SGOF" {
            saturationTables[keyword.name] = keyword.records.compactMap { saturationTable($0, of: keyword, &problems) }
            return
        }
        guard let record = keyword.records.first else {
            problems.add(keyword, "has no data")
            return
        }
        if keyword.records.count > 1 {
            problems.add(keyword, line: keyword.records[1].line, "has a second region; this reader takes one")
        }
        switch keyword.name {
        case "PVTW": water = compressiblePhase(record, of: keyword, &problems)
        case "PVCDO": compressibleOil = compressiblePhase(record, of: keyword, &problems)
        case "PVDO": oilTable = deadTable(record, of: keyword, factorUnit: 1, &problems)
        case "PVDG":
            let factorUnit = units.reservoirVolume / units.gasVolume
            gasTable = deadTable(record, of: keyword, factorUnit: factorUnit, &problems)
        case "ROCK": readRock(record, of: keyword, &problems)
        case "DENSITY":
            guard let values = numbers(record, 3, of: keyword, &problems) else { return }
            density = (values[0] * units.density, values[1] * units.density, values[2] * units.density)
        default: break
        }
    }

    private func numbers(
        _ record: DeckRecord, _ count: Int, of keyword: DeckKeyword, _ problems: inout ProblemList
    ) -> [Double]? {
        let values = (0..<count).map { record[$0]?.number }
        guard values.allSatisfy({ $0 != nil }) else {
            problems.add(keyword, line: record.line, "needs \(count) numbers")
            return nil
        }
        return values.compactMap(\.self)
    }

    private mutating func readRock(_ record: DeckRecord, of keyword: DeckKeyword, _ problems: inout ProblemList) {
        guard let values = numbers(record, 2, of: keyword, &problems) else { return }
        guard values[1] >= 0 else {
            problems.add(keyword, "the compressibility must not be negative")
            return
        }
        (rockReferencePressure, rockCompressibility) = (values[0] * units.pressure, values[1] / units.pressure)
    }

    private func compressiblePhase(
        _ record: DeckRecord, of keyword: DeckKeyword, _ problems: inout ProblemList
    ) -> CompressiblePhase? {
        guard let values = numbers(record, 4, of: keyword, &problems) else { return nil }
        if let viscosibility = record[4], viscosibility.number != 0 {
            problems.add(keyword, line: record.line, "a viscosity that changes with pressure is not supported")
        }
        guard values[1] > 0, values[2] >= 0, values[3] > 0 else {
            problems.add(keyword, line: record.line, "needs positive B and viscosity and no negative compressibility")
            return nil
        }
        return CompressiblePhase(
            keyword: keyword, referencePressure: values[0] * units.pressure, factor: values[1],
            compressibility: values[2] / units.pressure, viscosity: values[3] * Unit.centipoise)
    }

    private func deadTable(
        _ record: DeckRecord, of keyword: DeckKeyword, factorUnit: Double, _ problems: inout ProblemList
    ) -> DeadPhaseTable? {
        guard let rows = record.rows(columns: 3, of: keyword, &problems) else { return nil }
        guard rows.allSatisfy({ $0[1] > 0 && $0[2] > 0 }) else {
            problems.add(keyword, line: record.line, "B and viscosity must be positive in every row")
            return nil
        }
        return DeadPhaseTable(
            keyword: keyword, pressure: rows.map { $0[0] * units.pressure }, factor: rows.map { $0[1] * factorUnit },
            viscosity: rows.map { $0[2] * Unit.centipoise })
    }

    private func saturationTable(
        _ record: DeckRecord, of keyword: DeckKeyword, _ problems: inout ProblemList
    ) -> SaturationTable? {
        guard let rows = record.rows(columns: 4, of: keyword, &problems) else { return nil }
        do {
            return try SaturationTable(
                saturation: rows.map { $0[0] }, displacing: rows.map { $0[1] }, oil: rows.map { $0[2] },
                capillaryPressure: rows.map { $0[3] * units.pressure })
        } catch {
            problems.add(keyword, line: record.line, error.description)
            return nil
        }
    }
}

// MARK: - Assembly

extension FluidSection {
    /// The two fluids of the model; `nil` if a keyword is missing or does not fit, which `problems` then says.
    func fluids(
        displacing: Fluids.Displacing, initialPressure: Double, deck: DeckPlace, _ problems: inout ProblemList
    ) -> Fluids? {
        // The factors hold at the reference of water where there is one, else at the initial pressure.
        let reference = displacing == .water ? water?.referencePressure ?? initialPressure : initialPressure
        let oil = phase(table: oilTable, law: compressibleOil, density?.oil, at: reference, &problems)
        let other =
            displacing == .water
            ? phase(table: nil, law: water, density?.water, at: reference, &problems)
            : phase(table: gasTable, law: nil, density?.gas, at: reference, &problems)
        let needed = ["DENSITY", displacing == .water ? "PVTW" : "PVDG"]
        for name in needed where places[name] == nil { problems.add(deck, name, "is missing") }
        if places["PVDO"] == nil, places["PVCDO"] == nil { problems.add(deck, "PVDO", "is missing") }
        guard let oil, let other else { return nil }
        return Fluids(displacing: displacing, displacingPhase: other, oil: oil, referencePressure: reference)
    }

    private func phase(
        table: DeadPhaseTable?, law: CompressiblePhase?, _ density: Double?, at reference: Double,
        _ problems: inout ProblemList
    ) -> FluidPhase? {
        guard let density else { return nil }
        let keyword: DeckKeyword
        let (factor, compressibility, viscosity): (Double, Double, Double)
        if let law {
            keyword = law.keyword
            (factor, compressibility, viscosity) = (law.factor(at: reference), law.compressibility, law.viscosity)
        } else if let table {
            keyword = table.keyword
            let fit = table.fit(at: reference)
            check(fit, of: table.keyword, &problems)
            (factor, compressibility, viscosity) = (fit.factor, fit.compressibility, fit.viscosity)
        } else {
            return nil
        }
        do {
            return try FluidPhase(
                surfaceDensity: density, viscosity: viscosity, formationVolumeFactor: factor,
                compressibility: compressibility)
        } catch {
            problems.add(keyword, error.description)
            return nil
        }
    }

    /// A model's fluids are slightly compressible and of constant viscosity. A table within half a percent is that, to
    /// the accuracy of any measurement; beyond it the model would silently be another one.
    private func check(_ fit: DeadPhaseTable.Fit, of keyword: DeckKeyword, _ problems: inout ProblemList) {
        let tolerance = 0.005
        func percent(_ value: Double) -> String { "\((value * 1000).rounded() / 10) %" }
        if !(fit.factorDeviation <= tolerance) {
            problems.add(
                keyword,
                "departs by up to \(percent(fit.factorDeviation)) from a fluid of constant compressibility, which is "
                    + "all this model has")
        }
        if !(fit.viscosityDeviation <= tolerance) {
            problems.add(
                keyword,
                "the viscosity departs by up to \(percent(fit.viscosityDeviation)) from its mean, but this model's is "
                    + "constant; restrict the table to the pressures of the reservoir")
        }
    }
}
