import CKernels
import LinearAlgebra

/// `y = γ (x - μ) / sqrt(σ² + ε) + β` per channel, with the leaky rectifier behind if `slope` is not 1.
///
/// Parameters: `γ`, then `β`. State: running mean, then running variance (of the whole batch, not corrected for bias).
/// Source: Ioffe and Szegedy (2015), algorithm 1 and the gradients below it.
struct BatchNormalizationKernel: LayerKernel {
    let output: Shape
    let momentum: Float, epsilon: Float
    let slope: Float

    private var channels: Int { output.channels }
    var parameterCount: Int { 2 * channels }
    var stateCount: Int { 2 * channels }
    /// Mean and inverse deviation of the batch.
    func traceCount(chunks: Int) -> Int { 2 * channels }
    func scratchCount(chunks: Int) -> Int { 32 * channels }

    func initialize(_ parameters: Floats, state: Floats, stream: inout RandomStream) {
        for i in 0..<channels {
            (parameters[i], parameters[channels + i]) = (1, 0)
            (state[i], state[channels + i]) = (0, 1)
        }
    }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        let mean = m.trace, inverse = m.trace + channels
        if c.isTraining {
            measure(c, m, input, mean: mean, inverse: inverse)
        } else {
            for i in 0..<channels {
                mean[i] = m.state[i]
                inverse[i] = 1 / (m.state[channels + i] + epsilon).squareRoot()
            }
        }
        let scale = m.scratch, shift = m.scratch + channels
        for i in 0..<channels {
            scale[i] = m.parameters[i] * inverse[i]
            shift[i] = m.parameters[channels + i] - mean[i] * scale[i]
        }
        forEachBlock(c) { offset, channel, pixels, channels, _ in
            c.kernels.scale_shift(
                input + offset, scale + channel, shift + channel, slope, pixels, channels, output + offset)
        }
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        let mean = m.trace, inverse = m.trace + channels
        let sums = m.scratch, products = m.scratch + 16 * channels
        sums.update(repeating: 0, count: 32 * channels)
        forEachBlock(c) { offset, channel, pixels, channels, _ in
            c.kernels.leaky_gradient(output + offset, slope, pixels, channels, gradient + offset, nil)
            c.kernels.channel_products(
                gradient + offset, input + offset, mean + channel, pixels, channels, sums + 16 * channel,
                products + 16 * channel)
        }
        let own = laneSums(sums) + laneSums(products)
        for i in 0..<channels where c.needsWeightGradients {
            m.gradient[i] += Float(own[channels + i]) * inverse[i]
            m.gradient[channels + i] += Float(own[i])
        }
        guard let inputGradient else { return }
        // dx = γ/σ (g - mean(g) - x̂ mean(g x̂)), written as a g + b x + d.
        let total = c.sumOverWorkers(own + [Double(c.samples * pixelCount)])
        let count = Float(total[2 * channels])
        let a = m.scratch, b = a + channels, d = b + channels
        for i in 0..<channels {
            let gain = m.parameters[i] * inverse[i]
            // Running statistics do not depend on the samples.
            guard c.isTraining else {
                (a[i], b[i], d[i]) = (gain, 0, 0)
                continue
            }
            let product = Float(total[channels + i]) * inverse[i] * inverse[i] / count
            a[i] = gain
            b[i] = -gain * product
            d[i] = gain * (product * mean[i] - Float(total[i]) / count)
        }
        forEachBlock(c) { offset, channel, pixels, channels, mask in
            var mask = mask
            withUnsafePointer(to: &mask) {
                $0.withMemoryRebound(to: Float.self, capacity: 16) {
                    c.kernels.combine(
                        input + offset, a + channel, b + channel, d + channel, $0, pixels, channels, gradient + offset)
                }
            }
        }
        inputGradient.update(from: gradient, count: c.chunks * 16 * self.output.count)
    }

    private var pixelCount: Int { self.output.pixels }

    private func measure(_ c: PassContext, _ m: LayerMemory, _ input: Floats, mean: Floats, inverse: Floats) {
        let sums = m.scratch, squares = m.scratch + 16 * channels
        sums.update(repeating: 0, count: 32 * channels)
        // Moments about the running mean keep the difference of large numbers away.
        forEachBlock(c) { offset, channel, pixels, channels, mask in
            var mask = mask
            withUnsafePointer(to: &mask) {
                $0.withMemoryRebound(to: Float.self, capacity: 16) {
                    c.kernels.channel_moments(
                        input + offset, m.state + channel, $0, pixels, channels, sums + 16 * channel,
                        squares + 16 * channel)
                }
            }
        }
        let own = laneSums(sums) + laneSums(squares) + [Double(c.samples * pixelCount)]
        let total = c.sumOverWorkers(own)
        let count = max(total[2 * channels], 1)
        for i in 0..<channels {
            let shift = total[i] / count
            let variance = max(total[channels + i] / count - shift * shift, 0)
            mean[i] = m.state[i] + Float(shift)
            inverse[i] = 1 / (Float(variance) + epsilon).squareRoot()
        }
        // Both workers read the running statistics above; one moves them once both are past the sums.
        c.pair?.meet(c.worker)
        guard c.worker == 0 else { return }
        for i in 0..<channels {
            let variance = 1 / (inverse[i] * inverse[i]) - epsilon
            m.state[i] += momentum * (mean[i] - m.state[i])
            m.state[channels + i] += momentum * (variance - m.state[channels + i])
        }
    }

    private func laneSums(_ values: Floats) -> [Double] {
        (0..<channels).map { channel in (0..<16).reduce(0.0) { $0 + Double(values[16 * channel + $1]) } }
    }

    /// Blocks that a channel kernel can take at once: a chunk's image, or one chunk of one feature.
    private func forEachBlock(
        _ c: PassContext, _ body: (_ offset: Int, _ channel: Int, Int64, Int32, SIMD16<Float>) -> Void
    ) {
        for chunk in 0..<c.chunks {
            let mask = c.mask(chunk: chunk)
            if output.isFlat {
                for feature in 0..<channels { body(feature * c.lanes + chunk * 16, feature, 1, 1, mask) }
            } else {
                body(chunk * output.count * 16, 0, Int64(output.pixels), Int32(channels), mask)
            }
        }
    }
}
