import EclipseFiles
import Foundation
import Reservoir

/// OPM Flow as the simulator to compare with: one process on one thread for each run.
struct FlowPeer {
    let executable: String
    let version: String

    init(_ executable: String) throws {
        let probe = try OPMFlowModel(
            model: try FlowReferenceCase.buckleyLeverett.model(), vectorKeys: [],
            settings: Self.settings(executable, []))
        (self.executable, version) = (executable, probe.simulatorVersion)
    }

    struct Outcome {
        let series: ProductionSeries
        /// Processor time of the whole process [s].
        let seconds: Double
    }

    /// - Parameter parts: steps between two reports, with tight tolerances; `nil`: Flow's own choice of both.
    /// - Throws: ``SimulationFailure`` if Flow does not come to a sound end.
    func run(_ test: FlowTestCase, keys: [VectorKey], parts: Int? = nil) throws -> Outcome {
        var arguments: [String] = []
        if let parts {
            let times = [0] + test.model.schedule.reportTimes
            let longest = zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? Unit.day
            // The tolerances are those of the converged reference runs.
            arguments = [
                "--solver-max-time-step-in-days=\(longest / Unit.day / Double(parts))", "--tolerance-cnv=1e-4",
                "--tolerance-cnv-relaxed=1e-4", "--tolerance-mb=1e-8"
            ]
        }
        if let deck = test.deck { return try run(deck: deck, keys: keys, arguments) }
        let simulator = try OPMFlowModel(
            model: test.model, vectorKeys: keys, settings: Self.settings(executable, arguments)
        ).makeSimulator()
        let start = childrenTime()
        let series = try simulator.simulate(test.realization)
        return Outcome(series: series, seconds: childrenTime() - start)
    }

    private static func settings(_ executable: String, _ arguments: [String]) -> OPMFlowModel.Settings {
        var settings = OPMFlowModel.Settings()
        (settings.program, settings.arguments) = (executable, arguments)
        return settings
    }

    /// A deck as it is, its output in a folder of its own that is removed.
    private func run(deck: URL, keys: [VectorKey], _ arguments: [String]) throws -> Outcome {
        let output = FileManager.default.temporaryDirectory.appending(path: "lsi-flow-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: output) }
        let process = Process()
        process.executableURL = URL(filePath: executable.contains("/") ? executable : "/usr/bin/env")
        process.arguments =
            (executable.contains("/") ? [] : [executable])
            + [deck.path, "--output-dir=\(output.path)", "--threads-per-process=1"] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let start = childrenTime()
        try process.run()
        process.waitUntilExit()
        let seconds = childrenTime() - start
        guard process.terminationStatus == 0 else {
            throw SimulationFailure("\(executable) ended with status \(process.terminationStatus) on \(deck.path)")
        }
        let name = deck.deletingPathExtension().lastPathComponent
        let summary = try SummaryFile(contentsOf: output.appending(path: "\(name).SMSPEC"))
        let known = keys.filter { summary.series[$0] != nil }
        return Outcome(series: try summary.series(of: known), seconds: seconds)
    }
}

/// Processor time of all children that have ended [s].
private func childrenTime() -> Double {
    var usage = rusage()
    getrusage(RUSAGE_CHILDREN.rawValue, &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + 1e-6 * Double(time.tv_usec) }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// Processor time by a clock [s].
func processorTime(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}
