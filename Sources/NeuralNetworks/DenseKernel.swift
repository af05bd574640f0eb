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
        let bias = m.parameters + units * inputs
        for unit in 0..<units { (output + unit * lanes).update(repeating: bias[unit], count: lanes) }
        BLAS.multiply(m.parameters, input, m: units, n: lanes, k: inputs, keep: 1, into: output)
        if slope != 1 { c.kernels.leaky(output, slope, Int64(units * lanes), output) }
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        let lanes = c.lanes
        guard lanes > 0 else { return }
        if slope != 1 { c.kernels.leaky_gradient(output, slope, Int64(units * c.chunks), 1, gradient, nil) }
        if c.needsWeightGradients {
            c.kernels.sum_rows(gradient, Int64(units), Int64(lanes), m.gradient + units * inputs)
            BLAS.multiply(
                gradient, input, otherTransposed: true, m: units, n: inputs, k: lanes, keep: 1, into: m.gradient)
        }
        guard let inputGradient else { return }
        BLAS.multiply(m.parameters, transposed: true, gradient, m: inputs, n: lanes, k: units, into: inputGradient)
    }
}
