import EclipseFiles
import Foundation
import Reservoir

func readFluids(_ root: Section) -> Fluids? {
    root.section("fluids", required: true, when: ForwardModelChoice.flow, "Oil and the phase that displaces it.") {
        section in
        let displacing = section.choice(
            "displacing", default: Fluids.Displacing.water, "The injected phase: `water`, or dead `gas`.")
        // The wrong one of the two would otherwise be called unknown, which it is not.
        let water = readPhase(section, "water", isWanted: displacing == .water)
        let gas = readPhase(section, "gas", isWanted: displacing == .gas)
        let oil = readPhase(section, "oil", isWanted: true)
        let reference = section.number(
            "reference_pressure", .pressure, .notNegative, default: 200,
            "Pressure at which formation volume factors hold.")
        guard let oil, let phase = displacing == .water ? water : gas else { return nil }
        return Fluids(displacing: displacing, displacingPhase: phase, oil: oil, referencePressure: reference)
    }
}

private func readPhase(_ section: Section, _ name: String, isWanted: Bool) -> FluidPhase? {
    if !isWanted && !section.isDescribing {
        if section.isGiven(name) {
            section.report(
                name, .other("is given but the displacing phase is another; set 'displacing: \(name)' or remove it"))
        }
        _ = section.declare(name, .section, .optional, nil, "")
        return nil
    }
    return section.section(name, required: !section.isDescribing, "Properties of \(name).") { phase in
        let density = phase.number("density", .density, .positive, "At surface conditions.")
        let viscosity = phase.number("viscosity", .viscosity, .positive, "At reservoir conditions.")
        let factor = phase.number(
            "formation_volume_factor", .none, .positive, default: 1,
            "Reservoir volume over surface volume at the reference pressure.")
        let compressibility = phase.number(
            "compressibility", .compressibility, .notNegative, default: 0, "Zero: incompressible.")
        guard let density, let viscosity else { return nil }
        return phase.build { () throws(ParameterError) in
            try FluidPhase(
                surfaceDensity: density, viscosity: viscosity, formationVolumeFactor: factor,
                compressibility: compressibility)
        }
    }
}

/// - Parameter displacing: decides which of the tables of a file is taken.
func readRock(_ root: Section, cells: CellProperties?, displacing: Fluids.Displacing) -> Rock? {
    root.section("rock", required: true, when: ForwardModelChoice.flow, "What does not differ between realizations.") {
        section in
        let compressibility = section.number(
            "compressibility", .compressibility, .notNegative, default: 0, "Of the pore volume.")
        let reference = section.number(
            "reference_pressure", .pressure, .notNegative, default: 200,
            "Pressure at which the pore volume is that of the porosity.")
        let curves = section.section(
            "relative_permeability", required: true, "How phases hinder each other."
        ) { readCurves($0, displacing) }
        let further = section.sections(
            "further_rock_types",
            "Curves of rock types 2, 3 and so on, with the fields of `relative_permeability`; SATNUM in the grid's `cells` "
                + "says which cell is of which."
        ) { readCurves($0, displacing) }
        guard let curves, !further.contains(where: { $0 == nil }) else { return nil }
        let all = [curves] + further.compactMap(\.self)
        return Rock(
            compressibility: compressibility, referencePressure: reference, saturationFunctions: all,
            rockType: rockTypes(cells, count: all.count, section), netToGross: cells?.netToGross,
            multiplierX: cells?.multiplierX, multiplierY: cells?.multiplierY)
    }
}

/// Zero-based; whatever stands in inactive cells counts for nothing.
private func rockTypes(_ cells: CellProperties?, count: Int, _ section: Section) -> [Int]? {
    guard let cells, let numbers = cells.rockNumbers else { return nil }
    let types = numbers.enumerated().map { cell, number in cells.active?[cell] == false ? 1 : number }
    guard let wrong = types.firstIndex(where: { number in !(1...count).contains { Double($0) == number } }) else {
        return count == 1 ? nil : types.map { Int($0) - 1 }
    }
    section.report(
        .other(
            "has curves of \(count) rock type\(count == 1 ? "" : "s"), but SATNUM in the grid's 'cells' is "
                + "\(types[wrong].short) in cell \(wrong + 1); add 'further_rock_types' or correct it"))
    return nil
}

private func readCurves(_ section: Section, _ displacing: Fluids.Displacing) -> SaturationFunctions? {
    section.variant(
        "model", default: "corey",
        "`corey`: power laws with end points; `table`: lists of values; `file`: a table in an Eclipse file.",
        [
            Section.Variant("corey", readCorey),
            Section.Variant("table") { readTable($0).map(SaturationFunctions.table) },
            Section.Variant("file") { readTableFile($0, displacing).map(SaturationFunctions.table) }
        ])
}

private func readTableFile(_ section: Section, _ displacing: Fluids.Displacing) -> SaturationTable? {
    let path = section.file(
        "file",
        "Text with the keyword `SWOF`, or `SGOF` if gas displaces; other keywords are passed over. Capillary pressure is in "
            + "bar, below the keyword `FIELD` in psi.")
    let number = section.integer(
        "region", 1...10_000, default: 1, "Which of the tables below the keyword, counted from 1.")
    guard let path, !section.isDescribing else { return nil }
    let keyword = displacing == .water ? "SWOF" : "SGOF"
    do {
        let tables = try SaturationTableFile(contentsOf: URL(fileURLWithPath: path)).tables(displacing: displacing)
        if tables.isEmpty {
            section.report("file", .other("names \(path), which has no \(keyword)"))
        } else if number > tables.count {
            section.report(
                "region",
                .wrong(
                    found: "\(number)", requirement: "must be one of the \(tables.count) below \(keyword) in \(path)"))
        } else {
            return tables[number - 1]
        }
    } catch {
        for problem in error.problems { section.report("file", .other("names \(path): \(problem)")) }
    }
    return nil
}

private func readCorey(_ section: Section) -> SaturationFunctions? {
    let fraction = Requirement.within(0, 1)
    let exponent = Requirement.within(1, 20)
    let connate = section.number(
        "connate", .fraction, fraction, "Saturation of the displacing phase below which it does not flow.")
    let residual = section.number("residual_oil", .fraction, fraction, "Oil saturation that cannot be displaced.")
    let displacingExponent = section.number(
        "displacing_exponent", .none, exponent, default: 2, "Power of the displacing phase's curve.")
    let oilExponent = section.number("oil_exponent", .none, exponent, default: 2, "Power of the oil curve.")
    let displacingEnd = section.number(
        "displacing_end_point", .fraction, fraction, default: 1,
        "Relative permeability of the displacing phase at residual oil.")
    let oilEnd = section.number(
        "oil_end_point", .fraction, fraction, default: 1,
        "Relative permeability of oil at the connate saturation.")
    guard let connate, let residual else { return nil }
    return section.build { () throws(ParameterError) in
        .corey(
            try CoreyCurves(
                connate: connate, residualOil: residual, displacingExponent: displacingExponent,
                oilExponent: oilExponent, displacingEndPoint: displacingEnd, oilEndPoint: oilEnd))
    }
}

private func readTable(_ section: Section) -> SaturationTable? {
    let saturation = section.numbers("saturation", .fraction, nil, "Of the displacing phase, increasing.")
    let displacing = section.numbers(
        "displacing", .fraction, nil, "Relative permeability of the displacing phase at these saturations.")
    let oil = section.numbers("oil", .fraction, nil, "Relative permeability of oil at these saturations.")
    let capillary = section.numbers(
        "capillary_pressure", .pressure, nil,
        "At these saturations: oil less water (falling), or gas less oil (rising); a list of zeros if none.")
    guard let saturation, let displacing, let oil, let capillary else { return nil }
    return section.build { () throws(ParameterError) in
        try SaturationTable(saturation: saturation, displacing: displacing, oil: oil, capillaryPressure: capillary)
    }
}

func readInitialState(_ root: Section) -> InitialState? {
    root.section("initial", required: true, when: ForwardModelChoice.flow, "The state before the first well opens.") {
        section in
        section.variant(
            "state", default: "uniform", "`uniform`: the same in every cell; `equilibrium`: from fluid contacts.",
            [
                Section.Variant("uniform") { section in
                    let pressure = section.number("pressure", .pressure, .positive, "In every cell.")
                    let saturation = section.number(
                        "saturation", .fraction, .within(0, 1), "Of the displacing phase, in every cell.")
                    guard let pressure, let saturation else { return nil }
                    return .uniform(pressure: pressure, saturation: saturation)
                },
                Section.Variant("equilibrium") { section in
                    let datum = section.number("datum_depth", .length, nil, "Where the pressure is known.")
                    let pressure = section.number("pressure", .pressure, .positive, "At the datum depth.")
                    let contact = section.number("contact_depth", .length, nil, "Of the fluid contact.")
                    let capillary = section.number(
                        "contact_capillary_pressure", .pressure, nil, default: 0, "At the contact.")
                    guard let datum, let pressure, let contact else { return nil }
                    return .equilibrium(
                        datumDepth: datum, pressure: pressure, contactDepth: contact,
                        contactCapillaryPressure: capillary)
                }
            ])
    }
}
