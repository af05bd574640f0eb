import LinearAlgebra
import TestSupport
import Testing

@testable import NeuralNetworks

@Suite struct LayerGradientTests {
    struct Subject: Sendable, CustomTestStringConvertible {
        let layers: [Layer]
        var input = Shape.image(rows: 7, columns: 5, channels: 3)
        var samples = 5
        var testDescription: String { "\(layers) on \(input)" }
    }

    /// Linear or smooth: with a step of 1e-2 the truncation error is below 1e-3 of the largest gradient and the rounding
    /// noise below 2^-23 * 100 / 1e-2, likewise.
    static let smooth: [Subject] = [
        Subject(layers: [.dense(units: 6)], input: .features(9), samples: 19),
        Subject(layers: [.convolution(channels: 4, kernel: 3)]),
        Subject(layers: [.convolution(channels: 1, kernel: 5)]),
        Subject(layers: [.convolution(channels: 7, kernel: 4)], samples: 17),
        Subject(layers: [.convolution(channels: 5, kernel: 3, padding: .valid)]),
        Subject(layers: [.convolution(channels: 4, kernel: 3, stride: 2)]),
        Subject(layers: [.convolution(channels: 2, kernel: 4, stride: 3)]),
        Subject(layers: [.convolution(channels: 2, kernel: 2, stride: 3, padding: .valid)]),
        Subject(
            layers: [.convolution(channels: 24, kernel: 3)], input: .image(rows: 4, columns: 9, channels: 9)),
        Subject(
            layers: [.convolution(channels: 4, kernel: 3)], input: .image(rows: 20, columns: 33, channels: 1)),
        // Rows worked out at points: last tiles of one to four pixels, narrow ones, several windows.
        Subject(layers: [.convolution(channels: 6, kernel: 3)], input: .image(rows: 5, columns: 13, channels: 8)),
        Subject(layers: [.convolution(channels: 6, kernel: 3)], input: .image(rows: 3, columns: 12, channels: 8)),
        Subject(layers: [.convolution(channels: 5, kernel: 4)], input: .image(rows: 3, columns: 11, channels: 4)),
        Subject(layers: [.convolution(channels: 6, kernel: 5)], input: .image(rows: 6, columns: 14, channels: 5)),
        Subject(layers: [.convolution(channels: 4, kernel: 5)], input: .image(rows: 4, columns: 7, channels: 8)),
        // Products by one, two and four vectors, and in blocks that end anywhere.
        Subject(layers: [.dense(units: 71)], input: .features(101), samples: 49),
        Subject(layers: [.dense(units: 9), .dense(units: 130)], input: .features(3), samples: 33),
        Subject(
            layers: [.upsampledConvolution(channels: 4, kernel: 4, padding: .valid)],
            input: .image(rows: 5, columns: 6, channels: 9)),
        Subject(
            layers: [.upsampledConvolution(channels: 2, kernel: 4, padding: .valid)],
            input: .image(rows: 5, columns: 6, channels: 2)),
        Subject(
            layers: [.convolution(channels: 5, kernel: 3, padding: .valid)],
            input: .image(rows: 7, columns: 8, channels: 9), samples: 18),
        Subject(layers: [.convolution(channels: 8, kernel: 4)], input: .image(rows: 3, columns: 11, channels: 10)),
        Subject(
            layers: [.upsampledConvolution(channels: 5, kernel: 3)], input: .image(rows: 4, columns: 7, channels: 8)),
        Subject(
            layers: [.upsampledConvolution(channels: 4, kernel: 4)], input: .image(rows: 3, columns: 6, channels: 9)),
        Subject(layers: [.transposedConvolution(channels: 4, kernel: 4, stride: 2)]),
        Subject(layers: [.transposedConvolution(channels: 3, kernel: 3, stride: 2)]),
        Subject(layers: [.transposedConvolution(channels: 2, kernel: 2, stride: 3)]),
        Subject(layers: [.upsampledConvolution(channels: 4, kernel: 3)]),
        Subject(layers: [.upsampledConvolution(channels: 2, kernel: 4)]),
        Subject(layers: [.upsampledConvolution(channels: 1, kernel: 3, padding: .valid)]),
        Subject(layers: [.batchNormalization()], samples: 21),
        Subject(layers: [.dense(units: 5), .batchNormalization()], input: .features(7), samples: 21),
        Subject(layers: [.activation(.tanh)]),
        Subject(layers: [.activation(.sigmoid)]),
        Subject(layers: [.activation(.swish)]),
        Subject(layers: [.averagePooling(size: 2)]),
        Subject(layers: [.nearestUpsampling(factor: 3)]),
        Subject(layers: [.bilinearUpsampling]),
        Subject(layers: [.pixelShuffle(factor: 2)], input: .image(rows: 3, columns: 4, channels: 8)),
        Subject(layers: [.residual([.convolution(channels: 3, kernel: 3), .activation(.tanh)])]),
        Subject(layers: [.crop(rows: 5, columns: 4)]),
        Subject(layers: [.flatten, .dense(units: 8), .reshape(rows: 2, columns: 2, channels: 2)], samples: 18),
        Subject(layers: [.dropout(rate: 0.3)]),
        Subject(layers: [.dense(units: 8), .variationalSampling, .dense(units: 3)], input: .features(6), samples: 18)
    ]

    @Test(arguments: smooth)
    func thatGradientsOfASmoothLayerAreThoseOfFiniteDifferences(subject: Subject) throws {
        let check = try GradientCheck(subject.layers, input: subject.input, samples: subject.samples)
        expectClose(check.worstError(), 0, tolerance: 3e-3)
    }

    static let kinked: [Subject] = [
        Subject(layers: [.activation(.leakyReLU(slope: 0.3))]),
        Subject(layers: [.activation(.elu)]),
        Subject(layers: [.maxPooling(size: 2)]),
        Subject(layers: [.dense(units: 6), .activation(.leakyReLU(slope: 0.3))], input: .features(9)),
        Subject(layers: [.convolution(channels: 4, kernel: 3), .activation(.leakyReLU(slope: 0.1))]),
        Subject(
            layers: [.convolution(channels: 4, kernel: 3), .batchNormalization(), .activation(.leakyReLU(slope: 0.3))]),
        Subject(layers: [.residual([.convolution(channels: 3, kernel: 3), .activation(.leakyReLU(slope: 0.3))])]),
        Subject(
            layers: [.convolution(channels: 4, kernel: 3), .activation(.leakyReLU(slope: 0.3)), .maxPooling(size: 2)]),
        Subject(layers: [.convolution(channels: 2, kernel: 4, stride: 2), .maxPooling(size: 3)]),
        Subject(
            layers: [.batchNormalization(), .activation(.leakyReLU(slope: 0.3)), .maxPooling(size: 2)], samples: 18)
    ]

    /// A step of 1e-3 crosses few kinks; the few that it does move a gradient by at most their own share.
    @Test(arguments: kinked)
    func thatGradientsOfAKinkedLayerAreThoseOfFiniteDifferences(subject: Subject) throws {
        let check = try GradientCheck(subject.layers, input: subject.input, samples: subject.samples)
        expectClose(check.worstError(step: 1e-3), 0, tolerance: 2e-2)
    }

    /// The gradient of a first layer's weights comes band by band, that of any other from the whole image.
    @Test(arguments: KernelVariant.available.map(\.name))
    func thatGradientsByBandsAreThoseOfTheWholeImage(name: String) throws {
        let network = try Network(
            NetworkDescription(
                input: .image(rows: 81, columns: 65, channels: 1),
                layers: [
                    .convolution(channels: 6, kernel: 3), .activation(.leakyReLU(slope: 0.3)), .maxPooling(size: 2)
                ]), seed: 5, purpose: "bands")
        let variant = try #require(KernelVariant.available.first { $0.name == name })
        let context = PassContext(samples: 18, isTraining: true, variant: variant)
        let pass = NetworkPass(network, capacity: 18)
        var stream = RandomStream(seed: 6, purpose: "bands")
        for sample in 0..<18 {
            pass.setInput(stream.normals(network.input.count).map { Float($0) }, sample: sample, context)
        }
        let sums = stream.normals(network.output.count).map { Float($0) }
        let gradients = [true, false].map { isPulled in
            let storage = NetworkStorage(network)
            pass.forward(context, storage)
            for sample in 0..<18 { pass.setOutputGradient(sums, sample: sample, context) }
            pass.backward(context, storage, needsInputGradient: isPulled)
            return storage.gradients[0].values
        }
        let largest = gradients[0].map(abs).max() ?? 0
        #expect(largest > 0)
        // Sums of 18 * 40 * 32 terms in another order.
        for (whole, bands) in zip(gradients[0], gradients[1]) { #expect(abs(whole - bands) < 1e-4 * largest) }
    }

    /// Inputs and samples that fill no block of the product, and samples of two blocks.
    @Test(arguments: KernelVariant.available.map(\.name), [(5, 3, 2), (77, 53, 80), (144, 50, 35)])
    func thatGradientsOfDenseWeightsAreSumsOverSamples(
        name: String, size: (inputs: Int, units: Int, samples: Int)
    ) throws {
        let variant = try #require(KernelVariant.available.first { $0.name == name })
        let network = try Network(
            NetworkDescription(input: .features(size.inputs), layers: [.dense(units: size.units)]), seed: 5,
            purpose: "dense")
        let context = PassContext(samples: size.samples, isTraining: true, variant: variant)
        let pass = NetworkPass(network, capacity: size.samples)
        let storage = NetworkStorage(network)
        var stream = RandomStream(seed: 6, purpose: "dense")
        let inputs = (0..<size.samples).map { _ in stream.normals(size.inputs).map { Float($0) } }
        let gradients = (0..<size.samples).map { _ in stream.normals(size.units).map { Float($0) } }
        for sample in 0..<size.samples { pass.setInput(inputs[sample], sample: sample, context) }
        pass.forward(context, storage)
        for sample in 0..<size.samples { pass.setOutputGradient(gradients[sample], sample: sample, context) }
        pass.backward(context, storage, needsInputGradient: false)
        let found = storage.gradients[0].values
        for unit in 0..<size.units {
            for input in 0..<size.inputs {
                let sum = zip(gradients, inputs).reduce(0) { $0 + Double($1.0[unit]) * Double($1.1[input]) }
                #expect(abs(Double(found[unit * size.inputs + input]) - sum) < 1e-4)
            }
            let bias = gradients.reduce(0) { $0 + Double($1[unit]) }
            #expect(abs(Double(found[size.inputs * size.units + unit]) - bias) < 1e-4)
        }
    }

    /// Values of the largest are chosen behind a normalisation; rows of many channels are worked out at points, in
    /// several blocks where images are large.
    @Test(arguments: KernelVariant.available.map(\.name))
    func thatEveryInstructionSetHasTheSameGradientsOfWhatRunsTogether(name: String) throws {
        let variant = try #require(KernelVariant.available.first { $0.name == name })
        let pooled = try GradientCheck(
            [
                .convolution(channels: 5, kernel: 3), .batchNormalization(), .activation(.leakyReLU(slope: 0.3)),
                .maxPooling(size: 2)
            ], input: .image(rows: 9, columns: 7, channels: 8), samples: 18, variant: variant)
        // Statistics of the batch move all values at once, over more kinks: 0.024 is seen, whatever the instruction set.
        expectClose(pooled.worstError(step: 1e-3), 0, tolerance: 4e-2)
        let wide = try GradientCheck(
            [.convolution(channels: 4, kernel: 3)], input: .image(rows: 70, columns: 33, channels: 8), samples: 2,
            variant: variant)
        // Gradients of weights are sums over 2 * 2310 pixels of outputs that large numbers of them make up.
        expectClose(wide.worstError(checks: 30), 0, tolerance: 1e-2)
    }

    @Test(arguments: KernelVariant.available.map(\.name))
    func thatEveryInstructionSetHasTheSameGradients(name: String) throws {
        let variant = try #require(KernelVariant.available.first { $0.name == name })
        let check = try GradientCheck(
            [
                .convolution(channels: 11, kernel: 4), .batchNormalization(), .activation(.tanh),
                .convolution(channels: 9, kernel: 3), .upsampledConvolution(channels: 5, kernel: 3), .flatten,
                .dense(units: 5)
            ], input: .image(rows: 9, columns: 6, channels: 2), samples: 18, variant: variant)
        // Three layers deeper than a single one: truncation and rounding three times as large.
        expectClose(check.worstError(), 0, tolerance: 1e-2)
    }

    /// Against central differences, sum by sum, more of them than one pass has lanes.
    @Test func thatGradientsOfSumsAreThoseOfInference() throws {
        let image = Shape.image(rows: 4, columns: 5, channels: 3)
        var network = try Network(
            NetworkDescription(
                input: .features(6),
                layers: [
                    .dense(units: image.count), .batchNormalization(momentum: 0.1, epsilon: 1e-3), .dropout(rate: 0.5),
                    .reshape(rows: 4, columns: 5, channels: 3),
                    .residual([.convolution(channels: 3, kernel: 3), .activation(.tanh)]),
                    .upsampledConvolution(channels: 2, kernel: 3)
                ]), seed: 3, purpose: "gradients of sums")
        // Running statistics that are not those of a fresh network.
        var stream = RandomStream(seed: 4, purpose: "gradients of sums")
        var weights = network.weights
        for i in weights.state.indices { weights.state[i] += Float(stream.uniform(0.1, 0.9)) }
        network = try Network(network.description, weights: weights)
        let input = stream.normals(6).map { Float($0) }
        let sums = (0..<19).map { _ in stream.normals(network.output.count).map { Float($0) } }
        let found = network.gradients(at: input, of: sums)
        #expect(found.count == 19)
        let step: Float = 1e-2
        for element in input.indices {
            let ends = network(
                [step, -step].map { step in
                    input.indices.map { input[$0] + ($0 == element ? step : 0) }
                })
            for (sum, gradient) in zip(sums, found) {
                let expected = zip(sum, zip(ends[0], ends[1])).reduce(0.0) {
                    $0 + Double($1.0) * Double($1.1.0 - $1.1.1) / Double(2 * step)
                }
                // Curvature of the hyperbolic tangent, and single precision.
                #expect(abs(Double(gradient[element]) - expected) < 0.01, "\(gradient[element]), \(expected)")
            }
        }
    }
}
