import Calibration
import CaseFiles
import EclipseFiles
import Foundation
import Reservoir
import Storage

/// Writes what a request asks for into one folder.
///
///     <folder>/
///       ensemble.json, ensemble.csv   which realizations, their rank, mismatch and weight
///       mismatch.csv                  per realization and vector
///       series.csv                    their simulated well series
///       grdecl/realization-000012.grdecl ...
///       npy/porosity.npy, permeability_x.npy, permeability_y.npy, facies.npy
///       ensemble.h5
///       decks/realization-000012/CASE.DATA ...
struct ExportFolder {
    static let format = "lsi-export"
    /// A folder that holds this file is an export.
    static let marker = "ensemble.json"

    let project: Project
    let request: ExportRequest
    let members: [ExportedMember]
    let realizations: [Realization]
    let observed: ObservedData
    let result: CalibrationResult
    let digest: String

    private var grid: Grid { project.settings.reservoir.grid }

    func write(to folder: String) throws {
        let tables = ExportTables(
            members: members, scenarios: realizations.map(\.scenario), test: result.test, observed: observed)
        try Files.write(tables.ensembleCSV, to: "\(folder)/ensemble.csv")
        try Files.write(tables.mismatchCSV, to: "\(folder)/mismatch.csv")
        try Files.write(tables.seriesCSV, to: "\(folder)/series.csv")
        let arrays = ExportArrays(members: members, realizations: realizations, grid: grid)
        for format in ExportRequest.Format.allCases where request.formats.contains(format) {
            try Interruption.check()
            switch format {
            case .grdecl: try writeGRDECL(to: "\(folder)/grdecl")
            case .npy: try arrays.writeNPY(to: "\(folder)/npy")
            case .hdf5:
                try arrays.writeHDF5(
                    to: "\(folder)/ensemble.h5", observed: observed, seed: project.seed, digest: digest)
            case .deck: try writeDecks(to: "\(folder)/decks")
            }
        }
        let json = tables.json(
            caseName: project.settings.name, method: result.method, seed: project.seed,
            claim: result.posterior?.method)
        try Files.write(json, to: "\(folder)/\(Self.marker)")
    }

    private func writeGRDECL(to folder: String) throws {
        try Files.createFolder(folder)
        for (member, realization) in zip(members, realizations) {
            let text = GRDECL.text(of: realization, on: grid, comment: comment(on: member))
            try Files.write(text, to: "\(folder)/\(member.name).grdecl")
        }
    }

    private func writeDecks(to folder: String) throws {
        let template = try project.deckTemplate()
        for (member, realization) in zip(members, realizations) {
            try Interruption.check()
            let own = "\(folder)/\(member.name)"
            try Files.createFolder(own)
            try template.write(realization, on: grid, to: URL(filePath: own, directoryHint: .isDirectory))
        }
    }

    private func comment(on member: ExportedMember) -> String {
        let mismatch = member.candidate.mismatch.map { String(format: "%.4g", $0.value) } ?? "unknown"
        return """
            \(project.settings.name), \(member.name): \(member.status), mismatch \(mismatch) \
            (accepted up to \(String(format: "%.4g", result.test.threshold)))
            lsi \(Version.current), method \(result.method.rawValue), seed \(project.seed)
            """
    }
}

extension Project {
    /// Writes realizations of the last calibration for other programs.
    /// - Returns: what to tell the user.
    /// - Throws: ``PipelineError`` if there is no calibration of this case, or nothing to export; `StorageError` if the
    ///   folder may not be written.
    public func export(_ request: ExportRequest) throws -> String {
        let (stage, observed, calibrator, result) = try lastCalibration()
        let members = ExportedMember.chosen(by: request, from: result)
        guard !members.isEmpty else {
            throw PipelineError(
                "there is nothing to export", reason: "no realization was accepted",
                advice: "'--best 10' exports the ten nearest to the data")
        }
        let folder = request.folder ?? workspace.root.appending(path: "export").path
        let labels = try ScenarioLabels(self, inversion: stage.training.inversion)
        try FolderDraft.write(
            to: folder, marker: ExportFolder.marker, replacing: request.isReplacing,
            remedy: FolderDraft.replaceable
        ) { draft in
            try ExportFolder(
                project: self, request: request, members: members,
                realizations: labels.labelled(try calibrator.realizations(of: members.map(\.candidate))),
                observed: observed, result: result, digest: stage.digest(settings.calibration, observed)
            ).write(to: draft)
        }
        let accepted = members.count(where: \.isAccepted)
        let formats = ExportRequest.Format.allCases.filter(request.formats.contains).map(\.rawValue)
        return "\(members.count) realizations (\(accepted) accepted) as \(formats.joined(separator: ", ")) in \(folder)"
    }

    /// The calibration that belongs to the case as it is.
    func lastCalibration() throws -> (
        stage: CalibrateCase, observed: ObservedData, calibrator: Calibrator, result: CalibrationResult
    ) {
        let missing = PipelineError(
            "there is no finished calibration of this case in \(workspace.root.path)",
            reason: "it has not run, or the case has changed since",
            advice: "run 'lsi calibrate', with the same --seed and --effort if you give any")
        guard workspace.isFinished(.network, digest: try TrainNetwork(project: self).digest) else { throw missing }
        let stage = CalibrateCase(project: self, training: try TrainNetwork(project: self).prepared())
        let observed = try observed()
        guard workspace.isFinished(.calibration, digest: stage.digest(settings.calibration, observed)) else {
            throw missing
        }
        let (calibrator, result) = try stage.finished(settings.calibration, observed: observed)
        return (stage, observed, calibrator, result)
    }
}
