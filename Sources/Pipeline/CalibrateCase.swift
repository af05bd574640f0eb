import Calibration
import CaseFiles
import Foundation
import LatentSpaceInversion
import LinearAlgebra
import PriorModels
import Reports
import Reservoir
import Storage

/// Stage `calibrate`: a method looks for realizations that match the observations; every candidate is simulated.
///
/// Each method has a folder of its own, so that a report can set methods side by side; simulations are shared.
struct CalibrateCase {
    /// Indices of the prior from here on belong to calibration, so that no training set holds them.
    static let firstPriorIndex = 1 << 40
    /// A checkpoint holds every candidate; writing one after each small batch would cost more than it saves.
    static let secondsBetweenCheckpoints = 20.0

    let project: Project
    let training: PreparedTraining
    /// Holds a folder for each method.
    let root: URL
    /// Where simulations are kept; shared by the methods.
    let cacheFolder: URL
    let seed: UInt64
    /// Stands before the method in progress lines; may be empty.
    let label: String

    /// - Parameters:
    ///   - root: by default the stage's own folder.
    ///   - cacheFolder: by default in `root`.
    ///   - seed: by default that of the project.
    init(
        project: Project, training: PreparedTraining, root: URL? = nil, cacheFolder: URL? = nil, seed: UInt64? = nil,
        label: String = ""
    ) {
        (self.project, self.training, self.label) = (project, training, label)
        self.root = root ?? project.workspace.folder(.calibration)
        self.cacheFolder = cacheFolder ?? self.root.appending(path: "simulations")
        self.seed = seed ?? project.seed
    }

    func digest(_ settings: CalibrationSettings, _ observed: ObservedData) -> String {
        Digest.of(
            training.digest, settings, observed.observations, observed.correlationTime as Any, seed, Calibrator.version)
    }

    /// Runs the method of `settings`, or continues it, or reads what it gave before.
    func run(_ settings: CalibrationSettings, observed: ObservedData) throws -> CalibrationResult {
        try carriedOut(settings, observed: observed).result()
    }

    private func carriedOut(_ settings: CalibrationSettings, observed: ObservedData) throws -> Calibrator {
        let digest = digest(settings, observed)
        let problem = try problem(observed, settings)
        let cache = try cache()
        let file = CheckpointFile(
            path: try folder(settings.method).appending(path: "checkpoint.json").path, digest: digest)
        var calibrator = try resume(file, problem, settings, cache)
        let simulation = EnsembleSimulation(
            forwardModel: try project.forwardModel(), pool: project.pool, cache: cache)
        var counted = calibrator.spentOfBudget
        let start = ContinuousClock.now
        var lastWrite = start
        let hadMatches = !calibrator.matches.isEmpty
        var firstMatch: (simulations: Int, seconds: Double)?
        let name = settings.method.title
        try project.console.task(
            label.isEmpty ? "Calibrating (\(name))" : "\(label), \(name)",
            unit: settings.method == .gradientSearch ? "simulations or equivalents" : "simulations",
            total: settings.budget, alreadyDone: counted
        ) { task in
            while case let batch = try calibrator.nextBatch(), !batch.isEmpty {
                task.advance(by: calibrator.spentOfBudget - counted - batch.count)
                counted = calibrator.spentOfBudget
                try calibrator.absorb(simulation.run(batch) { task.advance() })
                task.advance(by: 0, note: calibrator.progressText)
                if firstMatch == nil, let first = calibrator.matches.first {
                    firstMatch = (first + 1, (ContinuousClock.now - start).seconds)
                }
                if (ContinuousClock.now - lastWrite).seconds > Self.secondsBetweenCheckpoints {
                    try file.write(calibrator.checkpoint)
                    lastWrite = .now
                }
            }
        }
        try file.write(calibrator.checkpoint)
        if let firstMatch, !hadMatches {
            project.console.note(
                "first realization within the noise: number \(firstMatch.simulations), after "
                    + String(format: "%.0f s", firstMatch.seconds))
        }
        return calibrator
    }

    /// What ``run(_:observed:)`` left, with the calibrator that can draw its realizations again.
    func finished(
        _ settings: CalibrationSettings, observed: ObservedData
    ) throws -> (calibrator: Calibrator, result: CalibrationResult) {
        let file = CheckpointFile(
            path: try folder(settings.method).appending(path: "checkpoint.json").path,
            digest: digest(settings, observed))
        let kept = try resume(file, try problem(observed, settings), settings, try cache())
        // What has been lost of the checkpoint or the simulations is made again.
        let calibrator = kept.checkpoint.isFinished ? kept : try carriedOut(settings, observed: observed)
        return (calibrator, try calibrator.result())
    }

    func folder(_ method: CalibrationMethod) throws -> URL {
        let folder = root.appending(path: method.rawValue, directoryHint: .isDirectory)
        try Files.createFolder(folder.path)
        return folder
    }

    func cache() throws -> SimulationCache {
        try SimulationCache(folder: cacheFolder.path, forwardModel: try project.forwardModel())
    }

    func problem(_ observed: ObservedData, _ settings: CalibrationSettings) throws -> CalibrationProblem {
        let prior = try project.priorModel()
        let inversion = DetailedInversion(
            training.inversion, errors: settings.movesDetail ? training.quality.numbers.modelReconstruction : nil)
        return CalibrationProblem(
            observed: observed, parameterization: inversion,
            smooth: inversion,
            proposal: NetworkProposal(training.inversion),
            proxy: NetworkProxy(training.inversion),
            knownPairs: training.knownPairs.map {
                SimulatedPair(latent: inversion.extended($0.latent), data: $0.data)
            },
            // Without bodies, slopes lead from single pairs, which are more unlike each other, at less.
            mosaics: inversion.hasFacies
                ? WellMosaics(project: project, training.realizations, inversion, layout: observed.layout) : nil,
            priorRealizations: { range in range.map { prior.realization(Self.firstPriorIndex + $0) } },
            sensitivities: settings.method == .gradientSearch
                ? try LatentSensitivities(project: project, inversion: inversion, layout: observed.layout).closure
                : nil,
            loop: project.pool.loop)
    }

    private func resume(
        _ file: CheckpointFile, _ problem: CalibrationProblem, _ settings: CalibrationSettings, _ cache: SimulationCache
    ) throws -> Calibrator {
        let fresh = try Calibrator(problem, settings: settings, seed: seed)
        guard let checkpoint = file.read() else { return fresh }
        return try resumed(checkpoint, problem, cache) ?? fresh
    }

    /// `nil` if the cache has lost a file: then the method repeats its steps and simulates what is missing.
    func resumed(
        _ checkpoint: Calibrator.Checkpoint, _ problem: CalibrationProblem, _ cache: SimulationCache
    ) throws -> Calibrator? {
        let fresh = try Calibrator(problem, settings: checkpoint.settings, seed: seed)
        let realizations = try fresh.realizations(of: checkpoint.candidates)
        let outcomes = realizations.map { cache.outcome(of: SimulationCache.key(of: $0)) }
        guard outcomes.allSatisfy({ $0 != nil }) else { return nil }
        return Calibrator(problem, resuming: checkpoint, series: outcomes.map { try? $0?.get() })
    }
}

/// The state of a calibration on disk, with the digest of what it belongs to.
struct CheckpointFile {
    private struct Content: Codable {
        let digest: String
        let checkpoint: Calibrator.Checkpoint
    }

    let path: String
    let digest: String

    /// `nil` if there is none, it belongs to something else, or it was damaged: then the calibration starts again, over
    /// the simulations that are kept.
    func read() -> Calibrator.Checkpoint? {
        let digest = digest
        return Self.read(path) { _ in digest }
    }

    /// As ``read()``, whatever the settings it was run with.
    /// - Parameter digest: the digest of a run with given settings.
    static func read(_ path: String, digest: (CalibrationSettings) -> String) -> Calibrator.Checkpoint? {
        guard let text = try? Files.readText(path), let content = try? JSONText.value(Content.self, text),
            content.digest == digest(content.checkpoint.settings)
        else { return nil }
        return content.checkpoint
    }

    func write(_ checkpoint: Calibrator.Checkpoint) throws {
        try Files.write(JSONText.of(Content(digest: digest, checkpoint: checkpoint)), to: path)
    }
}

/// The trained networks as a source of proposals.
struct NetworkProposal: LatentProposal {
    private let inversion: TrainedInversion
    let residualCovariance: Matrix

    init(_ inversion: TrainedInversion) {
        (self.inversion, residualCovariance) = (inversion, inversion.residualCovariance)
    }

    func latents(forData data: [[Double]]) -> [[Double]] {
        inversion.encodeData(data).map { latent in zip(latent, inversion.residualMean).map(+) }
    }
}

/// The learned map from latents to data, for screening.
struct NetworkProxy: DataProxy {
    private let inversion: TrainedInversion

    init(_ inversion: TrainedInversion) { self.inversion = inversion }

    func predict(_ latents: [[Double]]) -> [[Double]] { inversion.predictData(latents) }
}

extension CalibrationMethod {
    var title: String {
        switch self {
        case .proposal: "raw latent proposals"
        case .ensembleSmoother: "latent ES-MDA"
        case .sequentialMonteCarlo: "sequential Monte Carlo"
        case .localRetraining: "local retraining"
        case .gradientSearch: "gradient searches"
        case .rejection: "rejection sampling"
        case .modelSpaceEnsembleSmoother: "model-space ES-MDA"
        }
    }
}

extension Calibrator {
    /// The candidates accepted so far, in the order of their simulation.
    var matches: [Int] {
        checkpoint.candidates.indices.filter {
            checkpoint.candidates[$0].mismatch.map { test.accepts($0.value) } ?? false
        }
    }

    /// Accepted so far and the best mismatch, beside a progress bar.
    var progressText: String {
        guard let best = checkpoint.candidates.compactMap({ $0.mismatch?.value }).min() else { return "" }
        return
            "\(matches.count) accepted, best \(String(format: "%.2f", best)) (accepts \(String(format: "%.2f", test.threshold)))"
    }
}
