import ArgumentParser
import Foundation
import LinearAlgebra
import PriorModels
import Reservoir
import Storage

/// How fast realizations of 100 x 100 cells are drawn, beside GSTools where a Python that has it is named.
struct PriorBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prior", abstract: "Speed of drawing realizations of 100 x 100 cells, beside PyPI's gstools.")

    @Option(help: "A Python with gstools, for the ratio of times: python3 -m venv v && v/bin/pip install gstools.")
    var python: String?
    @Option(help: "A training image (PNG, PBM, PGM, NPY); without one, of channels drawn here, 250 x 250.")
    var image: String?
    @Option(help: "Realizations of each prior; the time of all counts.")
    var count = 200
    @Option(help: "Fields that gstools draws of each variogram.")
    var peerCount = 3

    private struct Measurement: Encodable {
        let name: String
        let realizations: Int
        /// Processor time of one thread, without making the prior ready [s].
        let secondsEach: Double
        let perSecondAndCore: Double
        /// To make the prior ready for the grid, once [s].
        let preparation: Double
        /// Processor time of gstools' SRF for one field of the same variogram on the same grid [s].
        var gstoolsSecondsEach: Double?
        var ratio: Double?
        var proportions: [String: Double]?
    }

    private static let side = 100

    func run() throws {
        BLAS.useOneThread()
        let grid = try Grid.uniform(
            columns: Self.side, rows: Self.side, width: 10, height: 10, thickness: 10, depth: 2000)
        var results: [Measurement] = []
        for (name, model) in [
            ("Exponential", Variogram.Model.exponential), ("Gaussian", .gaussian), ("Spherical", .spherical)
        ] {
            let rock = try RockProperties(
                permeability: 1e-13, logStandardDeviation: 1, porosity: 0.2,
                variogram: Variogram(model, majorRange: 200))
            var one = try measure("gaussian field, \(name)", .gaussian(GaussianPrior(rock: rock)), grid)
            if let python {
                let seconds = try peerTime(python, name)
                (one.gstoolsSecondsEach, one.ratio) = (seconds, seconds / one.secondsEach)
            }
            results.append(one)
        }
        let wells = [(49, 49), (11, 11), (88, 11), (11, 88), (88, 88)].map {
            HardDatum(column: $0.0, row: $0.1, facies: ChannelBodies.channelCode)
        }
        results.append(try measure("meandering channels", .channels(channels()), grid))
        results.append(try measure("meandering channels, five wells", .channels(channels()), grid, wells))
        results.append(
            try measure("meandering channels, levees and splays", .channels(channels(isFlanked: true)), grid))
        for azimuth in [0.0, 45, 90, 135] {
            results.append(try measure("belts at \(Int(azimuth))", .belts(belts(azimuth)), grid))
        }
        results.append(try measure("belts at 45, five wells", .belts(belts(45)), grid, wells))
        let trained = try trainingImage()
        results.append(try measure("training image", .trainingImage(trained), grid))
        results.append(try measure("training image, five wells", .trainingImage(trained), grid, wells))
        results.append(try measure("truncated Gaussian", .truncatedGaussian(truncated()), grid))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        print(String(decoding: try encoder.encode(results), as: UTF8.self))
    }

    private func measure(
        _ name: String, _ settings: PriorSettings, _ grid: Grid, _ hardData: [HardDatum] = []
    ) throws -> Measurement {
        var start = processorTime(CLOCK_THREAD_CPUTIME_ID)
        let model = try PriorModel(settings: settings, grid: grid, hardData: hardData, seed: 1)
        let preparation = processorTime(CLOCK_THREAD_CPUTIME_ID) - start
        var shares: [UInt8: Int] = [:]
        var seconds = 0.0
        for index in 0..<count {
            start = processorTime(CLOCK_THREAD_CPUTIME_ID)
            let one = model.realization(index)
            seconds += processorTime(CLOCK_THREAD_CPUTIME_ID) - start
            for code in one.facies ?? [] { shares[code, default: 0] += 1 }
        }
        let cells = Double(count * grid.cellCount)
        let names = settings.faciesNames
        return Measurement(
            name: name, realizations: count, secondsEach: seconds / Double(count),
            perSecondAndCore: Double(count) / seconds, preparation: preparation,
            proportions: shares.isEmpty
                ? nil
                : Dictionary(uniqueKeysWithValues: shares.map { (names[$0] ?? "\($0)", Double($1) / cells) }))
    }

    // MARK: Priors

    private func rocks(_ names: [String]) throws -> FaciesTable {
        var facies: [Facies] = []
        for (code, name) in names.enumerated() {
            let rock = try RockProperties(permeability: code == 1 ? 1e-12 : 2.5e-15, porosity: 0.2)
            facies.append(Facies(code: UInt8(code), name: name, rock: rock))
        }
        return try FaciesTable(facies)
    }

    private func channels(isFlanked: Bool = false) throws -> ChannelPrior {
        let names = isFlanked ? ["mud", "sand", "levee", "splay"] : ["mud", "sand"]
        return ChannelPrior(
            bodies: try ChannelBodies(
                width: .triangular(60, mode: 80, 110),
                amount: .proportion(.normal(mean: 0.3, standardDeviation: 0.03, lower: 0.2, upper: 0.4)),
                levees: isFlanked ? .init(width: .uniform(0.3, 0.6)) : nil,
                splays: isFlanked ? .init(count: 0...4, length: .uniform(80, 160), breadth: .uniform(80, 140)) : nil,
                facies: rocks(names)),
            meander: try Meander(
                wavelength: .uniform(350, 650), sinuosity: .uniform(1.1, 1.5), azimuth: .uniform(-10, 100),
                irregularity: 0.3))
    }

    private func belts(_ azimuth: Double) throws -> BeltPrior {
        BeltPrior(
            bodies: try ChannelBodies(
                width: .uniform(35, 60),
                amount: .proportion(.normal(mean: 0.3, standardDeviation: 0.03, lower: 0.2, upper: 0.4)),
                facies: rocks(["mud", "sand"])),
            network: try AnastomosingNetwork(
                azimuth: .normal(mean: azimuth, standardDeviation: 4), islandLength: .uniform(300, 450),
                islandWidth: .uniform(110, 150)))
    }

    private func truncated() throws -> TruncatedGaussianPrior {
        try TruncatedGaussianPrior(
            groups: [[.init(code: 0, proportion: 0.7)], [.init(code: 1, proportion: 0.3)]],
            facies: rocks(["mud", "sand"]), first: Variogram(.spherical, majorRange: 200))
    }

    private func trainingImage() throws -> TrainingImagePrior {
        let shown: TrainingImage
        if let image {
            let raster = try Raster.read(image)
            let middle = ((raster.values.min() ?? 0) + (raster.values.max() ?? 1)) / 2
            shown = try TrainingImage(
                columns: raster.columns, rows: raster.rows, codes: raster.values.map { $0 > middle ? 1 : 0 })
        } else {
            let grid = try Grid.uniform(columns: 250, rows: 250, width: 10, height: 10, thickness: 10, depth: 2000)
            let model = try PriorModel(settings: .channels(channels()), grid: grid, seed: 9)
            shown = try TrainingImage(columns: 250, rows: 250, codes: model.realization(0).facies ?? [])
        }
        return try TrainingImagePrior(image: shown, facies: rocks(["mud", "sand"]), pixelWidth: 10, pixelHeight: 10)
    }

    // MARK: GSTools

    /// GSTools' length scale is a third of the practical range of its exponential model, and so on; the time does not
    /// depend on it.
    private func peerTime(_ python: String, _ model: String) throws -> Double {
        let script = """
            import gstools, numpy, time
            x = 10.0 * numpy.arange(\(Self.side)) + 5
            field = gstools.SRF(gstools.\(model)(dim=2, var=1.0, len_scale=70.0), seed=1)
            field.structured([x, x])
            start = time.process_time()
            for seed in range(\(peerCount)): field.structured([x, x], seed=seed + 2)
            print((time.process_time() - start) / \(peerCount))
            """
        let process = Process(), output = Pipe()
        process.executableURL = URL(filePath: python)
        process.arguments = ["-c", script]
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0, let seconds = Double(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else { throw ValidationError("\(python) could not run gstools; it ended with \(process.terminationStatus)") }
        return seconds
    }
}
