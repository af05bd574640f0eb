import Foundation
import Reservoir

/// The numbers of a cell in which data are nearly linear, also over the change of a cell from one facies to another:
/// permeability to ``permeabilityPower``, porosity, and shares of facies if the simulator sees these.
extension RealizationEncoding {
    /// - Returns: `[features][cells]`, as many as `slopes` are of.
    func features(of realization: Realization, like slopes: CellSlopes) -> [[Float]] {
        let properties = [powers(realization), realization.porosity]
        guard slopes.featureCount > properties.count else { return properties }
        return properties
            + faciesCodes.map { code in
                realization.facies.map { facies in facies.map { $0 == code ? 1 : 0 } }
                    ?? realization.faciesShares?[code] ?? [Float](repeating: 0, count: cellCount)
            }
    }

    /// Derivatives by the features of cells.
    /// - Parameter sensitivity: of combinations of the data, at `base`.
    func cellSlopes(_ sensitivity: DataSensitivity, at base: Realization) -> CellSlopes {
        // d/d(kᵖ) = d/d(ln k) / (p kᵖ)
        let scales = powers(base).map { $0 > 0 ? 1 / (Self.permeabilityPower * $0) : 0 }
        let ofShares = sensitivity.byFaciesShare
        let none = [Float](repeating: 0, count: sensitivity.byPorosity.count)
        let sources =
            [sensitivity.byLogPermeability, sensitivity.byPorosity]
            + (ofShares.isEmpty ? [] : faciesCodes.map { ofShares[$0] ?? none })
        let rows = sensitivity.count
        var values: [Float] = []
        values.reserveCapacity(cellCount * sources.count * rows)
        for cell in 0..<cellCount {
            for (feature, source) in sources.enumerated() {
                let scale = feature == 0 ? scales[cell] : 1
                for row in 0..<rows { values.append(scale * source[row * cellCount + cell]) }
            }
        }
        return CellSlopes(combinationCount: rows, featureCount: sources.count, values: values)
    }

    private func powers(_ realization: Realization) -> [Float] {
        realization.permeabilityX.map { $0 > 0 ? exp(Self.permeabilityPower * log($0)) : 0 }
    }
}
