import CKernels
import LinearAlgebra

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

    var isChunkwise: Bool { body.isChunkwise }

    private func size(_ chunks: Int) -> Int { output.count * chunks * 16 }
    var keptCount: Int { body.keptCount }
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
            kept: m.kept, trace: m.trace + size, scratch: m.scratch + size)
    }
}
