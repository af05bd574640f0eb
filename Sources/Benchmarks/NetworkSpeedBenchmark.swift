import ArgumentParser
import Foundation
import LatentSpaceInversion
import LinearAlgebra
import NeuralNetworks
import Reservoir

/// Joint training speed of the published architectures, to stand beside the same networks in PyTorch; and how near the
/// convolutions come to what a core can do.
struct NetworkSpeedBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "networks", abstract: "Training and inference speed of the published architectures.")

    @Option(help: "Samples of an epoch on 100 x 100 cells; twelve times as many on 28 x 28.")
    var samples = 400
    @Option var batch = 128
    @Option(help: "Timed epochs; the median counts.")
    var epochs = 5

    func run() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let results = [
            try measure(.published28, side: 28, dataCount: 128, samples: 12 * samples),
            try measure(.published100, side: 100, dataCount: 2048, samples: samples)
        ]
        let report = Report(
            variant: KernelVariant.current.name, peakFlopsOfOneCore: KernelVariant.current.measuredPeak(),
            results: results)
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    private struct Report: Encodable {
        let variant: String
        let peakFlopsOfOneCore: Double
        let results: [Result]
    }

    private struct Result: Encodable {
        let architecture: String
        let samples: Int, batch: Int
        /// Joint epochs: every sample once from its data and once from its image.
        let trainingSamplesPerSecond: Double
        let fastestSamplesPerSecond: Double
        let samplesPerCoreSecond: Double
        let flopsPerCore: Double
        let decodedPerSecond: Double
        let secondsToFirstEpoch: Double
    }

    /// Random images and data: the speed does not depend on what they show.
    private func measure(
        _ architecture: TrainingSettings.Architecture, side: Int, dataCount: Int, samples: Int
    ) throws -> Result {
        let grid = try Grid.uniform(columns: side, rows: side, width: 1, height: 1, thickness: 1, depth: 0)
        var stream = RandomStream(seed: 1, purpose: "speed")
        let rock = [Float](repeating: 0.2, count: side * side)
        let realizations = (0..<samples).map { _ in
            Realization(
                facies: rock.map { _ in stream.uniform() < 0.3 ? 1 : 0 }, porosity: rock, permeabilityX: rock,
                permeabilityY: rock)
        }
        let encoding = try RealizationEncoding(fitting: [realizations[0]], on: grid)
        let data = realizations.map { _ in (0..<dataCount).map { _ in Float(stream.uniform()) } }
        let layout = DataLayout(
            entries: (0..<dataCount).map { DataLayout.Entry(key: VectorKey("D"), time: Double($0)) })
        let set = try TrainingSet(
            realizations: try EncodedRealizations(realizations, encoding: encoding), data: data, layout: layout)
        var settings = TrainingSettings()
        settings.architecture = architecture
        settings.isVariational = false
        settings.passes = .joint
        settings.faciesLoss = .squaredError
        settings.batch = batch
        let speed = try TrainingSpeed(settings: settings, seed: 1).measure(set, epochs: epochs)
        let rates = speed.epochSeconds.dropFirst().map { Double(samples) / $0 }.sorted()
        let coreRates = speed.epochCoreSeconds.dropFirst().map { Double(samples) / $0 }.sorted()
        let coreRate = coreRates[coreRates.count / 2]
        return Result(
            architecture: architecture.rawValue, samples: samples, batch: batch,
            trainingSamplesPerSecond: rates[rates.count / 2], fastestSamplesPerSecond: rates.last ?? 0,
            samplesPerCoreSecond: coreRate, flopsPerCore: coreRate * speed.operationsPerSample,
            decodedPerSecond: speed.decodedPerSecond, secondsToFirstEpoch: speed.epochSeconds[0])
    }
}
