import Calibration
import CaseFiles
import Foundation
import LatentSpaceInversion
import PriorModels
import Reports
import Reservoir
import Storage

/// The stages as commands call them. Each does what is missing before it, and nothing that is up to date.
extension Project {
    /// The observations to match.
    func observed() throws -> ObservedData {
        guard let measured = settings.measured else {
            throw PipelineError(
                "there are no observations", reason: "'\(settings.observations.file)' does not exist",
                advice: "put the measurements there, or make synthetic ones with 'lsi observe'")
        }
        return try ObservedData(measured.history, correlationTime: settings.observations.noise.correlationTime)
    }

    /// Draws the prior and returns what to tell the user.
    /// - Throws: ``StorageError`` if the realizations cannot be written, a cancellation after an interrupt.
    public func drawPrior(count: Int? = nil, asJSON: Bool = false) throws -> String {
        let count = count ?? settings.training.realizations
        let stage = DrawPrior(project: self)
        try once(.prior, digest: Digest.of(stage.digest, count)) { _ = try stage.run(count: count) }
        let folder = workspace.folder(.prior).path
        return asJSON
            ? JSONText.of(DrawnPrior(folder: folder, realizations: count))
            : "\(count) realizations in \(folder)"
    }

    /// Simulates the training pairs and returns what to tell the user.
    /// - Throws: ``StorageError`` if they cannot be written, a cancellation after an interrupt.
    public func generatePairs(count: Int? = nil) throws -> String {
        let count = count ?? settings.training.pairs
        let stage = GeneratePairs(project: self)
        try once(.training, digest: Digest.of(try stage.digest, count)) { _ = try stage.run(count: count) }
        let (failed, reason) = try stage.failures(among: count)
        let folder = workspace.folder(.training).path
        guard failed < count else {
            throw PipelineError(
                "none of \(count) simulations succeeded", reason: reason ?? "",
                advice: "check the wells, the schedule and the range of permeability")
        }
        return "\(count - failed) training pairs in \(folder)"
            + (failed > 0 ? "; \(failed) simulations failed, such as: \(reason ?? "")" : "")
    }

    /// Trains the networks, after what is missing before that, and writes ``qualityPage``.
    /// - Throws: ``TrainingError`` if training cannot go on; ``PipelineError`` without observations; what the stages before it
    ///   throw.
    public func train() throws {
        let stage = TrainNetwork(project: self)
        let digest = try stage.digest
        if workspace.isFinished(.network, digest: digest) {
            console.note("networks: up to date")
        } else {
            _ = try drawPrior()
            _ = try generatePairs()
            try once(.network, digest: digest) {
                try? Files.remove(qualityPage)
                try stage.run()
            }
        }
        if !Files.exists(qualityPage) {
            try Files.write(try trainingPanel().page(provenance: provenance()), to: qualityPage)
            console.note("training quality: \(qualityPage)")
        }
    }

    /// The page that ends training.
    public var qualityPage: String { workspace.folder(.network).appending(path: "quality.html").path }

    /// Calibrates the case by its method, after what is missing before that.
    /// - Throws: ``CalibrationError`` if the method cannot work on this case; what the stages before it throw.
    public func calibrate() throws {
        try LatentSensitivities.require(for: settings.calibration.method, self, try observed().layout)
        try train()
        let training = try TrainNetwork(project: self).prepared()
        let stage = CalibrateCase(project: self, training: training)
        let observed = try observed()
        for conflict in observed.conflicts(with: try GeneratePairs(project: self).series()) {
            console.note("warning: \(conflict)")
        }
        try once(.calibration, digest: stage.digest(settings.calibration, observed)) {
            _ = try stage.run(settings.calibration, observed: observed)
        }
    }

    /// Writes the report, after what is missing before that.
    /// - Parameter figures: write every figure as PDF, SVG and PNG too.
    /// - Throws: what ``calibrate()`` throws; ``StorageError`` if files cannot be written.
    public func writeReport(figures: Bool = false) throws {
        try calibrate()
        let last = try lastResult()
        let report = try assembleReport(last)
        try once(.report, digest: UUID().uuidString) {
            try WriteReport(project: self).run(report, accepted: last.accepted, figures: figures)
        }
        console.note("report: \(workspace.folder(.report).appending(path: "index.html").path)")
    }

    /// All stages in order, each only if it is not up to date.
    /// - Throws: what ``writeReport(figures:)`` throws.
    public func run() throws { try writeReport() }

    /// The result of the last calibration, for the terminal.
    /// - Throws: what is missing for it, as ``StorageError`` or ``PipelineError``.
    public func summary(asJSON: Bool) throws -> String {
        let report = try assembleReport()
        return asJSON ? report.summaryJSON : report.terminalText(style: .detect(descriptor: 1))
    }

    /// How good the networks are, for the terminal.
    public func trainingSummary(asJSON: Bool) throws -> String {
        let panel = try trainingPanel()
        return asJSON ? panel.summaryJSON : panel.terminalText(style: .detect(descriptor: 1))
    }

    private func trainingPanel() throws -> TrainingQualityPanel {
        let maps = EnsembleMaps(settings.reservoir, faciesNames: settings.prior.faciesNames)
        let training = try TrainNetwork(project: self).prepared()
        let test = AcceptanceTest(rule: settings.calibration.acceptance, dataCount: training.inversion.layout.count)
        return training.panel(caseName: settings.name, maps: maps, test: test)
    }

    /// The calibration that the case asks for as it stands on disk, and those of other methods.
    private struct LastResult {
        let training: PreparedTraining
        let accepted: AcceptedFiles
        let methods: [CalibrationResult]
    }

    private func lastResult() throws -> LastResult {
        let training = try TrainNetwork(project: self).prepared()
        let stage = CalibrateCase(project: self, training: training)
        let observed = try observed()
        let (calibrator, result) = try stage.finished(settings.calibration, observed: observed)
        return LastResult(
            training: training,
            accepted: AcceptedFiles(
                project: self, result: result, calibrator: calibrator, observed: observed,
                digest: stage.digest(settings.calibration, observed)),
            methods: try stage.results(observed, first: settings.calibration.method))
    }

    func assembleReport() throws -> CalibrationReport { try assembleReport(lastResult()) }

    private func assembleReport(_ last: LastResult) throws -> CalibrationReport {
        try ReportAssembly(
            project: self, training: last.training, result: last.accepted.result, calibrator: last.accepted.calibrator,
            observed: last.accepted.observed, priorSeries: try GeneratePairs(project: self).series(),
            methods: last.methods
        ).report()
    }
}

extension ObservedData {
    /// What none of the realizations comes near, worst first.
    /// - Parameter prior: series of realizations of the prior.
    func conflicts(with prior: [ProductionSeries]) -> [PriorDataConflict] {
        PriorDataConflict.conflicts(of: prior.compactMap { try? layout.values(in: $0) }, with: self)
    }
}
