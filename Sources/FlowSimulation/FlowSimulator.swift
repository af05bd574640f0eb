import LinearAlgebra
import Reservoir

/// Simulates one realization after the other. Owns the work space, so one task uses it at a time; nothing but the
/// analysis of the matrix pattern is carried from one realization to the next.
public final class FlowSimulator: ForwardSimulator {
    private let flow: FlowModel
    private let state: FlowState
    private let pressureStep: PressureStep
    private let transport: OrderedTransport
    private let history: FluxHistory
    private let capacityBefore: WorkArray<Double>, pressureBefore: WorkArray<Double>

    public init(_ model: FlowModel) throws {
        flow = model
        state = FlowState(cells: model.topology.cellCount, wells: model.topology.wellCount)
        pressureStep = try PressureStep(model)
        transport = OrderedTransport(model.topology, curves: model.curves, rockType: model.reservoir.rock.rockType)
        history = FluxHistory(model.topology)
        capacityBefore = WorkArray(repeating: 0, count: model.topology.cellCount)
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
        guard !pressureStep.hasGravity, !pressureStep.mobility.hasCapillaryPressure else {
            throw SimulationFailure("models with differing depths or capillary pressure are not handled yet")
        }
        let properties = try StaticProperties(realization, model: flow.reservoir, topology: flow.topology)
        state.begin(flow.initialFields(), poreVolume: properties.poreVolume, factors: flow.factors)
        pressureStep.begin(properties, state: state)
        history.reset()
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
                run.hasChanged = true
            }
            pressureBefore.copy(from: state.pressure)
            let step = run.nextStep(schedule, flow.settings)
            try pressureStep.solve(state, timeStep: step > 0 ? step : run.lastStep)
            if run.nextReport < schedule.reportTimes.count, run.time == schedule.reportTimes[run.nextReport] {
                report(&run, mapTimes)
            }
            if step == 0 { break }
            try advance(&run, step)
        }
        // The last solution served the last report only; nothing moved by it.
        state.pressure.copy(from: pressureBefore)
        let totals = run.recorder.totals
        let balance = MassBalance(
            model: flow.reservoir, realization: realization, from: run.start, to: map(at: run.time), totals: totals)
        return FlowResult(
            series: run.recorder.series, massBalance: balance, maps: run.maps, effort: run.effort)
    }

    private func apply(_ event: Schedule.Event) {
        guard let well = flow.reservoir.wells.firstIndex(where: { $0.name == event.well }) else { return }
        pressureStep.controls.set(event.control, for: well)
    }

    /// Rates at a report that coincides with a change of control belong to the control that ends there.
    private func reportBeforeEvents(_ run: inout Run, _ mapTimes: [Double]) throws(SimulationFailure) {
        pressureBefore.copy(from: state.pressure)
        try pressureStep.solve(state, timeStep: run.lastStep)
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
            flux: system.flux, completionFlow: system.completionFlow, controls: pressureStep.controls)
        history.extrapolate(over: step)
        for cell in 0..<state.cellCount {
            capacityBefore[cell] = state.poreVolume[cell] * state.displacingInverse[cell]
        }
        if !flow.factors.isIncompressible { state.refreshVolumes(flow.factors) }
        transport.injected.fill(0)
        transport.wellOutflow.fill(0)
        for (k, completion) in flow.topology.completions.enumerated() {
            let q = history.meanCompletionFlow[k]
            if flow.reservoir.wells[completion.well].role == .injector {
                transport.injected[completion.cell] += max(q, 0) * pressureStep.displacingPerVolume[k]
            } else {
                transport.wellOutflow[completion.cell] += max(-q, 0)
            }
        }
        transport.advance(
            state, flux: history.meanFlux, capacityBefore: capacityBefore, timeStep: step,
            substeps: substeps(for: step))
        addTotals(&run, step)
        guard state.isFinite else {
            throw SimulationFailure("the saturation is not finite at \(run.time / Unit.day) days")
        }
        run.finish(step, flow.reservoir.schedule)
        run.effort.pressureSteps += 1
        run.effort.transportSteps += transport.substeps
    }

    /// Sub-steps such that each moves a small part of the pore volume.
    private func substeps(for step: Double) -> Int {
        var injected = 0.0
        for cell in 0..<state.cellCount { injected += transport.injected[cell] }
        var pores = 0.0
        for cell in 0..<state.cellCount { pores += state.poreVolume[cell] }
        return min(max(Int((injected * step / pores / 0.004).rounded(.up)), 2), 64)
    }

    private func addTotals(_ run: inout Run, _ step: Double) {
        for (k, completion) in flow.topology.completions.enumerated() {
            let q = history.meanCompletionFlow[k]
            let cell = completion.cell
            if flow.reservoir.wells[completion.well].role == .injector {
                run.recorder.add(
                    displacing: max(q, 0) * pressureStep.displacingPerVolume[k] * step, oil: 0, well: completion.well)
            } else {
                let volume = max(-q, 0) * transport.duration[cell]
                let share = transport.meanFractionalFlow(of: cell)
                run.recorder.add(
                    displacing: volume * share * state.displacingInverse[cell],
                    oil: volume * (1 - share) * state.oilInverse[cell], well: completion.well)
            }
        }
    }

    private func map(at time: Double) -> FlowMap {
        var pressure = [Double](repeating: .nan, count: flow.reservoir.grid.cellCount)
        var saturation = pressure
        for (cell, gridCell) in flow.topology.gridCell.enumerated() {
            pressure[gridCell] = state.pressure[cell]
            saturation[gridCell] = state.saturation[cell]
        }
        return FlowMap(time: time, pressure: pressure, saturation: saturation)
    }
}
