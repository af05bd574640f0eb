import CKernels
import LinearAlgebra

/// `y = W x + b`, then the leaky rectifier if `slope` is not 1. Parameters: `W` `[output][input]`, then `b` `[output]`.
struct DenseKernel: LayerKernel {
    let inputs: Int
    let output: Shape
    let slope: Float

    init(_ layer: Layer, units: Int, slope: Float, input: Shape) throws(ShapeError) {
        try require(input.isFlat, layer, input, "must be flat: put a flatten layer before")
        try require(units >= 1, layer, input, "the layer needs at least one unit")
        (inputs, output, self.slope) = (input.count, .features(units), slope)
    }

    private var units: Int { output.count }
    var parameterCount: Int { units * (inputs + 1) }
    var operations: Double { 2 * Double(units * inputs) }

    func initialize(_ parameters: Floats, state: Floats, stream: inout RandomStream) {
        glorot(parameters, count: units * inputs, fanIn: inputs, fanOut: units, stream: &stream)
        (parameters + units * inputs).update(repeating: 0, count: units)
    }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        let lanes = c.lanes
        guard lanes > 0 else { return }
        c.kernels.dense(
            m.parameters, Int32(units), Int32(inputs), m.parameters + units * inputs, slope, input, Int32(lanes), output
        )
    }

    var sharedParameters: [Range<Int>] { [0..<parameterCount] }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        let lanes = c.lanes
        if slope != 1 { c.kernels.leaky_gradient(output, slope, Int64(units * c.chunks), 1, gradient, nil) }
        if c.needsWeightGradients {
            let own = lsi_samples(in: input, gradient: gradient, lanes: Int32(lanes))
            if let pair = c.pair {
                // Weights are many: each worker sums half of the rows over all samples, so that one gradient will do.
                let cut = units / 2
                let parts = pair.exchange(own, worker: c.worker)
                addGradient(c, m, of: parts, rows: c.worker == 0 ? 0..<cut : cut..<units)
            } else {
                addGradient(c, m, of: [own], rows: 0..<units)
            }
        }
        if let inputGradient, lanes > 0 {
            c.kernels.dense_transposed(
                m.parameters, Int32(units), Int32(inputs), gradient, Int32(lanes), inputGradient)
        }
        // The other worker reads this gradient until then.
        if c.needsWeightGradients { c.pair?.meet(c.worker) }
    }

    private func addGradient(_ c: PassContext, _ m: LayerMemory, of parts: [lsi_samples], rows: Range<Int>) {
        for part in parts {
            c.kernels.sum_rows(
                part.gradient + rows.lowerBound * Int(part.lanes), Int64(rows.count), Int64(part.lanes),
                m.sharedGradient + units * inputs + rows.lowerBound)
        }
        c.kernels.dense_weight_gradient(
            parts, Int32(parts.count), Int32(inputs), Int32(rows.lowerBound), Int32(rows.upperBound), m.sharedGradient)
    }
}
