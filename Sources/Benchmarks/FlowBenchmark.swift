import ArgumentParser
import FlowSimulation
import Foundation
import Reservoir

struct FlowBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow", abstract: "Accuracy and speed of the flow simulator against reference solutions.")

    @Option(help: "Folder with the reference decks and solutions.")
    var reference: String
    @Option(help: "Runs to time; the fastest counts.")
    var repeats = 5
    @Option(help: "OPM Flow's executable, to run the same deck for the ratio of times.")
    var peer: String?
    @Option(help: "Pore volumes injected in one transport step at most; default: the simulator's.")
    var substepVolume: Double?
    @Option(help: "Tolerated error of the flow field over one pressure step; default: the simulator's.")
    var flowTolerance: Double?
    @Option(help: "Residual of the pressure equation; default: the simulator's.")
    var pressureTolerance: Double?
    @Argument(help: "Cases to run; all if none is named.")
    var cases: [String] = []

    /// What is printed for one case. Errors are in per cent; those of rates are RMS over report times over the peak.
    struct Measurement: Encodable {
        let name: String
        /// Processor time of one run on one core, the fastest of several [s].
        let seconds: Double
        /// Processor time of the whole process of OPM Flow on the same deck [s], and its ratio to ``seconds``.
        var peerSeconds: Double?, ratio: Double?
        let massBalanceError: Double
        let pressureSteps: Int, transportSteps: Int, factorizations: Int, gradientIterations: Int
        /// Which solution the errors are against.
        let reference: String
        var finalOilTotalError: Double?
        /// Mean over wells by vector.
        var meanError: [String: Double] = [:]
    }

    func run() throws {
        let folder = URL(filePath: reference)
        var results: [Measurement] = []
        for name in cases.isEmpty ? FlowReferenceCase.allCases.map(\.rawValue) : cases {
            guard let test = FlowReferenceCase(rawValue: name) else { throw ValidationError("no case named \(name)") }
            results.append(try measure(test, in: folder))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        print(String(decoding: try encoder.encode(results), as: UTF8.self))
    }

    private var settings: SimulatorSettings {
        var settings = SimulatorSettings()
        if let substepVolume { settings.substepVolume = substepVolume }
        if let flowTolerance { settings.flowTolerance = flowTolerance }
        if let pressureTolerance { settings.pressureTolerance = pressureTolerance }
        return settings
    }

    private func measure(_ test: FlowReferenceCase, in folder: URL) throws -> Measurement {
        let model = try FlowModel(reservoir: test.model(), settings: settings)
        let realization = try test.realization(in: folder)
        let simulator = try FlowSimulator(model)
        var fastest = Double.infinity
        var result = try simulator.run(realization)
        for _ in 0..<repeats {
            let start = processorTime(CLOCK_THREAD_CPUTIME_ID)
            result = try simulator.run(realization)
            fastest = min(fastest, processorTime(CLOCK_THREAD_CPUTIME_ID) - start)
        }
        let converged = "CONVERGED_\(test.rawValue).csv"
        let isConverged = FileManager.default.fileExists(atPath: folder.appending(path: converged).path)
        let file = isConverged ? converged : "\(test.rawValue).csv"
        var measurement = Measurement(
            name: test.rawValue, seconds: fastest, massBalanceError: result.massBalance.relativeError,
            pressureSteps: result.effort.pressureSteps, transportSteps: result.effort.transportSteps,
            factorizations: result.effort.factorizations, gradientIterations: result.effort.gradientIterations,
            reference: file)
        try compare(result.series, SummaryTable(folder.appending(path: file)), into: &measurement)
        if let peer {
            let seconds = try peerTime(peer, deck: folder.appending(path: "\(test.rawValue).DATA"))
            (measurement.peerSeconds, measurement.ratio) = (seconds, seconds / fastest)
        }
        return measurement
    }

    private func compare(_ series: ProductionSeries, _ table: SummaryTable, into result: inout Measurement) {
        var errors: [String: [Double]] = [:]
        for key in series.keys {
            guard let reference = table.column("\(key)", at: series.times.map { $0 / Unit.day }), let mine = series[key]
            else { continue }
            let scaled = mine.map { $0 / key.quantity.metricFactor }
            let peak = reference.map(abs).max() ?? 0
            let squares = zip(scaled, reference).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
            if peak > 0 {
                errors[key.keyword, default: []].append(100 * (squares / Double(scaled.count)).squareRoot() / peak)
            }
            if key.keyword == "FOPT", let last = scaled.last, let end = reference.last {
                result.finalOilTotalError = 100 * (last / end - 1)
            }
        }
        result.meanError = errors.mapValues { $0.reduce(0, +) / Double($0.count) }
    }

    /// Runs OPM Flow on a deck with one thread, its output in a folder of its own that is removed.
    /// - Returns: its processor time [s].
    private func peerTime(_ executable: String, deck: URL) throws -> Double {
        let output = FileManager.default.temporaryDirectory.appending(path: "lsi-flow-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: output) }
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = [deck.path, "--output-dir=\(output.path)", "--threads-per-process=1"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let start = childrenTime()
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ValidationError("\(executable) ended with status \(process.terminationStatus) on \(deck.path)")
        }
        return childrenTime() - start
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

/// Summary vectors as written by the reference: a column per vector, a row per time.
struct SummaryTable {
    private let names: [String]
    private let rows: [[Double]]

    init(_ file: URL) throws {
        let lines = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
        names = lines[0].split(separator: ",").map(String.init)
        rows = lines.dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
    }

    /// A vector at the given times [days]; `nil` if it or one of the times is not there.
    func column(_ name: String, at times: [Double]) -> [Double]? {
        guard let index = names.firstIndex(of: name) else { return nil }
        var result: [Double] = []
        for time in times {
            guard let row = rows.first(where: { abs($0[0] - time) < 1e-6 * time }) else { return nil }
            result.append(row[index])
        }
        return result
    }
}
