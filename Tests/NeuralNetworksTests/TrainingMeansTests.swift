import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import NeuralNetworks

/// Losses, the optimizer, schedules and early stopping.
@Suite struct TrainingMeansTests {
    @Test(arguments: KernelVariant.available.map(\.name))
    func thatCrossEntropyAndItsGradientAreTheirFormulae(variant: String) throws {
        let context = PassContext(
            samples: 3, variant: try #require(KernelVariant.available.first { $0.name == variant }))
        let logits: [Float] = [-90, -3, -0.1, 0, 0.1, 2.5, 30, 90, 0.7]
        let targets: [Float] = [0, 1, 0, 1, 1, 0, 1, 1, 0.3]
        let shape = Shape.image(rows: 1, columns: 3, channels: 1)
        let output = AlignedFloats(48), expected = AlignedFloats(48), gradient = AlignedFloats(48)
        for sample in 0..<3 {
            for element in 0..<3 {
                output.pointer[element * 16 + sample] = logits[sample * 3 + element]
                expected.pointer[element * 16 + sample] = targets[sample * 3 + element]
            }
        }
        let loss = Loss.crossEntropy.evaluate(
            context, shape: shape, output: output, targets: expected, weights: AlignedFloats([1, 2, 0.5]), scale: 0.25,
            gradient: gradient)
        var sum = 0.0
        for sample in 0..<3 {
            for (element, weight) in [1, 2, 0.5].enumerated() {
                let x = Double(logits[sample * 3 + element]), t = Double(targets[sample * 3 + element])
                sum += weight * (max(x, 0) - x * t + log1p(exp(-abs(x))))
                let slope = 0.25 * weight * (1 / (1 + exp(-x)) - t)
                // exp in single precision to 2e-7, then a division.
                expectClose(Double(gradient.pointer[element * 16 + sample]), slope, tolerance: 5e-7)
            }
        }
        expectClose(loss, sum, tolerance: 1e-5)
        #expect((3..<16).allSatisfy { gradient.pointer[$0] == 0 })
    }

    @Test func thatTheDivergenceIsThatOfTwoNormals() {
        let context = PassContext(samples: 1)
        let features = AlignedFloats(32), gradient = AlignedFloats(32)
        features.pointer[0] = 0.5
        features.pointer[16] = log(Float(0.25))
        let divergence = klDivergence(context, features: features, latents: 1, scale: 2, gradient: gradient)
        // ½ (0.25 + 0.25 - ln 0.25 - 1), its derivatives μ and ½ (σ² - 1), doubled by the scale.
        expectClose(divergence, 0.5 * (0.5 - log(0.25) - 1), tolerance: 1e-6)
        expectClose(Double(gradient.pointer[0]), 1, tolerance: 1e-6)
        expectClose(Double(gradient.pointer[16]), -0.75, tolerance: 1e-6)
    }

    /// Steps from the weights 1, -2 and 3 by gradients of two workers each, or by one that both share.
    private func adam(
        _ settings: AdamSettings, gradients: [[Float]], rate: Double, isShared: Bool = false
    ) throws -> [Float] {
        let network = try Network(
            isShared
                ? NetworkDescription(input: .features(2), layers: [.dense(units: 1)])
                : NetworkDescription(
                    input: .image(rows: 1, columns: 1, channels: 2), layers: [.convolution(channels: 1, kernel: 1)]),
            weights: NetworkWeights(parameters: [1, -2, 3], state: []))
        let storage = NetworkStorage(network)
        let optimizer = Adam([storage], settings: settings)
        let pair = WorkerPair()
        for gradient in gradients {
            for (i, value) in gradient.enumerated() {
                storage.gradients[0].pointer[i] = isShared ? value : 0.75 * value
                storage.gradients[1].pointer[i] = isShared ? 0 : 0.25 * value
            }
            optimizer.step(rate: rate, pair: pair)
        }
        return storage.weights.parameters
    }

    @Test func thatAdamTakesTheStepsOfItsPaper() throws {
        let gradients: [[Float]] = [[1, -2, 0.5], [0.5, 1, -4]]
        let found = try adam(AdamSettings(), gradients: gradients, rate: 0.1)
        var weights = [1.0, -2, 3], m = [0.0, 0, 0], v = [0.0, 0, 0]
        for (step, gradient) in gradients.enumerated() {
            for i in 0..<3 {
                let g = Double(gradient[i])
                m[i] = 0.9 * m[i] + 0.1 * g
                v[i] = 0.999 * v[i] + 0.001 * g * g
                let first = m[i] / (1 - pow(0.9, Double(step + 1)))
                let second = v[i] / (1 - pow(0.999, Double(step + 1)))
                weights[i] -= 0.1 * first / (second.squareRoot() + 1e-7)
            }
        }
        // 0.001 = 1 - 0.999 carries a relative error of 6e-5 in single precision, which corrections cancel but for 1e-5.
        for (a, b) in zip(found, weights) { expectClose(Double(a), b, tolerance: 2e-5) }
    }

    @Test func thatASharedGradientMovesWeightsAsTwoDo() throws {
        let gradients: [[Float]] = [[4, -8, 2], [2, 4, -16]]
        let shared = try adam(AdamSettings(), gradients: gradients, rate: 0.1, isShared: true)
        #expect(try adam(AdamSettings(), gradients: gradients, rate: 0.1) == shared)
    }

    @Test func thatWeightDecayIsDecoupledFromTheGradient() throws {
        var settings = AdamSettings()
        settings.weightDecay = 0.5
        let found = try adam(settings, gradients: [[0, 0, 0]], rate: 0.1)
        for (a, b) in zip(found, [0.95, -1.9, 2.85]) { expectClose(Double(a), b, tolerance: 1e-6) }
    }

    @Test func thatALongGradientIsCutToTheLimit() throws {
        var settings = AdamSettings()
        // With a large epsilon a step is proportional to the gradient.
        settings.epsilon = 1e6
        settings.gradientLimit = 5
        let cut = try adam(settings, gradients: [[300, 400, 0]], rate: 1e5)
        let whole = try adam(settings, gradients: [[3, 4, 0]], rate: 1e5)
        for (a, b) in zip(cut, whole) { expectClose(Double(a), Double(b), tolerance: 1e-5) }
        #expect(whole[0] < 0.8)
    }

    @Test func thatAStepOfNoFiniteNormIsLeftOut() throws {
        #expect(try adam(AdamSettings(), gradients: [[.nan, 1, 1]], rate: 0.1) == [1, -2, 3])
    }

    @Test func thatSchedulesStartAtOneAndEndWhereTheySay() {
        #expect(LearningRateSchedule.constant.factor(at: 0.7) == 1)
        let cosine = LearningRateSchedule.cosine(final: 0.1, warmUp: 0.2)
        expectClose(cosine.factor(at: 0.1), 0.5, tolerance: 1e-12)
        expectClose(cosine.factor(at: 0.2), 1, tolerance: 1e-12)
        expectClose(cosine.factor(at: 0.6), 0.55, tolerance: 1e-12)
        expectClose(cosine.factor(at: 1), 0.1, tolerance: 1e-12)
        #expect(LearningRateSchedule.steps(factor: 0.5, interval: 0.25).factor(at: 0.6) == 0.25)
    }

    @Test func thatWaitingEndsAfterAsManyEpochsAsPatienceAllows() {
        var stopping = EarlyStopping(patience: 2)
        let records = [3.0, 2, 2.5, .nan].map { stopping.record($0) }
        #expect(records == [true, true, false, false])
        #expect(stopping.shouldStop && stopping.best == 2)
    }

    /// Samples of three chunks, the last not full; the last run of layers begins behind a normalisation.
    @Test func thatTrainingChunkByChunkIsForwardLossAndBackward() throws {
        let network = try Network(
            NetworkDescription(
                input: .image(rows: 7, columns: 9, channels: 2),
                layers: [
                    .convolution(channels: 4, kernel: 3), .activation(.swish), .maxPooling(size: 2),
                    .residual([.convolution(channels: 4, kernel: 3), .activation(.tanh)]), .batchNormalization(),
                    .flatten, .dense(units: 60), .reshape(rows: 3, columns: 5, channels: 4), .batchNormalization(),
                    .upsampledConvolution(channels: 3, kernel: 3), .activation(.leakyReLU(slope: 0.2)),
                    .residual([.convolution(channels: 3, kernel: 3), .activation(.tanh)]),
                    .convolution(channels: 1, kernel: 3)
                ]), seed: 2, purpose: "test")
        let samples = 39
        var stream = RandomStream(seed: 3, purpose: "test")
        let inputs = (0..<samples).map { _ in (0..<network.input.count).map { _ in Float(stream.uniform(-1, 1)) } }
        let targets = AlignedFloats((0..<network.output.count * 48).map { _ in Float(stream.uniform(-1, 1)) })
        let ones = AlignedFloats([Float](repeating: 1, count: network.output.count))
        func results(byChunks: Bool) -> (loss: Double, parameters: [Float], inputs: [Float]) {
            let storage = NetworkStorage(network), pass = NetworkPass(network, capacity: samples)
            let context = PassContext(samples: samples, isTraining: true)
            for (sample, input) in inputs.enumerated() { pass.setInput(input, sample: sample, context) }
            func loss(_ part: PassContext, _ chunk: Int) -> Double {
                Loss.squaredError.evaluate(
                    part, shape: network.output, output: pass.output, targets: targets, firstTarget: chunk,
                    weights: ones, scale: 0.5, gradient: pass.outputGradient)
            }
            if byChunks {
                let sum = pass.train(context, storage, loss: loss)
                return (sum, storage.gradients[0].values, pass.inputGradient.values)
            }
            pass.forward(context, storage)
            let sum = loss(context, 0)
            pass.backward(context, storage)
            return (sum, storage.gradients[0].values, pass.inputGradient.values)
        }
        let (whole, parts) = (results(byChunks: false), results(byChunks: true))
        // The sum of three sums; all else bit for bit.
        expectClose(whole.loss, parts.loss, tolerance: 1e-9 * whole.loss)
        #expect(whole.parameters == parts.parameters && whole.inputs == parts.inputs)
        #expect(whole.parameters.contains { abs($0) > 0.1 } && whole.inputs.contains { abs($0) > 1e-3 })
    }

    @Test func thatTwoWorkersGiveTheGradientsOfOne() throws {
        let layers: [Layer] = [
            .convolution(channels: 5, kernel: 3), .batchNormalization(), .activation(.leakyReLU(slope: 0.3)), .flatten,
            .dense(units: 3)
        ]
        let network = try Network(
            NetworkDescription(input: .image(rows: 6, columns: 5, channels: 2), layers: layers), seed: 2,
            purpose: "test")
        let samples = 40
        var stream = RandomStream(seed: 3, purpose: "test")
        let inputs = (0..<samples).map { _ in (0..<network.input.count).map { _ in Float(stream.uniform(-1, 1)) } }
        func gradients(workers: Int) -> [Float] {
            let storage = NetworkStorage(network), pair = WorkerPair()
            let passes = (0..<2).map { _ in NetworkPass(network, capacity: samples) }
            @Sendable func part(_ worker: Int) {
                let range = workers == 1 ? 0..<samples : worker == 0 ? 0..<32 : 32..<samples
                let context = PassContext(
                    samples: range.count, firstSample: range.lowerBound, isTraining: true, worker: worker,
                    pair: workers == 1 ? nil : pair)
                for (sample, index) in range.enumerated() {
                    passes[worker].setInput(inputs[index], sample: sample, context)
                }
                passes[worker].forward(context, storage)
                for sample in 0..<range.count {
                    for unit in 0..<3 {
                        let i = laneIndex(network.output, unit, sample, context)
                        passes[worker].outputGradient.pointer[i] = passes[worker].output.pointer[i]
                    }
                }
                passes[worker].backward(context, storage)
            }
            if workers == 1 { part(0) } else { pair.run { part($0) } }
            return zip(storage.gradients[0].values, storage.gradients[1].values).map { $0 + $1 }
        }
        let one = gradients(workers: 1), two = gradients(workers: 2)
        let scale = Double(one.map(abs).max() ?? 0)
        for (a, b) in zip(one, two) {
            // The same sums of some thousand terms in another order.
            expectClose(Double(a), Double(b), tolerance: 1e-5 * scale)
        }
        #expect(gradients(workers: 2) == two)
    }
}
