import Foundation
import Reservoir

/// A realization as one vector of its properties, in which ensemble updates in model space work:
/// `[ln k_x..., ln (k_y / k_x)..., φ...]`, `[3 · cells]`, permeabilities in [m²].
///
/// Facies are not kept: an update mixes realizations, and a mixture of facies is none.
enum FieldVector {
    /// Stands in for the logarithm of zero permeability [m²]: 1e-9 mD.
    private static let smallestPermeability: Float = 1e-24

    static func encode(_ realization: Realization) -> [Float] {
        let x = realization.permeabilityX.map { max($0, smallestPermeability) }
        let y = realization.permeabilityY.map { max($0, smallestPermeability) }
        return x.map { log($0) } + x.indices.map { log(y[$0] / x[$0]) } + realization.porosity
    }

    static func decode(_ vector: [Float]) -> Realization {
        let cells = vector.count / 3
        let x = vector[..<cells].map { exp($0) }
        return Realization(
            porosity: vector[(2 * cells)...].map { min(max($0, 1e-4), 0.99) }, permeabilityX: x,
            permeabilityY: (0..<cells).map { x[$0] * exp(vector[cells + $0]) })
    }
}
