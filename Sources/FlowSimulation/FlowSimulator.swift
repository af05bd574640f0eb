import LinearAlgebra
import Reservoir

/// Simulates one realization after the other. Owns the work space, so one task uses it at a time; nothing but the
/// analysis of the matrix pattern is carried from one realization to the next.
public final class FlowSimulator: DifferentiableSimulator {
    private let flow: FlowModel
    private let state: FlowState
    private let pressureStep: PressureStep
    /// One of the two, by whether gravity or capillary pressure moves phases.
    private let ordered: OrderedTransport?, coupled: CoupledTransport?
    private let transport: any TransportScheme
    private let displacingBefore: WorkArray<Double>, oilBefore: WorkArray<Double>
    private let saturationBefore: WorkArray<Double>
    private let history: FluxHistory
    private let pressureHistory: PressureHistory
    private let capacityBefore: WorkArray<Double>
    private let pressureAtStart: WorkArray<Double>, pressureBefore: WorkArray<Double>
    /// What transport put in through each completion, at surface conditions [m³/s].
    private let injected: WorkArray<Double>
    /// What the run leaves for sensitivities; `nil` unless they are asked for.
    private var trajectory: FlowTrajectory?
    private var adjoint: FlowAdjoint?
    private var tracer: TransportTracer?

    public init(_ model: FlowModel) throws {
        flow = model
        state = FlowState(cells: model.topology.cellCount, wells: model.topology.wellCount)
        pressureStep = try PressureStep(model)
        let isCoupled = pressureStep.hasGravity || pressureStep.mobility.table.hasCapillaryPressure
        if isCoupled {
            let scheme = CoupledTransport(model)
            (ordered, coupled, transport) = (nil, scheme, scheme)
        } else {
            let scheme = OrderedTransport(
                model.topology, curves: model.curves, rockType: model.reservoir.rock.rockType)
            (ordered, coupled, transport) = (scheme, nil, scheme)
        }
        displacingBefore = WorkArray(repeating: 0, count: model.topology.cellCount)
        oilBefore = WorkArray(repeating: 0, count: model.topology.cellCount)
        saturationBefore = WorkArray(repeating: 0, count: model.topology.cellCount)
        history = FluxHistory(model.topology)
        pressureHistory = PressureHistory(count: model.topology.cellCount + model.topology.wellCount)
        capacityBefore = WorkArray(repeating: 0, count: model.topology.cellCount)
        injected = WorkArray(repeating: 0, count: model.topology.completions.count)
        pressureAtStart = WorkArray(repeating: 0, count: model.topology.cellCount + model.topology.wellCount)
        pressureBefore = WorkArray(repeating: 0, count: model.topology.cellCount + model.topology.wellCount)
    }

    public func simulate(_ realization: Realization) throws(SimulationFailure) -> ProductionSeries {
        try run(realization).series
    }

    /// Simulates a realization to the last report time.
    ///
    /// - Parameter mapTimes: report times [s] at which maps are wanted.
    /// - Throws: ``SimulationFailure`` with the reason why the realization cannot be simulated.
    public func run(_ realization: Realization, mapTimes: [Double] = []) throws(SimulationFailure) -> FlowResult {
        let properties = try StaticProperties(realization, model: flow.reservoir, topology: flow.topology)
        state.begin(flow.initialFields(), poreVolume: properties.poreVolume, factors: flow.factors)
        pressureStep.begin(properties, state: state)
        coupled?.begin(properties)
        history.reset()
        pressureHistory.reset()
        var run = Run(flow, start: map(at: 0))
        let schedule = flow.reservoir.schedule
        while true {
            if run.nextReport < schedule.reportTimes.count, run.time == schedule.reportTimes[run.nextReport],
                run.hasEventsDue(schedule)
            {
                try reportBeforeEvents(&run, mapTimes)
            }
            for event in run.eventsDue(schedule) {
                apply(event)
                history.reset()
                pressureHistory.reset()
                pressureStep.isForeseen = false
                run.hasChanged = true
            }
            pressureAtStart.copy(from: state.pressure)
            if !isIterated {
                pressureStep.isForeseen = pressureHistory.foresee(
                    pressureStep.foreseen, from: state.pressure, after: run.lastStep)
            }
            let step = run.nextStep(schedule, flow.settings, isIterated: isIterated)
            try pressureStep.solve(state, timeStep: step > 0 ? step : run.lastStep)
            trajectory?.add(state, pressureStep.system, controls: pressureStep.controls)
            if run.nextReport < schedule.reportTimes.count, run.time == schedule.reportTimes[run.nextReport] {
                trajectory?.markReport(run.nextReport)
                report(&run, mapTimes)
            }
            if step == 0 { break }
            try advance(&run, step)
        }
        let system = pressureStep.system
        (run.effort.pressureSolves, run.effort.factorizations, run.effort.gradientIterations) =
            (system.solves, system.factorizations, system.gradientIterations)
        let totals = run.recorder.totals
        let balance = MassBalance(
            model: flow.reservoir, realization: realization, from: run.start, to: map(at: run.time), totals: totals)
        return FlowResult(
            series: run.recorder.series, massBalance: balance, maps: run.maps, effort: run.effort)
    }

    public func obstacle(toSensitivitiesAt layout: DataLayout) -> String? {
        if ordered == nil { return "sensitivities are not known where gravity or capillary pressure moves phases" }
        if isIterated { return "sensitivities are not known where pressure and transport are iterated" }
        do throws(SimulationFailure) {
            for entry in layout.entries { _ = try AdjointDatum(entry.key, flow.reservoir) }
            return nil
        } catch {
            return error.reason
        }
    }

    public func sensitivity(
        of realization: Realization, at layout: DataLayout, combinations: [[Double]]?
    ) throws(SimulationFailure) -> DataSensitivity {
        if let obstacle = obstacle(toSensitivitiesAt: layout) { throw SimulationFailure(obstacle) }
        guard let ordered else { preconditionFailure("transport without gravity is in the order of flow") }
        tracer = tracer ?? TransportTracer(cells: state.cellCount)
        (trajectory, ordered.tracer) = (FlowTrajectory(), tracer)
        defer { (trajectory, ordered.tracer) = (nil, nil) }
        let result = try run(realization)
        let properties = try StaticProperties(realization, model: flow.reservoir, topology: flow.topology)
        do { adjoint = try adjoint ?? FlowAdjoint(flow) } catch { throw SimulationFailure("\(error)") }
        guard let adjoint, let trajectory else { throw SimulationFailure("the run left nothing to go back through") }
        return try adjoint.sensitivity(
            trajectory, series: result.series, realization: realization, properties: properties,
            table: pressureStep.mobility.table, at: layout, combinations: combinations)
    }

    private func apply(_ event: Schedule.Event) {
        guard let well = flow.reservoir.wells.firstIndex(where: { $0.name == event.well }) else { return }
        pressureStep.controls.set(event.control, for: well)
    }

    /// Rates at a report that coincides with a change of control belong to the control that ends there.
    private func reportBeforeEvents(_ run: inout Run, _ mapTimes: [Double]) throws(SimulationFailure) {
        pressureBefore.copy(from: state.pressure)
        try pressureStep.solve(state, timeStep: run.lastStep)
        trajectory?.add(state, pressureStep.system, controls: pressureStep.controls, asideAt: run.nextReport)
        report(&run, mapTimes)
        state.pressure.copy(from: pressureBefore)
    }

    private func report(_ run: inout Run, _ mapTimes: [Double]) {
        let instants = flow.reservoir.wells.indices.map { well in
            let now = pressureStep.performance(of: well, state)
            return SeriesRecorder.WellInstant(
                displacing: now.displacing, oil: now.oil, bottomHolePressure: now.bottomHolePressure)
        }
        var (sum, weight) = (0.0, 0.0)
        for cell in 0..<state.cellCount {
            let volume = state.poreVolume[cell] * (1 - state.saturation[cell])
            sum += volume * state.pressure[cell]
            weight += volume
        }
        run.recorder.report(instants, fieldPressure: sum / weight, at: run.time)
        if mapTimes.contains(run.time) { run.maps.append(map(at: run.time)) }
        run.nextReport += 1
    }

    private func advance(_ run: inout Run, _ step: Double) throws(SimulationFailure) {
        let system = pressureStep.system
        run.flowError = history.add(
            flux: system.flux, completionFlow: system.completionFlow, controls: pressureStep.controls,
            still: 1e-6 * totalPoreVolume)
        history.extrapolate(over: step, mayTurn: coupled != nil)
        for cell in 0..<state.cellCount {
            capacityBefore[cell] = state.poreVolume[cell] * state.displacingInverse[cell]
        }
        if !flow.factors.isIncompressible { state.refreshVolumes(flow.factors) }
        displacingBefore.copy(from: state.displacingAmount)
        oilBefore.copy(from: state.oilAmount)
        saturationBefore.copy(from: state.saturation)
        guard try moveAndIterate(&run, step) else { return try giveUp(&run, step) }
        addTotals(&run, step)
        guard state.isFinite else {
            throw SimulationFailure("the saturation is not finite at \(run.time / Unit.day) days")
        }
        if let tracer = ordered?.tracer {
            trajectory?.add(
                FlowTrajectory.Step(
                    length: step, flux: history.meanFlux.elements,
                    completionFlow: history.meanCompletionFlow.elements, trace: tracer.trace,
                    extrapolation: history.extrapolation))
        }
        run.finish(step, flow.reservoir.schedule)
        run.effort.pressureSteps += 1
    }

    /// Goes back to where the step began, so that a shorter one may be tried.
    private func giveUp(_ run: inout Run, _ step: Double) throws(SimulationFailure) {
        guard run.failures < flow.settings.maximumCuts else {
            throw SimulationFailure(
                "pressure and transport did not agree at \(run.time / Unit.day) days, not even over "
                    + "\(step / Unit.day) days")
        }
        restore()
        state.pressure.copy(from: pressureAtStart)
        if !flow.factors.isIncompressible { state.refreshVolumes(flow.factors) }
        history.reset()
        pressureStep.isForeseen = false
        run.giveUp(step)
    }

    /// Transport over a step; where it is coupled to pressure, again with the mean of the fluxes at both ends until
    /// that mean stays.
    ///
    /// - Returns: whether it did.
    private func moveAndIterate(_ run: inout Run, _ step: Double) throws(SimulationFailure) -> Bool {
        // What moves saturations by less than 1e-9 is no flow.
        let floor = 1e-9 * totalPoreVolume / step
        for iteration in 0..<(isIterated ? flow.settings.maximumIterations : 1) {
            if iteration > 0 { restore() }
            coupled?.isRepeated = iteration > 0
            try move(&run, step)
            guard isIterated else { return true }
            pressureBefore.copy(from: state.pressure)
            try pressureStep.solve(state, timeStep: step)
            if !flow.factors.isIncompressible {
                // What this step ends with is where the next solution is sought.
                pressureStep.foreseen.copy(from: state.pressure)
                pressureStep.isForeseen = true
                state.pressure.copy(from: pressureBefore)
            }
            let system = pressureStep.system
            if history.isSettled(
                flux: system.flux, completionFlow: system.completionFlow,
                tolerance: flow.settings.couplingTolerance, floor: floor)
            {
                return true
            }
        }
        return false
    }

    private var totalPoreVolume: Double {
        interleavedSum(state.cellCount) { state.poreVolume[$0] }
    }

    private var isIterated: Bool {
        switch flow.settings.coupling {
        case .automatic: coupled != nil
        case .sequential: false
        case .iterated: true
        }
    }

    private func restore() {
        state.displacingAmount.copy(from: displacingBefore)
        state.oilAmount.copy(from: oilBefore)
        state.saturation.copy(from: saturationBefore)
    }

    /// Transport with the present mean fluxes, in more sub-steps if the equations resist.
    private func move(_ run: inout Run, _ step: Double) throws(SimulationFailure) {
        transport.exchange.injected.fill(0)
        transport.exchange.wellOutflow.fill(0)
        for (k, completion) in flow.topology.completions.enumerated() {
            let q = history.meanCompletionFlow[k]
            if flow.reservoir.wells[completion.well].role == .injector {
                injected[k] = max(q, 0) * pressureStep.displacingPerVolume[k]
            } else {
                transport.exchange.wellOutflow[completion.cell] += max(-q, 0)
            }
        }
        meetInjectionRates()
        for (k, completion) in flow.topology.completions.enumerated()
        where flow.reservoir.wells[completion.well].role == .injector {
            transport.exchange.injected[completion.cell] += injected[k]
        }
        var count = substeps(for: step)
        for _ in 0...flow.settings.maximumCuts {
            if transport.advance(
                state, flux: history.meanFlux, capacityBefore: capacityBefore, timeStep: step, substeps: count)
            {
                run.effort.transportSteps += count
                return
            }
            run.effort.cuts += 1
            count *= 2
            restore()
        }
        throw SimulationFailure(
            "transport could not be solved at \(run.time / Unit.day) days, not even in \(count / 2) sub-steps")
    }

    /// Makes injectors on a rate inject just that: their flow is foreseen in volume at reservoir conditions, which
    /// change with pressure.
    private func meetInjectionRates() {
        for (well, range) in flow.topology.completionRange.enumerated()
        where flow.reservoir.wells[well].role == .injector && pressureStep.controls.active[well] == .rate(.displacing) {
            let sum = range.reduce(0) { $0 + injected[$1] }
            guard sum > 0, let rate = pressureStep.controls.controls[well].rates[.displacing] else { continue }
            for k in range { injected[k] *= rate / sum }
        }
    }

    /// Sub-steps such that each moves a small part of the pore volume.
    private func substeps(for step: Double) -> Int {
        let rate = injected.elements.reduce(0, +)
        let volumes = rate * step / totalPoreVolume / flow.settings.substepVolume
        return Int(min(max(volumes.rounded(.up), 2), 256))
    }

    private func addTotals(_ run: inout Run, _ step: Double) {
        for (k, completion) in flow.topology.completions.enumerated() {
            let q = history.meanCompletionFlow[k]
            let cell = completion.cell
            if flow.reservoir.wells[completion.well].role == .injector {
                run.recorder.add(displacing: injected[k] * step, oil: 0, well: completion.well)
            } else {
                let volume = max(-q, 0) * transport.exchange.duration[cell]
                let share = transport.exchange.meanFlow[cell]
                run.recorder.add(
                    displacing: volume * share * state.displacingInverse[cell],
                    oil: volume * (1 - share) * state.oilInverse[cell], well: completion.well)
            }
        }
    }

    private func map(at time: Double) -> FlowMap {
        var pressure = [Double](repeating: .nan, count: flow.reservoir.grid.cellCount)
        var saturation = pressure
        var oilSaturation = pressure
        for (cell, gridCell) in flow.topology.gridCell.enumerated() {
            // The amounts are what is conserved; what space they take follows from the pressure shown beside.
            let p = state.pressure[cell]
            let pores = state.referencePoreVolume[cell] * flow.factors.poreFactor(at: p)
            pressure[gridCell] = p
            saturation[gridCell] = state.displacingAmount[cell] / (flow.factors.displacing.inverse(at: p) * pores)
            oilSaturation[gridCell] = state.oilAmount[cell] / (flow.factors.oil.inverse(at: p) * pores)
        }
        return FlowMap(time: time, pressure: pressure, saturation: saturation, oilSaturation: oilSaturation)
    }
}
