import LinearAlgebra
import TestSupport
import Testing

@testable import NeuralNetworks

/// Layers against values worked out by hand or by the plain sums that define them.
@Suite struct LayerValueTests {
    private func network(_ layers: [Layer], _ input: Shape, parameters: [Float], state: [Float] = []) throws -> Network
    {
        try Network(
            NetworkDescription(input: input, layers: layers),
            weights: NetworkWeights(parameters: parameters, state: state))
    }

    @Test func thatADenseLayerIsAMatrixProductPlusABias() throws {
        let dense = try network([.dense(units: 2)], .features(3), parameters: [1, 2, 3, 4, 5, 6, 0.5, -1])
        #expect(dense([[1, 0, -1], [2, 1, 0]]) == [[-1.5, -3], [4.5, 12]])
    }

    @Test func thatAnOutputDoesNotDependOnWhatIsBesideIt() throws {
        // Products of this size are split and summed in another order when they have few columns.
        let description = NetworkDescription(
            input: .features(200), layers: [.dense(units: 300), .dense(units: 150)])
        let network = try Network(description, seed: 3, purpose: "test")
        var stream = RandomStream(seed: 3, purpose: "inputs")
        let inputs = (0..<70).map { _ in stream.normals(200).map { Float($0) } }
        let together = network(inputs)
        for (index, input) in inputs.enumerated() { #expect(network([input])[0] == together[index], "\(index)") }
    }

    @Test func thatAConvolutionSumsItsWindow() throws {
        // One channel, a kernel of 1...9 over a 3 x 3 image with a single one in the middle: the kernel turned round.
        let kernel = (1...9).map(Float.init)
        let convolution = try network(
            [.convolution(channels: 1, kernel: 3)], .image(rows: 3, columns: 3, channels: 1), parameters: kernel + [0])
        #expect(convolution([[0, 0, 0, 0, 1, 0, 0, 0, 0]]) == [[9, 8, 7, 6, 5, 4, 3, 2, 1]])
    }

    @Test func thatAnEvenKernelHasItsOddZeroBehind() throws {
        // Keras and PyTorch pad `same` by (k - 1) / 2 before: with kernel 2 an output sees itself and its successor.
        let convolution = try network(
            [.convolution(channels: 1, kernel: 2)], .image(rows: 1, columns: 3, channels: 1),
            parameters: [1, 10, 0, 0, 0])
        #expect(convolution([[1, 2, 3]]) == [[21, 32, 3]])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let rows: Int, columns: Int, channelsIn: Int, channelsOut: Int, kernel: Int, stride: Int
        let padding: Layer.Padding
        var testDescription: String {
            "\(rows)x\(columns)x\(channelsIn) to \(channelsOut), kernel \(kernel), stride \(stride), \(padding)"
        }
    }

    static let cases = [
        Case(rows: 13, columns: 13, channelsIn: 16, channelsOut: 16, kernel: 5, stride: 1, padding: .same),
        Case(rows: 6, columns: 17, channelsIn: 3, channelsOut: 13, kernel: 4, stride: 1, padding: .same),
        Case(rows: 9, columns: 30, channelsIn: 1, channelsOut: 4, kernel: 3, stride: 1, padding: .same),
        Case(rows: 11, columns: 8, channelsIn: 5, channelsOut: 31, kernel: 3, stride: 2, padding: .same),
        Case(rows: 10, columns: 12, channelsIn: 2, channelsOut: 1, kernel: 3, stride: 3, padding: .valid),
        Case(rows: 2, columns: 3, channelsIn: 4, channelsOut: 2, kernel: 5, stride: 1, padding: .same),
        // Rows that leave one to seven pixels to the last tiles of each width.
        Case(rows: 2, columns: 17, channelsIn: 1, channelsOut: 31, kernel: 3, stride: 1, padding: .same),
        Case(rows: 2, columns: 19, channelsIn: 1, channelsOut: 31, kernel: 3, stride: 1, padding: .same),
        Case(rows: 2, columns: 7, channelsIn: 1, channelsOut: 31, kernel: 3, stride: 1, padding: .same),
        // Rows worked out at points.
        Case(rows: 13, columns: 13, channelsIn: 64, channelsOut: 8, kernel: 3, stride: 1, padding: .same),
        Case(rows: 5, columns: 7, channelsIn: 16, channelsOut: 13, kernel: 3, stride: 1, padding: .valid),
        Case(rows: 6, columns: 26, channelsIn: 9, channelsOut: 4, kernel: 4, stride: 1, padding: .same),
        Case(rows: 5, columns: 31, channelsIn: 4, channelsOut: 5, kernel: 4, stride: 1, padding: .valid),
        Case(rows: 13, columns: 13, channelsIn: 16, channelsOut: 16, kernel: 5, stride: 1, padding: .same),
        Case(rows: 7, columns: 27, channelsIn: 5, channelsOut: 6, kernel: 5, stride: 1, padding: .valid)
    ]

    @Test(arguments: cases, KernelVariant.available.map(\.name))
    func thatEveryConvolutionIsItsDefinition(subject: Case, variant: String) throws {
        let input = Shape.image(rows: subject.rows, columns: subject.columns, channels: subject.channelsIn)
        let network = try Network(
            NetworkDescription(
                input: input,
                layers: [
                    .convolution(
                        channels: subject.channelsOut, kernel: subject.kernel, stride: subject.stride,
                        padding: subject.padding)
                ]), seed: 3, purpose: "test")
        var stream = RandomStream(seed: 4, purpose: "test")
        let image = (0..<input.count).map { _ in Float(stream.uniform(-1, 1)) }
        let context = PassContext(
            samples: 1, variant: try #require(KernelVariant.available.first { $0.name == variant }))
        let pass = NetworkPass(network, capacity: 1)
        pass.setInput(image, sample: 0, context)
        pass.forward(context, NetworkStorage(network))
        let found = pass.outputs(context)[0]
        let expected = definition(subject, image, network.weights.parameters, network.output)
        let largest = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 1
        // Sums of at most 576 products in single precision; the largest error seen, at points, is 5.6e-6.
        expectClose(largest, 0, tolerance: 160 * 0x1p-24)
    }

    private func definition(_ subject: Case, _ image: [Float], _ weights: [Float], _ output: Shape) -> [Double] {
        func before(_ extent: Int, _ count: Int) -> Int {
            subject.padding == .valid ? 0 : max((count - 1) * subject.stride + subject.kernel - extent, 0) / 2
        }
        let top = before(subject.rows, output.rows), left = before(subject.columns, output.columns)
        return (0..<output.count).map { element in
            let (pixel, out) = (element / output.channels, element % output.channels)
            var sum = 0.0
            for r in 0..<subject.kernel {
                for c in 0..<subject.kernel {
                    let row = pixel / output.columns * subject.stride + r - top
                    let column = pixel % output.columns * subject.stride + c - left
                    guard (0..<subject.rows).contains(row), (0..<subject.columns).contains(column) else { continue }
                    for channel in 0..<subject.channelsIn {
                        let tap = ((r * subject.kernel + c) * subject.channelsIn + channel) * subject.channelsOut + out
                        let value = image[(row * subject.columns + column) * subject.channelsIn + channel]
                        sum += Double(weights[tap]) * Double(value)
                    }
                }
            }
            return sum
        }
    }

    @Test(arguments: [3, 4, 5], [Layer.Padding.same, .valid])
    func thatAnUpsampledConvolutionIsEnlargementThenConvolution(kernel: Int, padding: Layer.Padding) throws {
        let input = Shape.image(rows: 5, columns: 6, channels: 3)
        let fused = try Network(
            NetworkDescription(
                input: input, layers: [.upsampledConvolution(channels: 4, kernel: kernel, padding: padding)]),
            seed: 5, purpose: "test")
        let plain = try Network(
            NetworkDescription(
                input: input,
                layers: [.nearestUpsampling(factor: 2), .convolution(channels: 4, kernel: kernel, padding: padding)]),
            weights: fused.weights)
        var stream = RandomStream(seed: 6, purpose: "test")
        let images = (0..<3).map { _ in (0..<input.count).map { _ in Float(stream.uniform(-1, 1)) } }
        for (a, b) in zip(fused(images).joined(), plain(images).joined()) {
            // 75 products below 1, summed in another order.
            expectClose(Double(a), Double(b), tolerance: 75 * 0x1p-23)
        }
    }

    @Test func thatATransposedConvolutionIsTheAdjointOfAStridedOne() throws {
        // <A x, y> = <x, A' y> for the same kernel, biases zero.
        let small = Shape.image(rows: 4, columns: 5, channels: 2),
            large = Shape.image(rows: 8, columns: 10, channels: 2)
        var stream = RandomStream(seed: 7, purpose: "test")
        // Stored [row][column][in][out]: with two channels in and out the adjoint swaps them.
        let kernel = (0..<4 * 4).map { _ in (0..<4).map { _ in Float(stream.uniform(-1, 1)) } }
        let down = try network(
            [.convolution(channels: 2, kernel: 4, stride: 2)], large,
            parameters: Array(kernel.joined()) + [0, 0])
        let up = try network(
            [.transposedConvolution(channels: 2, kernel: 4, stride: 2)], small,
            parameters: kernel.flatMap { [$0[0], $0[2], $0[1], $0[3]] } + [0, 0])
        let x = (0..<large.count).map { _ in Float(stream.uniform(-1, 1)) }
        let y = (0..<small.count).map { _ in Float(stream.uniform(-1, 1)) }
        func dot(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        // Sums of 40 or 160 values below 32 products each.
        expectClose(dot(down([x])[0], y), dot(x, up([y])[0]), tolerance: 1e-4)
    }

    /// Against the same layers in networks of their own, where none runs inside another.
    @Test(arguments: [
        [Layer.convolution(channels: 6, kernel: 3), .activation(.leakyReLU(slope: 0.2)), .maxPooling(size: 2)],
        [.convolution(channels: 3, kernel: 3, stride: 2, padding: .valid), .maxPooling(size: 3)],
        [.batchNormalization(), .activation(.leakyReLU(slope: 0)), .maxPooling(size: 3)],
        [.batchNormalization(), .maxPooling(size: 2)]
    ])
    func thatLayersInsideAnotherGiveWhatTheyGiveAlone(layers: [Layer]) throws {
        // So large that a convolution before windows is made in several bands.
        let image = Shape.image(rows: 83, columns: 65, channels: 9)
        let together = try Network(
            NetworkDescription(input: image, layers: layers), seed: 1, purpose: "layers inside another")
        var stream = RandomStream(seed: 2, purpose: "layers inside another")
        let parameters = together.weights.parameters.map { $0 + Float(stream.uniform(-2, 2)) }
        let state = together.weights.state.map { _ in Float(stream.uniform(0.5, 2)) }
        let inputs = (0..<3).map { _ in stream.normals(image.count).map { Float($0) } }
        var values = inputs
        var shape = image
        for (index, layer) in layers.enumerated() {
            let alone = try network(
                [layer], shape, parameters: index == 0 ? parameters : [], state: index == 0 ? state : [])
            values = alone(values)
            shape = alone.output
        }
        #expect(try network(layers, image, parameters: parameters, state: state)(inputs) == values)
    }

    @Test func thatPoolingResamplingAndShufflingMoveTheRightValues() throws {
        let square = Shape.image(rows: 2, columns: 2, channels: 1)
        let image: [Float] = [1, 2, 3, 4]
        #expect(try network([.maxPooling(size: 2)], square, parameters: [])([image]) == [[4]])
        #expect(try network([.averagePooling(size: 2)], square, parameters: [])([image]) == [[2.5]])
        #expect(
            try network([.nearestUpsampling(factor: 2)], square, parameters: [])([image])
                == [[1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]])
        let bilinear = try network([.bilinearUpsampling], .image(rows: 1, columns: 2, channels: 1), parameters: [])
        #expect(bilinear([[0, 4]]) == [[0, 1, 3, 4, 0, 1, 3, 4]])
        let shuffle = try network([.pixelShuffle(factor: 2)], .image(rows: 1, columns: 1, channels: 4), parameters: [])
        #expect(shuffle([image]) == [[1, 2, 3, 4]])
        #expect(try network([.crop(rows: 1, columns: 2)], square, parameters: [])([image]) == [[1, 2]])
    }

    @Test func thatInferenceNormalisesByRunningStatistics() throws {
        let normalisation = try network(
            [.batchNormalization(momentum: 0.1, epsilon: 0)], .image(rows: 1, columns: 1, channels: 2),
            parameters: [2, 3, 0.5, -1], state: [1, 10, 4, 25])
        // (x - mean) / deviation * gamma + beta, worked out by hand; exact up to a few roundings.
        let found = normalisation([[5, 0]])[0]
        expectClose(Double(found[0]), 4.5, tolerance: 1e-5)
        expectClose(Double(found[1]), -7, tolerance: 1e-5)
    }

    @Test func thatTrainingNormalisesTheBatchAndMovesTheStatistics() throws {
        let network = try Network(
            NetworkDescription(input: .features(1), layers: [.batchNormalization(momentum: 0.5, epsilon: 0)]), seed: 1,
            purpose: "test")
        let storage = NetworkStorage(network), pass = NetworkPass(network, capacity: 4)
        let context = PassContext(samples: 4, isTraining: true)
        for (sample, value) in [1, 3, 5, 7].enumerated() { pass.setInput([Float(value)], sample: sample, context) }
        pass.forward(context, storage)
        // Mean 4, variance 5: the statistics go half way from 0 and 1.
        expectClose(Double(pass.outputs(context)[3][0]), 3 / 5.0.squareRoot(), tolerance: 1e-6)
        expectClose(Double(storage.state.pointer[0]), 2, tolerance: 1e-6)
        expectClose(Double(storage.state.pointer[1]), 3, tolerance: 1e-5)
    }

    @Test func thatAShapeThatDoesNotFitIsSaidWithTheLayer() {
        let error = #expect(throws: ShapeError.self) {
            try NetworkDescription(
                input: .image(rows: 4, columns: 4, channels: 1), layers: [.dense(units: 3)]
            ).outputShape()
        }
        #expect(error?.found == .image(rows: 4, columns: 4, channels: 1))
        #expect(error?.requirement == "must be flat: put a flatten layer before")
    }
}
