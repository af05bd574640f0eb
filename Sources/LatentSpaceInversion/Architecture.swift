import NeuralNetworks

/// The five networks of a dual autoencoder, as descriptions (Mohd-Razak, Jiang and Jafarpour, 2021).
///
/// The model encoder ends with the latent means, followed by their log variances if it is variational; decoders end
/// with logits in facies channels.
struct Architecture: Equatable, Sendable, Codable {
    let dataLatents: Int, modelLatents: Int
    let isVariational: Bool
    let dataEncoder: NetworkDescription, dataDecoder: NetworkDescription
    /// `z_d -> z_m`
    let regression: NetworkDescription
    let modelEncoder: NetworkDescription, modelDecoder: NetworkDescription

    /// - Throws: ``TrainingError/shape(_:)`` if a published network does not fit the grid.
    init(settings: TrainingSettings, image: Shape, dataCount: Int) throws(TrainingError) {
        isVariational = settings.isVariational
        let factor = settings.isVariational ? 2 : 1
        switch settings.architecture {
        case .sizedFromGrid:
            let cells = image.pixels
            modelLatents = settings.modelLatents ?? (cells >= 2500 ? 128 : cells >= 400 ? 64 : max(cells / 8, 2))
            dataLatents = settings.dataLatents ?? min(64, max(dataCount, 2))
            let sized = SizedNetworks(image: image, latents: modelLatents, width: settings.width ?? 64)
            modelEncoder = sized.encoder(outputs: factor * modelLatents)
            modelDecoder = sized.decoder()
            let widths = [256, 256]
            dataEncoder = Self.dense([dataCount] + widths + [dataLatents], slope: 0.1)
            dataDecoder = Self.dense([dataLatents] + widths.reversed() + [dataCount], slope: 0.1)
            regression = Self.dense([dataLatents, 256, 256, modelLatents], slope: 0.1)
        case .published28, .published100:
            let isLarge = settings.architecture == .published100
            let side = isLarge ? 100 : 28
            guard image.rows == side, image.columns == side else {
                throw .shape("the published architecture wants \(side) x \(side) cells, not \(image)")
            }
            dataLatents = settings.dataLatents ?? (isLarge ? 128 : 16)
            modelLatents = settings.modelLatents ?? (isLarge ? 256 : 64)
            let widths = isLarge ? [500, 300, 200, 100] : [100, 80, 60, 40]
            let bridge = isLarge ? [120, 150, 200, 250] : [20, 30, 40, 50]
            dataEncoder = Self.dense([dataCount] + widths + [dataLatents], slope: 0.3)
            dataDecoder = Self.dense([dataLatents] + widths.reversed() + [dataCount], slope: 0.3)
            regression = Self.dense([dataLatents] + bridge + [modelLatents], slope: 0.3)
            modelEncoder = Self.publishedEncoder(image, outputs: factor * modelLatents)
            modelDecoder = Self.publishedDecoder(image, latents: modelLatents, base: isLarge ? 13 : 4)
        }
    }

    /// Dense layers with a leaky rectifier after all but the last.
    static func dense(_ widths: [Int], slope: Float) -> NetworkDescription {
        var layers: [Layer] = []
        for (index, width) in widths.dropFirst().enumerated() {
            layers.append(.dense(units: width))
            if index < widths.count - 2 { layers.append(.activation(.leakyReLU(slope: slope))) }
        }
        return NetworkDescription(input: .features(widths[0]), layers: layers)
    }

    private static func publishedEncoder(_ image: Shape, outputs: Int) -> NetworkDescription {
        let leaky = Layer.activation(.leakyReLU(slope: 0.3))
        return NetworkDescription(
            input: image,
            layers: [
                .convolution(channels: 4, kernel: 3), leaky, .maxPooling(size: 2),
                .convolution(channels: 8, kernel: 4), .batchNormalization(), leaky, .maxPooling(size: 2),
                .convolution(channels: 16, kernel: 5), .batchNormalization(), leaky, .maxPooling(size: 2),
                .flatten, .dense(units: outputs)
            ])
    }

    private static func publishedDecoder(_ image: Shape, latents: Int, base: Int) -> NetworkDescription {
        let leaky = Layer.activation(.leakyReLU(slope: 0.3))
        return NetworkDescription(
            input: .features(latents),
            layers: [
                .dense(units: 16 * base * base), .reshape(rows: base, columns: base, channels: 16),
                .convolution(channels: 16, kernel: 5), .batchNormalization(), leaky,
                .upsampledConvolution(channels: 8, kernel: 4), .batchNormalization(), leaky,
                .upsampledConvolution(channels: 4, kernel: 3, padding: .valid), leaky,
                .upsampledConvolution(channels: image.channels, kernel: 3)
            ])
    }
}

/// Our default model autoencoder: strided convolutions down to some 8 x 8 pixels, residual blocks and enlargements back
/// up. Any extents: each enlargement is cropped to what the encoder had at that level.
struct SizedNetworks {
    let image: Shape
    let latents: Int
    /// Channels at the coarsest level; finer levels have half of them, and a quarter at the finest.
    let width: Int
    /// Extents from the image down to the coarsest level.
    private let levels: [(rows: Int, columns: Int)]

    init(image: Shape, latents: Int, width: Int) {
        (self.image, self.latents, self.width) = (image, latents, width)
        var levels = [(rows: image.rows, columns: image.columns)]
        while let last = levels.last, last.rows * last.columns > 64, min(last.rows, last.columns) >= 4 {
            levels.append(((last.rows + 1) / 2, (last.columns + 1) / 2))
        }
        self.levels = levels
    }

    private let leaky = Layer.activation(.leakyReLU(slope: 0.1))

    /// Channels at level `index`, counted from the image.
    private func channels(_ index: Int) -> Int {
        let fromCoarsest = levels.count - 1 - index
        return max(fromCoarsest <= 1 ? width : fromCoarsest == 2 ? width / 2 : width / 4, 4)
    }

    func encoder(outputs: Int) -> NetworkDescription {
        var layers: [Layer] = []
        for index in levels.indices.dropFirst() {
            layers += [.convolution(channels: channels(index), kernel: 3, stride: 2), leaky]
        }
        return NetworkDescription(input: image, layers: layers + [.flatten, .dense(units: outputs)])
    }

    func decoder() -> NetworkDescription {
        let coarsest = levels.count - 1
        let base = levels[coarsest]
        var layers: [Layer] = [
            .dense(units: base.rows * base.columns * channels(coarsest)), leaky,
            .reshape(rows: base.rows, columns: base.columns, channels: channels(coarsest)),
            residual(channels(coarsest))
        ]
        for index in levels.indices.dropLast().reversed() {
            let level = levels[index]
            if index > 0 {
                layers += [
                    .upsampledConvolution(channels: channels(index), kernel: 3), leaky,
                    .crop(rows: level.rows, columns: level.columns), residual(channels(index))
                ]
            } else {
                layers += [
                    .convolution(channels: 4 * image.channels, kernel: 3), .pixelShuffle(factor: 2),
                    .crop(rows: level.rows, columns: level.columns)
                ]
            }
        }
        if levels.count == 1 { layers.append(.convolution(channels: image.channels, kernel: 3)) }
        return NetworkDescription(input: .features(latents), layers: layers)
    }

    private func residual(_ channels: Int) -> Layer {
        .residual([.convolution(channels: channels, kernel: 3), leaky])
    }
}
