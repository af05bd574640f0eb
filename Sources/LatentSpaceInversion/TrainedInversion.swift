import LinearAlgebra
import NeuralNetworks
import Reservoir

/// A trained dual autoencoder, ready for inversion: maps between realizations, data and whitened latents `w`.
///
/// `w` relates to the network's `z_m` by an affine map under which training latents have zero mean and unit covariance,
/// so the prior of `w` is taken as standard normal. An immutable value: any number of tasks may use it at once.
public struct TrainedInversion: Parameterization {
    public let encoding: RealizationEncoding
    public let layout: DataLayout
    public let scaling: DataScaling
    public let settings: TrainingSettings
    /// Mean and covariance of `w(m) - w(d)` over held-out pairs: what the regression leaves open, `[n]` and `[n][n]`.
    public let residualMean: [Double], residualCovariance: Matrix
    let architecture: Architecture
    let networks: DualNetworks
    let whitening: Whitening
    let proxy: Network
    /// The regression's linear part, in a staged training.
    let ridge: LatentRidge?

    public var dimension: Int { architecture.modelLatents }
    /// Length of `z_d`.
    public var dataDimension: Int { architecture.dataLatents }

    public func decode(_ latents: [[Double]]) -> [Realization] {
        decodeChannels(latents).map { encoding.realization(of: $0) }
    }

    /// The decoder's image before any cut, `[count][channels][cells]`: probabilities in facies channels, standardised
    /// values in property channels.
    public func decodeChannels(_ latents: [[Double]]) -> [[Float]] { channels(ofRaw: whitening.raw(latents)) }

    /// - Throws: ``ParameterError`` if a realization does not fit the encoding.
    public func encodeModel(_ realizations: [Realization]) throws(ParameterError) -> [[Double]] {
        let encoded = try EncodedRealizations(realizations, encoding: encoding)
        return encodeModel(encoded, Array(0..<encoded.count)).whitened
    }

    /// Latents that the data speak for, through data encoder and regression.
    /// - Parameter data: `[count][layout.count]`, SI units
    public func encodeData(_ data: [[Double]]) -> [[Double]] {
        let scaled = data.map { scaling.scaled($0.map { Float($0) }) }
        return whitening.whitened(LatentRegression(networks: networks, ridge: ridge)(scaled))
    }

    /// `Dec_d(Enc_d(d))`, `[count][layout.count]`, SI units
    public func reconstructData(_ data: [[Double]]) -> [[Double]] {
        let scaled = data.map { scaling.scaled($0.map { Float($0) }) }
        return networks.dataDecoder(networks.dataEncoder(scaled)).map { scaling.unscaled($0).map { Double($0) } }
    }

    /// How decoded images compare with true ones, both `[count][channels][cells]`.
    public func errors(_ images: [[Float]], truths: [[Float]]) -> ImageErrors {
        ImageErrors(images, truths: truths, encoding: encoding)
    }

    /// Data that the realizations of `latents` would probably give, by a network trained on the pairs: for screening
    /// only. `[count][layout.count]`, SI units
    public func predictData(_ latents: [[Double]]) -> [[Double]] {
        proxy(latents.map { $0.map { Float($0) } }).map { scaling.unscaled($0).map { Double($0) } }
    }

    /// Latents as calibrations use them and as the encoder gives them, the means of both if it is variational.
    func encodeModel(_ realizations: EncodedRealizations, _ indices: [Int]) -> (whitened: [[Double]], raw: [[Float]]) {
        let raw = LatentEncoder(architecture, networks).encode(realizations, indices).means
        return (whitening.whitened(raw), raw)
    }

    /// Derivatives of sums by a whitened latent from those by the channels of its image, where facies channels count as logarithms
    /// of their odds.
    /// - Parameter slopes: `[sums][channels x cells]`
    /// - Returns: `[sums][dimension]`
    func slopesByLatent(_ slopes: [[Float]], at latent: [Double]) -> [[Double]] {
        let raw = whitening.raw([latent])[0]
        let (cells, channels) = (encoding.cellCount, encoding.channelCount)
        let givesProbabilities = settings.faciesLoss != .crossEntropy && encoding.faciesChannelCount > 0
        let image = givesProbabilities ? self.channels(ofRaw: [raw])[0] : []
        let weights = slopes.map { slopes in
            var weights = [Float](repeating: 0, count: cells * channels)
            for cell in 0..<cells where encoding.active[cell] {
                for channel in 0..<channels {
                    let place = channel * cells + cell
                    var slope = slopes[place]
                    if givesProbabilities, channel < encoding.faciesChannelCount {
                        slope *= slopeOfLogarithmOfOdds(image[place])
                    }
                    weights[cell * channels + channel] = slope
                }
            }
            return weights
        }
        return whitening.byWhitened(networks.modelDecoder.gradients(at: raw, of: weights))
    }

    func channels(ofRaw latents: [[Float]]) -> [[Float]] {
        networks.modelDecoder(latents).map { output in
            let (cells, channels) = (encoding.cellCount, encoding.channelCount)
            var image = [Float](repeating: 0, count: cells * channels)
            let usesLogits = settings.faciesLoss == .crossEntropy
            for cell in 0..<cells where encoding.active[cell] {
                for channel in 0..<channels {
                    let value = output[cell * channels + channel]
                    let isLogit = usesLogits && channel < encoding.faciesChannelCount
                    image[channel * cells + cell] = isLogit ? logistic(value) : value
                }
            }
            return image
        }
    }
}

/// From scaled data to raw latents: data encoder, regression, and the linear part if there is one.
struct LatentRegression {
    let networks: DualNetworks
    let ridge: LatentRidge?

    /// - Parameter data: scaled, `[count][data]`
    func callAsFunction(_ data: [[Float]]) -> [[Float]] {
        let regressed = networks.regression(networks.dataEncoder(data))
        guard let ridge else { return regressed }
        return zip(regressed, ridge.predict(data)).map { pair in pair.0.indices.map { pair.0[$0] + pair.1[$0] } }
    }
}

/// Runs the model encoder over stored realizations.
struct LatentEncoder {
    private let architecture: Architecture
    private let encoder: Network

    init(_ architecture: Architecture, _ networks: DualNetworks) {
        (self.architecture, encoder) = (architecture, networks.modelEncoder)
    }

    /// Latent means, and variances if variational, `[indices][n]`.
    func encode(_ realizations: EncodedRealizations, _ indices: [Int]) -> (means: [[Float]], variances: [[Float]]?) {
        let (cells, channels) = (realizations.encoding.cellCount, realizations.encoding.channelCount)
        var outputs: [[Float]] = []
        for batch in TrainingSplit.batches(indices, size: 256) {
            let inputs = batch.map { index in
                let planes = realizations.channels(index)
                return (0..<cells * channels).map { planes[$0 % channels * cells + $0 / channels] }
            }
            outputs += encoder(inputs)
        }
        let latents = architecture.modelLatents
        let means = outputs.map { Array($0[..<latents]) }
        guard architecture.isVariational else { return (means, nil) }
        return (means, outputs.map { $0[latents...].map { exponentialOfLogVariance($0) } })
    }
}
