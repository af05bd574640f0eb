import Reservoir

/// Continuous permeability and porosity from Gaussian fields; no facies.
public struct GaussianPrior: Equatable, Sendable {
    public let rock: RockProperties

    /// - Throws: ``ParameterError`` if nothing varies: such a prior has one realization only.
    public init(rock: RockProperties) throws(ParameterError) {
        try require(
            rock.varies, "Gaussian prior", "without any variation",
            "must have a standard deviation of permeability or porosity above 0")
        self.rock = rock
    }
}

struct GaussianGenerator: RealizationGenerator {
    private let fields: PropertyFields
    private let ratio: Double
    private let cellCount: Int
    private let seed: UInt64

    init(_ prior: GaussianPrior, _ context: PriorContext) throws(ParameterError) {
        for entry in context.hardData.entries {
            try require(
                entry.datum.facies == nil, "hard data at \(entry.datum.place)", "a facies",
                "must not be given: a Gaussian prior has no facies")
        }
        fields = try PropertyFields(
            prior.rock, grid: context.grid, data: context.hardData.entries, purpose: context.purpose + ".properties")
        (ratio, cellCount, seed) = (prior.rock.permeabilityRatio, context.grid.cellCount, context.seed)
    }

    func realization(_ index: UInt64) -> Realization {
        var porosity = [Float](repeating: 0, count: cellCount)
        var permeability = porosity
        fields.fill(0..<cellCount, seed: seed, index: index) { cell, k, phi in
            (permeability[cell], porosity[cell]) = (Float(k), Float(phi))
        }
        return Realization(
            porosity: porosity, permeabilityX: permeability, permeabilityY: permeability.map { $0 * Float(ratio) })
    }
}
