import CKernels
import LinearAlgebra

/// Layers one after the other.
struct SequentialKernel: LayerKernel {
    struct Step: Sendable {
        let kernel: any LayerKernel
        let input: Shape
        let parameterOffset: Int, stateOffset: Int
    }

    let input: Shape, output: Shape
    let parameterCount: Int, stateCount: Int
    let steps: [Step]
    /// Neighbours that chunks go through together, forward and backward.
    let forwardRuns: [Range<Int>], backwardRuns: [Range<Int>]

    var sharedParameters: [Range<Int>] {
        steps.flatMap { step in
            step.kernel.sharedParameters.map {
                $0.lowerBound + step.parameterOffset..<$0.upperBound + step.parameterOffset
            }
        }
    }

    var operations: Double { steps.reduce(0) { $0 + $1.kernel.operations } }

    /// - Parameter ordinal: of the first random layer; counts on over all of them.
    init(_ layers: [Layer], input: Shape, ordinal: inout Int) throws(ShapeError) {
        var steps: [Step] = []
        var shape = input
        var (parameters, state) = (0, 0)
        var index = 0
        while index < layers.count {
            let fused = Self.fused(layers, after: index)
            let kernel = try Self.kernel(layers[index], fused, input: shape, ordinal: &ordinal)
            steps.append(Step(kernel: kernel, input: shape, parameterOffset: parameters, stateOffset: state))
            shape = kernel.output
            parameters += kernel.parameterCount
            state += kernel.stateCount
            index += 1 + fused.layers
        }
        (self.steps, self.input, output) = (steps, input, shape)
        // What gathers over all chunks waits for the last of them.
        forwardRuns = Self.runs(steps) { _, next in next.gathers }
        backwardRuns = Self.runs(steps) { kernel, _ in kernel.gathers }
        (parameterCount, stateCount) = (parameters, state)
    }

    /// Steps in runs of which chunks see each other nowhere inside, cut also between those that `isCut` names.
    private static func runs(
        _ steps: [Step], isCut: (_ kernel: any LayerKernel, _ next: any LayerKernel) -> Bool
    ) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for index in steps.indices {
            let kernel = steps[index].kernel
            if let last = runs.last, case let before = steps[index - 1].kernel, before.isChunkwise, kernel.isChunkwise,
                !isCut(before, kernel)
            {
                runs[runs.count - 1] = last.lowerBound..<index + 1
            } else {
                runs.append(index..<index + 1)
            }
        }
        return runs
    }

    /// What runs inside the layer before it: a leaky rectifier of this slope, and largest values of windows of this size.
    private struct Fused {
        var slope: Float = 1
        var pooling: (layer: Layer, size: Int)?
        var layers = 0

        func windows(behind shape: Shape) throws(ShapeError) -> Pooling? {
            guard let (layer, size) = pooling else { return nil }
            return try Pooling(layer, size: size, input: shape)
        }
    }

    private static func fused(_ layers: [Layer], after index: Int) -> Fused {
        var fused = Fused()
        switch layers[index] {
        case .dense, .convolution, .transposedConvolution, .upsampledConvolution, .batchNormalization:
            if index + 1 < layers.count, case .activation(.leakyReLU(let slope)) = layers[index + 1], slope >= 0,
                slope <= 1
            {
                fused.slope = slope
                fused.layers = 1
            }
        default: return fused
        }
        switch layers[index] {
        case .convolution, .batchNormalization:
            let next = index + 1 + fused.layers
            if next < layers.count, case .maxPooling(let size) = layers[next] {
                fused.pooling = (layers[next], size)
                fused.layers += 1
            }
        default: break
        }
        return fused
    }

    private static func kernel(
        _ layer: Layer, _ fused: Fused, input: Shape, ordinal: inout Int
    ) throws(ShapeError) -> any LayerKernel {
        let slope = fused.slope
        switch layer {
        case .dense(let units): return try DenseKernel(layer, units: units, slope: slope, input: input)
        case .convolution, .transposedConvolution, .upsampledConvolution:
            let kernel = try ConvolutionKernel(layer, slope: fused.pooling == nil ? slope : 1, input: input)
            guard let pooling = try fused.windows(behind: kernel.output) else { return kernel }
            return PooledConvolutionKernel(kernel, slope: slope, pooling: pooling)
        case .batchNormalization(let momentum, let epsilon):
            return BatchNormalizationKernel(
                input: input, momentum: momentum, epsilon: epsilon, slope: slope,
                pooling: try fused.windows(behind: input))
        case .activation(let activation): return try ActivationKernel(layer, activation, input: input)
        case .maxPooling(let size): return try PoolingKernel(layer, size: size, takesLargest: true, input: input)
        case .averagePooling(let size): return try PoolingKernel(layer, size: size, takesLargest: false, input: input)
        case .nearestUpsampling(let factor): return try ResamplingKernel(nearest: layer, factor: factor, input: input)
        case .bilinearUpsampling: return try ResamplingKernel(bilinear: layer, input: input)
        case .pixelShuffle(let factor):
            return try RearrangementKernel(pixelShuffle: layer, factor: factor, input: input)
        case .residual(let body): return try ResidualKernel(layer, body, input: input, ordinal: &ordinal)
        case .crop(let rows, let columns):
            return try RearrangementKernel(crop: layer, rows: rows, columns: columns, input: input)
        case .flatten: return try RearrangementKernel(flatten: layer, input: input)
        case .reshape(let rows, let columns, let channels):
            return try RearrangementKernel(
                reshape: layer, rows: rows, columns: columns, channels: channels, input: input)
        case .dropout(let rate):
            ordinal += 1
            return try DropoutKernel(layer, rate: rate, ordinal: ordinal, input: input)
        case .variationalSampling:
            ordinal += 1
            return try VariationalSamplingKernel(layer, ordinal: ordinal, input: input)
        }
    }

    func initialize(_ parameters: Floats, state: Floats, stream: inout RandomStream) {
        for step in steps {
            step.kernel.initialize(
                parameters + step.parameterOffset, state: state + step.stateOffset, stream: &stream)
        }
    }
}
