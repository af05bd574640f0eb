import EclipseFiles
import Foundation
import PriorModels
import Reservoir
import Testing

@testable import CaseFiles

/// Models with everything that a deck and a case file can both say.
private enum FullModels {
    static let days: [Double] = [10, 30, 35.5, 90]

    private static func schedule(_ rates: [WellControl.Phase: Double]) -> Schedule {
        Schedule(
            reportTimes: days.map { $0 * Unit.day },
            events: [
                .init(
                    time: 0, well: "I-1",
                    control: WellControl(rates: [.displacing: 40 / Unit.day], bottomHolePressure: 400e5)),
                .init(time: 0, well: "NO", control: WellControl(bottomHolePressure: 120e5)),
                .init(time: 30 * Unit.day, well: "NO", control: WellControl(rates: rates, bottomHolePressure: 90e5)),
                .init(time: 35.5 * Unit.day, well: "I-1", control: .shut)
            ])
    }

    private static func fluids(_ displacing: Fluids.Displacing) throws -> Fluids {
        Fluids(
            displacing: displacing,
            displacingPhase: try FluidPhase(
                surfaceDensity: displacing == .water ? 1020 : 0.9, viscosity: displacing == .water ? 5e-4 : 2e-5,
                formationVolumeFactor: displacing == .water ? 1.02 : 0.005, compressibility: 4e-10),
            oil: try FluidPhase(
                surfaceDensity: 820, viscosity: 2e-3, formationVolumeFactor: 1.2, compressibility: 1e-9),
            referencePressure: 200e5)
    }

    /// Areal: inactive cells, uneven sizes, thickness and depth by cell, net-to-gross, a fault, two rock types.
    static func areal() throws -> (ReservoirModel, Realization) {
        let cells = 0..<20
        let thickness = cells.map { 5 + Double($0 % 3) }
        let grid = try Grid(
            orientation: .areal, columnWidths: [20, 25, 30, 25, 20], rowHeights: [10, 20, 20, 10],
            thickness: thickness, centreDepth: cells.map { 1500 + 2 * Double($0) + thickness[$0] / 2 },
            active: cells.map { $0 != 7 })
        let curves = try [
            SaturationFunctions.corey(CoreyCurves(connate: 0.2, residualOil: 0.2, displacingEndPoint: 0.6)),
            .table(
                SaturationTable(
                    saturation: [0.25, 0.5, 0.8], displacing: [0, 0.1, 0.5], oil: [0.9, 0.3, 0],
                    capillaryPressure: [0.4e5, 0.1e5, 0]))
        ]
        let rock = Rock(
            compressibility: 5e-10, referencePressure: 210e5, saturationFunctions: curves,
            rockType: cells.map { $0 < 10 ? 0 : 1 }, netToGross: cells.map { $0 % 2 == 0 ? 0.9 : 0.7 },
            multiplierX: cells.map { $0 % 5 == 2 ? 0.01 : 1 }, multiplierY: cells.map { $0 < 5 ? 0.5 : 1 })
        let model = ReservoirModel(
            grid: grid, rock: rock, fluids: try fluids(.water), initial: .uniform(pressure: 200e5, saturation: 0.25),
            wells: [
                Well(name: "I-1", role: .injector, completions: [.init(column: 0, row: 0)], referenceDepth: 1490),
                Well(
                    name: "NO", role: .producer, completions: [.init(column: 4, row: 3), .init(column: 3, row: 3)],
                    radius: 0.15, skin: 2)
            ], schedule: schedule([.liquid: 30 / Unit.day, .oil: 20 / Unit.day]))
        return (model, realization(cells: 20))
    }

    /// A section in equilibrium, flooded by gas.
    static func section() throws -> (ReservoirModel, Realization) {
        let grid = try Grid.uniform(
            orientation: .section, columns: 6, rows: 3, width: 30, height: 4, thickness: 50, depth: 1200)
        let curves = try SaturationTable(
            saturation: [0, 0.1, 0.7], displacing: [0, 0, 0.8], oil: [1, 0.7, 0], capillaryPressure: [0, 0.1e5, 0.2e5])
        let model = ReservoirModel(
            grid: grid, rock: Rock(compressibility: 0, referencePressure: 200e5, saturationFunctions: [.table(curves)]),
            fluids: try fluids(.gas),
            initial: .equilibrium(
                datumDepth: 1205, pressure: 180e5, contactDepth: 1190, contactCapillaryPressure: 0.05e5),
            wells: [
                Well(name: "I-1", role: .injector, completions: [.init(column: 0, row: 0), .init(column: 0, row: 1)]),
                Well(name: "NO", role: .producer, completions: [.init(column: 5, row: 2)])
            ], schedule: schedule([.displacing: 500 / Unit.day]))
        return (model, realization(cells: 18))
    }

    private static func realization(cells: Int) -> Realization {
        Realization(
            porosity: (0..<cells).map { 0.15 + 0.005 * Float($0) },
            permeabilityX: (0..<cells).map { Float(Double(10 + $0) * Unit.millidarcy) },
            permeabilityY: (0..<cells).map { Float(Double(5 + $0) * Unit.millidarcy) })
    }
}

/// Every number in a value, in order, by its textual form: enough to compare two models without naming each field.
private func numbers(in value: Any) -> [Double] {
    "\(value)".split { !"0123456789.e+-".contains($0) }.compactMap { Double($0) }
}

/// The same text but for numbers, and these to a relative 1e-9.
private func expectSame(_ a: Any, _ b: Any, _ name: String) {
    func skeleton(_ value: Any) -> String { "\(value)".filter { !"0123456789.e+-".contains($0) } }
    #expect(skeleton(a) == skeleton(b), "\(name)")
    let (x, y) = (numbers(in: a), numbers(in: b))
    #expect(x.count == y.count && !x.isEmpty, "\(name)")
    for (one, other) in zip(x, y) { #expect(abs(one - other) <= 1e-9 * max(abs(one), abs(other)), "\(name)") }
}

struct DeckCaseTests {
    private func deck(_ content: (ReservoirModel, Realization), in folder: ScratchFolder) throws -> EclipseDeck {
        let url = URL(fileURLWithPath: folder.path)
        try DeckTemplate(model: content.0, title: "it's a test", summary: [VectorKey("FOPT")])
            .write(content.1, on: content.0.grid, to: url)
        return try EclipseDeck(contentsOf: url.appendingPathComponent("CASE.DATA"))
    }

    private func write(_ one: DeckCase, to folder: ScratchFolder) throws {
        for (name, text) in one.files {
            try text.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
        }
    }

    @Test(arguments: [true, false]) func thatADecksModelComesBackFromItsCase(isAreal: Bool) throws {
        let content = isAreal ? try FullModels.areal() : try FullModels.section()
        let from = try ScratchFolder()
        let to = try ScratchFolder()
        let deck = try deck(content, in: from)
        let one = try DeckCase(deck, deckName: "CASE.DATA", summaryFile: nil)
        try write(one, to: to)
        #expect((one.files["cells.grdecl"] != nil) == isAreal)
        let read = try Case.read(to.path, observations: .ifPresent)
        #expect(read.summary == "it's a test")
        #expect(read.startDate?.description == "1983-01-01")
        let (a, b) = (deck.model, read.reservoir)
        expectSame(a.grid, b.grid, "grid")
        expectSame(a.rock, b.rock, "rock")
        expectSame(a.fluids, b.fluids, "fluids")
        expectSame(a.initial, b.initial, "initial")
        expectSame(a.wells, b.wells, "wells")
        expectSame(a.schedule.reportTimes, b.schedule.reportTimes, "times")
        #expect(a.schedule.events.count == b.schedule.events.count)
        // Events of one time follow the wells' order in a case, that of the keywords in a deck.
        func ordered(_ schedule: Schedule) -> [Schedule.Event] {
            schedule.events.sorted { ($0.time, $0.well) < ($1.time, $1.well) }
        }
        for (x, y) in zip(ordered(a.schedule), ordered(b.schedule)) {
            #expect(x.well == y.well && x.control.isOpen == y.control.isOpen)
            guard x.control.isOpen else { continue }
            #expect(Set(x.control.rates.keys) == Set(y.control.rates.keys))
            for (phase, rate) in x.control.rates { expectSame(rate, y.control.rates[phase] ?? 0, "\(x) \(phase)") }
            expectSame(x.control.bottomHolePressure ?? -1, y.control.bottomHolePressure ?? -1, "\(x)")
        }
        guard case .imported(let ensemble) = read.prior else {
            Issue.record("the prior is not the deck's realization")
            return
        }
        #expect(ensemble.count == 1 && ensemble.member(0).porosity == deck.realization.porosity)
    }

    @Test func thatAWellThatACaseCannotNameIsToldBeforeAnythingIsWritten() throws {
        var content = try FullModels.section()
        content.0.wells[1].name = "A:B"
        content.0.schedule.events.removeAll { $0.well == "NO" }
        content.0.schedule.events.append(.init(time: 0, well: "A:B", control: WellControl(bottomHolePressure: 9e6)))
        let folder = try ScratchFolder()
        let deck = try deck(content, in: folder)
        do {
            _ = try DeckCase(deck, deckName: "CASE.DATA", summaryFile: nil)
            Issue.record("the name was taken")
        } catch {
            #expect(error.description.hasPrefix("CASE.DATA: WELSPECS: the name `A:B` holds"))
        }
    }
}

struct CellPropertiesTests {
    private func problems(cells: String, more: String = "") throws -> [String] {
        let folder = try ScratchFolder()
        try cells.write(toFile: folder.file("cells.grdecl"), atomically: true, encoding: .utf8)
        var text = StarterCase.text.replacingOccurrences(
            of: "  columns: 40 ", with: "  cells: cells.grdecl\n  columns: 40 ")
        text += more
        try text.write(toFile: folder.file("case.yaml"), atomically: true, encoding: .utf8)
        do {
            _ = try Case.read(folder.path, observations: .ifPresent)
            return []
        } catch { return error.problems.map(\.description).map { $0.replacing(folder.path + "/", with: "") } }
    }

    @Test func thatWhatAFileOfCellsSaysIsChecked() throws {
        #expect(try problems(cells: "NTG\n 1600*0.8 /\n").isEmpty)
        #expect(
            try problems(cells: "PORO\n 1600*0.2 /\n").first?.contains("which has none of ACTNUM, DY, DZ") == true)
        #expect(
            try problems(cells: "NTG\n 1599*0.8 -1 /\n").first
                == "case.yaml:13: grid.cells: names cells.grdecl, where NTG is -1.0 in cell 1600; it must not be negative"
        )
        #expect(try problems(cells: "NTG\n 7*0.8 /\n").first?.contains("has 7 values but 1600 are needed") == true)
        #expect(
            try problems(cells: "SATNUM\n 1599*1 2 /\n").first?.contains(
                "has curves of 1 rock type, but SATNUM in the grid's 'cells' is 2 in cell 1600") == true)
        #expect(
            try problems(cells: "SATNUM\n 1599*1 0 /\nACTNUM\n 1599*1 0 /\n").isEmpty)
    }

    @Test func thatACoarseTwinRefusesPropertiesOfSingleCells() throws {
        let folder = try ScratchFolder()
        try "MULTX\n 1600*0.5 /\n".write(toFile: folder.file("cells.grdecl"), atomically: true, encoding: .utf8)
        let text =
            StarterCase.text.replacingOccurrences(of: "  columns: 40 ", with: "  cells: cells.grdecl\n  columns: 40 ")
            + "\ncoarse_twin: {factor: 4}\n"
        try text.write(toFile: folder.file("case.yaml"), atomically: true, encoding: .utf8)
        let one = try Case.read(folder.path, observations: .ifPresent)
        #expect(one.reservoir.rock.multiplierX?.first == 0.5)
        #expect(throws: ParameterError.self) { try one.coarsened() }
    }
}
