import CKernels
import LinearAlgebra

/// `y = γ (x - μ) / sqrt(σ² + ε) + β` per channel, with the leaky rectifier behind if `slope` is not 1, and the largest
/// value of windows behind that if `pooling` is given.
///
/// Parameters: `γ`, then `β`. State: running mean, then running variance (of the whole batch, not corrected for bias).
/// Source: Ioffe and Szegedy (2015), algorithm 1 and the gradients below it.
struct BatchNormalizationKernel: LayerKernel {
    let input: Shape
    let momentum: Float, epsilon: Float
    let slope: Float
    let pooling: Pooling?

    var output: Shape { pooling?.output ?? input }
    private var channels: Int { input.channels }
    var parameterCount: Int { 2 * channels }
    var stateCount: Int { 2 * channels }
    /// Mean and inverse deviation of the batch; behind windows also the values chosen and their places.
    func traceCount(chunks: Int) -> Int { traceLayout(chunks: chunks).count }

    private func traceLayout(chunks: Int) -> (chosen: Int, choice: Int, count: Int) {
        var layout = Layout()
        _ = layout.reserve(2 * channels)
        guard let pooling else { return (0, 0, layout.count) }
        let chosen = layout.reserve(output.count * chunks * 16)
        let choice = layout.reserve(pooling.choiceCount(chunks: chunks))
        return (chosen, choice, layout.count)
    }

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
        guard let pooling else {
            forEachBlock(c) { offset, channel, pixels, channels, _ in
                c.kernels.scale_shift(
                    input + offset, scale + channel, shift + channel, slope, pixels, channels, output + offset)
            }
            return
        }
        let layout = traceLayout(chunks: c.chunks)
        var window = pooling.window
        for chunk in 0..<c.chunks {
            let place = chunk * self.output.count * 16
            c.kernels.pool(
                &window, input + chunk * self.input.count * 16, scale, shift, slope, output + place,
                m.trace + layout.chosen + place, pooling.choice(m.trace + layout.choice, chunk: chunk))
        }
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        let mean = m.trace, inverse = m.trace + channels
        let layout = traceLayout(chunks: c.chunks)
        let sums = m.scratch, products = m.scratch + 16 * channels
        sums.update(repeating: 0, count: 32 * channels)
        // Behind windows only what was chosen has a gradient.
        let source = pooling == nil ? input : m.trace + layout.chosen
        forEachBlock(c, of: self.output) { offset, channel, pixels, channels, _ in
            c.kernels.channel_products(
                gradient + offset, output + offset, slope, source + offset, mean + channel, pixels, channels,
                sums + 16 * channel, products + 16 * channel)
        }
        let own = laneSums(sums) + laneSums(products)
        for i in 0..<channels where c.needsWeightGradients {
            m.gradient[i] += Float(own[channels + i]) * inverse[i]
            m.gradient[channels + i] += Float(own[i])
        }
        guard let inputGradient else { return }
        // dx = γ/σ (g - mean(g) - x̂ mean(g x̂)), written as a g + b x + d.
        let total = c.sumOverWorkers(own + [Double(c.samples * self.input.pixels)])
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
        if let pooling {
            var window = pooling.window
            for chunk in 0..<c.chunks {
                let small = chunk * self.output.count * 16, large = chunk * self.input.count * 16
                withMask(c.mask(chunk: chunk)) {
                    c.kernels.combine_pooled(
                        &window, gradient + small, output + small, slope,
                        pooling.choice(m.trace + layout.choice, chunk: chunk), input + large, a, b, d, $0,
                        inputGradient + large)
                }
            }
        } else {
            forEachBlock(c) { offset, channel, pixels, channels, mask in
                withMask(mask) {
                    c.kernels.combine(
                        gradient + offset, output + offset, slope, input + offset, a + channel, b + channel,
                        d + channel, $0, pixels, channels, inputGradient + offset)
                }
            }
        }
    }

    private func measure(_ c: PassContext, _ m: LayerMemory, _ input: Floats, mean: Floats, inverse: Floats) {
        let sums = m.scratch, squares = m.scratch + 16 * channels
        sums.update(repeating: 0, count: 32 * channels)
        // Moments about the running mean keep the difference of large numbers away.
        forEachBlock(c) { offset, channel, pixels, channels, mask in
            withMask(mask) {
                c.kernels.channel_moments(
                    input + offset, m.state + channel, $0, pixels, channels, sums + 16 * channel,
                    squares + 16 * channel)
            }
        }
        let own = laneSums(sums) + laneSums(squares) + [Double(c.samples * self.input.pixels)]
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

    private func withMask(_ mask: SIMD16<Float>, _ body: (UnsafePointer<Float>) -> Void) {
        withUnsafePointer(to: mask) { $0.withMemoryRebound(to: Float.self, capacity: 16, body) }
    }

    /// Blocks that a channel kernel can take at once: a chunk's image, or one chunk of one feature.
    private func forEachBlock(
        _ c: PassContext, of shape: Shape? = nil,
        _ body: (_ offset: Int, _ channel: Int, Int64, Int32, SIMD16<Float>) -> Void
    ) {
        let shape = shape ?? input
        for chunk in 0..<c.chunks {
            let mask = c.mask(chunk: chunk)
            if shape.isFlat {
                for feature in 0..<channels { body(feature * c.lanes + chunk * 16, feature, 1, 1, mask) }
            } else {
                body(chunk * shape.count * 16, 0, Int64(shape.pixels), Int32(channels), mask)
            }
        }
    }
}
