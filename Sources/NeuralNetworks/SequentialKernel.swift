import CKernels
import LinearAlgebra

/// Layers one after the other.
struct SequentialKernel: LayerKernel {
    private struct Step: Sendable {
        let kernel: any LayerKernel
        let input: Shape
        let parameterOffset: Int, stateOffset: Int
    }

    let input: Shape, output: Shape
    let parameterCount: Int, stateCount: Int
    private let steps: [Step]

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
        (parameterCount, stateCount) = (parameters, state)
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

    func traceCount(chunks: Int) -> Int { places(chunks: chunks).count }

    func scratchCount(chunks: Int) -> Int {
        2 * gradientCount(chunks: chunks) + (steps.map { $0.kernel.scratchCount(chunks: chunks) }.max() ?? 0)
    }

    private func gradientCount(chunks: Int) -> Int { (steps.map(\.input.count).max() ?? 0) * chunks * 16 }

    /// Offsets in the trace: of each step's output (but the last, which the caller holds) and of its own trace.
    private func places(chunks: Int) -> (outputs: [Int], traces: [Int], count: Int) {
        var layout = Layout()
        var outputs: [Int] = [], traces: [Int] = []
        for (index, step) in steps.enumerated() {
            let isLast = index == steps.count - 1
            outputs.append(isLast ? 0 : layout.reserve(step.kernel.output.count * chunks * 16))
            traces.append(layout.reserve(step.kernel.traceCount(chunks: chunks)))
        }
        return (outputs, traces, layout.count)
    }

    func initialize(_ parameters: Floats, state: Floats, stream: inout RandomStream) {
        for step in steps {
            step.kernel.initialize(
                parameters + step.parameterOffset, state: state + step.stateOffset, stream: &stream)
        }
    }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        let places = places(chunks: c.chunks)
        var current = input
        for (index, step) in steps.enumerated() {
            let next = index == steps.count - 1 ? output : m.trace + places.outputs[index]
            step.kernel.forward(
                c, memory(m, step, places.traces[index], scratch: m.scratch), input: current, output: next)
            current = next
        }
        if steps.isEmpty { output.update(from: input, count: self.input.count * c.lanes) }
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        let places = places(chunks: c.chunks)
        let size = gradientCount(chunks: c.chunks)
        var current = gradient
        for index in steps.indices.reversed() {
            let step = steps[index]
            let next = index == 0 ? inputGradient : m.scratch + (index % 2) * size
            step.kernel.backward(
                c, memory(m, step, places.traces[index], scratch: m.scratch + 2 * size),
                input: index == 0 ? input : m.trace + places.outputs[index - 1],
                output: index == steps.count - 1 ? output : m.trace + places.outputs[index], gradient: current,
                inputGradient: next)
            if let next { current = next }
        }
        if steps.isEmpty, let inputGradient { inputGradient.update(from: gradient, count: self.input.count * c.lanes) }
    }

    private func memory(_ m: LayerMemory, _ step: Step, _ trace: Int, scratch: Floats) -> LayerMemory {
        LayerMemory(
            parameters: m.parameters + step.parameterOffset, state: m.state + step.stateOffset,
            gradient: m.gradient + step.parameterOffset, sharedGradient: m.sharedGradient + step.parameterOffset,
            trace: m.trace + trace, scratch: scratch)
    }
}

/// `x + body(x)`.
struct ResidualKernel: LayerKernel {
    private let body: SequentialKernel
    var output: Shape { body.output }

    init(_ layer: Layer, _ layers: [Layer], input: Shape, ordinal: inout Int) throws(ShapeError) {
        body = try SequentialKernel(layers, input: input, ordinal: &ordinal)
        try require(body.output == input, layer, input, "is not what the body makes of it: \(body.output)")
    }

    var parameterCount: Int { body.parameterCount }
    var stateCount: Int { body.stateCount }
    var sharedParameters: [Range<Int>] { body.sharedParameters }
    var operations: Double { body.operations }

    private func size(_ chunks: Int) -> Int { output.count * chunks * 16 }
    func traceCount(chunks: Int) -> Int { size(chunks) + body.traceCount(chunks: chunks) }
    func scratchCount(chunks: Int) -> Int { size(chunks) + body.scratchCount(chunks: chunks) }

    func initialize(_ parameters: Floats, state: Floats, stream: inout RandomStream) {
        body.initialize(parameters, state: state, stream: &stream)
    }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        let size = size(c.chunks)
        // The body's own output stays: its last rectifier's gradient reads it.
        body.forward(c, inner(m, size), input: input, output: m.trace)
        output.update(from: input, count: size)
        c.kernels.add(m.trace, Int64(size), output)
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        let size = size(c.chunks)
        m.scratch.update(from: gradient, count: size)
        body.backward(
            c, inner(m, size), input: input, output: m.trace, gradient: m.scratch, inputGradient: inputGradient)
        if let inputGradient { c.kernels.add(gradient, Int64(size), inputGradient) }
    }

    private func inner(_ m: LayerMemory, _ size: Int) -> LayerMemory {
        LayerMemory(
            parameters: m.parameters, state: m.state, gradient: m.gradient, sharedGradient: m.sharedGradient,
            trace: m.trace + size, scratch: m.scratch + size)
    }
}
