import Foundation
import Reservoir

extension TrainedInversion {
    /// Realizations before facies are cut: the properties of a cell are the means over its facies' probabilities, of
    /// permeability itself rather than of its logarithm, since flow runs along the bodies more than across them.
    ///
    /// Unlike ``decode(_:)`` this is differentiable in the latents. Probabilities are sharpened first, so that what flows through
    /// the smooth realization is near to what flows through the cut one.
    public func decodeSmooth(_ latents: [[Double]]) -> [Realization] {
        decodeChannels(latents).map { encoding.smoothRealization(of: $0) }
    }
}

extension RealizationEncoding {
    /// - Parameter channels: `[channels][cells]`; facies channels as probabilities.
    func smoothRealization(of channels: [Float]) -> Realization {
        let groups = max(faciesCodes.count, 1)
        /// `p_f³ / Σ p³`
        func probability(_ group: Int, _ cell: Int) -> Float {
            func cube(_ value: Float) -> Float { value > 0 ? value * value * value : 0 }
            switch faciesChannelCount {
            case 0: return 1
            case 1:
                let (first, second) = (cube(1 - channels[cell]), cube(channels[cell]))
                return (group == 1 ? second : first) / (first + second)
            default:
                let sum = (0..<groups).reduce(0 as Float) { $0 + cube(channels[$1 * cellCount + cell]) }
                return sum > 0 ? cube(channels[group * cellCount + cell]) / sum : 1 / Float(groups)
            }
        }
        func mean(_ kind: PropertyKind, _ map: (Float) -> Float) -> [Float] {
            let statistics = statistics[kind] ?? []
            let channel = propertyChannels.firstIndex(of: kind).map { (faciesChannelCount + $0) * cellCount }
            return (0..<cellCount).map { cell in
                (0..<groups).reduce(0 as Float) { sum, group in
                    let offset = channel.map { statistics[group].spread * channels[$0 + cell] } ?? 0
                    return sum + probability(group, cell) * map(statistics[group].mean + offset)
                }
            }
        }
        let permeabilityX = mean(.logPermeabilityX) { exp($0) }
        let permeabilityY =
            permeabilityRatio.map { ratio in permeabilityX.map { $0 * ratio } } ?? mean(.logPermeabilityY) { exp($0) }
        return Realization(
            facies: nil, porosity: mean(.porosity) { min(max($0, 0), 1) }, permeabilityX: permeabilityX,
            permeabilityY: permeabilityY)
    }
}
