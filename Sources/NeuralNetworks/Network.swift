import LinearAlgebra

/// An input shape and the layers that follow: all of a network but its weights.
public struct NetworkDescription: Equatable, Sendable, Codable {
    public let input: Shape
    public let layers: [Layer]

    public init(input: Shape, layers: [Layer]) { (self.input, self.layers) = (input, layers) }

    /// - Throws: ``ShapeError`` at the first layer that cannot take what comes before it.
    public func outputShape() throws(ShapeError) -> Shape { try kernel().output }

    func kernel() throws(ShapeError) -> SequentialKernel {
        var ordinal = 0
        return try SequentialKernel(layers, input: input, ordinal: &ordinal)
    }
}

/// All numbers of a network, in layer order: `W` then `b` of a dense layer or convolution, `γ` then `β` of a batch
/// normalisation.
public struct NetworkWeights: Equatable, Sendable {
    public var parameters: [Float]
    /// Running statistics of batch normalisations.
    public var state: [Float]

    public init(parameters: [Float], state: [Float]) { (self.parameters, self.state) = (parameters, state) }
}

/// A network with its weights, ready to be applied. An immutable value: any number of tasks may share it.
public struct Network: Sendable {
    public let description: NetworkDescription
    public let weights: NetworkWeights
    public let output: Shape
    private let kernel: SequentialKernel

    public var input: Shape { description.input }

    /// Fresh weights (Glorot and Bengio, 2010). The same seed and purpose give the same weights, bit for bit.
    public init(_ description: NetworkDescription, seed: UInt64, purpose: String) throws(ShapeError) {
        let kernel = try description.kernel()
        var stream = RandomStream(seed: seed, purpose: purpose)
        var parameters = [Float](repeating: 0, count: kernel.parameterCount)
        var state = [Float](repeating: 0, count: kernel.stateCount)
        parameters.withUnsafeMutableBufferPointer { p in
            state.withUnsafeMutableBufferPointer { s in
                guard let base = p.baseAddress else { return }
                kernel.initialize(base, state: s.baseAddress ?? base, stream: &stream)
            }
        }
        self.init(description, kernel, NetworkWeights(parameters: parameters, state: state))
    }

    /// - Throws: ``ShapeError`` if the description is unsound, or has not as many weights as given.
    public init(_ description: NetworkDescription, weights: NetworkWeights) throws(ShapeError) {
        let kernel = try description.kernel()
        guard weights.parameters.count == kernel.parameterCount, weights.state.count == kernel.stateCount else {
            throw ShapeError(
                layer: "network", found: description.input,
                requirement:
                    "needs \(kernel.parameterCount) weights and \(kernel.stateCount) statistics, not "
                    + "\(weights.parameters.count) and \(weights.state.count)")
        }
        self.init(description, kernel, weights)
    }

    private init(_ description: NetworkDescription, _ kernel: SequentialKernel, _ weights: NetworkWeights) {
        (self.description, self.kernel, self.weights, output) = (description, kernel, weights, kernel.output)
    }

    public var parameterCount: Int { kernel.parameterCount }

    /// Outputs of `inputs` as in inference: running statistics, no dropout, no sampling.
    /// - Parameter inputs: `[samples][input.count]`, each `[row][column][channel]`
    /// - Returns: `[samples][output.count]`; each depends on its own input only, bit for bit, however many are beside it.
    public func callAsFunction(_ inputs: [[Float]]) -> [[Float]] {
        let storage = NetworkStorage(self, isTrainable: false)
        guard inputs.count >= 2 * Self.batch else { return outputs(of: inputs[...], storage) }
        // Samples do not see each other, so the split does not show.
        let cut = (inputs.count / Self.batch + 1) / 2 * Self.batch
        let halves = WorkerPair().map { worker in
            outputs(of: worker == 0 ? inputs[..<cut] : inputs[cut...], storage)
        }
        return halves.0 + halves.1
    }

    /// Samples of one pass in inference: one vector of lanes. Matrix products round differently for different numbers of
    /// columns, and a rounding error can flip a facies; so every pass has the same number, filled up with zeros.
    private static let batch = 16

    private func outputs(of inputs: ArraySlice<[Float]>, _ storage: NetworkStorage) -> [[Float]] {
        let pass = NetworkPass(self, capacity: Self.batch)
        let blank = [Float](repeating: 0, count: input.count)
        var outputs: [[Float]] = []
        outputs.reserveCapacity(inputs.count)
        for start in stride(from: inputs.startIndex, to: inputs.endIndex, by: Self.batch) {
            let samples = min(Self.batch, inputs.endIndex - start)
            let context = PassContext(samples: Self.batch)
            for sample in 0..<Self.batch {
                pass.setInput(sample < samples ? inputs[start + sample] : blank, sample: sample, context)
            }
            pass.forward(context, storage)
            outputs += pass.outputs(context).prefix(samples)
        }
        return outputs
    }

    /// Gradients of weighted sums of the outputs by the input, in inference: the transposed Jacobian at `input` times each of
    /// `weights`.
    /// - Parameters:
    ///   - input: `[input.count]`
    ///   - weights: `[sums][output.count]`
    /// - Returns: `[sums][input.count]`
    public func gradients(at input: [Float], of weights: [[Float]]) -> [[Float]] {
        let storage = NetworkStorage(self, isTrainable: false)
        let pass = NetworkPass(self, capacity: Self.batch)
        let context = PassContext(samples: Self.batch, needsWeightGradients: false)
        // Lanes are copies of one input, and differ in the sum that they pull back.
        for lane in 0..<Self.batch { pass.setInput(input, sample: lane, context) }
        pass.forward(context, storage)
        let blank = [Float](repeating: 0, count: output.count)
        var gradients: [[Float]] = []
        gradients.reserveCapacity(weights.count)
        for start in stride(from: 0, to: weights.count, by: Self.batch) {
            let sums = weights[start..<min(start + Self.batch, weights.count)]
            for lane in 0..<Self.batch {
                pass.setOutputGradient(lane < sums.count ? sums[start + lane] : blank, sample: lane, context)
            }
            pass.backward(context, storage)
            for lane in sums.indices { gradients.append(pass.inputGradient(sample: lane - start, context)) }
        }
        return gradients
    }

    /// Multiplications and additions of convolutions and dense layers for one sample.
    public var operations: Double { kernel.operations }

    func makeKernel() -> SequentialKernel { kernel }
}
