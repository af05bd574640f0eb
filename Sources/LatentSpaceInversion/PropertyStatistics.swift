import Foundation
import Reservoir

/// The property a network channel carries.
///
/// As a key its name is written: a list of keys and values would stand in another order in each run.
public enum PropertyKind: String, Codable, CodingKeyRepresentable, Sendable, CaseIterable {
    /// Natural logarithm of the permeability along x [ln m²].
    case logPermeabilityX
    /// Natural logarithm of the permeability along y [ln m²].
    case logPermeabilityY
    /// [–]
    case porosity

    /// Permeabilities below this count as this, so that a barrier keeps a finite logarithm [m²].
    static let leastPermeability: Float = 1e-24

    func value(in realization: Realization, cell: Int) -> Float {
        switch self {
        case .logPermeabilityX: log(max(realization.permeabilityX[cell], Self.leastPermeability))
        case .logPermeabilityY: log(max(realization.permeabilityY[cell], Self.leastPermeability))
        case .porosity: realization.porosity[cell]
        }
    }
}

/// Location and spread of one property within one facies (or of all cells, in a prior without facies).
public struct PropertyStatistics: Equatable, Sendable, Codable {
    public let mean: Float
    /// Zero if the property does not vary.
    public let spread: Float

    /// - Parameter values: `[samples]`, in any order.
    init(sum: Double, squares: Double, count: Int) {
        let n = Double(max(count, 1))
        let average = sum / n
        let variance = max(squares / n - average * average, 0)
        mean = Float(average)
        // Single precision carries seven digits: what varies less than that does not vary.
        spread = variance.squareRoot() < 1e-5 * max(abs(average), 1e-3) ? 0 : Float(variance.squareRoot())
    }
}
