import LinearAlgebra

/// What a run leaves for its sensitivities: the state at each pressure solution, and the transport step that followed.
struct FlowTrajectory {
    struct Level {
        /// Of cells, then wells [Pa].
        let pressure: [Double]
        let saturation: [Double]
        /// `[cells]` [m³].
        let poreVolume: [Double]
        /// As the pressure equation had them, see ``PressureSystem``.
        let conductance: [Double], storage: [Double], wellConductance: [Double]
        /// What each well is on.
        let controls: [WellControls.Active]
        /// Position of the report that this solution gave.
        var report: Int?
        /// Whether it served a report only: the next solution starts from the pressures before it.
        let isAside: Bool
        var step: Step?

        /// Whether a well is on a rate, so that its pressure is an unknown.
        func isOnRate(_ well: Int) -> Bool { if case .rate = controls[well] { true } else { false } }
    }

    struct Step {
        /// [s]
        let length: Double
        /// Mean flux of each face and flow of each completion over the step [m³/s].
        let flux: [Double], completionFlow: [Double]
        let trace: TransportTrace
        /// `θ` in `flux = (1 + θ) uⁿ − θ uⁿ⁻¹` of the solutions at the step's start and at that of the one before; where that
        /// would turn the flow, the flux is `uⁿ`.
        let extrapolation: Double
    }

    private(set) var levels: [Level] = []

    /// - Parameter report: position of the report that is all the solution serves; `nil`: the run goes on from it.
    mutating func add(
        _ state: FlowState, _ system: PressureSystem, controls: WellControls, asideAt report: Int? = nil
    ) {
        levels.append(
            Level(
                pressure: state.pressure.elements, saturation: state.saturation.elements,
                poreVolume: state.poreVolume.elements, conductance: system.conductance.elements,
                storage: system.storage.elements, wellConductance: system.wellConductance.elements,
                controls: controls.active, report: report, isAside: report != nil))
    }

    /// The last solution gave this report.
    mutating func markReport(_ report: Int) { levels[levels.count - 1].report = report }

    /// What followed the last solution.
    mutating func add(_ step: Step) { levels[levels.count - 1].step = step }
}
