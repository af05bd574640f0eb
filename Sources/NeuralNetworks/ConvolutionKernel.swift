import CKernels
import LinearAlgebra

/// Plain, strided, transposed and upsampled convolutions, with the leaky rectifier behind if `slope` is not 1.
///
/// Parameters: kernel `[row][column][in][out]`, then bias `[out]`.
struct ConvolutionKernel: LayerKernel {
    let output: Shape
    let slope: Float
    let input: Shape
    private let kernel: Int
    private let isTransposed: Bool
    let forwardPlan: ConvolutionPlan
    let adjointPlan: ConvolutionPlan

    init(_ layer: Layer, slope: Float, input: Shape) throws(ShapeError) {
        try require(!input.isFlat, layer, input, "must be an image: put a reshape layer before")
        let axes: (rows: AxisPlans, columns: AxisPlans)
        switch layer {
        case .convolution(_, let kernel, let stride, _), .transposedConvolution(_, let kernel, let stride):
            try require(kernel >= 1 && stride >= 1, layer, input, "kernel and stride must be at least 1")
        case .upsampledConvolution(_, let kernel, _):
            try require(kernel >= 1, layer, input, "the kernel must be at least 1")
        default: preconditionFailure("\(layer) is no convolution")
        }
        switch layer {
        case .convolution(let channels, let kernel, let stride, let padding):
            axes = (
                try AxisPlans.plain(layer, input, input.rows, kernel, stride, padding),
                try AxisPlans.plain(layer, input, input.columns, kernel, stride, padding)
            )
            (self.kernel, output) = (kernel, Self.shape(axes, channels))
        case .transposedConvolution(let channels, let kernel, let stride):
            axes = (
                AxisPlans.transposed(input.rows, kernel, stride), AxisPlans.transposed(input.columns, kernel, stride)
            )
            (self.kernel, output) = (kernel, Self.shape(axes, channels))
        case .upsampledConvolution(let channels, let kernel, let padding):
            axes = (
                try AxisPlans.upsampled(layer, input, input.rows, kernel, padding),
                try AxisPlans.upsampled(layer, input, input.columns, kernel, padding)
            )
            (self.kernel, output) = (kernel, Self.shape(axes, channels))
        default: preconditionFailure("\(layer) is no convolution")
        }
        try require(output.channels >= 1, layer, input, "the layer needs at least one channel")
        if case .transposedConvolution = layer { isTransposed = true } else { isTransposed = false }
        (self.input, self.slope) = (input, slope)
        forwardPlan = ConvolutionPlan(
            rows: axes.rows.forward, columns: axes.columns.forward, input: input, output: output, kernel: kernel)
        adjointPlan = ConvolutionPlan(
            rows: axes.rows.adjoint, columns: axes.columns.adjoint, input: output, output: input, kernel: kernel)
    }

    private static func shape(_ axes: (rows: AxisPlans, columns: AxisPlans), _ channels: Int) -> Shape {
        .image(rows: axes.rows.extent, columns: axes.columns.extent, channels: channels)
    }

    var kernelCount: Int { kernel * kernel * input.channels * output.channels }
    var parameterCount: Int { kernelCount + output.channels }
    /// Every tap at every output pixel, whether it falls on padding or not; those of a transposed one at every input.
    var operations: Double { 2 * Double(kernelCount) * Double(min(output.pixels, isTransposed ? input.pixels : .max)) }

    var isChunkwise: Bool { true }
    var keptCount: Int { layout.count }
    func scratchCount(chunks: Int) -> Int { max(forwardPlan.scratchCount, adjointPlan.scratchCount) }

    /// Offsets in what is kept.
    private var layout: (adjoint: Int, gradient: Int, sums: Int, count: Int) {
        var layout = Layout()
        _ = layout.reserve(forwardPlan.preparationCount)
        let adjoint = layout.reserve(adjointPlan.preparationCount)
        let gradient = layout.reserve(forwardPlan.weightCount)
        let sums = layout.reserve(forwardPlan.output.channels * 16)
        return (adjoint, gradient, sums, layout.count)
    }

    /// Memory for calls.
    struct WorkSpace {
        /// For weights as the windows of both plans work with them, and the forward ones' gradient; channel sums,
        /// `[channel][16]`; what the C kernels need.
        let prepared: Floats, adjoint: Floats, gradient: Floats, sums: Floats, scratch: Floats

        init(_ kernel: ConvolutionKernel, _ m: LayerMemory) {
            let layout = kernel.layout
            (prepared, adjoint, gradient) = (m.kept, m.kept + layout.adjoint, m.kept + layout.gradient)
            (sums, scratch) = (m.kept + layout.sums, m.scratch)
        }
    }

    func initialize(_ parameters: Floats, state: Floats, stream: inout RandomStream) {
        let taps = kernel * kernel
        glorot(
            parameters, count: kernelCount, fanIn: taps * input.channels, fanOut: taps * output.channels,
            stream: &stream)
        (parameters + kernelCount).update(repeating: 0, count: output.channels)
    }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        let space = WorkSpace(self, m)
        let weights = forwardWeights(c, m, space)
        for chunk in 0..<c.chunks {
            forwardPlan.convolve(
                c.kernels, input + chunk * self.input.count * 16, weights: weights, bias: m.parameters + kernelCount,
                slope: slope, scratch: space.scratch, output: output + chunk * self.output.count * 16)
        }
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        let space = WorkSpace(self, m)
        let weights = beginBackward(c, m, space, isPulled: inputGradient != nil)
        for chunk in 0..<c.chunks {
            let g = gradient + chunk * self.output.count * 16
            c.kernels.leaky_gradient(
                output + chunk * self.output.count * 16, slope, Int64(self.output.pixels), Int32(self.output.channels),
                g, c.needsWeightGradients ? space.sums : nil)
            if c.needsWeightGradients {
                forwardPlan.correlate(
                    c.kernels, input + chunk * self.input.count * 16, gradient: g, scratch: space.scratch,
                    weights: space.gradient)
            }
            if let inputGradient, let weights {
                pull(
                    c, space, weights: weights, gradient: g,
                    inputGradient: inputGradient + chunk * self.input.count * 16)
            }
        }
        endBackward(c, m, space)
    }

    /// The kernel as the forward windows work with it.
    func forwardWeights(_ c: PassContext, _ m: LayerMemory, _ space: WorkSpace) -> Floats {
        forwardPlan.prepare(m.parameters, memory: space.prepared, transposed: false, isReady: !c.isFirstCall)
    }

    /// - Returns: the kernel as the adjoint windows work with it, if anything is to be pulled back.
    func beginBackward(_ c: PassContext, _ m: LayerMemory, _ space: WorkSpace, isPulled: Bool) -> Floats? {
        if c.needsWeightGradients, c.isFirstCall {
            space.gradient.update(repeating: 0, count: forwardPlan.weightCount)
            space.sums.update(repeating: 0, count: forwardPlan.output.channels * 16)
        }
        guard isPulled else { return nil }
        return adjointPlan.prepare(m.parameters, memory: space.adjoint, transposed: true, isReady: !c.isFirstCall)
    }

    /// The gradient of one image's output pulled back to its input.
    func pull(_ c: PassContext, _ space: WorkSpace, weights: Floats, gradient: Floats, inputGradient: Floats) {
        adjointPlan.convolve(
            c.kernels, gradient, weights: weights, bias: nil, slope: 1, scratch: space.scratch, output: inputGradient)
    }

    func endBackward(_ c: PassContext, _ m: LayerMemory, _ space: WorkSpace) {
        guard c.needsWeightGradients, c.isLastCall else { return }
        c.kernels.sum_lanes(space.sums, Int64(forwardPlan.output.channels), m.gradient + kernelCount)
        forwardPlan.recover(space.gradient, memory: space.prepared, addingTo: m.gradient)
    }
}

/// Both directions of a convolution along one axis, and the output's extent.
private struct AxisPlans {
    let extent: Int
    let forward: [ConvolutionAxis], adjoint: [ConvolutionAxis]

    static func plain(
        _ layer: Layer, _ input: Shape, _ extent: Int, _ kernel: Int, _ stride: Int, _ padding: Layer.Padding
    ) throws(ShapeError) -> AxisPlans {
        try require(
            padding == .same || extent >= kernel, layer, input, "must have at least \(kernel) pixels along each axis")
        let count = padding == .same ? (extent + stride - 1) / stride : (extent - kernel) / stride + 1
        let pad = padding == .same ? max((count - 1) * stride + kernel - extent, 0) / 2 : 0
        return AxisPlans(
            extent: count, forward: ConvolutionAxis.gather(count: count, kernel: kernel, stride: stride, pad: pad),
            adjoint: ConvolutionAxis.scatter(count: extent, kernel: kernel, stride: stride, pad: pad))
    }

    static func transposed(_ extent: Int, _ kernel: Int, _ stride: Int) -> AxisPlans {
        let pad = max(kernel - stride, 0) / 2
        return AxisPlans(
            extent: extent * stride,
            forward: ConvolutionAxis.scatter(count: extent * stride, kernel: kernel, stride: stride, pad: pad),
            adjoint: ConvolutionAxis.gather(count: extent, kernel: kernel, stride: stride, pad: pad))
    }

    static func upsampled(
        _ layer: Layer, _ input: Shape, _ extent: Int, _ kernel: Int, _ padding: Layer.Padding
    ) throws(ShapeError) -> AxisPlans {
        try require(
            padding == .same || 2 * extent >= kernel, layer, input,
            "must have at least \((kernel + 1) / 2) pixels along each axis")
        let count = padding == .same ? 2 * extent : 2 * extent - kernel + 1
        let pad = padding == .same ? (kernel - 1) / 2 : 0
        return AxisPlans(
            extent: count, forward: ConvolutionAxis.enlarged(count: count, kernel: kernel, factor: 2, pad: pad),
            adjoint: ConvolutionAxis.enlargedAdjoint(count: extent, kernel: kernel, factor: 2, pad: pad))
    }
}
