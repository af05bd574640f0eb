import PriorModels
import RayTomography
import Reservoir

/// Straight rays as the forward model of a case.
public struct RayPlan: Equatable, Sendable {
    /// Sources, and receivers, on one side of the grid.
    public var positions: Int
    public var quantity: RayTomographyModel.Quantity
    /// What each integral is divided by, `[rays]`.
    public var divisors: [Double]

    public init(positions: Int, quantity: RayTomographyModel.Quantity, divisors: [Double]) {
        (self.positions, self.quantity, self.divisors) = (positions, quantity, divisors)
    }

    var vectorKeys: [VectorKey] { RayTomographyModel.vectorKeys(positions: positions) }
}

/// Divisors follow when grid and prior are known; see ``completed(_:grid:prior:seed:)``.
func readRayPlan(_ section: Section) -> ForwardModelChoice? {
    let positions = section.integer(
        "positions", 2...1000, default: 8,
        "Sources, and receivers, evenly spread over a side of the grid; twice its square is the number of rays.")
    let quantity = section.choice(
        "integrates", ["facies", "porosity"], default: "facies",
        "What is summed along a ray, weighted by length: 1 in cells of one facies and 0 elsewhere, or porosity.")
    let code = section.integer("facies", 0...255, default: 1, "Code of the facies that counts.")
    let scale = section.choice(
        "scale", ["largest", "none"], default: "largest",
        "`largest`: each ray is divided by its largest value over the prior, so that data lie within 0 to 1: over all "
            + "imported realizations, or the first thousand of another prior; `none`: lengths in cells.")
    guard !section.isDescribing else { return nil }
    return .rays(
        RayPlan(
            positions: positions, quantity: quantity == "porosity" ? .porosity : .facies(code: UInt8(code)),
            divisors: scale == "none" ? Array(repeating: 1, count: 2 * positions * positions) : []))
}

extension RayPlan {
    private static let drawsForScale = 1000

    /// The plan with its divisors.
    /// - Throws: ``ParameterError`` if there are more positions than cells on a side.
    func completed(grid: Grid, prior: ReadPrior, seed: UInt64) throws(ParameterError) -> RayPlan {
        let geometry = try RayGeometry(columns: grid.columns, rows: grid.rows, positions: positions)
        guard divisors.isEmpty else { return self }
        let model = try PriorModel(settings: prior.settings, grid: grid, hardData: prior.hardData, seed: seed)
        var count = Self.drawsForScale
        if case .imported(let ensemble) = prior.settings { count = ensemble.count }
        var plan = self
        plan.divisors = RayTomographyModel.largestIntegrals(
            geometry, quantity, over: (0..<count).lazy.map(model.realization))
        return plan
    }
}

extension ReservoirModel {
    /// A grid without wells, for a forward model without flow: what such a model does not ask for has values that mean
    /// nothing, and receivers stand in the place of report days.
    static func withoutFlow(_ grid: Grid, positions: Int) -> ReservoirModel? {
        guard let curves = try? CoreyCurves(connate: 0, residualOil: 0),
            let phase = try? FluidPhase(surfaceDensity: 1000, viscosity: 1e-3)
        else { return nil }
        return ReservoirModel(
            grid: grid, rock: Rock(saturationFunctions: [.corey(curves)]),
            fluids: Fluids(displacing: .water, displacingPhase: phase, oil: phase, referencePressure: 0),
            initial: .uniform(pressure: 0, saturation: 0), wells: [],
            schedule: Schedule(reportTimes: RayTomographyModel.reportTimes(positions: positions), events: []))
    }
}
