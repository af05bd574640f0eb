import Calibration
import CaseFiles
import Foundation
import Reports
import Storage

extension Project {
    /// Runs synthetic truths through the whole chain and writes the page and the tables.
    ///
    /// What is finished of an earlier run with the same settings is read, not repeated.
    /// - Returns: the result, for the terminal or for programs.
    public func validate(_ request: ValidationRequest, figures: Bool = false, asJSON: Bool = false) throws -> String {
        let settings = try request.settings(from: settings.calibration)
        for method in settings { try LatentSensitivities.require(for: method.method, self, try observed().layout) }
        try train()
        let start = ContinuousClock.now
        let stage = try ValidateCase(
            project: self, training: try TrainNetwork(project: self).prepared(), request: request)
        let outcomes = try stage.run(settings)
        var agreements: [TwinAgreement] = []
        if request.twinTruths > 0 {
            if let comparison = try CompareOnTwin(self, size: request.referenceSize) {
                agreements = try comparison.run(truths: request.twinTruths, draws: request.referenceDraws, settings)
            } else {
                console.note("no coarse_twin in the case: nothing to compare with rejection sampling on")
            }
        }
        let digest = Digest.of(stage.training.digest, settings, request.firstTruth, request.truths, request.twinTruths)
        try workspace.markFinished(
            .validation, StageRecord(digest: digest, seed: seed, seconds: (ContinuousClock.now - start).seconds))
        let summary = ValidationAssembly(
            project: self, layout: stage.layout, settings: settings, outcomes: outcomes, agreements: agreements,
            draws: request.referenceDraws, request: request
        ).summary()
        try write(summary, figures: figures)
        return asJSON ? summary.summaryJSON : summary.terminalText(style: .detect(descriptor: 1))
    }

    private func write(_ summary: ValidationSummary, figures: Bool) throws {
        let folder = try workspace.prepare(.validation)
        try Files.write(summary.page(), to: folder.appending(path: "index.html").path)
        try Files.write(summary.truthsCSV, to: folder.appending(path: "truths.csv").path)
        try Files.write(summary.agreementCSV, to: folder.appending(path: "agreement.csv").path)
        try Files.write(summary.summaryJSON, to: folder.appending(path: "validation.json").path)
        if figures {
            let writer = FigureWriter(
                gnuplot: try Gnuplot.locate(), folder: folder.appending(path: "figures", directoryHint: .isDirectory))
            _ = try writer.write(summary)
        }
        console.note("validation: \(folder.appending(path: "index.html").path)")
    }
}
