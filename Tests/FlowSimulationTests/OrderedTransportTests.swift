import LinearAlgebra
import Reservoir
import Testing

@testable import FlowSimulation

@Suite struct OrderedTransportTests {
    /// Fluxes that no pressure drives go round in circles, here and there, which transport must cut without losing anything.
    @Test(arguments: 1...5) func thatBothPhasesAreConservedWhereTheFlowHasCycles(seed: UInt64) throws {
        let model = try FlowModel(reservoir: SmallModels.fiveSpot())
        let topology = model.topology
        let volumes = Array(repeating: 20.0, count: topology.cellCount)
        let state = FlowState(cells: topology.cellCount, wells: topology.wellCount)
        state.begin(model.initialFields(), poreVolume: volumes, factors: model.factors)
        let transport = OrderedTransport(topology, curves: model.curves, rockType: nil)
        var stream = RandomStream(seed: seed, purpose: "fluxes with cycles")
        let fluxes = WorkArray(topology.faces.map { $0.first == 0 ? 1 : 0.7 + stream.normal() })
        let (injector, producer) = (0, topology.cellCount - 1)
        transport.exchange.injected[injector] = 3
        transport.exchange.wellOutflow[producer] = 2
        let capacity = WorkArray(volumes)
        func totals() -> (displacing: Double, oil: Double) {
            (0..<topology.cellCount).reduce((0, 0)) {
                ($0.0 + state.displacingAmount[$1], $0.1 + state.oilAmount[$1])
            }
        }
        var (injected, produced) = (0.0, (displacing: 0.0, oil: 0.0))
        let before = totals()
        for _ in 0..<20 {
            let isSolved = transport.advance(
                state, flux: fluxes, capacityBefore: capacity, timeStep: 1, substeps: 3)
            #expect(isSolved)
            injected += 3
            let volume = 2 * transport.exchange.duration[producer]
            let share = transport.exchange.meanFlow[producer]
            produced = (produced.displacing + volume * share, produced.oil + volume * (1 - share))
        }
        // To rounding of some thousand sums.
        let after = totals()
        #expect(abs(before.displacing + injected - produced.displacing - after.displacing) < 1e-10 * injected)
        #expect(abs(before.oil - produced.oil - after.oil) < 1e-10 * before.oil)
        let wetted = (0..<topology.cellCount).count { state.saturation[$0] > 0.21 }
        #expect(wetted > 2)
    }
}
