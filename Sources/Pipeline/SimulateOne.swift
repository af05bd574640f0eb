import CaseFiles
import Foundation
import PriorModels
import Reservoir
import Storage

extension Project {
    /// The well series of one realization of the prior, as CSV.
    /// - Throws: ``PipelineError`` with the simulator's reason if it cannot be simulated.
    public func simulate(realization index: Int) throws -> String {
        let realization = try priorModel().realization(index)
        return SeriesText.series(
            try simulated(realization, name: "realization \(index)"), startDate: settings.startDate)
    }

    /// Writes the observations of a synthetic truth, and its noise-free series, where the case expects them.
    ///
    /// The truth is drawn from the prior with an index that belongs to no training set and no calibration.
    /// - Parameter replacing: whether files that are there may be overwritten.
    /// - Throws: ``PipelineError`` if they may not.
    public func observe(truth number: Int, replacing: Bool) throws -> String {
        let plan = settings.observations
        guard plan.isTable else {
            throw PipelineError(
                "will not write synthetic observations to '\(plan.file)'",
                reason: "they are written as CSV, which that file or the one of the truth is not",
                advice: "name CSV files as 'observations.file' and 'observations.truth' for them")
        }
        for path in [plan.file, plan.truthFile].compactMap(\.self) where Files.exists(path) && !replacing {
            throw PipelineError(
                "will not overwrite '\(path)'", reason: "it exists",
                advice: "say --replace if these observations may go")
        }
        let truth = try syntheticTruth(number)
        try Files.write(
            SeriesText.observations(truth.observations, startDate: settings.startDate), to: plan.file)
        if let path = plan.truthFile {
            try Files.write(SeriesText.series(truth.series, startDate: settings.startDate), to: path)
        }
        let scenario = truth.realization.scenario.map { ", of scenario \($0)," } ?? ""
        return "\(truth.observations.count) observations of synthetic truth \(number)\(scenario) in \(plan.file)"
    }

    /// Observations of every vector the case names, at every report time.
    func syntheticTruth(_ number: Int) throws -> SyntheticTruth {
        let realization = try priorModel().realization(SyntheticTruth.firstPriorIndex + number)
        return try SyntheticTruth(
            realization: realization, series: try simulated(realization, name: "truth \(number)"),
            keys: settings.observations.vectors, times: settings.reservoir.schedule.reportTimes,
            noise: settings.observations.noise, seed: seed, index: number)
    }

    /// Observations of a truth where a layout has them.
    /// - Parameter noiseFactor: errors are this many times as large as those of the case.
    /// - Parameter realization: instead of a draw of the prior.
    func syntheticTruth(
        _ number: Int, layout: DataLayout, noiseFactor: Double = 1, realization: Realization? = nil
    ) throws -> SyntheticTruth {
        let realization = try realization ?? priorModel().realization(SyntheticTruth.firstPriorIndex + number)
        return try SyntheticTruth(
            realization: realization, series: try simulated(realization, name: "truth \(number)"), layout: layout,
            noise: settings.observations.noise, seed: seed, index: number, noiseFactor: noiseFactor)
    }

    private func simulated(_ realization: Realization, name: String) throws -> ProductionSeries {
        let simulator = try forwardModel().makeSimulator()
        do {
            return try simulator.simulate(realization)
        } catch {
            throw PipelineError(
                "\(name) cannot be simulated", reason: "\(error)",
                advice: "check the wells, the schedule and the range of permeability")
        }
    }
}
