import Foundation
import Reservoir

extension RealizationEncoding {
    /// The realization before facies are cut: the properties of a cell are the means over its facies' probabilities, of
    /// permeability itself rather than of its logarithm, since flow runs along the bodies more than across them.
    /// - Parameters:
    ///   - channels: `[channels][cells]`; facies channels as probabilities.
    ///   - sharpness: `s` in the probabilities taken, `p_f^s / Σ p^s`.
    func smoothRealization(of channels: [Float], sharpness: Double) -> Realization {
        let groups = max(faciesCodes.count, 1)
        let sharpness = Float(sharpness)
        func sharpened(_ value: Float) -> Float { value > 0 ? pow(value, sharpness) : 0 }
        let shares: [[Float]]
        switch faciesChannelCount {
        case 0: shares = [Array(repeating: 1, count: cellCount)]
        case 1:
            // Of the logarithm of the odds, since powers of both probabilities may vanish.
            let second = (0..<cellCount).map { cell in
                let held = min(max(channels[cell], 1e-6), 1 - 1e-6)
                return logistic(sharpness * log(held / (1 - held)))
            }
            shares = [second.map { 1 - $0 }, second]
        default:
            // Relative to the most probable, for the same reason.
            let raw = (0..<cellCount).map { cell in
                let values = (0..<groups).map { channels[$0 * cellCount + cell] }
                let largest = values.max() ?? 1
                return values.map { largest > 0 ? sharpened($0 / largest) : 1 }
            }
            shares = (0..<groups).map { group in raw.map { $0[group] / $0.reduce(0, +) } }
        }
        func mean(_ kind: PropertyKind, _ map: (Float) -> Float) -> [Float] {
            let statistics = statistics[kind] ?? []
            let channel = propertyChannels.firstIndex(of: kind).map { (faciesChannelCount + $0) * cellCount }
            return (0..<cellCount).map { cell in
                (0..<groups).reduce(0 as Float) { sum, group in
                    let offset = channel.map { statistics[group].spread * channels[$0 + cell] } ?? 0
                    return sum + shares[group][cell] * map(statistics[group].mean + offset)
                }
            }
        }
        let permeabilityX = mean(.logPermeabilityX) { exp($0) }
        let permeabilityY =
            permeabilityRatio.map { ratio in permeabilityX.map { $0 * ratio } } ?? mean(.logPermeabilityY) { exp($0) }
        return Realization(
            facies: nil, porosity: mean(.porosity) { min(max($0, 0), 1) }, permeabilityX: permeabilityX,
            permeabilityY: permeabilityY,
            faciesShares: faciesCodes.isEmpty ? nil : Dictionary(uniqueKeysWithValues: zip(faciesCodes, shares)))
    }
}
