import CaseFiles
import FlowSimulation
import Foundation
import PriorModels
import Reservoir
import Storage

extension Project {
    /// Simulates one realization of the prior, and leaves maps of pressure and saturation at every report time in a folder.
    ///
    /// `pressure.npy` [bar] and `water_saturation.npy` or `gas_saturation.npy` [–] are arrays `[maps, rows, columns]`, NaN in
    /// inactive cells; `maps.csv` tells the time of each map in days, and its date if the case has a start date.
    ///
    /// - Parameter replacing: whether a folder of maps that is there may be replaced.
    /// - Returns: the well series as CSV.
    /// - Throws: ``PipelineError`` if the realization cannot be simulated, or another program simulates the case;
    ///   `StorageError` if the folder cannot be written. Nothing half-written is left.
    public func simulate(realization index: Int, mapsTo folder: String, replacing: Bool) throws -> String {
        guard let model = try forwardModel() as? FlowModel else {
            throw PipelineError(
                "maps cannot be written", reason: "only the built-in simulator makes maps",
                advice: "remove 'forward_model' from the case, or leave out --maps")
        }
        let realization = try priorModel().realization(index)
        let result: FlowResult
        do {
            result = try FlowSimulator(model).run(realization, mapTimes: model.reportTimes)
        } catch let failure as SimulationFailure {
            throw PipelineError(
                "realization \(index) cannot be simulated", reason: "\(failure)",
                advice: "check the wells, the schedule and the range of permeability")
        }
        try FolderDraft.write(
            to: folder, marker: "maps.csv", replacing: replacing,
            remedy: FolderDraft.replaceable
        ) { path in
            try write(result.maps, to: path)
        }
        return SeriesText.series(result.series, startDate: settings.startDate)
    }

    private func write(_ maps: [FlowMap], to folder: String) throws {
        let grid = settings.reservoir.grid
        let shape = [maps.count, grid.rows, grid.columns]
        let name = settings.reservoir.fluids.displacing == .water ? "water_saturation" : "gas_saturation"
        try NPY.write(
            StoredArray(maps.flatMap { $0.pressure.map { $0 / Unit.bar } }, shape: shape), to: "\(folder)/pressure.npy")
        try NPY.write(StoredArray(maps.flatMap(\.saturation), shape: shape), to: "\(folder)/\(name).npy")
        var text = CSVText(header: ["map", "time"] + (settings.startDate == nil ? [] : ["date"]))
        for (index, map) in maps.enumerated() {
            let date = settings.startDate.map { "\($0.adding(seconds: map.time))" }
            text.append(["\(index)", "\(map.time / Unit.day)"] + [date].compactMap(\.self))
        }
        try Files.write(text.text, to: "\(folder)/maps.csv")
    }
}
