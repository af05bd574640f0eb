import LinearAlgebra
import Testing

@testable import NeuralNetworks

/// Compares a network's gradients with central differences.
///
/// The loss is `Σ c_i y_i` with random `c`, summed in double precision. Each checked weight (and input) moves by
/// `± step`; differences of single-precision outputs carry noise near `2^-23 |y| / step`, so errors are judged against
/// the largest gradient of the same kind.
struct GradientCheck {
    let network: Network
    let samples: Int
    let context: PassContext
    private let inputs: [[Float]], cotangent: [[Float]]
    private let pass: NetworkPass

    init(
        _ layers: [Layer], input: Shape, samples: Int = 5, isTraining: Bool = true,
        variant: KernelVariant = .current
    ) throws {
        var fresh = try Network(NetworkDescription(input: input, layers: layers), seed: 11, purpose: "gradient check")
        // Biases and normalisation parameters start at fixed values; random ones test more.
        var stream = RandomStream(seed: 12, purpose: "gradient check")
        var weights = fresh.weights
        for i in weights.parameters.indices { weights.parameters[i] += Float(stream.uniform(-0.2, 0.2)) }
        fresh = try Network(fresh.description, weights: weights)
        (network, self.samples) = (fresh, samples)
        context = PassContext(samples: samples, isTraining: isTraining, variant: variant)
        inputs = (0..<samples).map { _ in (0..<input.count).map { _ in Float(stream.uniform(-1, 1)) } }
        let outputCount = fresh.output.count
        cotangent = (0..<samples).map { _ in (0..<outputCount).map { _ in Float(stream.uniform(-1, 1)) } }
        pass = NetworkPass(fresh, capacity: samples)
    }

    private func loss(_ storage: NetworkStorage, _ inputs: [[Float]]) -> Double {
        for (sample, values) in inputs.enumerated() { pass.setInput(values, sample: sample, context) }
        // Normalisation moves its running statistics in every pass; each evaluation starts from the same ones.
        storage.weights = NetworkWeights(parameters: storage.parameters.values, state: network.weights.state)
        pass.forward(context, storage)
        var sum = 0.0
        for (output, weights) in zip(pass.outputs(context), cotangent) {
            for (y, c) in zip(output, weights) { sum += Double(y) * Double(c) }
        }
        return sum
    }

    /// The largest difference over parameters and inputs, relative to the largest gradient of the same kind.
    func worstError(step: Float = 1e-2, checks: Int = 60) -> Double {
        let storage = NetworkStorage(network)
        _ = loss(storage, inputs)
        for sample in 0..<samples {
            for (element, value) in cotangent[sample].enumerated() {
                pass.outputGradient.pointer[laneIndex(network.output, element, sample, context)] = value
            }
        }
        pass.backward(context, storage)
        let parameterGradient = storage.gradients[0].values
        let inputGradient = (0..<samples).map { sample in
            (0..<network.input.count).map {
                pass.inputGradient.pointer[laneIndex(network.input, $0, sample, context)]
            }
        }
        var stream = RandomStream(seed: 13, purpose: "gradient check")
        var worst = 0.0
        let parameters = storage.parameters
        let scale = Double(parameterGradient.map(abs).max() ?? 0)
        for _ in 0..<(parameters.count == 0 ? 0 : checks) {
            let i = stream.integer(below: parameters.count)
            let value = parameters.pointer[i]
            parameters.pointer[i] = value + step
            let above = loss(storage, inputs)
            parameters.pointer[i] = value - step
            let below = loss(storage, inputs)
            parameters.pointer[i] = value
            worst = max(worst, abs((above - below) / Double(2 * step) - Double(parameterGradient[i])) / scale)
        }
        let inputScale = Double(inputGradient.joined().map(abs).max() ?? 0)
        for _ in 0..<checks {
            let (sample, i) = (stream.integer(below: samples), stream.integer(below: network.input.count))
            var moved = inputs
            moved[sample][i] += step
            let above = loss(storage, moved)
            moved[sample][i] -= 2 * step
            let below = loss(storage, moved)
            let difference = (above - below) / Double(2 * step) - Double(inputGradient[sample][i])
            worst = max(worst, abs(difference) / inputScale)
        }
        return worst
    }
}
