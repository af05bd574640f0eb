import Foundation
import NeuralNetworks
import Reservoir

/// Times the optimizer steps of a training, without validation and without what follows.
public struct TrainingSpeed: Sendable {
    public struct Measurement: Sendable {
        /// The first one warms up.
        public let epochSeconds: [Double]
        /// Processor time of both workers in each epoch: on a machine shared with others the steadier measure.
        public let epochCoreSeconds: [Double]
        /// Multiplications and additions of one sample in a joint epoch, as the layers define them: enlarged images are
        /// counted in full, although no one makes them.
        public let operationsPerSample: Double
        public let decodedPerSecond: Double
    }

    private let trainer: DualAutoencoderTrainer

    public init(settings: TrainingSettings, seed: UInt64) throws(ParameterError) {
        trainer = try DualAutoencoderTrainer(settings: settings, seed: seed)
    }

    /// - Parameters:
    ///   - epochs: to time, beside the first.
    ///   - decoding: latents to decode, after as many to warm up; none: the rate is zero.
    public func measure(_ set: TrainingSet, epochs: Int, decoding: Int = 1024) throws -> Measurement {
        let encoding = set.realizations.encoding
        let scaling = try DataScaling(fitting: set.data, layout: set.layout)
        let image = Shape.image(rows: encoding.rows, columns: encoding.columns, channels: encoding.channelCount)
        let architecture = try Architecture(settings: trainer.settings, image: image, dataCount: set.layout.count)
        let networks = try DualNetworks(architecture, seed: trainer.seed)
        let setup = try trainer.setup(set, set.data.map { scaling.scaled($0) }, architecture)
        let all = Array(0..<set.pairCount)
        let training = DualTraining(
            networks, setup: setup, split: TrainingSplit(training: all), settings: trainer.settings, seed: trainer.seed)
        let clock = ContinuousClock()
        var seconds: [Double] = [], coreSeconds: [Double] = []
        for _ in 0...epochs {
            let before = processorTime()
            let time = try clock.measure { _ = try training.runEpoch(isCancelled: { false }) }
            seconds.append(time / .seconds(1))
            coreSeconds.append(processorTime() - before)
        }
        let latents = (0..<decoding).map { _ in [Float](repeating: 0.1, count: architecture.modelLatents) }
        _ = networks.modelDecoder(latents)
        // The best of five, as of the peer.
        let time = (0..<5).map { _ in clock.measure { _ = networks.modelDecoder(latents) } }.min() ?? .zero
        // Each layer once forward and twice backward; the decoder runs in both passes.
        let forward =
            networks.all.reduce(0) { $0 + $1.operations } + networks.modelDecoder.operations
        return Measurement(
            epochSeconds: seconds, epochCoreSeconds: coreSeconds, operationsPerSample: 3 * forward,
            decodedPerSecond: Double(decoding) / (time / .seconds(1)))
    }

    /// Of this process, all threads [s].
    private func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
}
