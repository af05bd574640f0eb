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
    /// Neighbours that chunks go through together.
    private let runs: [Range<Int>]

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
        runs = Self.runs(steps)
        (parameterCount, stateCount) = (parameters, state)
    }

    private static func runs(_ steps: [Step]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for (index, step) in steps.enumerated() {
            if let last = runs.last, step.kernel.isChunkwise, steps[index - 1].kernel.isChunkwise {
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

    /// Chunks of images do not see each other in any step.
    var isChunkwise: Bool { steps.allSatisfy(\.kernel.isChunkwise) }

    func traceCount(chunks: Int) -> Int { layout(chunks: chunks).trace }
    func scratchCount(chunks: Int) -> Int { layout(chunks: chunks).scratch }

    /// Offsets in memory: in the trace of each step's output (but the last, which the caller holds) and of its own trace,
    /// in the scratch of two gradients of all chunks, of two of one chunk, and of each step's own.
    private struct PassLayout {
        var outputs: [Int] = [], traces: [Int] = [], scratches: [Int] = []
        var gradients = [0, 0], chunkGradients = [0, 0]
        var trace = 0, scratch = 0
    }

    private func layout(chunks: Int) -> PassLayout {
        var layout = PassLayout()
        var trace = Layout(), scratch = Layout()
        let widest = (steps.map(\.input.count).max() ?? 0) * 16
        for side in 0..<2 { layout.gradients[side] = scratch.reserve(widest * chunks) }
        for side in 0..<2 { layout.chunkGradients[side] = scratch.reserve(widest) }
        let start = scratch
        for run in runs {
            // Steps of a run take turns, so each keeps what it has.
            var own = start
            let calls = run.count > 1 ? chunks : 1, chunksInCall = run.count > 1 ? 1 : chunks
            for index in run {
                let kernel = steps[index].kernel
                let isLast = index == steps.count - 1
                layout.outputs.append(isLast ? 0 : trace.reserve(kernel.output.count * chunks * 16))
                layout.traces.append(trace.reserve(calls * kernel.traceCount(chunks: chunksInCall)))
                layout.scratches.append(own.reserve(kernel.scratchCount(chunks: chunksInCall)))
            }
            layout.scratch = max(layout.scratch, own.count)
        }
        layout.trace = trace.count
        layout.scratch = max(layout.scratch, start.count)
        return layout
    }

    func initialize(_ parameters: Floats, state: Floats, stream: inout RandomStream) {
        for step in steps {
            step.kernel.initialize(
                parameters + step.parameterOffset, state: state + step.stateOffset, stream: &stream)
        }
    }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        let call = Call(m, layout(chunks: c.chunks), input, output)
        for run in runs {
            forEachPart(of: run, c) { part, chunk in forward(run, part, call, chunk: chunk, kept: chunk) }
        }
        if steps.isEmpty { output.update(from: input, count: self.input.count * c.lanes) }
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        let call = Call(m, layout(chunks: c.chunks), input, output)
        backward(runs[...], c, call, gradient: gradient, inputGradient: inputGradient)
        if steps.isEmpty, let inputGradient { inputGradient.update(from: gradient, count: self.input.count * c.lanes) }
    }

    /// ``forward`` and ``backward`` with the loss between them: each chunk goes through the last run, the loss, and back
    /// before the next one, in the memory of one chunk.
    /// - Parameter loss: fills the gradient of the outputs of a part of the samples, `chunk` and those behind it.
    func train(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?,
        loss: (_ part: PassContext, _ chunk: Int) -> Void
    ) {
        guard let last = runs.last, last.count > 1 else {
            forward(c, m, input: input, output: output)
            loss(c, 0)
            return backward(c, m, input: input, output: output, gradient: gradient, inputGradient: inputGradient)
        }
        let call = Call(m, layout(chunks: c.chunks), input, output)
        for run in runs.dropLast() {
            forEachPart(of: run, c) { part, chunk in forward(run, part, call, chunk: chunk, kept: chunk) }
        }
        let next = target(ofRun: runs.count - 1, call, inputGradient)
        forEachPart(of: last, c) { part, chunk in
            forward(last, part, call, chunk: chunk, kept: 0)
            loss(part, chunk)
            backward(
                last, part, call, chunk: chunk, kept: 0, gradient: gradient,
                inputGradient: next.map { $0 + before(last.lowerBound, chunk) })
        }
        guard runs.count > 1, let next else { return }
        backward(runs.dropLast(), c, call, gradient: next, inputGradient: inputGradient)
    }

    /// What a call of all steps works on.
    private struct Call {
        let memory: LayerMemory
        let layout: PassLayout
        let input: Floats, output: Floats

        init(_ memory: LayerMemory, _ layout: PassLayout, _ input: Floats, _ output: Floats) {
            (self.memory, self.layout, self.input, self.output) = (memory, layout, input, output)
        }
    }

    /// Once for all chunks, or chunk by chunk through all steps of a longer run: a chunk then stays in the cache.
    private func forEachPart(of run: Range<Int>, _ c: PassContext, _ body: (_ part: PassContext, _ chunk: Int) -> Void)
    {
        guard run.count > 1 else { return body(c, 0) }
        for chunk in 0..<c.chunks { body(c.chunk(chunk), chunk) }
    }

    /// - Parameters:
    ///   - chunk: where the run's input lies.
    ///   - kept: where its outputs and traces lie.
    private func forward(_ run: Range<Int>, _ part: PassContext, _ call: Call, chunk: Int, kept: Int) {
        for index in run {
            steps[index].kernel.forward(
                part, memory(call, index, chunk: kept),
                input: values(call, before: index, chunk: index == run.lowerBound ? chunk : kept),
                output: values(call, before: index + 1, chunk: kept))
        }
    }

    private func backward(
        _ run: Range<Int>, _ part: PassContext, _ call: Call, chunk: Int, kept: Int, gradient: Floats,
        inputGradient: Floats?
    ) {
        var gradient = gradient
        for index in run.reversed() {
            let isFirst = index == run.lowerBound
            let target = isFirst ? inputGradient : call.memory.scratch + call.layout.chunkGradients[index % 2]
            steps[index].kernel.backward(
                part, memory(call, index, chunk: kept),
                input: values(call, before: index, chunk: isFirst ? chunk : kept),
                output: values(call, before: index + 1, chunk: kept), gradient: gradient, inputGradient: target)
            if let target { gradient = target }
        }
    }

    private func backward(
        _ runs: ArraySlice<Range<Int>>, _ c: PassContext, _ call: Call, gradient: Floats, inputGradient: Floats?
    ) {
        var current = gradient
        for (place, run) in zip(runs.indices, runs).reversed() {
            let next = target(ofRun: place, call, inputGradient)
            forEachPart(of: run, c) { part, chunk in
                backward(
                    run, part, call, chunk: chunk, kept: chunk, gradient: current + before(run.upperBound, chunk),
                    inputGradient: next.map { $0 + before(run.lowerBound, chunk) })
            }
            if let next { current = next }
        }
    }

    /// Where the gradient of a run's input goes: neighbours take turns, so that one is read while the other is written.
    private func target(ofRun place: Int, _ call: Call, _ inputGradient: Floats?) -> Floats? {
        place == 0 ? inputGradient : call.memory.scratch + call.layout.gradients[place % 2]
    }

    /// What step `index` works on, and what the last one leaves.
    private func values(_ call: Call, before index: Int, chunk: Int) -> Floats {
        let start =
            index == 0
            ? call.input : index == steps.count ? call.output : call.memory.trace + call.layout.outputs[index - 1]
        return start + before(index, chunk)
    }

    /// Numbers in the chunks before `chunk` of what stands before step `index`.
    private func before(_ index: Int, _ chunk: Int) -> Int {
        chunk == 0 ? 0 : chunk * (index == steps.count ? output.count : steps[index].input.count) * 16
    }

    private func memory(_ call: Call, _ index: Int, chunk: Int) -> LayerMemory {
        let (step, m, layout) = (steps[index], call.memory, call.layout)
        return LayerMemory(
            parameters: m.parameters + step.parameterOffset, state: m.state + step.stateOffset,
            gradient: m.gradient + step.parameterOffset, sharedGradient: m.sharedGradient + step.parameterOffset,
            trace: m.trace + layout.traces[index] + (chunk == 0 ? 0 : chunk * step.kernel.traceCount(chunks: 1)),
            scratch: m.scratch + layout.scratches[index])
    }
}
