import CaseFiles
import Foundation
import Pipeline

/// A folder for one test, removed with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "lsi-pipeline-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }
}

/// A quarter five-spot of 12 x 10 cells with a Gaussian prior: simulated in a millisecond, trained in a second.
enum SmallCase {
    static let text = """
        name: small
        seed: 3
        start_date: 2020-02-01
        grid: {columns: 12, rows: 10, cell_width: 20, cell_height: 25, thickness: 8, depth: 1500}
        rock:
          compressibility: 4e-5
          relative_permeability: {connate: 0.2, residual_oil: 0.2, displacing_end_point: 0.5}
        fluids:
          water: {density: 1000, viscosity: 0.5, compressibility: 4e-5}
          oil: {density: 850, viscosity: 2, formation_volume_factor: 1.2, compressibility: 1e-4}
        initial: {pressure: 200, saturation: 0.2}
        wells:
          - {name: I1, role: injector, column: 1, row: 1, control: {water_rate: 60, bottom_hole_pressure: 500}}
          - {name: P1, role: producer, column: 12, row: 10, control: {bottom_hole_pressure: 150}}
        simulator: {maximum_time_step: 5}
        schedule: {report_times: {every: 100, until: 1000}}
        prior:
          type: gaussian
          permeability: 200
          log_standard_deviation: 1
          permeability_ratio: 0.5
          porosity: 0.2
          porosity_standard_deviation: 0.02
          variogram: {model: spherical, major_range: 120}
        observations: {file: observations.csv, noise: {relative: 30 %, floor: 20 %}}
        training: {pairs: 64, realizations: 128, epochs: 3}
        calibration: {method: rejection, budget: 40}

        """

    /// Writes the case with observations of a truth.
    static func make(in folder: String, text: String = text) throws {
        try text.write(toFile: folder + "/case.yaml", atomically: true, encoding: .utf8)
        _ = try open(folder, observations: false).observe(truth: 0, replacing: true)
    }

    static func open(_ folder: String, observations: Bool = true) throws -> Project {
        try Project(
            casePath: folder, threads: 1, quiet: true, observations: observations ? .required : .ifPresent)
    }

    /// Calibrated once for all tests that only look at the result.
    static let calibrated = Result {
        let folder = try TemporaryFolder()
        try make(in: folder.path)
        try open(folder.path).calibrate()
        return folder
    }
}
