import ArgumentParser
import Foundation
import LatentSpaceInversion
import LinearAlgebra
import NeuralNetworks
import RayTomography
import Reservoir

/// The published demonstration: handwritten digits and 128 straight rays. Prints the errors on the test images.
struct NetworkMNISTBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mnist", abstract: "Errors of the published tomography demonstration on its test images.")

    @Option(help: "Folder with train-images-idx3-ubyte and t10k-images-idx3-ubyte, unpacked.")
    var data: String
    @Option(help: "Training images; the published demonstration has 48,000.")
    var training = 48_000
    @Option(help: "Test images to judge.")
    var test = 10_000
    @Option var epochs = 14
    @Option var batch = 64
    @Option var rate = 2e-3
    @Option var width = 32
    @Option var latents = 128
    @Option var divergence = 0.03
    @Flag(help: "The published architecture instead of ours.")
    var published = false
    @Flag(help: "The model autoencoder first, instead of all three losses at once.")
    var staged = false

    func run() throws {
        let folder = URL(filePath: data)
        let train = try IDXImages(try Data(contentsOf: folder.appending(path: "train-images-idx3-ubyte")))
        let tests = try IDXImages(try Data(contentsOf: folder.appending(path: "t10k-images-idx3-ubyte")))
        let grid = try Grid.uniform(
            columns: train.columns, rows: train.rows, width: 1, height: 1, thickness: 1, depth: 0)
        let geometry = try RayGeometry(columns: train.columns, rows: train.rows)
        func rays(_ realization: Realization) -> [Double] {
            geometry.integrals(of: (realization.facies ?? []).map { Double($0) })
        }
        // As published: each ray divided by its largest value over all training images.
        var divisors = [Double](repeating: 0, count: geometry.paths.count)
        for index in 0..<train.count {
            for (ray, value) in rays(train.realization(index)).enumerated() {
                divisors[ray] = max(divisors[ray], value)
            }
        }
        divisors = divisors.map { max($0, 1e-9) }
        let realizations = (0..<min(training, train.count)).map(train.realization)
        let encoding = try RealizationEncoding(fitting: Array(realizations.prefix(100)), on: grid)
        func scaled(_ realization: Realization) -> [Float] { zip(rays(realization), divisors).map { Float($0 / $1) } }
        let layout = DataLayout(
            entries: divisors.indices.map { DataLayout.Entry(key: VectorKey("RAY"), time: Double($0)) })
        let set = try TrainingSet(
            realizations: try EncodedRealizations(realizations, encoding: encoding), data: realizations.map(scaled),
            layout: layout)
        let start = ContinuousClock.now
        let outcome = try DualAutoencoderTrainer(settings: settings(), seed: 1).train(
            set,
            onEpoch: { report in
                let line =
                    "\(report.epoch) model \(report.validation.model) from data \(report.validation.modelFromData) "
                    + "data \(report.validation.data) \(report.seconds) s\n"
                FileHandle.standardError.write(Data(line.utf8))
            })
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let truths = (0..<min(test, tests.count)).map(tests.realization)
        let inversion = outcome.inversion
        let data = truths.map { scaled($0).map { Double($0) } }
        let images = try truths.map { try encoding.channels(of: $0) }
        let report = Report(
            settings: CommandLine.arguments.dropFirst(2).joined(separator: " "), seconds: seconds,
            epochs: outcome.quality.epochs.count,
            dataReconstruction: rootMeanSquare(inversion.reconstructData(data), data),
            modelReconstruction: inversion.errors(
                inversion.decodeChannels(try inversion.encodeModel(truths)), truths: images),
            modelFromData: inversion.errors(inversion.decodeChannels(inversion.encodeData(data)), truths: images),
            linearBaseline: outcome.quality.linearBaseline)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    private struct Report: Encodable {
        let settings: String
        let seconds: Double
        let epochs: Int
        /// In units of each ray's largest value.
        let dataReconstruction: Double
        let modelReconstruction: ImageErrors, modelFromData: ImageErrors
        /// On held-out training images.
        let linearBaseline: ImageErrors
    }

    private func settings() -> TrainingSettings {
        var settings = TrainingSettings()
        settings.architecture = published ? .published28 : .sizedFromGrid
        settings.passes = published ? .alternating : staged ? .staged : .joint
        settings.isVariational = !published
        settings.faciesLoss = published ? .squaredError : .crossEntropy
        settings.epochs = epochs
        settings.batch = published ? 128 : batch
        settings.learningRate = published ? 1e-3 : rate
        if !published { (settings.width, settings.modelLatents) = (width, latents) }
        settings.dataLatents = published ? nil : 128
        settings.divergenceWeight = divergence
        settings.validationFraction = 0.02
        return settings
    }

    private func rootMeanSquare(_ a: [[Double]], _ b: [[Double]]) -> Double {
        let squares = zip(a, b).reduce(0.0) { sum, pair in
            sum + zip(pair.0, pair.1).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        return (squares / Double(max(a.count * (a.first?.count ?? 1), 1))).squareRoot()
    }
}
