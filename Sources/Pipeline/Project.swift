import Calibration
import CaseFiles
import Foundation
import LatentSpaceInversion
import PriorModels
import Reservoir

/// One case opened for work: its validated settings, where results go, and what to compute with.
public struct Project: Sendable {
    public private(set) var settings: Case
    public let workspace: Workspace
    public let seed: UInt64
    public let pool: WorkerPool
    public let console: Console

    /// Reads and validates the case; nothing runs or is written before it is sound.
    /// - Parameters:
    ///   - output: overrides the result folder of the case file.
    ///   - seed: overrides that of the case file.
    ///   - effort: share of what the case asks for, to try it out.
    ///   - observations: whether the case may be without observations so far.
    /// - Throws: `CaseFileError` with every problem found.
    public init(
        casePath: String, output: String? = nil, seed: UInt64? = nil, threads: Int, effort: Double = 1,
        quiet: Bool = false, observations: Case.ObservationNeed = .required
    ) throws {
        var settings = try Case.read(casePath, observations: observations)
        settings.reduce(to: effort)
        self.init(settings, output: output, seed: seed, threads: threads, quiet: quiet)
    }

    public init(_ settings: Case, output: String? = nil, seed: UInt64? = nil, threads: Int, quiet: Bool = false) {
        self.init(settings, output: output, seed: seed, threads: threads, console: Console(quiet: quiet))
    }

    init(_ settings: Case, output: String?, seed: UInt64?, threads: Int, console: Console) {
        self.settings = settings
        workspace = Workspace(root: URL(filePath: output ?? settings.outputFolder, directoryHint: .isDirectory))
        self.seed = seed ?? settings.seed
        pool = WorkerPool(threads: threads)
        self.console = console
    }

    /// The same case with another method, budget or number of realizations at which to stop; `nil`: as it has them.
    /// - Parameter wanted: zero: never stop early.
    /// - Throws: `ParameterError` if a setting is out of range.
    public func choosing(_ method: MethodChoice?, budget: Int? = nil, wanted: Int? = nil) throws -> Project {
        var project = self
        project.settings.calibration = try settings.calibration
            .with(method: method?.method, budget: budget, wanted: wanted).validated()
        return project
    }

    func priorModel() throws -> PriorModel {
        try PriorModel(
            settings: settings.prior, grid: settings.reservoir.grid, hardData: settings.hardData, seed: seed)
    }

    /// Runs a stage unless it has run with the same digest, and records that it has.
    func once(_ stage: Stage, digest: String, _ body: () throws -> Void) throws {
        guard !workspace.isFinished(stage, digest: digest) else {
            return console.note("\(stage.title): up to date")
        }
        _ = try workspace.prepare(stage)
        try workspace.markUnfinished(stage)
        let start = ContinuousClock.now
        try body()
        try workspace.markFinished(
            stage, StageRecord(digest: digest, seed: seed, seconds: (ContinuousClock.now - start).seconds))
    }
}

extension Case {
    /// Cuts the training set, the epochs and the simulations to a share, but not below what the methods need. Epochs are cut
    /// by its root: over fewer realizations each has fewer steps already.
    mutating func reduce(to effort: Double) {
        guard effort < 1 else { return }
        func share(_ count: Int, atLeast least: Int) -> Int { min(count, max(least, Int(effort * Double(count)))) }
        training.pairs = share(training.pairs, atLeast: 64)
        training.realizations = share(training.realizations, atLeast: 128)
        training.settings.epochs = min(
            training.settings.epochs, max(4, Int(effort.squareRoot() * Double(training.settings.epochs))))
        calibration.budget = share(calibration.budget, atLeast: 60)
        calibration.proposal.count = share(calibration.proposal.count, atLeast: 20)
        calibration.smoother.ensembleSize = share(calibration.smoother.ensembleSize, atLeast: 30)
        calibration.retraining.waveSize = share(calibration.retraining.waveSize, atLeast: 20)
        calibration.sequential.particles = share(calibration.sequential.particles, atLeast: 20)
        calibration.sequential.preparation.waveSize = share(calibration.sequential.preparation.waveSize, atLeast: 20)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + 1e-18 * Double(components.attoseconds) }
}
