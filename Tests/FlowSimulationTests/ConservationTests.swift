import Reservoir
import TestSupport
import Testing

@testable import FlowSimulation

@Suite struct ConservationTests {
    /// Rounding of sums over a hundred cells and a hundred steps stays below 1e-12; the requirement is 1e-8.
    @Test(arguments: [0, 1e-9, 1e-8])
    func thatBothPhasesAreConserved(compressibility: Double) throws {
        let model = try SmallModels.fiveSpot(compressibility: compressibility)
        let result = try FlowSimulator(FlowModel(reservoir: model)).run(SmallModels.rough(model))
        expectClose(result.massBalance.relativeError, 0, tolerance: 1e-12)
        #expect(result.massBalance.displacing.injected > 20_000)
    }

    @Test func thatWhatIsInjectedIncompressiblyIsProduced() throws {
        let model = try SmallModels.fiveSpot()
        let series = try FlowSimulator(FlowModel(reservoir: model)).simulate(SmallModels.rough(model))
        let water = try #require(series[VectorKey("WWPT", "PROD")])
        let oil = try #require(series[VectorKey("WOPT", "PROD")])
        let injected = try #require(series[VectorKey("WWIT", "INJ")])
        for time in series.times.indices {
            expectClose(injected[time], 60 * series.times[time] / Unit.day, tolerance: 1e-9 * injected[time])
            expectClose(water[time] + oil[time], injected[time], tolerance: 1e-9 * injected[time])
        }
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
}
