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
    @Argument(help: "Cases to run; all if none is named.")
    var cases: [String] = []

    func run() throws {
        let folder = URL(filePath: reference)
        for name in cases.isEmpty ? FlowReferenceCase.allCases.map(\.rawValue) : cases {
            guard let test = FlowReferenceCase(rawValue: name) else { throw ValidationError("no case named \(name)") }
            try measure(test, in: folder)
        }
    }

    private func measure(_ test: FlowReferenceCase, in folder: URL) throws {
        let model = try FlowModel(reservoir: test.model())
        let realization = try test.realization(in: folder)
        let simulator = try FlowSimulator(model)
        var fastest = Double.infinity
        var result = try simulator.run(realization)
        for _ in 0..<repeats {
            let start = clock_gettime_nsec(CLOCK_THREAD_CPUTIME_ID)
            result = try simulator.run(realization)
            fastest = min(fastest, Double(clock_gettime_nsec(CLOCK_THREAD_CPUTIME_ID) - start) * 1e-9)
        }
        print(test.rawValue, "time", fastest, "balance", result.massBalance.relativeError, result.effort)
        let prefix =
            FileManager.default.fileExists(atPath: folder.appending(path: "CONVERGED_\(test.rawValue).csv").path)
            ? "CONVERGED_" : ""
        let table = try SummaryTable(folder.appending(path: "\(prefix)\(test.rawValue).csv"))
        var errors: [String: [Double]] = [:]
        for key in result.series.keys {
            guard let reference = table.column("\(key)", at: result.series.times.map { $0 / Unit.day }),
                let mine = result.series[key]
            else { continue }
            let scaled = mine.map { $0 / key.quantity.metricFactor }
            let peak = reference.map(abs).max() ?? 0
            let rms = (zip(scaled, reference).map { ($0 - $1) * ($0 - $1) }.reduce(0, +) / Double(scaled.count))
                .squareRoot()
            if peak > 0 { errors[key.keyword, default: []].append(rms / peak) }
            if key.keyword == "FOPT" {
                print("  FOPT", scaled.last!, reference.last!, scaled.last! / reference.last! - 1)
            }
            if key.keyword == "FPR" { print("  FPR", scaled[0], reference[0], scaled.last!, reference.last!) }
        }
        for (key, value) in errors.sorted(by: { $0.key < $1.key }) {
            print("  ", key, value.reduce(0, +) / Double(value.count), value.max()!)
        }
    }
}

/// Processor time of this thread [ns].
func clock_gettime_nsec(_ clock: clockid_t) -> Int {
    var time = timespec()
    clock_gettime(clock, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
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
