import Foundation
import LinearAlgebra

/// Zeroes elements at random in training; the identity otherwise. One stream per sample.
struct DropoutKernel: LayerKernel {
    let output: Shape
    let rate: Float
    let ordinal: Int

    init(_ layer: Layer, rate: Float, ordinal: Int, input: Shape) throws(ShapeError) {
        try require(rate >= 0 && rate < 1, layer, input, "the rate must be at least 0 and below 1")
        (output, self.rate, self.ordinal) = (input, rate, ordinal)
    }

    func traceCount(chunks: Int) -> Int { output.count * chunks * 16 }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        let count = self.output.count * c.lanes
        guard c.isTraining else { return output.update(from: input, count: count) }
        m.trace.update(repeating: 0, count: count)
        for sample in 0..<c.samples {
            var stream = c.stream(layer: ordinal, sample: sample)
            for element in 0..<self.output.count where stream.uniform() >= Double(rate) {
                m.trace[laneIndex(self.output, element, sample, c)] = 1 / (1 - rate)
            }
        }
        for i in 0..<count { output[i] = input[i] * m.trace[i] }
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        guard let inputGradient else { return }
        let count = self.output.count * c.lanes
        guard c.isTraining else { return inputGradient.update(from: gradient, count: count) }
        for i in 0..<count { inputGradient[i] = gradient[i] * m.trace[i] }
    }
}

/// `z = μ + exp(log σ² / 2) ε` in training, `z = μ` otherwise; `ε` standard normal, one stream per sample.
///
/// Log variances are held in ±10, where their gradient is cut.
struct VariationalSamplingKernel: LayerKernel {
    static let bound: Float = 10
    let output: Shape
    let ordinal: Int

    init(_ layer: Layer, ordinal: Int, input: Shape) throws(ShapeError) {
        try require(
            input.isFlat && input.count.isMultiple(of: 2), layer, input, "must be flat with an even number of features")
        (output, self.ordinal) = (.features(input.count / 2), ordinal)
    }

    /// `ε σ / 2`, the derivative by the log variance.
    func traceCount(chunks: Int) -> Int { output.count * chunks * 16 }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        let count = self.output.count * c.lanes
        output.update(from: input, count: count)
        guard c.isTraining else { return }
        m.trace.update(repeating: 0, count: count)
        for sample in 0..<c.samples {
            var stream = c.stream(layer: ordinal, sample: sample)
            for feature in 0..<self.output.count {
                let i = feature * c.lanes + sample
                let logVariance = input[count + i]
                let noise = exp(min(max(logVariance, -Self.bound), Self.bound) / 2) * Float(stream.normal())
                output[i] += noise
                m.trace[i] = abs(logVariance) < Self.bound ? noise / 2 : 0
            }
        }
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        guard let inputGradient else { return }
        let count = self.output.count * c.lanes
        inputGradient.update(from: gradient, count: count)
        for i in 0..<count { inputGradient[count + i] = c.isTraining ? gradient[i] * m.trace[i] : 0 }
    }
}

/// Where element `element` of sample `sample` lies.
func laneIndex(_ shape: Shape, _ element: Int, _ sample: Int, _ c: PassContext) -> Int {
    shape.isFlat ? element * c.lanes + sample : ((sample / 16) * shape.count + element) * 16 + sample % 16
}
