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
