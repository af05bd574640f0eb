import CKernels
import LinearAlgebra

/// Transport over one step of a trajectory, backward, for eight adjoints at once: a few implicit upwind steps whose
/// saturations lie on a line between those at both ends.
final class AdjointTransport {
    typealias Lanes = SIMD8<Double>
    private static let parts = 4

    private let topology: FlowTopology
    private let order: FlowOrder
    private let flux: WorkArray<Double>
    /// Fractional flow at the end of each part and its slope, `[parts][cells]`.
    private let fraction: WorkArray<Double>, slope: WorkArray<Double>
    /// Flow out of cells, pore volume over the length of a part, and change of saturation per time, `[cells]`.
    private let outflow: WorkArray<Double>, capacity: WorkArray<Double>, change: WorkArray<Double>
    private let adjoint: WorkArray<Lanes>

    init(_ topology: FlowTopology) {
        self.topology = topology
        let cells = topology.cellCount
        order = FlowOrder(topology)
        flux = WorkArray(repeating: 0, count: topology.faces.count)
        fraction = WorkArray(repeating: 0, count: Self.parts * cells)
        slope = WorkArray(repeating: 0, count: Self.parts * cells)
        outflow = WorkArray(repeating: 0, count: cells)
        capacity = WorkArray(repeating: 0, count: cells)
        change = WorkArray(repeating: 0, count: cells)
        adjoint = WorkArray(repeating: .zero, count: cells)
    }

    /// Makes ready for ``sweep(saturation:poreVolume:fluxes:completions:step:)`` over the step that starts at `level`.
    func prepare(_ level: FlowTrajectory.Level, _ step: FlowTrajectory.Step, _ table: MobilityTable) {
        let cells = topology.cellCount
        outflow.fill(0)
        for (f, face) in topology.faces.enumerated() {
            let u = step.flux[f]
            flux[f] = u
            outflow[u > 0 ? face.first : face.second] += abs(u)
        }
        order.sort(flux)
        for (k, completion) in topology.completions.enumerated() where step.completionFlow[k] < 0 {
            outflow[completion.cell] -= step.completionFlow[k]
        }
        let length = step.length / Double(Self.parts)
        for cell in 0..<cells {
            let (before, after) = (level.saturation[cell], step.saturationAfter[cell])
            capacity[cell] = level.poreVolume[cell] / length
            change[cell] = (after - before) / step.length
            for part in 0..<Self.parts {
                let share = Double(part + 1) / Double(Self.parts)
                let flow = table.values(of: cell, at: before + share * (after - before)).fractionalFlow
                fraction[part * cells + cell] = flow.value
                slope[part * cells + cell] = flow.slope
            }
        }
    }

    /// - Parameters:
    ///   - saturation: derivatives by the saturations at the end of the step; afterwards by those at its start, `[cells]`.
    ///   - poreVolume: derivatives by pore volumes, added to, `[cells]`.
    ///   - fluxes: by the fluxes of faces, added to, `[faces]`.
    ///   - completions: by the flows of completions, added to.
    func sweep(
        saturation: borrowing WorkArray<Lanes>, poreVolume: borrowing WorkArray<Lanes>,
        fluxes: borrowing WorkArray<Lanes>, completions: inout [Lanes], step: FlowTrajectory.Step
    ) {
        let cells = topology.cellCount
        for part in (0..<Self.parts).reversed() {
            let fractions = fraction.base + part * cells
            var values = lsi_adjoint_step(
                cells: Int32(cells), faces: Int32(flux.count), order: order.cells.base, start: order.start.base,
                other: order.adjacentCell.base, outward: order.outward.base, first: order.first.base,
                second: order.second.base, flux: flux.base, fraction: fractions, slope: slope.base + part * cells,
                outflow: outflow.base, capacity: capacity.base, change: change.base, saturation: saturation.scalars,
                adjoint: adjoint.scalars, pore_volume: poreVolume.scalars, face: fluxes.scalars)
            lsi_adjoint_transport(&values)
            for (k, completion) in topology.completions.enumerated() {
                let isProducing = step.completionFlow[k] < 0
                completions[k] += adjoint[completion.cell] * (isProducing ? fractions[completion.cell] : 1)
            }
        }
    }
}

extension MobilityTable.Values {
    /// Of the displacing phase, with its derivative by saturation; 0 where nothing flows.
    var fractionalFlow: (value: Double, slope: Double) {
        let total = displacing + oil
        guard total > 0 else { return (0, 0) }
        return (displacing / total, (displacingSlope * oil - displacing * oilSlope) / (total * total))
    }
}
