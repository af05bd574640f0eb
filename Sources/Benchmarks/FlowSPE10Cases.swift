import FlowSimulation
import Foundation
import Reservoir

/// Cases of the tenth SPE comparative solution project (Christie and Blunt, 2001).
enum FlowSPE10 {
    /// Single layers of model 2, whose permeabilities span up to eight orders of magnitude, as five-spots; and model 1, a
    /// section in which gas displaces oil.
    ///
    /// - Parameter folder: holds `spe10` and `spe10_model1`; what is not there is left out.
    static func cases(in folder: URL) throws -> [FlowTestCase] {
        var cases: [FlowTestCase] = []
        for number in [1, 36, 50, 85] {
            let name = String(format: "%02d", number)
            let file = folder.appending(path: "spe10/kx_layer\(name)_220x60.txt")
            guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
            let permeability = text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
            cases.append(try layer("SPE10_L\(name)", permeability))
        }
        let section = folder.appending(path: "spe10_model1")
        if let deck = try? String(contentsOf: section.appending(path: "SPE10_MODEL1.DATA"), encoding: .utf8),
            let permeability = try? String(contentsOf: section.appending(path: "PERM_SPE10MODEL1.INC"), encoding: .utf8)
        {
            cases.append(
                try modelOne(functions: numbers(after: "SGOF", in: deck), numbers(after: "PERMX", in: permeability)))
        }
        return cases
    }

    /// The numbers between a keyword and the next slash, comments left out.
    private static func numbers(after keyword: String, in text: String) -> [Double] {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.hasPrefix("--") }
        let body = lines.drop { $0 != keyword }.dropFirst().joined(separator: " ")
        return body.prefix { $0 != "/" }.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    }

    /// Fluids, pressures and grid are those of model 2, whose porosity could not be had: it is 0.2 everywhere. An injector
    /// in the middle puts in one pore volume in 4,000 days, as far as its pressure limit lets it.
    private static func layer(_ name: String, _ permeability: [Double]) throws -> FlowTestCase {
        let grid = try Grid.uniform(
            columns: 60, rows: 220, width: 6.096, height: 3.048, thickness: 0.6096, depth: 3657.6)
        let poreVolume = 0.2 * 60 * 6.096 * 220 * 3.048 * 0.6096
        let places = [(0, 0), (59, 0), (0, 219), (59, 219)]
        let producers = places.enumerated().map { index, place in
            Well(
                name: "P\(index + 1)", role: .producer, completions: [.init(column: place.0, row: place.1)],
                radius: 0.127)
        }
        let injector = Well(name: "INJ", role: .injector, completions: [.init(column: 30, row: 110)], radius: 0.127)
        let model = ReservoirModel(
            grid: grid,
            rock: Rock(
                compressibility: 1.45e-10, referencePressure: 413.7 * Unit.bar,
                saturationFunctions: [.corey(try CoreyCurves(connate: 0.2, residualOil: 0.2))]),
            fluids: Fluids(
                displacing: .water,
                displacingPhase: try FluidPhase(
                    surfaceDensity: 1025, viscosity: 0.3 * Unit.centipoise, formationVolumeFactor: 1.01,
                    compressibility: 4.5e-10),
                oil: try FluidPhase(
                    surfaceDensity: 849, viscosity: 3 * Unit.centipoise, formationVolumeFactor: 1.02,
                    compressibility: 2e-10),
                referencePressure: 413.7 * Unit.bar),
            initial: .uniform(pressure: 413.7 * Unit.bar, saturation: 0.2), wells: [injector] + producers,
            schedule: Schedule(
                reportTimes: (1...40).map { Double($0) * 50 * Unit.day },
                events: [
                    .init(
                        time: 0, well: "INJ",
                        control: WellControl(
                            rates: [.displacing: poreVolume / (4000 * Unit.day)], bottomHolePressure: 689.5 * Unit.bar))
                ]
                    + producers.map {
                        .init(
                            time: 0, well: $0.name, control: WellControl(bottomHolePressure: 275.8 * Unit.bar))
                    }))
        let field = permeability.map { Float($0 * Unit.millidarcy) }
        return FlowTestCase(
            name: name, description: "layer of SPE10 model 2, 60x220, inverted five-spot with a pressure limit",
            model: model,
            realization: Realization(
                porosity: Array(repeating: 0.2, count: field.count), permeabilityX: field, permeabilityY: field))
    }

    /// As published: gas at 6.97 m³/day against a producer at 95 psi.
    ///
    /// - Parameter functions: rows of saturation, both relative permeabilities and capillary pressure.
    private static func modelOne(functions: [Double], _ permeability: [Double]) throws -> FlowTestCase {
        let rows = stride(from: 0, to: functions.count - 3, by: 4).map { Array(functions[$0..<$0 + 4]) }
        let psi = 6894.757
        func well(_ name: String, _ role: Well.Role, _ column: Int) -> Well {
            Well(
                name: name, role: role, completions: (0..<20).map { .init(column: column, row: $0) }, radius: 0.3048,
                referenceDepth: 0.381)
        }
        let model = ReservoirModel(
            grid: try .uniform(
                orientation: .section, columns: 100, rows: 20, width: 7.62, height: 0.762, thickness: 7.62, depth: 0),
            rock: Rock(
                referencePressure: 100 * psi,
                saturationFunctions: [
                    .table(
                        try SaturationTable(
                            saturation: rows.map { $0[0] }, displacing: rows.map { $0[1] }, oil: rows.map { $0[2] },
                            capillaryPressure: rows.map { $0[3] * psi }))
                ]),
            fluids: Fluids(
                displacing: .gas, displacingPhase: try FluidPhase(surfaceDensity: 1, viscosity: 0.01 * Unit.centipoise),
                oil: try FluidPhase(surfaceDensity: 700, viscosity: 1 * Unit.centipoise), referencePressure: 100 * psi),
            initial: .equilibrium(
                datumDepth: 0, pressure: 100 * psi, contactDepth: 0, contactCapillaryPressure: 0),
            wells: [well("INJ", .injector, 0), well("PROD", .producer, 99)],
            schedule: Schedule(
                reportTimes: (1...40).map { Double($0) * 50 * Unit.day },
                events: [
                    .init(
                        time: 0, well: "INJ",
                        control: WellControl(rates: [.displacing: 6.97 * Unit.cubicMetrePerDay])),
                    .init(time: 0, well: "PROD", control: WellControl(bottomHolePressure: 95 * psi))
                ]))
        let field = permeability.map { Float($0 * Unit.millidarcy) }
        return FlowTestCase(
            name: "SPE10_M1", description: "SPE10 model 1, 100x20 section, gas against dead oil", model: model,
            realization: Realization(
                porosity: Array(repeating: 0.2, count: field.count), permeabilityX: field, permeabilityY: field))
    }
}
