import ArgumentParser
import Calibration
import Foundation
import LatentSpaceInversion
import LinearAlgebra
import NeuralNetworks
import RayTomography
import Reservoir
import Storage

/// The published demonstration: handwritten digits and 128 straight rays. Prints the errors on the test images, with
/// those of linear estimates from the same data beside them.
struct NetworkMNISTBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mnist", abstract: "Errors of the published tomography demonstration on its test images.")

    @Option(help: "Folder with train-images-idx3-ubyte and t10k-images-idx3-ubyte, packed by gzip or not.")
    var data: String
    @Option(help: "Training images; the published demonstration has 48,000.")
    var training = 48_000
    @Option(help: "Test images to judge.")
    var test = 10_000
    @Option(help: "Standard deviation of the errors of data, in training and test, in units of each ray's range.")
    var noise = 0.0
    @Option var epochs = 30
    @Option var batch = 64
    @Option var rate = 2e-3
    @Option var width = 32
    @Option var latents = 128
    @Option var divergence = 0.03
    @Flag(help: "The published architecture and losses instead of ours.")
    var published = false
    @Flag(help: "The model autoencoder first, instead of all three losses at once.")
    var staged = false

    func run() throws {
        let train = try images("train-images-idx3-ubyte"), tests = try images("t10k-images-idx3-ubyte")
        let grid = try Grid.uniform(
            columns: train.columns, rows: train.rows, width: 1, height: 1, thickness: 1, depth: 0)
        let geometry = try RayGeometry(columns: train.columns, rows: train.rows)
        // As published: each ray divided by its largest value over all training images.
        let divisors = RayTomographyModel.largestIntegrals(
            geometry, .facies(code: 1), over: (0..<train.count).lazy.map(train.realization))
        func rays(_ realization: Realization) -> [Double] {
            zip(geometry.integrals(of: (realization.facies ?? []).map { Double($0) }), divisors).map { $0 / $1 }
        }
        let realizations = (0..<min(training, train.count)).map(train.realization)
        let encoding = try RealizationEncoding(fitting: Array(realizations.prefix(100)), on: grid)
        let layout = DataLayout(
            entries: divisors.indices.map { DataLayout.Entry(key: VectorKey("RAY"), time: Double($0)) })
        let pairData = realizations.map(rays)
        let set = try TrainingSet(
            realizations: try EncodedRealizations(realizations, encoding: encoding),
            data: pairData.map { $0.map { Float($0) } }, layout: layout,
            dataErrors: noise > 0 ? divisors.map { _ in Float(noise) } : nil)
        let outcome = try trained(set)

        let truths = (0..<min(test, tests.count)).map(tests.realization)
        let truthImages = try truths.map { try encoding.channels(of: $0) }
        let exact = truths.map(rays)
        let observed = exact.enumerated().map { index, row in
            var stream = RandomStream(seed: 1, purpose: "test noise", index: UInt64(index))
            return row.map { $0 + noise * stream.normal() }
        }
        let inversion = outcome.inversion.value
        let fromData = inversion.decodeChannels(inversion.encodeData(observed))
        let reconstructed = inversion.decodeChannels(try inversion.encodeModel(truths))
        let linear = try LinearGaussian(images: realizations.map { $0.facies ?? [] }, data: pairData, noise: noise)
        let misfits = zip(reconstructed, exact).map { image, row in
            rootMeanSquare([rays(encoding.realization(of: image))], [row])
        }
        let report = Report(
            settings: CommandLine.arguments.dropFirst(2).joined(separator: " "), seconds: outcome.seconds,
            epochs: outcome.inversion.epochs, noise: noise,
            dataReconstruction: rootMeanSquare(inversion.reconstructData(observed), exact),
            modelReconstruction: inversion.errors(reconstructed, truths: truthImages),
            modelFromData: inversion.errors(fromData, truths: truthImages),
            linearGaussian: inversion.errors(linear.images(of: observed), truths: truthImages),
            floor: [0.05, 0.02].map { Floor(misfits: misfits, noise: $0, count: layout.count) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    private func images(_ name: String) throws -> IDXImages {
        let plain = URL(filePath: data).appending(path: name).path
        return try IDXImages(try Files.readUnpacked(Files.exists(plain) ? plain : plain + ".gz"))
    }

    private func trained(
        _ set: TrainingSet
    ) throws -> (inversion: (value: TrainedInversion, epochs: Int), seconds: Double) {
        let start = ContinuousClock.now
        var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }
        let outcome = try DualAutoencoderTrainer(settings: settings(), seed: 1).train(
            set,
            onEpoch: { report in
                let line =
                    "\(report.epoch) model \(report.validation.model) from data \(report.validation.modelFromData) "
                    + "data \(report.validation.data) \(report.seconds) s\n"
                FileHandle.standardError.write(Data(line.utf8))
            })
        return ((outcome.inversion, outcome.quality.epochs.count), elapsed)
    }

    private struct Report: Encodable {
        let settings: String
        let seconds: Double
        let epochs: Int
        let noise: Double
        /// In units of each ray's largest value.
        let dataReconstruction: Double
        let modelReconstruction: ImageErrors, modelFromData: ImageErrors
        /// Linear regression from exact data; the posterior mean of a normal prior from data with noise.
        let linearGaussian: ImageErrors
        let floor: [Floor]
    }

    /// Encoded and decoded test images put through the rays, against their own data.
    private struct Floor: Encodable {
        let noise: Double
        let medianMisfit: Double
        let medianMismatch: Double
        let threshold: Double
        let shareBelowThreshold: Double

        init(misfits: [Double], noise: Double, count: Int) {
            self.noise = noise
            let mismatches = misfits.map { $0 * $0 / (2 * noise * noise) }
            medianMisfit = misfits.sorted()[misfits.count / 2]
            medianMismatch = mismatches.sorted()[mismatches.count / 2]
            let threshold = AcceptanceRule.standard.threshold(count: count)
            self.threshold = threshold
            shareBelowThreshold = Double(mismatches.count { $0 <= threshold }) / Double(mismatches.count)
        }
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

/// The mean of a normal posterior under a normal prior with the moments of the training images:
/// `m(d) = m̄ + C_md (C_dd + σ² I)⁻¹ (d - d̄)`. With exact data it is linear regression.
private struct LinearGaussian {
    private let imageMean: [Double], dataMean: [Double]
    /// `[data][cells]`
    private let gain: Matrix

    init(images: [[UInt8]], data: [[Double]], noise: Double) throws {
        let count = Double(data.count)
        var imageMean = [Double](repeating: 0, count: images[0].count)
        for image in images { for i in imageMean.indices { imageMean[i] += Double(image[i]) / count } }
        var dataMean = [Double](repeating: 0, count: data[0].count)
        for row in data { for i in dataMean.indices { dataMean[i] += row[i] / count } }
        let d = Matrix(data.map { row in row.indices.map { row[$0] - dataMean[$0] } })
        let m = Matrix(images.map { image in image.indices.map { Double(image[$0]) - imageMean[$0] } })
        // The least variance keeps exact data solvable: some rays are nearly the sum of others.
        let variance = max(noise * noise, 1e-8)
        let gram = (1 / count) * d.times(d, transposed: true) + variance * Matrix.identity(dataMean.count)
        gain = try CholeskyFactor(gram).solve((1 / count) * d.times(m, transposed: true))
        (self.imageMean, self.dataMean) = (imageMean, dataMean)
    }

    func images(of data: [[Double]]) -> [[Float]] {
        let centred = Matrix(data.map { row in row.indices.map { row[$0] - dataMean[$0] } })
        return centred.times(gain).rowArrays.map { row in row.indices.map { Float(row[$0] + imageMean[$0]) } }
    }
}
