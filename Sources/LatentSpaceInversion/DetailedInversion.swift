import Foundation
import LinearAlgebra
import Reservoir

/// A trained inversion and beside its latents some that stand for what its decoder leaves out.
///
/// The latents are those of the network, then the weights of one ``DetailField`` per channel. The field is added to a property
/// channel, and to the logarithm of the odds `ln(p / (1 − p))` of a facies channel: there it moves the boundaries of bodies, and
/// more where the decoder is less certain. It is as strong as the decoder is wrong on held-out realizations: as many cells
/// change their facies as the decoder gets wrong, and properties move by the root mean square error of its channels, of which those
/// of facies are part.
///
/// Without detail the data are matched no better than the representation floor allows.
public struct DetailedInversion: SmoothParameterization {
    public let inversion: TrainedInversion
    let field: DetailField
    /// By channel.
    let strengths: [Float]

    /// - Parameter errors: of the decoder, on held-out realizations; `nil`: no detail.
    public init(_ inversion: TrainedInversion, errors: ImageErrors?) {
        self.inversion = inversion
        let encoding = inversion.encoding
        field = DetailField(rows: encoding.rows, columns: encoding.columns)
        guard let errors else {
            strengths = []
            return
        }
        let ofFacies = errors.faciesAccuracy.map { Self.faciesStrength(inversion, wrong: 1 - $0) } ?? 0
        strengths = (0..<encoding.channelCount).map {
            $0 < encoding.faciesChannelCount ? ofFacies : Float(errors.rmse)
        }
    }

    public var dimension: Int { inversion.dimension + detailDimension }
    public var detailDimension: Int { strengths.count * field.dimension }
    public var hasFacies: Bool { inversion.encoding.faciesChannelCount > 0 }

    public func decode(_ latents: [[Double]]) -> [Realization] {
        channels(latents).map { inversion.encoding.realization(of: $0) }
    }

    /// The latents that come nearest to realizations: those of the network, then the most probable detail beside them.
    /// - Throws: ``ParameterError`` if a realization does not fit the encoding.
    public func encode(_ realizations: [Realization]) throws(ParameterError) -> [[Double]] {
        let latents = try inversion.encodeModel(realizations)
        let encoding = inversion.encoding
        let images = inversion.decodeChannels(latents)
        let fits = strengths.indices.map { channel in
            DetailFit(field: field, strength: strengths[channel], isFacies: channel < encoding.faciesChannelCount)
        }
        var result: [[Double]] = []
        for (realization, (latent, image)) in zip(realizations, zip(latents, images)) {
            let targets = try encoding.channels(of: realization)
            let detail = fits.enumerated().flatMap { channel, fit in
                let cells = channel * encoding.cellCount..<(channel + 1) * encoding.cellCount
                let decoded = image[cells].map { fit.isFacies ? logarithmOfOdds($0) : $0 }
                return fit.weights(channel: decoded, target: Array(targets[cells]), active: encoding.active)
            }
            result.append(latent + detail)
        }
        return result
    }

    /// A latent of the network, with no detail.
    public func extended(_ latent: [Double]) -> [Double] {
        latent + [Double](repeating: 0, count: dimension - latent.count)
    }

    /// The decoder's channels with the detail, `[count][channels x cells]`.
    func channels(_ latents: [[Double]]) -> [[Float]] {
        let decoded = inversion.decodeChannels(latents.map { Array($0[..<inversion.dimension]) })
        return zip(decoded, latents).map { channels, latent in
            var result = channels
            for channel in strengths.indices {
                let start = inversion.dimension + channel * field.dimension
                add(field.values(latent[start..<start + field.dimension]), to: &result, channel)
            }
            return result
        }
    }

    private func add(_ values: [Float], to channels: inout [Float], _ channel: Int) {
        let encoding = inversion.encoding
        for cell in values.indices where encoding.active[cell] {
            let place = channel * encoding.cellCount + cell
            let shift = strengths[channel] * values[cell]
            if channel < encoding.faciesChannelCount {
                channels[place] = logistic(logarithmOfOdds(channels[place]) + shift)
            } else {
                channels[place] += shift
            }
        }
    }

    /// The strength `a` with which a share `wrong` of the cells of decoded draws of the prior change their facies: a field of
    /// unit variance turns a logarithm of odds `l` with probability `Φ(−|l| / a)`.
    private static func faciesStrength(_ inversion: TrainedInversion, wrong: Double) -> Float {
        var stream = RandomStream(seed: 0, purpose: "strength of detail")
        let draws = inversion.decodeChannels((0..<16).map { _ in stream.normals(inversion.dimension) })
        let encoding = inversion.encoding
        let active = (0..<encoding.cellCount).filter { encoding.active[$0] }
        let odds = draws.flatMap { channels in
            active.map { cell -> Double in
                if encoding.faciesChannelCount == 1 { return Double(abs(logarithmOfOdds(channels[cell]))) }
                // The lead of the most probable facies over the next; both are moved.
                let sorted = (0..<encoding.faciesChannelCount)
                    .map { logarithmOfOdds(channels[$0 * encoding.cellCount + cell]) }.sorted()
                return Double(sorted[sorted.count - 1] - sorted[sorted.count - 2]) / 2.0.squareRoot()
            }
        }
        func share(_ strength: Double) -> Double {
            odds.reduce(0) { $0 + 0.5 * erfc($1 / (strength * 2.0.squareRoot())) } / Double(odds.count)
        }
        var (low, high) = (0.0, 20.0)
        for _ in 0..<30 {
            let middle = 0.5 * (low + high)
            if share(middle) < wrong { low = middle } else { high = middle }
        }
        return Float(low)
    }
}

// MARK: Sensitivities

extension DetailedInversion {
    /// Length of the part of a latent that is the network's.
    public var networkDimension: Int { inversion.dimension }

    public func decodeSmooth(_ latents: [[Double]], sharpness: Double) -> [Realization] {
        channels(latents).map { inversion.encoding.smoothRealization(of: $0, sharpness: sharpness) }
    }
}
