import LinearAlgebra

/// What wells put into and take out of each cell in one step, and what became of it. Work space of one simulator.
final class CellExchange {
    /// To be set before each step: injected volume of the displacing phase at surface conditions, `[cells]` [m³/s].
    let injected: WorkArray<Double>
    /// To be set before each step: flow out of the reservoir through wells at its conditions, `[cells]` [m³/s].
    let wellOutflow: WorkArray<Double>
    /// Result: by what ``wellOutflow`` must be multiplied to give the volume that left in the step, `[cells]` [s]; only where
    /// something flows into a well.
    let duration: WorkArray<Double>
    /// Result: fractional flow of each cell, averaged over the step, `[cells]` [–]; only where something
    /// flows into a well.
    let meanFlow: WorkArray<Double>

    init(cells: Int) {
        injected = WorkArray(repeating: 0, count: cells)
        wellOutflow = WorkArray(repeating: 0, count: cells)
        duration = WorkArray(repeating: 0, count: cells)
        meanFlow = WorkArray(repeating: 0, count: cells)
    }
}

/// Moves both phases for given total fluxes; owns its work space.
protocol TransportScheme: AnyObject {
    var exchange: CellExchange { get }

    /// Carries `state` over `timeStep` in at least `substeps` sub-steps.
    ///
    /// - Parameters:
    ///   - flux: total flux of each face, from its first to its second cell [m³/s].
    ///   - before: the pore volume over B_d at the start of the step, `[cells]` [m³]; `state` has that of its end.
    /// - Returns: whether the equations could be solved; if not, `state` is undefined.
    func advance(
        _ state: FlowState, flux: borrowing WorkArray<Double>, capacityBefore before: borrowing WorkArray<Double>,
        timeStep: Double, substeps: Int
    ) -> Bool
}
