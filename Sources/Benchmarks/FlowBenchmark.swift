import ArgumentParser
import FlowSimulation
import Foundation
import Reservoir

struct FlowBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow",
        abstract: "Accuracy and speed of the flow simulator against reference solutions and OPM Flow.",
        discussion: """
            Errors are in per cent, of the best solution at hand: a converged one in the folder of references, else one that
            the peer makes with --refine, else the peer's own.

              Benchmarks flow --reference DIR --data DIR --peer flow --refine 20 --page validation.html
            """)

    @Option(help: "Folder with the reference decks and solutions.")
    var reference: String?
    @Option(help: "Folder with spe10 and spe10_model1.")
    var data: String?
    @Option(help: "Runs to time; the fastest counts.")
    var repeats = 5
    @Option(help: "OPM Flow's executable, to run the same cases for the ratio of times.")
    var peer: String?
    @Option(help: "Let the peer solve cases without a converged solution once more, with this many steps per report.")
    var refine: Int?
    @Option(help: "Folder where such solutions are kept, and looked for first.")
    var solutions: String?
    @Option(help: "File for a page with the curves of all solutions over each other.")
    var page: String?
    @Option(help: "Pore volumes injected in one transport step at most; default: the simulator's.")
    var substepVolume: Double?
    @Option(help: "Tolerated error of the flow field over one pressure step; default: the simulator's.")
    var flowTolerance: Double?
    @Option(help: "Residual of the pressure equation; default: the simulator's.")
    var pressureTolerance: Double?
    @Argument(help: "Cases to run; all if none is named.")
    var cases: [String] = []

    func run() throws {
        let started = Date()
        let peer = try self.peer.map { try FlowPeer($0) }
        var results: [FlowComparison] = []
        for test in try chosen() { results.append(try compare(test, peer)) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        print(String(decoding: try encoder.encode(results.map(\.measurement)), as: UTF8.self))
        if let page {
            let text = FlowPage(results: results, peer: peer, started: started).text
            try Data(text.utf8).write(to: URL(filePath: page), options: .atomic)
        }
    }

    private func chosen() throws -> [FlowTestCase] {
        var all: [FlowTestCase] = []
        if let reference { all += try FlowTestCase.references(in: URL(filePath: reference)) }
        if let data { all += try FlowSPE10.cases(in: URL(filePath: data)) }
        guard !all.isEmpty else { throw ValidationError("no case: name a folder by --reference or --data") }
        return try cases.isEmpty
            ? all
            : cases.map { name in
                guard let test = all.first(where: { $0.name == name }) else {
                    throw ValidationError(
                        "no case named \(name); there are \(all.map(\.name).joined(separator: ", "))")
                }
                return test
            }
    }

    private var settings: SimulatorSettings {
        var settings = SimulatorSettings()
        if let substepVolume { settings.substepVolume = substepVolume }
        if let flowTolerance { settings.flowTolerance = flowTolerance }
        if let pressureTolerance { settings.pressureTolerance = pressureTolerance }
        return settings
    }

    private func compare(_ test: FlowTestCase, _ peer: FlowPeer?) throws -> FlowComparison {
        let model = try FlowModel(reservoir: test.model, settings: settings)
        let simulator = try FlowSimulator(model)
        var fastest = Double.infinity
        var result = try simulator.run(test.realization)
        for _ in 0..<repeats {
            let start = processorTime(CLOCK_THREAD_CPUTIME_ID)
            result = try simulator.run(test.realization)
            fastest = min(fastest, processorTime(CLOCK_THREAD_CPUTIME_ID) - start)
        }
        var comparison = FlowComparison(test, result, seconds: fastest)
        let kept = solutions.map { URL(filePath: $0).appending(path: "CONVERGED_\(test.name).csv") }
        for file in test.solutions + [kept].compactMap(\.self) {
            guard let table = try? SummaryTable(file) else { continue }
            comparison.add(table.series(of: model.vectorKeys), as: "OPM Flow, converged")
            break
        }
        do {
            if let peer, let refine, comparison.reference == nil {
                let refined = try peer.run(test, keys: model.vectorKeys, parts: refine)
                comparison.add(refined.series, as: "OPM Flow, converged")
                if let kept { try SummaryTable.write(refined.series, to: kept) }
            }
            if let peer { comparison.add(try peer.run(test, keys: model.vectorKeys)) }
        } catch let failure as SimulationFailure {
            comparison.peerFailure = failure.reason
        }
        return comparison
    }
}
