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
    @Option(help: "published-28 or published-100 alone.")
    var architecture: String?
    @Option(help: "Timed epochs; the median counts.")
    var epochs = 5
    @Option(help: "A script that trains the same networks in PyTorch and prints its speed, to run beside.")
    var peer: String?
    @Option(help: "A Python interpreter that has PyTorch.")
    var python = "python3"

    func validate() throws {
        let known = [TrainingSettings.Architecture.published28, .published100].map(\.rawValue)
        if let architecture, !known.contains(architecture) {
            throw ValidationError("--architecture is one of \(known.joined(separator: ", ")), not '\(architecture)'")
        }
    }

    func run() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let subjects = [
            Subject(
                architecture: .published28, side: 28, dataCount: 128, latents: 64, base: 4, peerName: "mnist",
                samples: 12 * samples),
            Subject(
                architecture: .published100, side: 100, dataCount: 2048, latents: 256, base: 13, peerName: "fluvial",
                samples: samples)
        ]
        let report = Report(
            variant: KernelVariant.current.name, peakFlopsOfOneCore: KernelVariant.current.measuredPeak(),
            threads: 2,
            results: try subjects.filter { architecture ?? $0.architecture.rawValue == $0.architecture.rawValue }
                .map(measure))
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    private struct Subject {
        let architecture: TrainingSettings.Architecture
        let side: Int, dataCount: Int, latents: Int, base: Int
        let peerName: String
        let samples: Int
    }

    private struct Report: Encodable {
        let variant: String
        let peakFlopsOfOneCore: Double
        let threads: Int
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
        /// Laying out networks and memory, and one step.
        let secondsToFirstBatch: Double
        /// Of this process so far; the larger architecture comes last.
        let peakMegabytes: Double
        let peer: Peer?
    }

    private struct Peer: Encodable {
        let framework: String
        let trainingSamplesPerSecond: Double
        let decodedPerSecond: Double
        let peakMegabytes: Double
        let trainingRatio: Double, decodingRatio: Double
    }

    private func measure(_ subject: Subject) throws -> Result {
        var settings = TrainingSettings()
        settings.architecture = subject.architecture
        settings.isVariational = false
        settings.passes = .joint
        settings.faciesLoss = .squaredError
        settings.batch = batch
        let first = try set(subject, samples: batch)
        let start = ContinuousClock.now
        _ = try TrainingSpeed(settings: settings, seed: 1).measure(first, epochs: 0, decoding: 0)
        let secondsToFirstBatch = (ContinuousClock.now - start) / .seconds(1)
        let speed = try TrainingSpeed(settings: settings, seed: 1).measure(
            try set(subject, samples: subject.samples), epochs: epochs)
        let rates = speed.epochSeconds.dropFirst().map { Double(subject.samples) / $0 }.sorted()
        let coreRates = speed.epochCoreSeconds.dropFirst().map { Double(subject.samples) / $0 }.sorted()
        let (rate, coreRate) = (rates[rates.count / 2], coreRates[coreRates.count / 2])
        let memory = peakMegabytes
        let other = try peer.map { script in
            let peer = NetworkPeer(python: python, script: script)
            let training = try peer.training(
                subject.peerName, samples: subject.samples, batch: batch, threads: 2, epochs: epochs)
            let decoded = try peer.decoding(
                side: subject.side, latents: subject.latents, base: subject.base, batch: batch, threads: 2)
            return Peer(
                framework: training.framework, trainingSamplesPerSecond: training.samples_per_second,
                decodedPerSecond: decoded, peakMegabytes: training.peak_rss_mb,
                trainingRatio: rate / training.samples_per_second, decodingRatio: speed.decodedPerSecond / decoded)
        }
        return Result(
            architecture: subject.architecture.rawValue, samples: subject.samples, batch: batch,
            trainingSamplesPerSecond: rate, fastestSamplesPerSecond: rates.last ?? 0, samplesPerCoreSecond: coreRate,
            flopsPerCore: coreRate * speed.operationsPerSample, decodedPerSecond: speed.decodedPerSecond,
            secondsToFirstBatch: secondsToFirstBatch, peakMegabytes: memory, peer: other)
    }

    /// Random images and data: the speed does not depend on what they show.
    private func set(_ subject: Subject, samples: Int) throws -> TrainingSet {
        let side = subject.side
        let grid = try Grid.uniform(columns: side, rows: side, width: 1, height: 1, thickness: 1, depth: 0)
        var stream = RandomStream(seed: 1, purpose: "speed")
        let rock = [Float](repeating: 0.2, count: side * side)
        func realization() -> Realization {
            Realization(
                facies: rock.map { _ in stream.uniform() < 0.3 ? 1 : 0 }, porosity: rock, permeabilityX: rock,
                permeabilityY: rock)
        }
        let encoding = try RealizationEncoding(fitting: [realization()], on: grid)
        var encoded = EncodedRealizations(encoding: encoding)
        for _ in 0..<samples { try encoded.append(realization()) }
        let data = (0..<samples).map { _ in (0..<subject.dataCount).map { _ in Float(stream.uniform()) } }
        let layout = DataLayout(
            entries: (0..<subject.dataCount).map { DataLayout.Entry(key: VectorKey("D"), time: Double($0)) })
        return try TrainingSet(realizations: encoded, data: data, layout: layout)
    }

    private var peakMegabytes: Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return Double(usage.ru_maxrss) / 1024
    }
}
