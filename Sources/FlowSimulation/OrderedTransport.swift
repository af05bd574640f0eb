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
    private let cellCount: Int
    private let adjacencyStart: WorkArray<Int32>, adjacentFace: WorkArray<Int32>, adjacentCell: WorkArray<Int32>
    private let first: WorkArray<Int32>
    private let order: FlowOrder
    /// Cells that have been advanced in the present step: nothing may flow into them any more.
    private let isDone: WorkArray<Bool>
    /// Reservoir volume through each face in the step, counted at its upstream cell [m³].
    private let passed: WorkArray<Double>
    /// Fractional flow of each cell in each sub-step, `[cells][substeps]`.
    private var history: WorkArray<Double>
    let exchange: CellExchange
    /// `f` and the step to the next sample of each rock type, `[types][samples][2]`.
    private let table: WorkArray<Double>
    private let lower: WorkArray<Double>, inverseSpacing: WorkArray<Double>
    private let rockType: WorkArray<Int32>
    private var inflow: WorkArray<Double>
    private var substeps = 1

    init(_ topology: FlowTopology, curves: [SaturationCurves], rockType: [Int]?) {
        cellCount = topology.cellCount
        exchange = CellExchange(cells: cellCount)
        adjacencyStart = WorkArray(topology.adjacencyStart)
        adjacentFace = WorkArray(topology.adjacentFace)
        adjacentCell = WorkArray(topology.adjacentCell)
        first = WorkArray(topology.faces.map { Int32($0.first) })
        order = FlowOrder(topology)
        isDone = WorkArray(repeating: false, count: cellCount)
        passed = WorkArray(repeating: 0, count: topology.faces.count)
        history = WorkArray(repeating: 0, count: cellCount)
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
            history = WorkArray(repeating: 0, count: cellCount * substeps)
            inflow = WorkArray(repeating: 0, count: substeps)
        }
        order.sort(flux)
        isDone.fill(false)
        passed.fill(0)
        for position in 0..<cellCount {
            let cell = Int(order.cells[position])
            advanceCell(cell, state, flux, before, timeStep)
            isDone[cell] = true
        }
        return true
    }

    private func advanceCell(
        _ cell: Int, _ state: FlowState, _ flux: borrowing WorkArray<Double>, _ before: borrowing WorkArray<Double>,
        _ timeStep: Double
    ) {
        let (u, count) = (flux.base, substeps)
        let (entering, past) = (inflow.base, history.base)
        let share = 1 / Double(count)
        let injection = exchange.injected[cell] * timeStep
        for m in 0..<count { entering[m] = injection * share }
        var displacingIn = injection
        var oilIn = 0.0
        var leaving = exchange.wellOutflow[cell]
        for slot in Int(adjacencyStart[cell])..<Int(adjacencyStart[cell + 1]) {
            let face = Int(adjacentFace[slot])
            let outward = Int(first[face]) == cell ? u[face] : -u[face]
            if outward > 0 {
                if !isDone[Int(adjacentCell[slot])] { leaving += outward }
            } else if outward < 0 {
                let neighbour = Int(adjacentCell[slot])
                let volume = passed[face]
                let displacing = volume * state.displacingInverse[neighbour]
                let mean = exchange.meanFlow[neighbour]
                displacingIn += displacing * mean
                oilIn += volume * (1 - mean) * state.oilInverse[neighbour]
                if mean > 0 {
                    let upstream = past + neighbour * count
                    let weight = displacing * share
                    for m in 0..<count { entering[m] += weight * upstream[m] }
                }
            }
        }
        let surplus =
            (state.displacingAmount[cell] + displacingIn) / state.displacingInverse[cell]
            + (state.oilAmount[cell] + oilIn) / state.oilInverse[cell] - state.poreVolume[cell]
        let outflow = leaving > 0 ? max(surplus, 0) : 0
        let perFlux = leaving > 0 ? outflow / leaving : 0
        exchange.duration[cell] = perFlux
        for slot in Int(adjacencyStart[cell])..<Int(adjacencyStart[cell + 1]) {
            let face = Int(adjacentFace[slot])
            let outward = Int(first[face]) == cell ? u[face] : -u[face]
            if outward > 0, !isDone[Int(adjacentCell[slot])] {
                passed[face] = outward * perFlux
            }
        }
        let mean = integrate(cell, state, outflow: outflow, capacityBefore: before[cell])
        exchange.meanFlow[cell] = mean
        state.oilAmount[cell] += oilIn - outflow * (1 - mean) * state.oilInverse[cell]
    }

    /// Takes a cell through its sub-steps; returns the mean of its fractional flow.
    private func integrate(_ cell: Int, _ state: FlowState, outflow: Double, capacityBefore: Double) -> Double {
        let count = substeps
        let type = Int(rockType[cell])
        let samples = table.base + 2 * (SaturationCurves.intervals + 1) * type
        let (origin, perSample) = (lower[type], inverseSpacing[type])
        let past = history.base + cell * count
        let capacityAfter = state.poreVolume[cell] * state.displacingInverse[cell]
        let growth = (capacityAfter - capacityBefore) / Double(count)
        let out = outflow * state.displacingInverse[cell] / Double(count)
        var amount = state.displacingAmount[cell]
        var saturation = amount / capacityBefore
        var capacity = capacityBefore
        var sum = 0.0
        for m in 0..<count {
            capacity += growth
            let total = amount + inflow[m]
            let flow = solveUpwindCell(
                total: total, capacity: capacity, outflow: out, start: saturation, samples: samples, origin: origin,
                perSample: perSample)
            past[m] = flow
            sum += flow
            amount = total - out * flow
            saturation = amount / capacity
        }
        state.displacingAmount[cell] = amount
        state.saturation[cell] = saturation
        return sum / Double(count)
    }
}

/// The fractional flow `f(S)` at the root of `capacity · S + outflow · f(S) = total`.
///
/// `f` is linear between samples, so Newton's method is exact as soon as it stays within one interval; the bracket
/// around the root keeps it from jumping over the inflection of `f`.
@inline(__always)
func solveUpwindCell(
    total: Double, capacity: Double, outflow: Double, start: Double, samples: UnsafeMutablePointer<Double>,
    origin: Double, perSample: Double
) -> Double {
    let last = Double(SaturationCurves.intervals)
    // In units of samples from the origin.
    let scale = capacity / perSample
    let target = total - capacity * origin
    var high = target / scale
    var low = (target - outflow) / scale
    var x = min(max((start - origin) * perSample, low), high)
    var previous = -2.0
    for _ in 0..<60 {
        let position = min(max(x, 0), last - 1)
        let index = position.rounded(.down)
        let sample = samples + 2 * Int(index)
        let isInside = x >= 0 && x <= last
        let slope = isInside ? sample[1] : 0
        let anchor = x > last ? last : (x < 0 ? 0 : index)
        let value = x > last ? sample[0] + sample[1] : sample[0] + slope * (x - anchor)
        let excess = scale * x + outflow * value - target
        let key = x < 0 ? -1 : (x > last ? last + 1 : index)
        if key == previous || excess == 0 { return value }
        previous = key
        if excess > 0 { high = x } else { low = x }
        let next = x - excess / (scale + outflow * slope)
        if next > low && next < high {
            x = next
        } else {
            x = 0.5 * (low + high)
            previous = -2
            if high - low < 1e-12 * last { return value }
        }
    }
    let index = min(max(x, 0), last - 1).rounded(.down)
    let sample = samples + 2 * Int(index)
    return min(max(sample[0] + sample[1] * (x - index), 0), 1)
}
