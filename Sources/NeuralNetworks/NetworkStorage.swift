/// The weights of a network in memory that training changes, with a gradient for each of two workers.
package final class NetworkStorage: Sendable {
    package let parameters: AlignedFloats
    package let state: AlignedFloats
    /// One per worker; empty unless trainable. Of ``sharedParameters`` the first is that of both.
    package let gradients: [AlignedFloats]
    let sharedParameters: [Range<Int>]
    package let description: NetworkDescription

    package init(_ network: Network, isTrainable: Bool = true) {
        description = network.description
        sharedParameters = network.makeKernel().sharedParameters
        parameters = AlignedFloats(network.weights.parameters)
        state = AlignedFloats(network.weights.state)
        gradients = (0..<2).map { _ in AlignedFloats(isTrainable ? network.weights.parameters.count : 0) }
    }

    package var weights: NetworkWeights {
        get { NetworkWeights(parameters: parameters.values, state: state.values) }
        set {
            for (i, value) in newValue.parameters.enumerated() { parameters.pointer[i] = value }
            for (i, value) in newValue.state.enumerated() { state.pointer[i] = value }
        }
    }
}

/// One worker's memory for running a network on up to `capacity` samples at a time. Used by one thread at a time.
package final class NetworkPass: @unchecked Sendable {
    private let kernel: SequentialKernel
    package let inputShape: Shape, outputShape: Shape
    /// Images as `[chunk][pixel][channel][16]`, flat data as `[feature][lanes]`.
    package let input: AlignedFloats, output: AlignedFloats
    private let kept: AlignedFloats, trace: AlignedFloats, scratch: AlignedFloats
    private let capacity: Int
    package private(set) lazy var outputGradient = AlignedFloats(output.count)
    package private(set) lazy var inputGradient = AlignedFloats(input.count)

    package init(_ network: Network, capacity: Int) {
        kernel = network.makeKernel()
        let chunks = max((capacity + 15) / 16, 1)
        self.capacity = chunks * 16
        (inputShape, outputShape) = (kernel.input, kernel.output)
        input = AlignedFloats(kernel.input.count * chunks * 16)
        output = AlignedFloats(kernel.output.count * chunks * 16)
        kept = AlignedFloats(kernel.keptCount)
        trace = AlignedFloats(kernel.traceCount(chunks: chunks))
        scratch = AlignedFloats(kernel.scratchCount(chunks: chunks))
    }

    package func forward(_ c: PassContext, _ storage: NetworkStorage) {
        precondition(c.samples <= capacity, "\(c.samples) samples in memory for \(capacity)")
        kernel.forward(c, memory(storage, c.worker), input: input.pointer, output: output.pointer)
    }

    /// Pulls ``outputGradient`` (overwritten) back: adds to the worker's gradient if asked, fills ``inputGradient`` if asked.
    package func backward(_ c: PassContext, _ storage: NetworkStorage, needsInputGradient: Bool = true) {
        kernel.backward(
            c, memory(storage, c.worker), input: input.pointer, output: output.pointer,
            gradient: outputGradient.pointer, inputGradient: needsInputGradient ? inputGradient.pointer : nil)
    }

    /// ``forward(_:_:)``, the loss, and ``backward(_:_:needsInputGradient:)``. Outputs of all samples are kept nowhere: where
    /// it can, the pass takes chunk after chunk from the last layers to the loss and back.
    /// - Parameter loss: fills the first of ``outputGradient`` from the first of ``output``, for the samples of `part`,
    ///   which begin at `chunk` of this worker's.
    /// - Returns: the sum of what `loss` returns.
    package func train(
        _ c: PassContext, _ storage: NetworkStorage, needsInputGradient: Bool = true,
        loss: (_ part: PassContext, _ chunk: Int) -> Double
    ) -> Double {
        precondition(c.samples <= capacity, "\(c.samples) samples in memory for \(capacity)")
        var sum = 0.0
        kernel.train(
            c, memory(storage, c.worker), input: input.pointer, output: output.pointer,
            gradient: outputGradient.pointer, inputGradient: needsInputGradient ? inputGradient.pointer : nil
        ) { sum += loss($0, $1) }
        return sum
    }

    package func setInput(_ values: [Float], sample: Int, _ c: PassContext) {
        precondition(values.count == inputShape.count, "\(values.count) values for \(inputShape)")
        for (element, value) in values.enumerated() {
            input.pointer[laneIndex(inputShape, element, sample, c)] = value
        }
    }

    package func setOutputGradient(_ values: [Float], sample: Int, _ c: PassContext) {
        precondition(values.count == outputShape.count, "\(values.count) values for \(outputShape)")
        for (element, value) in values.enumerated() {
            outputGradient.pointer[laneIndex(outputShape, element, sample, c)] = value
        }
    }

    package func inputGradient(sample: Int, _ c: PassContext) -> [Float] {
        (0..<inputShape.count).map { inputGradient.pointer[laneIndex(inputShape, $0, sample, c)] }
    }

    private func memory(_ storage: NetworkStorage, _ worker: Int) -> LayerMemory {
        LayerMemory(
            parameters: storage.parameters.pointer, state: storage.state.pointer,
            gradient: storage.gradients[worker].pointer, sharedGradient: storage.gradients[0].pointer,
            kept: kept.pointer, trace: trace.pointer, scratch: scratch.pointer)
    }
}
