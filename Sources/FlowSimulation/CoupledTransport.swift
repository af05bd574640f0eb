import LinearAlgebra
import Reservoir

/// Implicit upwind transport with gravity and capillary pressure, where the phases may pass each other.
///
/// The implicit equations of a sub-step are solved by nonlinear Gauss and Seidel sweeps in flow order, forth and back,
/// over those cells only whose neighbours moved. Each cell is a monotone scalar equation, solved by Newton's method
/// within a bracket. Afterwards both phases are moved by the face fluxes that belong to the saturations found, so
/// masses are conserved to rounding whatever the sweeps left over.
final class CoupledTransport: TransportScheme {
    let exchange: CellExchange
    private let cellCount: Int, faceCount: Int
    private let start: WorkArray<Int32>, adjacentFace: WorkArray<Int32>, adjacentCell: WorkArray<Int32>
    private let first: WorkArray<Int32>, second: WorkArray<Int32>
    private let order: FlowOrder
    private let curves: MobilityTable
    /// Mobilities and capillary pressure of each cell at its present saturation, `[cells][3]`.
    private let properties: WorkArray<Double>
    private let trial: WorkArray<Double>
    private let isDirty: WorkArray<Bool>
    /// Which of a cell's faces have a flux that depends on its own saturation, one bit each: those that a phase leaves by.
    private let openFaces: WorkArray<UInt32>
    /// Beyond the open faces of the cell that is being solved.
    private let neighbours: WorkArray<Neighbour>
    /// Set when the coming step is the last one again with other fluxes: its saturations are where to start from.
    var isRepeated = false
    /// Saturations found at the end of each sub-step, `[substeps][cells]`.
    private var solutions = WorkArray<Double>(repeating: 0, count: 0)
    private var solvedSubsteps = 0
    private let transmissibility: WorkArray<Double>
    /// `−(ρ_d − ρ_o) g (D₁ − D₂)` of each face [Pa].
    private let buoyancy: WorkArray<Double>
    private let depthStep: WorkArray<Double>
    private let densities: (displacing: Double, oil: Double)
    /// Changes of saturation below this wake no neighbour [–]; what that leaves over in a balance goes into the next one.
    private static let tolerance = 5e-4
    private static let lastNewtonStep = 2e-3

    init(_ flow: FlowModel) {
        let topology = flow.topology
        (cellCount, faceCount) = (topology.cellCount, topology.faces.count)
        exchange = CellExchange(cells: cellCount)
        trial = WorkArray(repeating: 0, count: cellCount)
        isDirty = WorkArray(repeating: false, count: cellCount)
        openFaces = WorkArray(repeating: 0, count: cellCount)
        properties = WorkArray(repeating: 0, count: 3 * cellCount)
        let starts = topology.adjacencyStart
        let widest = zip(starts.dropFirst(), starts).map { $0 - $1 }.max() ?? 0
        neighbours = WorkArray(repeating: Neighbour(), count: Int(widest))
        start = WorkArray(topology.adjacencyStart)
        adjacentFace = WorkArray(topology.adjacentFace)
        adjacentCell = WorkArray(topology.adjacentCell)
        first = WorkArray(topology.faces.map { Int32($0.first) })
        second = WorkArray(topology.faces.map { Int32($0.second) })
        order = FlowOrder(topology)
        curves = MobilityTable(topology, curves: flow.curves, rockType: flow.reservoir.rock.rockType)
        transmissibility = WorkArray(repeating: 0, count: faceCount)
        buoyancy = WorkArray(repeating: 0, count: faceCount)
        let depths = flow.reservoir.grid.centreDepth
        depthStep = WorkArray(topology.faces.map { depths[$0.firstCell] - depths[$0.secondCell] })
        densities = (flow.factors.displacing.surfaceDensity, flow.factors.oil.surfaceDensity)
    }

    func begin(_ properties: StaticProperties) {
        for face in 0..<faceCount { transmissibility[face] = properties.transmissibility[face] }
    }

    func advance(
        _ state: FlowState, flux: borrowing WorkArray<Double>, capacityBefore before: borrowing WorkArray<Double>,
        timeStep: Double, substeps: Int
    ) -> Bool {
        order.sort(flux)
        setBuoyancy(state)
        exchange.meanFlow.fill(0)
        exchange.duration.fill(timeStep)
        for cell in 0..<cellCount { update(cell, to: state.displacingAmount[cell] / before[cell]) }
        let length = timeStep / Double(substeps)
        if solutions.count < substeps * cellCount {
            solutions = WorkArray(repeating: 0, count: substeps * cellCount)
            solvedSubsteps = 0
        }
        let isKnown = isRepeated && solvedSubsteps == substeps
        solvedSubsteps = 0
        for substep in 0..<substeps {
            let progress = Double(substep + 1) / Double(substeps)
            let solution = solutions.base + substep * cellCount
            if isKnown {
                for cell in 0..<cellCount { update(cell, to: solution[cell]) }
            }
            guard solve(state, flux, before, progress: progress, length: length) else { return false }
            solution.update(from: trial.base, count: cellCount)
            move(state, flux, length: length, share: 1 / Double(substeps))
        }
        solvedSubsteps = substeps
        for cell in 0..<cellCount {
            state.saturation[cell] =
                state.displacingAmount[cell] / (state.poreVolume[cell] * state.displacingInverse[cell])
        }
        return true
    }

    private func setBuoyancy(_ state: FlowState) {
        for face in 0..<faceCount {
            let (a, b) = (Int(first[face]), Int(second[face]))
            let displacing = densities.displacing * (state.displacingInverse[a] + state.displacingInverse[b])
            let oil = densities.oil * (state.oilInverse[a] + state.oilInverse[b])
            buoyancy[face] = -(displacing - oil) / 2 * Unit.gravity * depthStep[face]
        }
    }

    private func update(_ cell: Int, to saturation: Double) {
        trial[cell] = saturation
        let values = curves.values(of: cell, at: saturation)
        (properties[3 * cell], properties[3 * cell + 1]) = (values.displacing, values.oil)
        properties[3 * cell + 2] = values.capillary
    }

    /// Sweeps until no saturation changes; `false` if that does not happen.
    private func solve(
        _ state: FlowState, _ flux: borrowing WorkArray<Double>, _ before: borrowing WorkArray<Double>,
        progress: Double, length: Double
    ) -> Bool {
        isDirty.fill(true)
        for sweep in 0..<400 {
            var isSettled = true
            for position in 0..<cellCount {
                let cell = Int(order.cells[sweep % 2 == 0 ? position : cellCount - 1 - position])
                guard isDirty[cell] else { continue }
                isDirty[cell] = false
                let end = state.poreVolume[cell] * state.displacingInverse[cell]
                let capacity = before[cell] + progress * (end - before[cell])
                let old = trial[cell]
                guard let new = solveCell(cell, state, flux, capacity: capacity, length: length) else { return false }
                update(cell, to: new)
                guard abs(new - old) > Self.tolerance else { continue }
                isSettled = false
                let begin = Int(start[cell])
                for slot in begin..<Int(start[cell + 1]) where openFaces[cell] & (1 << UInt32(slot - begin)) != 0 {
                    isDirty[Int(adjacentCell[slot])] = true
                }
            }
            if isSettled { return true }
        }
        return false
    }

    /// The saturation at which a cell's balance of the displacing phase closes, its neighbours being what they are.
    private func solveCell(
        _ cell: Int, _ state: FlowState, _ flux: borrowing WorkArray<Double>, capacity: Double, length: Double
    ) -> Double? {
        let entry = look(from: cell, state, flux)
        let known = state.displacingAmount[cell] + length * (exchange.injected[cell] + entry.inflow)
        var saturation = trial[cell]
        // Where nothing comes in and nothing can move, nothing is to be solved.
        if !curves.hasCapillaryPressure, entry.inflow == 0, !entry.isMixed {
            let rest = known / capacity
            if curves.values(of: cell, at: rest).displacing == 0 { return rest }
        }
        let wells = exchange.wellOutflow[cell] * length * state.displacingInverse[cell]
        let (open, inverse) = (neighbours.base, state.displacingInverse[cell])
        var (low, high) = (-Double.infinity, Double.infinity)
        for _ in 0..<80 {
            let own = curves.values(of: cell, at: saturation)
            var (out, derivative) = (0.0, 0.0)
            for face in 0..<entry.open {
                let other = open[face]
                // Seen from this cell: it is the first.
                let f = PhaseFlux(
                    total: other.total, transmissibility: other.transmissibility, drive: other.drive + own.capillary,
                    first: (own.displacing, own.oil), second: (other.displacing, other.oil))
                let perVolume = f.isDisplacingFromFirst ? inverse : other.inverse
                out += f.value * perVolume
                derivative += f.toDrive * own.capillarySlope * perVolume
                if f.isDisplacingFromFirst { derivative += f.toDisplacing * own.displacingSlope * perVolume }
                if f.isOilFromFirst { derivative += f.toOil * own.oilSlope * perVolume }
            }
            var excess = capacity * saturation - known + length * out
            var slope = capacity + length * derivative
            let total = own.displacing + own.oil
            if wells > 0, total > 0 {
                excess += wells * own.displacing / total
                slope +=
                    wells * (own.displacingSlope * own.oil - own.displacing * own.oilSlope) / (total * total)
            }
            if excess > 0 { high = saturation } else { low = saturation }
            var next = saturation - excess / slope
            guard next.isFinite else { return nil }
            // Newton's method squares the error, so that what is left is below the tolerance.
            if abs(next - saturation) < Self.lastNewtonStep { return next }
            if next <= low || next >= high { next = 0.5 * (max(low, -1) + min(high, 2)) }
            saturation = next
        }
        return saturation
    }

    /// What lies beyond a face of a cell, seen from there.
    private struct Neighbour {
        /// Flux out of the cell [m³/s], transmissibility, and what drives the displacing phase out against oil, less the
        /// cell's own capillary pressure [Pa].
        var total = 0.0, transmissibility = 0.0, drive = 0.0
        /// Mobilities beyond the face, and `1/B` of the displacing phase.
        var displacing = 0.0, oil = 0.0, inverse = 0.0
    }

    /// Sets ``neighbours`` to those beyond the faces whose flux depends on the cell's own saturation, and ``openFaces`` to
    /// one bit for each.
    ///
    /// Without capillary pressure which faces those are does not depend on it either: by the others both phases come in,
    /// whatever it is.
    ///
    /// - Returns: how many those are, what comes in by the others at surface conditions [m³/s], and whether the displacing
    ///   phase comes in by one of the former.
    @inline(__always)
    private func look(
        from cell: Int, _ state: FlowState, _ flux: borrowing WorkArray<Double>
    ) -> (open: Int, inflow: Double, isMixed: Bool) {
        let (found, values, inverse) = (neighbours.base, properties.base, state.displacingInverse.base)
        let own = (values[3 * cell], values[3 * cell + 1])
        let begin = Int(start[cell])
        var (open, bits, inflow, isMixed) = (0, UInt32(0), 0.0, false)
        for slot in begin..<Int(start[cell + 1]) {
            let (face, other) = (Int(adjacentFace[slot]), Int(adjacentCell[slot]))
            let sign: Double = Int(first[face]) == cell ? 1 : -1
            let neighbour = Neighbour(
                total: sign * flux[face], transmissibility: transmissibility[face],
                drive: sign * buoyancy[face] - values[3 * other + 2], displacing: values[3 * other],
                oil: values[3 * other + 1], inverse: inverse[other])
            if !curves.hasCapillaryPressure {
                let f = PhaseFlux(
                    total: neighbour.total, transmissibility: neighbour.transmissibility, drive: neighbour.drive,
                    first: own, second: (neighbour.displacing, neighbour.oil))
                guard f.isDisplacingFromFirst || f.isOilFromFirst else {
                    inflow -= f.value * neighbour.inverse
                    continue
                }
                if !f.isDisplacingFromFirst { isMixed = true }
            }
            found[open] = neighbour
            open += 1
            bits |= 1 << UInt32(slot - begin)
        }
        openFaces[cell] = bits
        return (open, inflow, isMixed)
    }

    /// Moves both phases by the fluxes that belong to the saturations found.
    private func move(_ state: FlowState, _ flux: borrowing WorkArray<Double>, length: Double, share: Double) {
        for face in 0..<faceCount {
            let (a, b) = (Int(first[face]), Int(second[face]))
            let drive = buoyancy[face] + properties[3 * a + 2] - properties[3 * b + 2]
            let f = PhaseFlux(
                total: flux[face], transmissibility: transmissibility[face], drive: drive,
                first: (properties[3 * a], properties[3 * a + 1]), second: (properties[3 * b], properties[3 * b + 1]))
            let displacing = f.value * length * state.displacingInverse[f.isDisplacingFromFirst ? a : b]
            let oil = (flux[face] - f.value) * length * state.oilInverse[f.isOilFromFirst ? a : b]
            state.displacingAmount[a] -= displacing
            state.displacingAmount[b] += displacing
            state.oilAmount[a] -= oil
            state.oilAmount[b] += oil
        }
        for cell in 0..<cellCount {
            state.displacingAmount[cell] += exchange.injected[cell] * length
            let total = properties[3 * cell] + properties[3 * cell + 1]
            let flow = total > 0 ? properties[3 * cell] / total : 0
            exchange.meanFlow[cell] += share * flow
            guard exchange.wellOutflow[cell] > 0 else { continue }
            let volume = exchange.wellOutflow[cell] * length
            state.displacingAmount[cell] -= volume * flow * state.displacingInverse[cell]
            state.oilAmount[cell] -= volume * (1 - flow) * state.oilInverse[cell]
        }
    }
}
