import Foundation
import LinearAlgebra
import Reservoir

extension DetailedInversion {
    /// Derivatives of combinations of the data by a latent: those by the properties of cells, pulled back through the image that
    /// properties are made of, the detail and the decoder.
    /// - Parameters:
    ///   - sensitivity: of the combinations, at `base`.
    ///   - base: the smooth realization of `latent`.
    /// - Returns: `[combinations x dimension]`
    public func slopes(
        _ sensitivity: DataSensitivity, at base: Realization, of latent: [Double], sharpness: Double
    ) -> Matrix {
        let image = ImageSlopes(encoding: inversion.encoding, image: channels([latent])[0], sharpness: sharpness)
        let byImage = image.sums(sensitivity, at: base)
        let cells = inversion.encoding.cellCount
        let byNetwork = inversion.slopesByLatent(byImage, at: Array(latent[..<networkDimension]))
        return Matrix(
            zip(byNetwork, byImage).map { byNetwork, byImage in
                strengths.indices.reduce(into: byNetwork) { result, channel in
                    let byField = byImage[channel * cells..<(channel + 1) * cells].map { strengths[channel] * $0 }
                    result += field.projections(byField)
                }
            })
    }
}

/// How the properties of a smooth realization change with the decoder's image, cell by cell, by forward differences.
///
/// A facies channel is moved in all cells alike, so that the widths of boundaries stay. Where the decoder is undecided over an
/// area they answer wildly to little, and are of no geology; what a body does when its boundary moves is what is wanted.
private struct ImageSlopes {
    /// Step of the differences over sharpness: small against the scale on which facies change, large against the rounding of
    /// single precision.
    private static let sharpStep = 0.15

    let encoding: RealizationEncoding
    /// `[channels x cells]`
    let image: [Float]
    let sharpness: Double

    /// Derivatives of sums over cells by the image, by the logarithm of the odds in facies channels.
    /// - Returns: `[combinations][channels x cells]`
    func sums(_ sensitivity: DataSensitivity, at base: Realization) -> [[Float]] {
        let step = Float(Self.sharpStep / sharpness), cells = encoding.cellCount
        var sums = [Float](repeating: 0, count: sensitivity.count * image.count)
        for channel in 0..<encoding.channelCount {
            let moved = encoding.smoothRealization(of: moved(channel, by: step), sharpness: sharpness)
            for (byProperty, ofProperty) in PropertySlopes(from: base, to: moved, over: step).pairs(with: sensitivity) {
                for row in 0..<sensitivity.count {
                    let (start, first) = (row * image.count + channel * cells, row * cells)
                    for cell in 0..<cells { sums[start + cell] += byProperty[first + cell] * ofProperty[cell] }
                }
            }
        }
        return (0..<sensitivity.count).map { Array(sums[$0 * image.count..<($0 + 1) * image.count]) }
    }

    private func moved(_ channel: Int, by step: Float) -> [Float] {
        var moved = image
        for cell in 0..<encoding.cellCount where encoding.active[cell] {
            let place = channel * encoding.cellCount + cell
            moved[place] =
                channel < encoding.faciesChannelCount
                ? logistic(logarithmOfOdds(image[place]) + step) : image[place] + step
        }
        return moved
    }
}

/// How the properties of cells change with a number, by forward differences; `[cells]`.
private struct PropertySlopes {
    let logPermeability: [Float], porosity: [Float]
    let shares: [UInt8: [Float]]

    init(from base: Realization, to moved: Realization, over step: Float) {
        logPermeability = base.permeabilityX.indices.map { cell in
            let (old, new) = (base.permeabilityX[cell], moved.permeabilityX[cell])
            return old > 0 && new > 0 ? log(new / old) / step : 0
        }
        func slopes(_ old: [Float], _ new: [Float]) -> [Float] { zip(new, old).map { ($0 - $1) / step } }
        porosity = slopes(base.porosity, moved.porosity)
        shares = (moved.faciesShares ?? [:]).reduce(into: [:]) { result, share in
            if let old = base.faciesShares?[share.key] { result[share.key] = slopes(old, share.value) }
        }
    }

    /// Slopes by a property, `[count][cells]`, and those of it, `[cells]`, for the properties that the data see.
    func pairs(with sensitivity: DataSensitivity) -> [(byProperty: [Float], ofProperty: [Float])] {
        let properties = [(sensitivity.byLogPermeability, logPermeability), (sensitivity.byPorosity, porosity)]
        let facies = sensitivity.byFaciesShare.keys.sorted().compactMap { code in
            shares[code].flatMap { slopes in sensitivity.byFaciesShare[code].map { ($0, slopes) } }
        }
        return (properties + facies).map { (byProperty: $0.0, ofProperty: $0.1) }
    }
}
