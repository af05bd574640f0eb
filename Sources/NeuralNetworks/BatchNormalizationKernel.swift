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
    /// Behind windows the values chosen and their places.
    func traceCount(chunks: Int) -> Int {
        pooling.map { chosenCount(chunks: chunks) + $0.choiceCount(chunks: chunks) } ?? 0
    }

    private func chosenCount(chunks: Int) -> Int { output.count * chunks * 16 }

    var isChunkwise: Bool { !input.isFlat }
    var gathers: Bool { true }
    var keptCount: Int { 37 * channels + 1 }
    func scratchCount(chunks: Int) -> Int { 2 * channels }

    /// What is gathered over a batch, each per channel.
    private struct Gathered {
        /// Mean and inverse deviation, in inference the running ones; what makes the gradient.
        let mean: Floats, inverse: Floats, a: Floats, b: Floats, d: Floats
        /// Two sums `[channel][16]`, and the pixels of all samples in them.
        let first: Floats, second: Floats, count: Floats

        init(_ kept: Floats, _ channels: Int) {
            (first, second) = (kept, kept + 16 * channels)
            (mean, inverse) = (kept + 32 * channels, kept + 33 * channels)
            (a, b, d) = (kept + 34 * channels, kept + 35 * channels, kept + 36 * channels)
            count = kept + 37 * channels
        }

        func clearSums(_ channels: Int) {
            first.update(repeating: 0, count: 32 * channels)
            count[0] = 0
        }
    }

    func initialize(_ parameters: Floats, state: Floats, stream: inout RandomStream) {
        for i in 0..<channels {
            (parameters[i], parameters[channels + i]) = (1, 0)
            (state[i], state[channels + i]) = (0, 1)
        }
    }

    func gather(_ c: PassContext, _ m: LayerMemory, input: Floats) {
        let g = Gathered(m.kept, channels)
        guard c.isTraining else {
            for i in 0..<channels {
                g.mean[i] = m.state[i]
                g.inverse[i] = 1 / (m.state[channels + i] + epsilon).squareRoot()
            }
            return
        }
        if c.isFirstCall { g.clearSums(channels) }
        g.count[0] += Float(c.samples * self.input.pixels)
        // Moments about the running mean keep the difference of large numbers away.
        forEachBlock(c) { offset, channel, pixels, channels, mask in
            withMask(mask) {
                c.kernels.channel_moments(
                    input + offset, m.state + channel, $0, pixels, channels, g.first + 16 * channel,
                    g.second + 16 * channel)
            }
        }
        if c.isLastCall { takeMoments(c, m, g) }
    }

    private func takeMoments(_ c: PassContext, _ m: LayerMemory, _ g: Gathered) {
        let total = c.sumOverWorkers(laneSums(g.first) + laneSums(g.second) + [Double(g.count[0])])
        let count = max(total[2 * channels], 1)
        for i in 0..<channels {
            let shift = total[i] / count
            let variance = max(total[channels + i] / count - shift * shift, 0)
            g.mean[i] = m.state[i] + Float(shift)
            g.inverse[i] = 1 / (Float(variance) + epsilon).squareRoot()
        }
        // Both workers read the running statistics above; one moves them once both are past the sums.
        c.pair?.meet(c.worker)
        guard c.worker == 0 else { return }
        for i in 0..<channels {
            let variance = 1 / (g.inverse[i] * g.inverse[i]) - epsilon
            m.state[i] += momentum * (g.mean[i] - m.state[i])
            m.state[channels + i] += momentum * (variance - m.state[channels + i])
        }
    }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        let g = Gathered(m.kept, channels)
        let scale = m.scratch, shift = m.scratch + channels
        for i in 0..<channels {
            scale[i] = m.parameters[i] * g.inverse[i]
            shift[i] = m.parameters[channels + i] - g.mean[i] * scale[i]
        }
        guard let pooling else {
            forEachBlock(c) { offset, channel, pixels, channels, _ in
                c.kernels.scale_shift(
                    input + offset, scale + channel, shift + channel, slope, pixels, channels, output + offset)
            }
            return
        }
        let places = m.trace + chosenCount(chunks: c.chunks)
        var window = pooling.window
        for chunk in 0..<c.chunks {
            let place = chunk * self.output.count * 16
            c.kernels.pool(
                &window, input + chunk * self.input.count * 16, scale, shift, slope, output + place, m.trace + place,
                pooling.choice(places, chunk: chunk))
        }
    }

    func gatherGradient(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats) {
        let g = Gathered(m.kept, channels)
        if c.isFirstCall { g.clearSums(channels) }
        g.count[0] += Float(c.samples * self.input.pixels)
        // Behind windows only what was chosen has a gradient.
        let source = pooling == nil ? input : m.trace
        forEachBlock(c, of: self.output) { offset, channel, pixels, channels, _ in
            c.kernels.channel_products(
                gradient + offset, output + offset, slope, source + offset, g.mean + channel, pixels, channels,
                g.first + 16 * channel, g.second + 16 * channel)
        }
        if c.isLastCall { takeProducts(c, m, g) }
    }

    /// `dx = γ/σ (g - mean(g) - x̂ mean(g x̂))`, written as `a g + b x + d`.
    private func takeProducts(_ c: PassContext, _ m: LayerMemory, _ g: Gathered) {
        let own = laneSums(g.first) + laneSums(g.second)
        for i in 0..<channels where c.needsWeightGradients {
            m.gradient[i] += Float(own[channels + i]) * g.inverse[i]
            m.gradient[channels + i] += Float(own[i])
        }
        let total = c.sumOverWorkers(own + [Double(g.count[0])])
        let count = Float(total[2 * channels])
        for i in 0..<channels {
            let gain = m.parameters[i] * g.inverse[i]
            // Running statistics do not depend on the samples.
            guard c.isTraining else {
                (g.a[i], g.b[i], g.d[i]) = (gain, 0, 0)
                continue
            }
            let product = Float(total[channels + i]) * g.inverse[i] * g.inverse[i] / count
            g.a[i] = gain
            g.b[i] = -gain * product
            g.d[i] = gain * (product * g.mean[i] - Float(total[i]) / count)
        }
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        guard let inputGradient else { return }
        let g = Gathered(m.kept, channels)
        guard let pooling else {
            forEachBlock(c) { offset, channel, pixels, channels, mask in
                withMask(mask) {
                    c.kernels.combine(
                        gradient + offset, output + offset, slope, input + offset, g.a + channel, g.b + channel,
                        g.d + channel, $0, pixels, channels, inputGradient + offset)
                }
            }
            return
        }
        let places = m.trace + chosenCount(chunks: c.chunks)
        var window = pooling.window
        for chunk in 0..<c.chunks {
            let small = chunk * self.output.count * 16, large = chunk * self.input.count * 16
            withMask(c.mask(chunk: chunk)) {
                c.kernels.combine_pooled(
                    &window, gradient + small, output + small, slope, pooling.choice(places, chunk: chunk),
                    input + large, g.a, g.b, g.d, $0, inputGradient + large)
            }
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
