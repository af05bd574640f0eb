import Foundation
import Reservoir
import Testing

@testable import EclipseFiles

private let flow = try? FlowProgram()

/// A quarter five-spot of 10 x 10 cells; water at a rate, liquid at a pressure, shut for the last step.
private func quarterFiveSpot() throws -> (model: ReservoirModel, realization: Realization) {
    let grid = try Grid.uniform(columns: 10, rows: 10, width: 20, height: 20, thickness: 10, depth: 1000)
    let curves = try CoreyCurves(connate: 0.2, residualOil: 0.2, displacingEndPoint: 0.5)
    let fluids = Fluids(
        displacing: .water,
        displacingPhase: try FluidPhase(surfaceDensity: 1000, viscosity: 5e-4, compressibility: 4e-10),
        oil: try FluidPhase(surfaceDensity: 800, viscosity: 2e-3, formationVolumeFactor: 1.2, compressibility: 1e-9),
        referencePressure: 200e5)
    let model = ReservoirModel(
        grid: grid, rock: Rock(compressibility: 5e-10, referencePressure: 200e5, saturationFunctions: [.corey(curves)]),
        fluids: fluids, initial: .uniform(pressure: 200e5, saturation: 0.2),
        wells: [
            Well(name: "INJ", role: .injector, completions: [.init(column: 0, row: 0)]),
            Well(name: "PROD", role: .producer, completions: [.init(column: 9, row: 9)], skin: 1)
        ],
        schedule: Schedule(
            reportTimes: [10, 50, 100, 200, 300, 400].map { $0 * Unit.day },
            events: [
                .init(
                    time: 0, well: "INJ",
                    control: WellControl(rates: [.displacing: 30 * Unit.cubicMetrePerDay], bottomHolePressure: 500e5)),
                .init(time: 0, well: "PROD", control: WellControl(bottomHolePressure: 150e5)),
                .init(time: 350 * Unit.day, well: "PROD", control: .shut)
            ]))
    let realization = Realization(
        porosity: (0..<100).map { 0.2 + 0.001 * Float($0 % 10) },
        permeabilityX: (0..<100).map { Float((50 + 10 * Double($0 % 7)) * Unit.millidarcy) },
        permeabilityY: (0..<100).map { Float((40 + 10 * Double($0 % 5)) * Unit.millidarcy) })
    return (model, realization)
}

private let keys = [
    VectorKey("WOPR", "PROD"), VectorKey("WWPR", "PROD"), VectorKey("WBHP", "INJ"), VectorKey("WBHP", "PROD"),
    VectorKey("FOPT"), VectorKey("FWIT"), VectorKey("FPR"), VectorKey("WWCT", "PROD")
]

@Test func thatWhatFlowSaysIsNotHiddenBehindItsLauncher() {
    let log = """
        # [unused run-time specified parameters]
        NoSuch="3"
        Aborting simulation due to unknown parameters.
        ----------------------------------------------------
        MPI_ABORT was invoked on rank 0 in communicator MPI_COMM_WORLD
        with errorcode 1.

        NOTE: invoking MPI_ABORT causes Open MPI to kill all MPI processes.
        You may or may not see output from other processes, depending on
        exactly when Open MPI kills them.
        ----------------------------------------------------
        """
    #expect(FlowProgram.lastMessage(log).hasSuffix("Aborting simulation due to unknown parameters."))
    #expect(FlowProgram.lastMessage("Reading\n\nError: Unknown keyword: FOO\n") == "Error: Unknown keyword: FOO")
}

@Suite(.enabled(if: flow != nil, "needs OPM Flow"))
struct FlowTests {
    @Test func thatADeckWrittenForAModelIsReadBackAsThatModel() throws {
        let (model, realization) = try quarterFiveSpot()
        try withScratchFolder { folder in
            let template = try DeckTemplate(model: model, summary: keys)
            try template.write(realization, on: model.grid, to: folder)
            let deck = try EclipseDeck(contentsOf: folder.appendingPathComponent("CASE.DATA"))
            #expect(deck.model.grid == model.grid)
            #expect(deck.model.wells.map(\.completions) == model.wells.map(\.completions))
            #expect(deck.model.wells.map(\.role) == model.wells.map(\.role))
            #expect(deck.model.fluids.referencePressure == model.fluids.referencePressure)
            #expect(deck.model.initial == model.initial)
            #expect(deck.summaryKeys == keys)
            // The change of control at 350 days is a step of its own.
            #expect(deck.model.schedule.reportTimes.map { $0 / Unit.day } == [10, 50, 100, 200, 300, 350, 400])
            #expect(deck.model.schedule.events.last?.control.isOpen == false)
            #expect(deck.realization.porosity == realization.porosity)
        }
    }

    @Test func thatFlowRunsAModelInWhichNothingYields() throws {
        var (model, realization) = try quarterFiveSpot()
        model.rock.compressibility = 0
        (model.fluids.oil.compressibility, model.fluids.displacingPhase.compressibility) = (0, 0)
        model.schedule = Schedule(
            reportTimes: model.schedule.reportTimes, events: Array(model.schedule.events.dropLast()))
        let series = try OPMFlowModel(model: model, vectorKeys: keys).makeSimulator().simulate(realization)
        let oil = try #require(series[VectorKey("WOPR", "PROD")])
        let water = try #require(series[VectorKey("WWPR", "PROD")])
        // What goes in comes out, at reservoir conditions, but for the little that the rock yields.
        for (o, w) in zip(oil, water) { #expect(abs((1.2 * o + w) * Unit.day - 30) < 0.03) }
    }

    @Test func thatFlowRunsAModelAndConservesWhatIsInjected() throws {
        let (model, realization) = try quarterFiveSpot()
        let forward = try OPMFlowModel(model: model, vectorKeys: keys)
        let series = try forward.makeSimulator().simulate(realization)
        #expect(series.times == model.schedule.reportTimes)
        #expect(series.keys == keys)
        let injected = try #require(series[VectorKey("FWIT")])
        // 30 m³ a day; the summary holds single precision.
        for (time, total) in zip(series.times, injected) { #expect(abs(total - 30 * time / Unit.day) < 1e-5 * total) }
        let oil = try #require(series[VectorKey("WOPR", "PROD")])
        #expect(oil[0] * Unit.day > 5)
        #expect(oil[5] == 0)
        let pressure = try #require(series[VectorKey("WBHP", "PROD")])
        #expect(abs(pressure[2] - 150e5) < 10)
    }

    /// `summary` of Debian's libopm-common-bin reads the same files by OPM's own reader.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/summary")))
    func thatASummaryOfFlowsIsReadAsOPMReadsIt() throws {
        let (model, realization) = try quarterFiveSpot()
        try withScratchFolder { folder in
            try DeckTemplate(model: model, summary: keys).write(realization, on: model.grid, to: folder)
            try FlowProgram().simulate(deckNamed: "CASE.DATA", in: folder, arguments: [], timeout: 60)
            let outcome = try ChildProcess(
                executable: URL(fileURLWithPath: "/usr/bin/summary"), arguments: ["CASE.SMSPEC", "FOPT", "WBHP:INJ"],
                folder: folder, timeout: 30
            ).run()
            let printed = outcome.log.split(separator: "\n").map { $0.split(separator: " ").compactMap { Double($0) } }
                .filter { $0.count == 2 }
            let series = try SummaryFile(contentsOf: folder.appendingPathComponent("CASE")).series
            let oil = try #require(series[VectorKey("FOPT")]), pressure = try #require(series[VectorKey("WBHP", "INJ")])
            try #require(printed.count == oil.count)
            for (index, row) in printed.enumerated() {
                // Six decimals are printed.
                #expect(abs(row[0] - oil[index]) <= 1e-6 && abs(row[1] - pressure[index] / Unit.bar) <= 1e-6)
            }
        }
    }

    @Test func thatARealizationOutOfRangeFailsWithAReason() throws {
        var (model, realization) = try quarterFiveSpot()
        model.schedule.reportTimes = [10 * Unit.day]
        realization.porosity[3] = .nan
        let simulator = try OPMFlowModel(model: model, vectorKeys: keys).makeSimulator()
        #expect(throws: SimulationFailure.self) { try simulator.simulate(realization) }
    }

    @Test func thatADeckThatFlowRefusesFailsWithFlowsOwnWords() throws {
        let (model, realization) = try quarterFiveSpot()
        var settings = OPMFlowModel.Settings()
        settings.arguments = ["--no-such-option=1"]
        let simulator = try OPMFlowModel(model: model, vectorKeys: keys, settings: settings).makeSimulator()
        do {
            _ = try simulator.simulate(realization)
            Issue.record("the run passed")
        } catch {
            #expect(error.reason.contains("flow ended with code"))
        }
    }
}

/// A program in place of `flow`, to show how a run that goes wrong is met.
private func fakeFlow(_ script: String, in folder: URL) throws -> OPMFlowModel.Settings {
    let url = folder.appendingPathComponent("flow")
    let text = "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'flow 0'; exit 0; fi\n\(script)\n"
    try text.write(to: url, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
    var settings = OPMFlowModel.Settings()
    settings.program = url.path
    settings.scratchFolder = folder.appendingPathComponent("runs").path
    return settings
}

private func failure(_ script: String, timeout: Double = 60) throws -> (reason: String, leftovers: [String]) {
    try withScratchFolder { folder in
        var settings = try fakeFlow(script, in: folder)
        settings.timeout = timeout
        let (model, realization) = try quarterFiveSpot()
        let simulator = try OPMFlowModel(model: model, vectorKeys: keys, settings: settings).makeSimulator()
        var reason = "no failure"
        do { _ = try simulator.simulate(realization) } catch { reason = "\(error)" }
        let runs = folder.appendingPathComponent("runs").path
        return (reason, try FileManager.default.contentsOfDirectory(atPath: runs))
    }
}

@Test func thatARunThatTakesTooLongIsStoppedAndCleanedUp() throws {
    let clock = ContinuousClock()
    let start = clock.now
    let (reason, leftovers) = try failure("exec sleep 600", timeout: 0.3)
    #expect(reason == "flow was stopped after 0.3 seconds without having finished")
    #expect(leftovers == [])
    #expect(clock.now - start < .seconds(60))
}

@Test func thatARunThatIgnoresBeingAskedToEndIsEnded() throws {
    let (reason, _) = try failure("trap '' TERM; while :; do sleep 0.1; done", timeout: 0.3)
    #expect(reason == "flow was stopped after 0.3 seconds without having finished")
}

@Test func thatARunThatPrintsWithoutEndDoesNotBlock() throws {
    // Far more than a pipe holds.
    let (reason, _) = try failure("yes 'Newton its' | head -n 200000; exit 3")
    #expect(reason.hasPrefix("flow ended with code 3"))
}

@Test func thatAWellShutForLackOfConvergenceFailsTheRealization() throws {
    let (reason, _) = try failure("echo ' Well PROD will be shut because it cannot get converged.'; exit 0")
    #expect(reason == "flow shut a well it could not solve: Well PROD will be shut because it cannot get converged.")
}

@Test func thatARunWithoutASummaryFails() throws {
    let (reason, _) = try failure("exit 0")
    #expect(reason == "flow left no readable summary: CASE.SMSPEC: does not exist or cannot be read")
}

@Test func thatAMissingFlowIsToldOnceWithWhatToInstall() throws {
    var settings = OPMFlowModel.Settings()
    settings.program = "no-such-flow"
    let (model, _) = try quarterFiveSpot()
    do {
        _ = try OPMFlowModel(model: model, vectorKeys: keys, settings: settings)
        Issue.record("a missing program was found")
    } catch {
        #expect(
            "\(error)" == "OPM Flow is not installed: no program `no-such-flow` on the PATH. On Debian and Ubuntu: "
                + "apt-get install libopm-simulators-bin")
    }
}

@Test func thatAUsersDeckIncludesTheRealizationAndItsOwnFiles() throws {
    try withScratchFolder { folder in
        let deck = folder.appendingPathComponent("deck"), run = folder.appendingPathComponent("run")
        for url in [deck.appendingPathComponent("tables"), run] {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
        // A keyword that this package does not read is none of its business here.
        let text =
            "RUNSPEC\nVAPOIL\nGRID\nINCLUDE\n 'PERMX.GRDECL' /\nPROPS\nINCLUDE\n 'tables/swof.inc' /\nSCHEDULE\nEND\n"
        try text.write(to: deck.appendingPathComponent("MY.DATA"), atomically: true, encoding: .utf8)
        try "SWOF\n 0 0 1 0\n 1 1 0 0 /\n".write(
            to: deck.appendingPathComponent("tables/swof.inc"), atomically: true, encoding: .utf8)
        let (model, realization) = try quarterFiveSpot()
        let template = try DeckTemplate(contentsOf: deck.appendingPathComponent("MY.DATA"))
        try template.write(realization, on: model.grid, to: run)
        let written = try FileManager.default.subpathsOfDirectory(atPath: run.path).sorted()
        #expect(written == ["MY.DATA", "PERMX.GRDECL", "tables", "tables/swof.inc"])

        try text.replacingOccurrences(of: "PERMX.GRDECL", with: "tables/swof.inc").write(
            to: deck.appendingPathComponent("MY.DATA"), atomically: true, encoding: .utf8)
        #expect(throws: DeckError.self) { try DeckTemplate(contentsOf: deck.appendingPathComponent("MY.DATA")) }
    }
}
