import Foundation
import LinearAlgebra
import NeuralNetworks

/// One worker's memory for the passes of a dual autoencoder, and the passes themselves.
///
/// Unchecked: each worker owns one, and only its own thread touches it while both run.
final class DualWorker: @unchecked Sendable {
    let dataEncoder: NetworkPass, dataDecoder: NetworkPass, regression: NetworkPass
    let modelEncoder: NetworkPass, modelDecoder: NetworkPass
    private let sampler: NetworkPass?
    private let samplerStorage: NetworkStorage?
    private let cleanData: AlignedFloats, images: AlignedFloats, ones: AlignedFloats, latentTargets: AlignedFloats
    private var spare: AlignedFloats?
    private let setup: DualSetup

    init(_ networks: DualNetworks, setup: DualSetup, capacity: Int) {
        self.setup = setup
        dataEncoder = NetworkPass(networks.dataEncoder, capacity: capacity)
        dataDecoder = NetworkPass(networks.dataDecoder, capacity: capacity)
        regression = NetworkPass(networks.regression, capacity: capacity)
        modelEncoder = NetworkPass(networks.modelEncoder, capacity: capacity)
        modelDecoder = NetworkPass(networks.modelDecoder, capacity: capacity)
        sampler = setup.sampler.map { NetworkPass($0, capacity: capacity) }
        samplerStorage = setup.sampler.map { NetworkStorage($0) }
        cleanData = AlignedFloats(dataEncoder.input.count)
        images = AlignedFloats(modelEncoder.input.count)
        latentTargets = AlignedFloats(regression.output.count)
        ones = AlignedFloats(
            Array(repeating: 1, count: max(dataDecoder.outputShape.count, regression.outputShape.count)))
    }

    /// `m -> z_m -> m`: sums of the reconstruction loss and of the divergence per latent over this worker's samples.
    /// - Parameter share: weight of one sample in the batch; `nil`: no gradients.
    func modelPass(
        _ c: PassContext, _ storage: DualStorage, _ indices: ArraySlice<Int>, share: Double?
    ) -> (reconstruction: Double, divergence: Double) {
        setup.realizations.load(indices, into: modelEncoder.input.pointer)
        modelEncoder.forward(c, storage.modelEncoder)
        let latents = setup.modelLatents
        if let sampler, let samplerStorage {
            sampler.input.copy(modelEncoder.output, count: 2 * latents * c.lanes)
            sampler.forward(c, samplerStorage)
            modelDecoder.input.copy(sampler.output, count: latents * c.lanes)
        } else {
            modelDecoder.input.copy(modelEncoder.output, count: latents * c.lanes)
        }
        let loss = decode(c, storage, targets: modelEncoder.input, share: share)
        guard let share else { return (loss, 0) }
        var divergence = 0.0
        if let sampler, let samplerStorage {
            sampler.outputGradient.copy(modelDecoder.inputGradient, count: latents * c.lanes)
            sampler.backward(c, samplerStorage)
            modelEncoder.outputGradient.copy(sampler.inputGradient, count: 2 * latents * c.lanes)
            divergence = klDivergence(
                c, features: modelEncoder.output, latents: latents,
                scale: Float(share * setup.divergenceWeight / setup.reconstruction.terms),
                gradient: modelEncoder.outputGradient)
        } else {
            modelEncoder.outputGradient.copy(modelDecoder.inputGradient, count: latents * c.lanes)
        }
        modelEncoder.backward(c, storage.modelEncoder, needsInputGradient: false)
        return (loss, divergence / Double(latents))
    }

    /// The decoder's loss, and with a `share` its gradients.
    private func decode(_ c: PassContext, _ storage: DualStorage, targets: AlignedFloats, share: Double?) -> Double {
        guard let share else {
            modelDecoder.forward(c, storage.modelDecoder)
            return setup.reconstruction.evaluate(c, modelDecoder, targets: targets, scale: 0, spare: &spare)
        }
        return modelDecoder.train(c, storage.modelDecoder) { part, chunk in
            setup.reconstruction.evaluate(
                part, modelDecoder, targets: targets, firstTarget: chunk, scale: share, spare: &spare)
        }
    }

    /// `d -> z_d -> (d, z_m -> m)`: sums of both losses over this worker's samples.
    func dataPass(
        _ c: PassContext, _ storage: DualStorage, _ indices: ArraySlice<Int>, share: Double?
    ) -> (data: Double, modelFromData: Double) {
        load(indices, c)
        setup.realizations.load(indices, into: images.pointer)
        dataEncoder.forward(c, storage.dataEncoder)
        let size = dataEncoder.outputShape.count * c.lanes
        dataDecoder.input.copy(dataEncoder.output, count: size)
        regression.input.copy(dataEncoder.output, count: size)
        dataDecoder.forward(c, storage.dataDecoder)
        regression.forward(c, storage.regression)
        modelDecoder.input.copy(regression.output, count: setup.modelLatents * c.lanes)
        let entries = Double(dataDecoder.outputShape.count)
        let data = Loss.squaredError.evaluate(
            c, shape: dataDecoder.outputShape, output: dataDecoder.output, targets: cleanData, weights: ones,
            scale: Float((share ?? 0) / entries), gradient: dataDecoder.outputGradient)
        let image = decode(c, storage, targets: images, share: share)
        guard share != nil else { return (data / entries, image) }
        regression.outputGradient.copy(modelDecoder.inputGradient, count: setup.modelLatents * c.lanes)
        regression.backward(c, storage.regression)
        dataDecoder.backward(c, storage.dataDecoder)
        dataEncoder.outputGradient.copy(dataDecoder.inputGradient, count: size)
        dataEncoder.outputGradient.add(regression.inputGradient, count: size)
        dataEncoder.backward(c, storage.dataEncoder, needsInputGradient: false)
        return (data / entries, image)
    }

    /// `d -> z_d -> (d, z_m)` against given latents: sums of both mean squares over this worker's samples.
    func latentPass(
        _ c: PassContext, _ storage: DualStorage, _ indices: ArraySlice<Int>, latents: [[Float]], share: Double?
    ) -> (data: Double, latent: Double) {
        load(indices, c)
        for (sample, index) in indices.enumerated() {
            for (latent, value) in latents[index].enumerated() {
                latentTargets.pointer[latent * c.lanes + sample] = value
            }
        }
        dataEncoder.forward(c, storage.dataEncoder)
        let size = dataEncoder.outputShape.count * c.lanes
        dataDecoder.input.copy(dataEncoder.output, count: size)
        regression.input.copy(dataEncoder.output, count: size)
        dataDecoder.forward(c, storage.dataDecoder)
        regression.forward(c, storage.regression)
        let entries = Double(dataDecoder.outputShape.count), latentCount = Double(setup.modelLatents)
        let data = Loss.squaredError.evaluate(
            c, shape: dataDecoder.outputShape, output: dataDecoder.output, targets: cleanData, weights: ones,
            scale: Float((share ?? 0) / entries), gradient: dataDecoder.outputGradient)
        let latent = Loss.squaredError.evaluate(
            c, shape: regression.outputShape, output: regression.output, targets: latentTargets, weights: ones,
            scale: Float((share ?? 0) / latentCount), gradient: regression.outputGradient)
        guard share != nil else { return (data / entries, latent / latentCount) }
        regression.backward(c, storage.regression)
        dataDecoder.backward(c, storage.dataDecoder)
        dataEncoder.outputGradient.copy(dataDecoder.inputGradient, count: size)
        dataEncoder.outputGradient.add(regression.inputGradient, count: size)
        dataEncoder.backward(c, storage.dataEncoder, needsInputGradient: false)
        return (data / entries, latent / latentCount)
    }

    /// Data as targets, and as inputs with errors if there are to be any: new ones in each step of training, always the
    /// same ones where it is judged.
    private func load(_ indices: ArraySlice<Int>, _ c: PassContext) {
        let target = cleanData.pointer, input = dataEncoder.input.pointer
        let count = dataEncoder.inputShape.count * c.lanes
        target.update(repeating: 0, count: count)
        // Block by block, as samples lie side by side.
        let block = 64
        for start in stride(from: 0, to: dataEncoder.inputShape.count, by: block) {
            let part = start..<min(start + block, dataEncoder.inputShape.count)
            for (sample, index) in indices.enumerated() {
                setup.data[index].withUnsafeBufferPointer { values in
                    for entry in part { target[entry * c.lanes + sample] = values[entry] }
                }
            }
        }
        input.update(from: target, count: count)
        guard let errors = setup.dataErrors else { return }
        for (sample, index) in indices.enumerated() {
            var stream = c.noiseStream(sample: sample, judging: index)
            for (entry, error) in errors.enumerated() {
                input[entry * c.lanes + sample] += error * Float(stream.normal())
            }
        }
    }
}

/// What all passes of one training share.
struct DualSetup: Sendable {
    let realizations: EncodedRealizations
    /// Scaled, `[pairs][data]`.
    var data: [[Float]]
    /// Of scaled data, `[data]`; `nil`: none.
    var dataErrors: [Float]?
    let reconstruction: ReconstructionLoss
    let divergenceWeight: Double
    let modelLatents: Int
    /// Draws latents from the encoder's means and log variances; `nil` in a plain autoencoder.
    let sampler: Network?
}
