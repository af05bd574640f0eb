import Foundation
import Reservoir
import TestSupport
import Testing

@testable import CaseFiles

/// The starter case with a summary beside it: steps at days 60, 120, 200 and 240 from 2020-01-01; reports are every 120 days.
struct SummaryObservationTests {
    private var summary: SummaryBytes {
        var summary = SummaryBytes()
        summary.keywords = ["TIME", "WOPR", "WWPR", "WBHP", "FOPR"]
        summary.wells = ["", "P1", "P1", "I1", ""]
        summary.units = ["DAYS", "SM3/DAY", "SM3/DAY", "BARSA", "SM3/DAY"]
        summary.rows = [
            [60, 30, 0, 250, 30], [120, 20, 0, 240, 20], [200, 12, 4, 230, 12], [240, 10, 8, 220, 10]
        ]
        summary.startDate = [1, 1, 2020]
        return summary
    }

    private func read(_ summary: SummaryBytes, observations: String) throws -> Case {
        let folder = try ScratchFolder()
        try Data(summary.specification).write(to: URL(fileURLWithPath: folder.file("RUN.SMSPEC")))
        try Data(summary.data).write(to: URL(fileURLWithPath: folder.file("RUN.UNSMRY")))
        let start = try #require(StarterCase.text.range(of: "observations:\n"))
        let end = try #require(StarterCase.text.range(of: "training:\n"))
        let text = StarterCase.text.replacingCharacters(
            in: start.lowerBound..<end.lowerBound, with: "observations: {file: RUN.SMSPEC, \(observations)}\n\n")
        do {
            return try Case.parse(text, file: "case.yaml", folder: folder.path)
        } catch { throw Message(text: error.description.replacing(folder.path + "/", with: "")) }
    }

    private struct Message: Error {
        let text: String
    }

    private func message(_ summary: SummaryBytes, _ observations: String) -> String {
        do {
            _ = try read(summary, observations: observations)
            return ""
        } catch let error as Message { return error.text } catch { return "\(error)" }
    }

    @Test func thatVectorsAreTakenAtReportTimesWithTheErrorsOfTheCase() throws {
        let one = try read(
            summary,
            observations: """
                vectors: [WOPR, WBHP], history_end: 120, noise: {relative: 10 %, floor: 0},
                  errors: [{vector: WBHP, absolute: 3}]
                """)
        let measured = try #require(one.measured)
        #expect(measured.history.map(\.key) == [VectorKey("WOPR", "P1"), VectorKey("WBHP", "I1")])
        #expect(measured.forecast.map(\.time) == [240 * Unit.day, 240 * Unit.day])
        let values = (measured.history + measured.forecast).map { ($0.value / $0.key.quantity.metricFactor) }
        for (value, expected) in zip(values, [20, 240, 10, 220]) {
            expectClose(value, Double(expected), tolerance: 1e-12 * Double(expected))
        }
        let errors = (measured.history + measured.forecast).map { ($0.error / $0.key.quantity.metricFactor) }
        for (error, expected) in zip(errors, [2, 3, 1, 3]) { expectClose(error, Double(expected), tolerance: 1e-12) }
    }

    @Test func thatBetweenStepsAndFromAnotherStartTimesAreCountedRight() throws {
        var later = summary
        // The run began twenty days after the case: its step at day 60 is day 80 of the case.
        later.startDate = [21, 1, 2020]
        let one = try read(later, observations: "vectors: [\"WOPR:P1\"]")
        let measured = try #require(one.measured)
        try #require(measured.history.map(\.time) == [120 * Unit.day, 240 * Unit.day])
        // Day 120 lies at 100 of the run, two thirds of the way from 30 to 20; day 240 at 220, halfway from 12 to 10.
        expectClose(measured.history[0].value * Unit.day, 30 - 20.0 / 3, tolerance: 1e-9)
        expectClose(measured.history[1].value * Unit.day, 11, tolerance: 1e-9)
    }

    @Test func thatTheUsualVectorsAreThoseTheFileHolds() throws {
        let keys = try #require(try read(summary, observations: "noise: {}").measured).history.map(\.key)
        #expect(Set(keys) == [VectorKey("WOPR", "P1"), VectorKey("WWPR", "P1"), VectorKey("WBHP", "I1")])
    }

    @Test func thatASummaryMayBeTheTruth() throws {
        let one = try read(summary, observations: "truth: RUN.SMSPEC")
        #expect(one.truth?[VectorKey("FOPR")]?.count == 4)
    }

    @Test func thatMistakesAreToldClearly() throws {
        #expect(
            message(summary, "vectors: [\"WOPR:P2\"]")
                == "case.yaml:71: observations.file: names RUN.SMSPEC, which lacks WOPR:P2")
        #expect(
            message(summary, "errors: [{vector: WOPR}]")
                == "case.yaml:71: observations.errors[1]: leaves the error at zero; give 'relative' or 'absolute'")
        var early = summary
        early.rows = [[60, 30, 0, 250, 30]]
        #expect(
            message(early, "noise: {}").hasSuffix(
                "names RUN.SMSPEC, whose steps from day 60 to 60 meet no report time of the case"))
        early.rows = []
        #expect(message(early, "noise: {}").hasSuffix("names RUN.SMSPEC: RUN.UNSMRY: holds no steps"))
    }

    @Test func thatErrorsBesideATableAreRefused() throws {
        let text = StarterCase.text.replacingOccurrences(
            of: "  truth: truth.csv", with: "  errors: [{vector: WBHP, absolute: 3}]\n  truth: truth.csv")
        do {
            _ = try Case.parse(text, file: "case.yaml", folder: "/nowhere", observations: .ifPresent)
            Issue.record("errors were taken beside a table that has its own")
        } catch { #expect(error.description.contains("observations.errors: belong to a summary file")) }
    }
}
