import CKernels
import LinearAlgebra
import Reservoir

/// Implicit upwind transport solved cell by cell in flow order.
///
/// Without gravity and capillary pressure, what leaves a cell depends on its own saturation only, and a flow driven by
/// pressure has no cycles: so the coupled implicit system is triangular, and each cell is one monotone scalar equation.
/// Each cell goes through all sub-steps of a pressure step at once, fed by the histories of its upstream cells.
///
/// What a cell passes on in a step is not read from the pressure solution but is what its two phases cannot hold:
///
///     X = B_d (N_d + I_d) + B_o (N_o + I_o) − V_p(p_new)
///
/// shared among its outlets in proportion to the fluxes of the pressure solution. So the volumes close and both masses
/// are conserved to rounding, however loosely the pressure was solved and however the phases expand.
final class OrderedTransport: TransportScheme {
    let exchange: CellExchange
    private let cellCount: Int
    private let adjacencyStart: WorkArray<Int32>, adjacentCell: WorkArray<Int32>
    /// Face of each slot of the adjacency, its bits inverted where the cell is the second of the face.
    private let adjacentFace: WorkArray<Int32>
    private let order: WorkArray<Int32>
    private let rockType: WorkArray<Int32>
    /// `f` and the step to the next sample of each rock type, `[types][samples][2]`.
    private let table: WorkArray<Double>
    /// First sample's saturation, samples per unit of saturation, and the largest step of `f` between them, `[types]`.
    private let lower: WorkArray<Double>, perSample: WorkArray<Double>, steepest: WorkArray<Double>
    private let outlets: WorkArray<Double>
    private var records: WorkArray<Double>, work: WorkArray<Double>
    private var substeps = 0
    /// Where each step leaves its trace; `nil`: nowhere.
    var tracer: TransportTracer?

    init(_ topology: FlowTopology, curves: [SaturationCurves], rockType: [Int]?) {
        cellCount = topology.cellCount
        exchange = CellExchange(cells: cellCount)
        adjacencyStart = WorkArray(topology.adjacencyStart)
        adjacentCell = WorkArray(topology.adjacentCell)
        adjacentFace = WorkArray(
            (0..<cellCount).flatMap { cell in
                topology.adjacentFace[Int(topology.adjacencyStart[cell])..<Int(topology.adjacencyStart[cell + 1])]
                    .map { topology.faces[Int($0)].first == cell ? Int32($0) : ~Int32($0) }
            })
        outlets = WorkArray(repeating: 0, count: 2 * topology.adjacentFace.count)
        order = WorkArray(repeating: 0, count: cellCount + 1)
        self.rockType = WorkArray(topology.gridCell.map { Int32(rockType?[$0] ?? 0) })
        let steps = curves.map { zip($0.fractionalFlow.dropFirst(), $0.fractionalFlow).map { $0 - $1 } }
        table = WorkArray(
            zip(curves, steps).flatMap { curve, steps in
                zip(curve.fractionalFlow, steps + [0]).flatMap { [$0, $1] }
            })
        lower = WorkArray(curves.map(\.range.lowerBound))
        perSample = WorkArray(
            curves.map { Double(SaturationCurves.intervals) / ($0.range.upperBound - $0.range.lowerBound) })
        steepest = WorkArray(steps.map { $0.reduce(0, max) })
        records = WorkArray(repeating: 0, count: 0)
        work = WorkArray(repeating: 0, count: 0)
    }

    func advance(
        _ state: FlowState, flux: borrowing WorkArray<Double>, capacityBefore before: borrowing WorkArray<Double>,
        timeStep: Double, substeps: Int
    ) -> Bool {
        if substeps != self.substeps {
            self.substeps = substeps
            records = WorkArray(
                repeating: 0, count: Int(lsi_upwind_records(Int32(cellCount), Int32(substeps))))
            work = WorkArray(repeating: 0, count: Int(lsi_upwind_work(Int32(substeps))))
        }
        var step = lsi_upwind_step(
            cells: Int32(cellCount), substeps: Int32(substeps), time_step: timeStep, start: adjacencyStart.base,
            other: adjacentCell.base, face: adjacentFace.base, flux: flux.base, records: records.base,
            outlets: outlets.base, work: work.base, order: order.base, table: table.base,
            intervals: Int32(SaturationCurves.intervals), lower: lower.base, per_sample: perSample.base,
            steepest: steepest.base, rock_type: rockType.base, injected: exchange.injected.base,
            well_outflow: exchange.wellOutflow.base, duration: exchange.duration.base,
            mean_flow: exchange.meanFlow.base, capacity_before: before.base, displacing: state.displacingAmount.base,
            oil: state.oilAmount.base, saturation: state.saturation.base, pore_volume: state.poreVolume.base,
            displacing_inverse: state.displacingInverse.base, oil_inverse: state.oilInverse.base, trace: nil,
            trace_start: nil, traced: nil)
        tracer?.prepare(&step)
        lsi_upwind(&step)
        return true
    }
}
