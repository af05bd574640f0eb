import CaseFiles
import EclipseFiles
import FlowSimulation
import Foundation
import RayTomography
import Reservoir

extension Project {
    /// What simulates the realizations of the case.
    /// - Throws: `SimulationFailure` saying what to install if OPM Flow is wanted and not there.
    func forwardModel() throws -> any ForwardModel {
        switch settings.forwardModel {
        case .builtIn: return try FlowModel(reservoir: settings.reservoir, settings: settings.simulator)
        case .opmFlow(let plan):
            return try OPMFlowModel(
                template: deckTemplate(), grid: settings.reservoir.grid, vectorKeys: deckVectors(plan),
                reportTimes: settings.reservoir.schedule.reportTimes, settings: plan.settings)
        case .rays(let plan):
            let grid = settings.reservoir.grid
            return try RayTomographyModel(
                geometry: try RayGeometry(columns: grid.columns, rows: grid.rows, positions: plan.positions),
                quantity: plan.quantity, divisors: plan.divisors)
        }
    }

    /// A deck of the case that lacks only the cell properties of a realization: the user's own, or one written.
    /// - Throws: `ParameterError` if a well's name does not fit a deck; `DeckError` if the user's cannot be read;
    ///   ``PipelineError`` if the case has no flow.
    func deckTemplate() throws -> DeckTemplate {
        if case .rays = settings.forwardModel {
            throw PipelineError(
                "there is no deck of this case", reason: "its forward model is ray tomography, without wells and flow",
                advice: "export its realizations in another format")
        }
        if case .opmFlow(let plan) = settings.forwardModel, let path = plan.template {
            return try DeckTemplate(contentsOf: URL(filePath: path))
        }
        return try DeckTemplate(
            model: settings.reservoir, start: settings.startDate?.deckDate ?? .deckDefault, title: settings.name,
            summary: FlowModel.vectorKeys(of: settings.reservoir))
    }

    /// A deck that was written reports every vector; of a user's own only those are asked that the case needs.
    private func deckVectors(_ plan: OPMFlowPlan) -> [VectorKey] {
        guard plan.template != nil else { return FlowModel.vectorKeys(of: settings.reservoir) }
        var seen: Set<VectorKey> = []
        let measured = settings.measured.map { $0.history + $0.forecast } ?? []
        return (measured.map(\.key) + settings.observations.vectors).filter { seen.insert($0).inserted }
    }
}
