import CaseFiles
import EclipseFiles
import Foundation
import PriorModels
import Reservoir
import Storage
import Testing

@testable import Pipeline

private let hasFlow = ["/usr/bin/flow", "/usr/local/bin/flow"].contains(
    where: FileManager.default.isExecutableFile(atPath:))

/// The small case on OPM Flow: few simulations, since each is a process of a few tenths of a second.
@Suite(.enabled(if: hasFlow, "needs OPM Flow"))
struct OPMFlowTests {
    private func text(_ forwardModel: String) -> String {
        SmallCase.text
            .replacingOccurrences(of: "pairs: 64, realizations: 128", with: "pairs: 12, realizations: 40")
            .replacingOccurrences(of: "budget: 40", with: "budget: 8")
            + "forward_model: {type: opm-flow, timeout: 1 h, \(forwardModel)}\n"
    }

    private func project(_ folder: TemporaryFolder) throws -> Project {
        try Project(casePath: folder.path, threads: 2, quiet: true)
    }

    @Test func thatTheSameCalibrationRunsOnFlowAndAgainFromItsCache() throws {
        let folder = try TemporaryFolder()
        try SmallCase.make(in: folder.path, text: text("options: [--solver-max-time-step-in-days=20]"))
        let project = try project(folder)
        try project.calibrate()
        let summary = try project.summary(asJSON: true)
        let json = try #require(try JSONSerialization.jsonObject(with: Data(summary.utf8)) as? [String: Any])
        let counts = try #require(json["counts"] as? [String: Any])
        #expect(counts["simulated"] as? Int == 8)
        #expect((json["provenance"] as? [String: Any])?["forward_model"] as? String == "OPM Flow")
        // What the built-in simulator makes of the same realization, at Flow's own time error.
        let flow = try #require(try GeneratePairs(project: project).series().first)
        var builtIn = project.settings
        builtIn.forwardModel = .builtIn
        let other = Project(builtIn, threads: 1, quiet: true)
        let own = try other.forwardModel().makeSimulator().simulate(try other.priorModel().realization(0))
        let oil = VectorKey("WOPR", "P1")
        let (a, b) = (try #require(flow[oil]), try #require(own[oil]))
        for (x, y) in zip(a, b) { #expect(abs(x - y) < 0.1 * (b.max() ?? 0)) }
        // Without the record that it is finished the stage runs again, and finds every simulation in the cache.
        let cache = try CalibrateCase(
            project: project, training: try TrainNetwork(project: project).prepared()
        ).cache()
        #expect(cache.count == 8)
    }

    @Test func thatFailedRunsSpoilOnlyTheirOwnRealizations() throws {
        let folder = try TemporaryFolder()
        let script = """
            #!/bin/sh
            if [ "$1" != --version ] && [ $(($(cksum < PERMX.GRDECL | cut -d ' ' -f 1) % 3)) = 0 ]; then exit 7; fi
            exec flow "$@"
            """
        try script.write(toFile: folder("sometimes"), atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder("sometimes"))
        // The truth is made by the built-in simulator: it must not fail.
        try SmallCase.make(in: folder.path, text: text("").replacing("type: opm-flow, timeout: 1 h, ", with: ""))
        let own = text("program: \(folder("sometimes"))")
        try own.write(toFile: folder("case.yaml"), atomically: true, encoding: .utf8)
        let project = try project(folder)
        try project.calibrate()
        let summary = try project.summary(asJSON: true)
        let json = try #require(try JSONSerialization.jsonObject(with: Data(summary.utf8)) as? [String: Any])
        let counts = try #require(json["counts"] as? [String: Any])
        let (simulated, failed) = (counts["simulated"] as? Int ?? 0, counts["failed"] as? Int ?? 0)
        #expect(simulated + failed == 8)
        let trained = try GeneratePairs(project: project).series().count
        #expect(failed > 0 || trained < 12, "no run failed; choose another seed")
        #expect(simulated > 0 && trained > 0)
    }

    @Test func thatAUsersDeckServesAsTemplate() throws {
        let folder = try TemporaryFolder()
        let small = try SmallCase.open(try SmallCase.calibrated.get().path)
        _ = try small.export(ExportRequest(formats: [.deck], choice: .best(1), folder: folder("export")))
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder("export/decks")).first)
        let deck = "export/decks/\(name)/CASE.DATA"
        try text("template: \(deck)").write(toFile: folder("case.yaml"), atomically: true, encoding: .utf8)
        let one = try SmallCase.open(folder.path, observations: false)
        // Only the vectors that the case needs are asked of somebody else's deck.
        let series = try one.simulate(realization: 0)
        #expect(series.contains("WOPR:P1") && series.contains("WBHP:I1") && !series.contains("FOPT"))
        let other = try one.simulate(realization: 1)
        #expect(other != series)
    }

    @Test func thatATemplateThatIncludesNoRealizationIsRefused() throws {
        let folder = try TemporaryFolder()
        try "RUNSPEC\nSCHEDULE\nEND\n".write(toFile: folder("OWN.DATA"), atomically: true, encoding: .utf8)
        try text("template: OWN.DATA").write(toFile: folder("case.yaml"), atomically: true, encoding: .utf8)
        do {
            _ = try SmallCase.open(folder.path, observations: false)
            Issue.record("the deck was taken")
        } catch let error as CaseFileError {
            #expect(error.problems.count == 1)
            #expect(error.description.contains("forward_model.template: names"))
            #expect(error.description.contains("includes none of PERMX.GRDECL"))
        }
    }
}
