import Calibration
import CaseFiles
import Reservoir
import Storage

/// The accepted realizations beside the report: a table with rank, mismatch and label, and all of them in one file.
struct AcceptedFiles {
    let project: Project
    let result: CalibrationResult
    let calibrator: Calibrator
    let observed: ObservedData
    let digest: String

    func write(to folder: String) throws {
        let members = ExportedMember.chosen(by: ExportRequest(formats: [.hdf5]), from: result)
        let realizations = try calibrator.realizations(of: members.map(\.candidate))
        let tables = ExportTables(
            members: members, scenarios: realizations.map(\.scenario), test: result.test, observed: observed)
        try Files.write(tables.ensembleCSV, to: "\(folder)/accepted.csv")
        let path = "\(folder)/accepted.h5"
        // A file without realizations would be none; one of an earlier run must not stay.
        guard !members.isEmpty else { return try Files.remove(path) }
        try ExportArrays(members: members, realizations: realizations, grid: project.settings.reservoir.grid)
            .writeHDF5(to: path, observed: observed, seed: project.seed, digest: digest)
    }
}
