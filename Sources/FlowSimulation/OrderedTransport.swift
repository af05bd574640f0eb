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
    private let order: FlowOrder
    /// Cells that have been advanced in the present step: nothing may flow into them any more.
    private let isDone: WorkArray<Bool>
    /// What each cell hands on, see ``UpwindSweep``, `[cells][3 + substeps]`.
    private var handed: WorkArray<Double>
    private var inflow: WorkArray<Double>
    private var substeps = 1
    /// `f` and the step to the next sample of each rock type, `[types][samples][2]`.
    private let table: WorkArray<Double>
    private let steepest: WorkArray<Double>
    private let lower: WorkArray<Double>, inverseSpacing: WorkArray<Double>
    private let rockType: WorkArray<Int32>

    init(_ topology: FlowTopology, curves: [SaturationCurves], rockType: [Int]?) {
        cellCount = topology.cellCount
        exchange = CellExchange(cells: cellCount)
        adjacencyStart = WorkArray(topology.adjacencyStart)
        adjacentCell = WorkArray(topology.adjacentCell)
        order = FlowOrder(topology)
        isDone = WorkArray(repeating: false, count: cellCount)
        handed = WorkArray(repeating: 0, count: 4 * cellCount)
        inflow = WorkArray(repeating: 0, count: 1)
        table = WorkArray(
            curves.flatMap { curve in
                (0...SaturationCurves.intervals).flatMap { k in
                    [
                        curve.fractionalFlow[k],
                        k < SaturationCurves.intervals ? curve.fractionalFlow[k + 1] - curve.fractionalFlow[k] : 0
                    ]
                }
            })
        steepest = WorkArray(
            curves.map { curve in
                zip(curve.fractionalFlow, curve.fractionalFlow.dropFirst()).reduce(0) { max($0, $1.1 - $1.0) }
            })
        lower = WorkArray(curves.map(\.range.lowerBound))
        inverseSpacing = WorkArray(
            curves.map { Double(SaturationCurves.intervals) / ($0.range.upperBound - $0.range.lowerBound) })
        self.rockType = WorkArray(topology.gridCell.map { Int32(rockType?[$0] ?? 0) })
    }

    func advance(
        _ state: FlowState, flux: borrowing WorkArray<Double>, capacityBefore before: borrowing WorkArray<Double>,
        timeStep: Double, substeps: Int
    ) -> Bool {
        if substeps != self.substeps {
            self.substeps = substeps
            handed = WorkArray(repeating: 0, count: cellCount * (3 + substeps))
            inflow = WorkArray(repeating: 0, count: substeps)
        }
        order.sort(flux)
        isDone.fill(false)
        handed.fill(0)
        let sweep = UpwindSweep(
            count: substeps, timeStep: timeStep, start: adjacencyStart.base, neighbour: adjacentCell.base,
            outward: order.outward.base, isDone: isDone.base, handed: handed.base, entering: inflow.base,
            steepest: steepest.base, table: table.base, lower: lower.base, inverseSpacing: inverseSpacing.base,
            rockType: rockType.base,
            injected: exchange.injected.base, wellOutflow: exchange.wellOutflow.base,
            duration: exchange.duration.base, meanFlow: exchange.meanFlow.base, capacityBefore: before.base,
            displacingAmount: state.displacingAmount.base, oilAmount: state.oilAmount.base,
            saturation: state.saturation.base, poreVolume: state.poreVolume.base,
            displacingInverse: state.displacingInverse.base, oilInverse: state.oilInverse.base)
        let cells = order.cells.base
        for position in 0..<cellCount { sweep.advance(Int(cells[position])) }
        return true
    }
}

/// The fractional flow `f(S)` at the root of `capacity · S + outflow · f(S) = total`.
///
/// `f` is linear between samples, so a Newton step that stays within its interval has found the root; the bracket
/// around the root keeps it from jumping over the inflection of `f`.
@inline(__always)
func solveUpwindCell(
    total: Double, capacity: Double, outflow: Double, start: Double, samples: UnsafeMutablePointer<Double>,
    origin: Double, perSample: Double
) -> Double {
    let last = Double(SaturationCurves.intervals)
    // In units of samples from the origin: x + ratio · f(x) = target.
    let perCapacity = perSample / capacity
    let target = (total - capacity * origin) * perCapacity
    let ratio = outflow * perCapacity
    var (low, high) = (target - ratio, target)
    // Outside the range of the samples the flow is that of its end. The order of arguments keeps NaN out.
    if high <= 0 { return samples[0] }
    let top = samples + 2 * (SaturationCurves.intervals - 1)
    if target - ratio * (top[0] + top[1]) >= last { return top[0] + top[1] }
    (low, high) = (max(0, low), min(last, high))
    var x = min(high, max(low, (start - origin) * perSample))
    for _ in 0..<60 {
        let interval = Int(min(last - 1, max(0, x)))
        let (anchor, sample) = (Double(interval), samples + 2 * interval)
        let excess = x + ratio * (sample[0] + sample[1] * (x - anchor)) - target
        var next = x - excess / (1 + ratio * sample[1])
        if next >= anchor, next <= anchor + 1 { return sample[0] + sample[1] * (next - anchor) }
        if excess > 0 { high = x } else { low = x }
        if !(next > low && next < high) { next = 0.5 * (low + high) }
        x = next
    }
    let interval = Int(min(last - 1, max(0, x)))
    return samples[2 * interval] + samples[2 * interval + 1] * (x - Double(interval))
}
