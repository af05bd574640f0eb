import LinearAlgebra
import Reservoir

/// Finds pressures, fluxes and well flows for given saturations, with every well on the control that its limits allow.
final class PressureStep {
    let system: PressureSystem
    let mobility: Mobility
    var controls: WellControls
    /// Surface volume of each phase per reservoir volume that a completion produces or takes, `[completions]` [–].
    let displacingPerVolume: WorkArray<Double>, oilPerVolume: WorkArray<Double>
    private let topology: FlowTopology
    private let model: ReservoirModel
    private let factors: VolumeFactors
    private let transmissibility: WorkArray<Double>, wellIndex: WorkArray<Double>
    /// Difference of depth over each face, first less second [m].
    private let depthStep: WorkArray<Double>
    let hasGravity: Bool
    private let wellHeads: WellHeads
    /// Where the coming solution is sought first, cells and wells [Pa]; used once, if ``isForeseen``.
    let foreseen: WorkArray<Double>
    var isForeseen = false
    private var isClosed: [Bool]
    private var targets: [Double]
    private let tolerance: Double

    init(_ flow: FlowModel) throws(FactorizationError) {
        (model, topology, factors) = (flow.reservoir, flow.topology, flow.factors)
        tolerance = flow.settings.pressureTolerance
        mobility = Mobility(topology, curves: flow.curves, rockType: model.rock.rockType)
        controls = WellControls(model.wells)
        let count = topology.completions.count
        displacingPerVolume = WorkArray(repeating: 0, count: count)
        oilPerVolume = WorkArray(repeating: 0, count: count)
        wellIndex = WorkArray(repeating: 0, count: count)
        transmissibility = WorkArray(repeating: 0, count: topology.faces.count)
        let depths = model.grid.centreDepth
        depthStep = WorkArray(topology.faces.map { depths[$0.firstCell] - depths[$0.secondCell] })
        hasGravity = topology.faces.contains { depths[$0.firstCell] != depths[$0.secondCell] }
        system = try PressureSystem(
            topology, isHeld: hasGravity || mobility.table.hasCapillaryPressure, solver: flow.settings.pressureSolver)
        wellHeads = WellHeads(topology, wells: model.wells)
        foreseen = WorkArray(repeating: 0, count: topology.cellCount + topology.wellCount)
        isClosed = Array(repeating: false, count: count)
        targets = Array(repeating: 0, count: model.wells.count)
    }

    func begin(_ properties: StaticProperties, state: FlowState) {
        system.reset()
        isForeseen = false
        controls = WellControls(model.wells)
        for (face, value) in properties.transmissibility.enumerated() { transmissibility[face] = value }
        for (k, value) in properties.wellIndex.enumerated() { wellIndex[k] = value }
        isClosed = Array(repeating: false, count: isClosed.count)
        system.head.fill(0)
        system.completionFlow.fill(0)
        for (k, completion) in topology.completions.enumerated()
        where k == topology.completionRange[completion.well].lowerBound {
            state.pressure[state.cellCount + completion.well] = state.pressure[completion.cell]
        }
    }

    /// Advances `state.pressure` over `timeStep`, which matters only where something is compressible.
    func solve(_ state: FlowState, timeStep: Double) throws(SimulationFailure) {
        mobility.update(state.saturation)
        prepareCompletions(state)
        prepareStorage(state, timeStep)
        if isForeseen { state.pressure.copy(from: foreseen) }
        isForeseen = false
        guard controls.holdsPressure || !factors.isIncompressible || controls.active.allSatisfy({ $0 == .shut })
        else {
            throw SimulationFailure(
                "no open well holds a pressure and nothing is compressible: the level of pressure is undetermined")
        }
        for _ in 0..<4 {
            setConductance(state)
            try settleWells(state)
            if !hasTurned(state) { break }
        }
        guard state.isFinite else { throw SimulationFailure("the pressure is not finite") }
    }

    private func prepareStorage(_ state: FlowState, _ timeStep: Double) {
        for cell in 0..<state.cellCount {
            let p = state.pressure[cell]
            let displacing = state.displacingAmount[cell] / state.displacingInverse[cell]
            let oil = state.oilAmount[cell] / state.oilInverse[cell]
            let storage =
                (state.referencePoreVolume[cell] * factors.poreFactorSlope(at: p)
                    + displacing * factors.displacing.relativeSlope(at: p) + oil * factors.oil.relativeSlope(at: p))
                / timeStep
            system.storage[cell] = storage
            system.source[cell] = storage * p + (displacing + oil - state.poreVolume[cell]) / timeStep
        }
    }

    private func prepareCompletions(_ state: FlowState) {
        for (k, completion) in topology.completions.enumerated() {
            let cell = completion.cell
            let (d, o) = (mobility.displacing[cell], mobility.oil[cell])
            system.wellConductance[k] = isClosed[k] ? 0 : wellIndex[k] * (d + o)
            if model.wells[completion.well].role == .injector {
                (displacingPerVolume[k], oilPerVolume[k]) = (state.displacingInverse[cell], 0)
            } else {
                let share = d + o > 0 ? d / (d + o) : 0
                displacingPerVolume[k] = share * state.displacingInverse[cell]
                oilPerVolume[k] = (1 - share) * state.oilInverse[cell]
            }
        }
    }

    /// Upstream mobilities by the phase potentials of the present pressures.
    private func setConductance(_ state: FlowState) {
        let (p, pc) = (state.pressure.base, mobility.capillary.base)
        let (d, o, total) = (mobility.displacing.base, mobility.oil.base, mobility.total.base)
        let (first, second) = (system.first.base, system.second.base)
        guard hasGravity || mobility.table.hasCapillaryPressure else {
            for face in 0..<system.faceCount {
                let (a, b) = (Int(first[face]), Int(second[face]))
                system.conductance[face] = transmissibility[face] * total[p[a] >= p[b] ? a : b]
            }
            return
        }
        for index in 0..<system.faceCount {
            let (a, b) = (Int(first[index]), Int(second[index]))
            let t = transmissibility[index]
            let weights = gravityHeads(state, index, a, b)
            let displacingDrive = p[a] - p[b] + pc[a] - pc[b] - weights.displacing
            let displacing = t * d[displacingDrive >= 0 ? a : b]
            let oil = t * o[p[a] - p[b] - weights.oil >= 0 ? a : b]
            system.conductance[index] = displacing + oil
            system.faceConstant[index] = displacing * (pc[a] - pc[b] - weights.displacing) - oil * weights.oil
        }
    }

    /// `ρ g (D₁ − D₂)` of each phase over a face [Pa].
    private func gravityHeads(
        _ state: FlowState, _ index: Int, _ a: Int, _ b: Int
    ) -> (displacing: Double, oil: Double) {
        let g = Unit.gravity * depthStep[index] / 2
        return (
            g * factors.displacing.surfaceDensity * (state.displacingInverse[a] + state.displacingInverse[b]),
            g * factors.oil.surfaceDensity * (state.oilInverse[a] + state.oilInverse[b])
        )
    }

    /// Whether the flow turned on faces where it matters which side is upstream.
    private func hasTurned(_ state: FlowState) -> Bool {
        guard !hasGravity, !mobility.table.hasCapillaryPressure else { return false }
        let (m, u, g, t) = (mobility.total.base, system.flux.base, system.conductance.base, transmissibility.base)
        let (first, second) = (system.first.base, system.second.base)
        var (wrong, total) = (0.0, 0.0)
        for face in 0..<system.faceCount {
            let right = m[Int(u[face] >= 0 ? first[face] : second[face])]
            total += abs(u[face])
            guard g[face] != t[face] * right else { continue }
            wrong += abs(u[face]) * min(abs(right - g[face] / t[face]) / right, 1)
        }
        return wrong > 1e-4 * total
    }

    // MARK: Wells

    private func settleWells(_ state: FlowState) throws(SimulationFailure) {
        if wellHeads.matter { _ = updateHeads(state) }
        for pass in 0..<16 {
            setWellEquations()
            do { try system.solve(state.pressure, tolerance: tolerance) } catch {
                guard let well = system.strandedWell else { throw error }
                throw SimulationFailure(
                    "well \(model.wells[well].name) cannot keep to its rate: nothing conducts it to a well on pressure, "
                        + "nor to anything compressible")
            }
            var changed = pass < 8 && closeBackflow(state)
            // What the wells hold follows from what they produce; a millibar is far below any drawdown.
            if wellHeads.matter, updateHeads(state) > 100 { changed = true }
            for well in 0..<model.wells.count where controls.active[well] != .shut {
                if controls.enforce(performance(of: well, state), on: well) {
                    changed = true
                } else if case .rate(let phase) = controls.active[well] {
                    let target = reservoirRate(well, phase)
                    if abs(target - targets[well]) > 1e-7 * abs(target) { changed = true }
                }
            }
            if !changed { return }
        }
    }

    /// Recomputes what the wells hold; returns the largest change of a head [Pa].
    private func updateHeads(_ state: FlowState) -> Double {
        var mass: [Double] = []
        var volume: [Double] = []
        for (k, completion) in topology.completions.enumerated() {
            let flow = controls.active[completion.well] == .shut ? 0 : abs(system.completionFlow[k])
            // Before anything has flowed, conductances stand for flows.
            let range = topology.completionRange[completion.well]
            let isFlowing = range.contains { system.completionFlow[$0] != 0 }
            let weight = isFlowing ? flow : system.wellConductance[k]
            volume.append(weight)
            mass.append(
                weight
                    * (displacingPerVolume[k] * factors.displacing.surfaceDensity
                        + oilPerVolume[k] * factors.oil.surfaceDensity))
        }
        let injected = topology.completionRange.map {
            factors.displacing.surfaceDensity * state.displacingInverse[topology.completions[$0.lowerBound].cell]
        }
        let heads = wellHeads.heads(massRate: mass, volumeRate: volume, injected: injected)
        var change = 0.0
        for (k, head) in heads.enumerated() {
            change = max(change, abs(head - system.head[k]))
            system.head[k] = head
        }
        return change
    }

    private func setWellEquations() {
        for well in 0..<model.wells.count {
            switch controls.active[well] {
            case .shut: system.wellEquations[well] = .shut
            case .bottomHolePressure:
                system.wellEquations[well] = .pressure(controls.controls[well].bottomHolePressure ?? 0)
            case .rate(let phase):
                targets[well] = reservoirRate(well, phase)
                system.wellEquations[well] = .rate(targets[well])
            }
        }
    }

    /// The volume into the reservoir that meets a surface rate, given how the completions share it at present.
    private func reservoirRate(_ well: Int, _ phase: WellControl.Phase) -> Double {
        let limit = controls.controls[well].rates[phase] ?? 0
        let range = topology.completionRange[well]
        var (flow, surface, conductance, fallback) = (0.0, 0.0, 0.0, 0.0)
        for k in range {
            let perVolume: Double =
                switch phase {
                case .displacing: displacingPerVolume[k]
                case .oil: oilPerVolume[k]
                case .liquid: displacingPerVolume[k] + oilPerVolume[k]
                }
            flow += abs(system.completionFlow[k])
            surface += abs(system.completionFlow[k]) * perVolume
            conductance += system.wellConductance[k]
            fallback += system.wellConductance[k] * perVolume
        }
        let perVolume =
            range.count > 1 && surface > 0 ? surface / flow : fallback / max(conductance, .leastNormalMagnitude)
        let volume = perVolume > 0 ? limit / perVolume : 0
        return model.wells[well].role == .injector ? volume : -volume
    }

    /// Shuts completions through which a producer would inject or an injector produce, and opens those that would not.
    private func closeBackflow(_ state: FlowState) -> Bool {
        var changed = false
        for (k, completion) in topology.completions.enumerated() where controls.active[completion.well] != .shut {
            let drive =
                state.pressure[state.cellCount + completion.well] + system.head[k] - state.pressure[completion.cell]
            let isBackward = model.wells[completion.well].role == .injector ? drive < 0 : drive > 0
            guard isBackward != isClosed[k] else { continue }
            isClosed[k] = isBackward
            let cell = completion.cell
            system.wellConductance[k] = isBackward ? 0 : wellIndex[k] * (mobility.displacing[cell] + mobility.oil[cell])
            changed = true
        }
        return changed
    }

    func performance(of well: Int, _ state: FlowState) -> WellControls.Performance {
        var result = WellControls.Performance()
        result.bottomHolePressure = state.pressure[state.cellCount + well]
        for k in topology.completionRange[well] {
            let flow = abs(system.completionFlow[k])
            result.displacing += flow * displacingPerVolume[k]
            result.oil += flow * oilPerVolume[k]
        }
        return result
    }
}
