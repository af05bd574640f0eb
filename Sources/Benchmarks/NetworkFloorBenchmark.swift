import ArgumentParser
import Calibration
import CaseFiles
import FlowSimulation
import Foundation
import LatentSpaceInversion
import LinearAlgebra
import PriorModels
import Reservoir

/// How near a trained autoencoder's reconstructions come to the data of what they reconstruct, and its decoded prior to
/// the prior: what decides whether any sampler can succeed.
struct NetworkFloorBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "floor", abstract: "Representation floor of a case's autoencoder under various settings.")

    @Option(name: .customLong("case"), help: "The case file.")
    var caseFile: String
    @Option(help: "Realizations to train on; the first `pairs` are simulated.")
    var realizations = 4000
    @Option(help: "Simulated realizations.")
    var pairs = 400
    @Option var epochs = 10
    @Option var batch = 32
    @Option var rate = 2e-3
    @Option var width = 64
    @Option var latents = 128
    @Option(help: "Weight of the divergence term.")
    var divergence = 1.0
    @Option(help: "Extra weight of a cell at a well, falling off with distance; 0: all cells alike.")
    var wellWeight = 0.0
    @Flag(help: "A plain autoencoder.")
    var plain = false
    @Option(help: "Held-out realizations, and decoded prior draws, to simulate.")
    var judged = 40

    func run() throws {
        let setting = try Case.read(caseFile, observations: .ifPresent)
        let grid = setting.reservoir.grid
        let prior = try PriorModel(settings: setting.prior, grid: grid, hardData: setting.hardData, seed: setting.seed)
        let flow = try FlowModel(reservoir: setting.reservoir, settings: setting.simulator)
        let simulator = try FlowSimulator(flow)
        let end = setting.observations.historyEnd ?? .infinity
        let layout = DataLayout(
            entries: setting.observations.vectors.flatMap { key -> [DataLayout.Entry] in
                flow.reportTimes.filter { $0 > 0 && $0 <= end }.map { DataLayout.Entry(key: key, time: $0) }
            })
        func data(_ realization: Realization) throws -> [Double] {
            try layout.values(in: try simulator.simulate(realization))
        }

        var encoded = EncodedRealizations(
            encoding: try RealizationEncoding(fitting: (0..<200).map(prior.realization), on: grid))
        var pairData: [[Float]] = []
        for index in 0..<realizations {
            let realization = prior.realization(index)
            try encoded.append(realization)
            if index < pairs { pairData.append(try data(realization).map { Float($0) }) }
        }
        let set = try TrainingSet(
            realizations: encoded, data: pairData, layout: layout, cellWeights: wellWeights(setting.reservoir))
        let start = ContinuousClock.now
        let outcome = try DualAutoencoderTrainer(settings: trainingSettings(), seed: setting.seed).train(
            set,
            onEpoch: { report in
                let line = "\(report.epoch) \(report.training.model) \(report.validation.model) \(report.seconds)\n"
                FileHandle.standardError.write(Data(line.utf8))
            })
        let seconds = (ContinuousClock.now - start) / .seconds(1)

        let quality = outcome.quality
        var mismatches: [String: [Double]] = [:]
        for (index, copy) in zip(quality.heldOutPairs, quality.reconstructions).prefix(judged) {
            let truth = pairData[index].map { Double($0) }
            let found = try data(copy)
            for noise in [0.05, 0.02] {
                let observed = try ObservedData(
                    values: truth, layout: layout, noise: try NoiseSettings(relative: noise, floorFraction: 0.02))
                let mismatch = Mismatch(prediction: found, observed: observed)
                mismatches["\(noise)", default: []].append(mismatch.value)
                for (type, part) in mismatch.byType { mismatches["\(noise) \(type)", default: []].append(part.value) }
            }
        }
        var stream = RandomStream(seed: setting.seed, purpose: "floor benchmark")
        let draws = outcome.inversion.decode((0..<judged).map { _ in stream.normals(outcome.inversion.dimension) })
        let drawn = try draws.map(data)
        let report = Report(
            settings: "\(CommandLine.arguments.dropFirst(2).joined(separator: " "))", seconds: seconds,
            validation: quality.epochs.map { $0.validation.model }.min() ?? .nan,
            divergence: quality.epochs.last?.training.divergence ?? 0,
            accuracy: quality.modelReconstruction.faciesAccuracy,
            intersectionOverUnion: quality.modelReconstruction.intersectionOverUnion,
            explainedVariance: quality.explainedVariance, dataPrediction: quality.dataPrediction,
            medianFloor: mismatches.mapValues { $0.sorted()[$0.count / 2] },
            threshold: AcceptanceRule.standard.threshold(count: layout.count),
            shareBelowThreshold: mismatches.mapValues { values in
                Double(values.count { $0 <= AcceptanceRule.standard.threshold(count: layout.count) })
                    / Double(values.count)
            }, prior: compare(drawn, pairData.map { $0.map { Double($0) } }, layout))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    private struct Report: Encodable {
        let settings: String
        let seconds: Double
        let validation: Double, divergence: Double
        let accuracy: Double?, intersectionOverUnion: Double?
        let explainedVariance: Double, dataPrediction: Double
        let medianFloor: [String: Double]
        let threshold: Double
        let shareBelowThreshold: [String: Double]
        let prior: [String: [Double]]
    }

    private func trainingSettings() -> TrainingSettings {
        var settings = TrainingSettings()
        settings.epochs = epochs
        settings.batch = batch
        settings.learningRate = rate
        settings.width = width
        settings.modelLatents = latents
        settings.divergenceWeight = divergence
        settings.isVariational = !plain
        return settings
    }

    private func wellWeights(_ reservoir: ReservoirModel) -> [Float]? {
        guard wellWeight > 0 else { return nil }
        let grid = reservoir.grid
        return (0..<grid.cellCount).map { cell in
            let nearest =
                reservoir.wells.flatMap(\.completions).map { completion in
                    let dx = Double(completion.column - grid.column(of: cell))
                    let dy = Double(completion.row - grid.row(of: cell))
                    return dx * dx + dy * dy
                }.min() ?? .infinity
            return Float(1 + wellWeight * exp(-nearest / 100))
        }
    }

    /// Per vector: mean difference of decoded and true prior data in standard deviations, and the ratio of the
    /// deviations.
    private func compare(_ drawn: [[Double]], _ truth: [[Double]], _ layout: DataLayout) -> [String: [Double]] {
        var result: [String: [Double]] = [:]
        for key in Set(layout.entries.map(\.key)) {
            let last = layout.entries.lastIndex { $0.key == key } ?? 0
            func moments(_ rows: [[Double]]) -> (mean: Double, deviation: Double) {
                let mean = rows.reduce(0) { $0 + $1[last] } / Double(rows.count)
                let square = rows.reduce(0) { $0 + ($1[last] - mean) * ($1[last] - mean) } / Double(rows.count)
                return (mean, square.squareRoot())
            }
            let (a, b) = (moments(drawn), moments(truth))
            result["\(key)"] = [(a.mean - b.mean) / b.deviation, a.deviation / b.deviation]
        }
        return result
    }
}
