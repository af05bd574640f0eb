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
        Subject(layers: [.residual([.convolution(channels: 3, kernel: 3), .activation(.leakyReLU(slope: 0.3))])])
    ]

    /// A step of 1e-3 crosses few kinks; the few that it does move a gradient by at most their own share.
    @Test(arguments: kinked)
    func thatGradientsOfAKinkedLayerAreThoseOfFiniteDifferences(subject: Subject) throws {
        let check = try GradientCheck(subject.layers, input: subject.input, samples: subject.samples)
        expectClose(check.worstError(step: 1e-3), 0, tolerance: 2e-2)
    }

    @Test(arguments: KernelVariant.available.map(\.name))
    func thatEveryInstructionSetHasTheSameGradients(name: String) throws {
        let variant = try #require(KernelVariant.available.first { $0.name == name })
        let check = try GradientCheck(
            [
                .convolution(channels: 11, kernel: 4), .batchNormalization(), .activation(.tanh),
                .upsampledConvolution(channels: 3, kernel: 3), .flatten, .dense(units: 5)
            ], input: .image(rows: 9, columns: 6, channels: 2), samples: 18, variant: variant)
        // Two layers deeper than a single one: truncation and rounding three times as large.
        expectClose(check.worstError(), 0, tolerance: 1e-2)
    }
}
