import CKernels
import LinearAlgebra

/// A convolution, the leaky rectifier if `slope` is not 1, and the largest value of windows.
///
/// What the convolution gives is made some rows at a time and not kept: at full size it is larger than all that follows,
/// and moving it would take longer than making it. Only a gradient that is to be pulled back further is made as a whole,
/// one image at a time.
struct PooledConvolutionKernel: LayerKernel {
    private let convolution: ConvolutionKernel
    private let slope: Float
    private let pooling: Pooling

    /// - Parameter convolution: plain, without a rectifier of its own.
    init(_ convolution: ConvolutionKernel, slope: Float, pooling: Pooling) {
        (self.convolution, self.slope, self.pooling) = (convolution, slope, pooling)
    }

    private var image: Shape { pooling.input }
    var output: Shape { pooling.output }
    var parameterCount: Int { convolution.parameterCount }
    var operations: Double { convolution.operations }
    var isChunkwise: Bool { true }
    var keptCount: Int { convolution.keptCount }
    func traceCount(chunks: Int) -> Int { pooling.choiceCount(chunks: chunks) }
    func scratchCount(chunks: Int) -> Int { bandPlace + image.count * 16 }
    /// Where a band of the image lies in the scratch.
    private var bandPlace: Int { (convolution.scratchCount(chunks: 1) + 15) / 16 * 16 }

    func initialize(_ parameters: Floats, state: Floats, stream: inout RandomStream) {
        convolution.initialize(parameters, state: state, stream: &stream)
    }

    /// Rows of windows to a band: what the convolution makes for them stays in the second cache, 128 kB.
    private var bandRows: Int { max(2048 / (image.columns * image.channels * pooling.size), 1) }

    private func forEachBand(of rows: Int, _ body: (_ windows: Range<Int>, _ plan: ConvolutionPlan) -> Void) {
        for first in stride(from: 0, to: output.rows, by: rows) {
            let windows = first..<min(first + rows, output.rows)
            let all = windows.lowerBound * pooling.size..<windows.upperBound * pooling.size
            body(windows, convolution.forwardPlan.rows(all))
        }
    }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        let space = ConvolutionKernel.WorkSpace(convolution, m)
        let band = m.scratch + bandPlace
        let weights = convolution.forwardWeights(c, m, space)
        let row = self.output.columns * self.output.channels * 16
        for chunk in 0..<c.chunks {
            let choice = pooling.choice(m.trace, chunk: chunk)
            forEachBand(of: bandRows) { windows, plan in
                plan.convolve(
                    c.kernels, input + chunk * convolution.input.count * 16, weights: weights,
                    bias: m.parameters + convolution.kernelCount, slope: 1, scratch: space.scratch, output: band)
                var part = pooling.window(rows: windows.count * pooling.size)
                let place = windows.lowerBound * row
                c.kernels.pool(
                    &part, band, nil, nil, slope, output + chunk * self.output.count * 16 + place, nil, choice + place)
            }
        }
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        let space = ConvolutionKernel.WorkSpace(convolution, m)
        let band = m.scratch + bandPlace
        let weights = convolution.beginBackward(c, m, space, isPulled: inputGradient != nil)
        let row = self.output.columns * self.output.channels * 16
        for chunk in 0..<c.chunks {
            let choice = pooling.choice(m.trace, chunk: chunk)
            let (x, y) = (input + chunk * convolution.input.count * 16, output + chunk * self.output.count * 16)
            func unpool(_ windows: Range<Int>, rows: Int) {
                var part = pooling.window(rows: rows)
                let place = windows.lowerBound * row
                c.kernels.unpool(
                    &part, gradient + chunk * self.output.count * 16 + place, y + place, slope, choice + place,
                    c.needsWeightGradients ? space.sums : nil, band)
            }
            if let inputGradient, let weights {
                // Pulling back wants the rows before and after as well, so here the whole image is made.
                unpool(0..<self.output.rows, rows: image.rows)
                if c.needsWeightGradients {
                    convolution.forwardPlan.correlate(
                        c.kernels, x, gradient: band, scratch: space.scratch, weights: space.gradient)
                }
                convolution.pull(
                    c, space, weights: weights, gradient: band,
                    inputGradient: inputGradient + chunk * convolution.input.count * 16)
            } else if c.needsWeightGradients {
                forEachBand(of: bandRows) { windows, plan in
                    unpool(windows, rows: windows.count * pooling.size)
                    plan.correlate(c.kernels, x, gradient: band, scratch: space.scratch, weights: space.gradient)
                }
            }
        }
        convolution.endBackward(c, m, space)
    }
}
