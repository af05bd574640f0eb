import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import FlowSimulation

/// A realization that cannot be simulated says why, and leaves no trace in those that follow it.
@Suite struct FailureTests {
    private func reason(_ simulator: FlowSimulator, _ realization: Realization) throws -> String {
        let failure = try #require(throws: SimulationFailure.self) { try simulator.simulate(realization) }
        return failure.reason
    }

    @Test func thatASimulatorRemembersNothingOfEarlierRealizations() throws {
        let flow = try FlowModel(reservoir: SmallModels.fiveSpot())
        let (first, second) = (
            SmallModels.rough(flow.reservoir, seed: 1), SmallModels.rough(flow.reservoir, seed: 2)
        )
        let fresh = try flow.makeSimulator().simulate(second)
        let used = try flow.makeSimulator()
        _ = try used.simulate(first)
        #expect(try used.simulate(second) == fresh)
    }

    @Test func thatFailuresHaveReasonsAndSpoilNoBatch() throws {
        let flow = try FlowModel(reservoir: SmallModels.fiveSpot())
        let good = SmallModels.rough(flow.reservoir)
        let fresh = try FlowSimulator(flow).simulate(good)
        let simulator = try FlowSimulator(flow)

        var notANumber = good
        notANumber.permeabilityX[17] = .nan
        #expect(try reason(simulator, notANumber).contains("(6, 2)"))
        #expect(try simulator.simulate(good) == fresh)

        var hollow = good
        hollow.porosity[17] = 0
        #expect(try reason(simulator, hollow).contains("cell (6, 2) has no pore volume"))
        #expect(try simulator.simulate(good) == fresh)

        var short = good
        short.porosity.removeLast()
        #expect(try reason(simulator, short).contains("143 values"))
        #expect(try simulator.simulate(good) == fresh)

        // A wall between the wells: nothing can leave where the injector must force its rate in.
        var walled = good
        for row in 0..<12 { walled.permeabilityX[12 * row + 6] = 0 }
        let walledReason = try reason(simulator, walled)
        #expect(walledReason.contains("well INJ cannot keep to its rate"), "\(walledReason)")
        #expect(try simulator.simulate(good) == fresh)
    }

    /// Permeabilities over 75 orders of magnitude, as a decoder far from what it was trained on makes them, leave
    /// numbers that are not finite in work arrays.
    @Test(arguments: [SimulatorSettings.PressureSolver.direct, .multigrid])
    func thatAFailureBeyondAllMagnitudesLeavesNoTrace(solver: SimulatorSettings.PressureSolver) throws {
        var model = try SmallModels.fiveSpot()
        model.schedule.events[0].control = WellControl(bottomHolePressure: 300 * Unit.bar)
        var settings = SimulatorSettings()
        settings.pressureSolver = solver
        let flow = try FlowModel(reservoir: model, settings: settings)
        let good = SmallModels.rough(model)
        let fresh = try flow.makeSimulator().simulate(good)
        let layout = DataLayout(entries: [.init(key: VectorKey("WOPR", "PROD"), time: 200 * Unit.day)])
        let freshSlopes = try FlowSimulator(flow).sensitivity(of: good, at: layout).byLogPermeability
        let simulator = try FlowSimulator(flow)
        var failures = 0
        for seed in 1...8 as ClosedRange<UInt64> {
            let extreme = extreme(model, seed: seed)
            do { _ = try simulator.sensitivity(of: extreme, at: layout) } catch { failures += 1 }
            #expect(try simulator.simulate(good) == fresh, "after seed \(seed)")
            let slopes = try simulator.sensitivity(of: good, at: layout).byLogPermeability
            #expect(slopes == freshSlopes, "after seed \(seed)")
        }
        #expect(failures > 0)
    }

    /// Smooth, from nothing to more than anything in between, and every which way.
    private func extreme(_ model: ReservoirModel, seed: UInt64) -> Realization {
        var realization = SmallModels.homogeneous(model)
        var stream = RandomStream(seed: seed, purpose: "extreme permeability")
        let slope = (column: 6 * stream.normal(), row: 6 * stream.normal())
        for cell in realization.permeabilityX.indices {
            let (column, row) = (Double(cell % 12 - 6), Double(cell / 12 - 6))
            let decades = slope.column * column + slope.row * row + 2 * stream.normal()
            let value = Float(pow(10, min(max(decades, -45), 30)))
            (realization.permeabilityX[cell], realization.permeabilityY[cell]) = (value, value)
        }
        return realization
    }

    @Test func thatARunWithoutAPressureLevelSaysSo() throws {
        var model = try SmallModels.fiveSpot()
        model.schedule.events[1].control = WellControl(rates: [.liquid: 60 * Unit.cubicMetrePerDay])
        let simulator = try FlowSimulator(FlowModel(reservoir: model))
        #expect(try reason(simulator, SmallModels.rough(model)).contains("level of pressure is undetermined"))
    }

    @Test func thatAStepThatNeverAgreesIsGivenUpWithItsTime() throws {
        var model = try SmallModels.fiveSpot()
        model.grid = try .uniform(
            orientation: .section, columns: 12, rows: 12, width: 10, height: 10, thickness: 10, depth: 1000)
        var settings = SimulatorSettings()
        (settings.maximumIterations, settings.maximumCuts, settings.couplingTolerance) = (1, 0, 1e-12)
        let simulator = try FlowSimulator(FlowModel(reservoir: model, settings: settings))
        #expect(try reason(simulator, SmallModels.rough(model)).contains("did not agree at 0.0 days"))
        // The same equations with room to converge.
        _ = try FlowSimulator(FlowModel(reservoir: model)).simulate(SmallModels.rough(model))
    }
}
