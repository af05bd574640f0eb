import Calibration
import CaseFiles
import Foundation
import LinearAlgebra
import Reports
import Reservoir
import Storage
import TestSupport
import Testing

@testable import Pipeline

@Suite struct ValidateTests {
    /// The small case with six reports of history, four of forecast, and a twin of 6 x 5 cells.
    private static let text =
        SmallCase.text.replacingOccurrences(
            of: "observations: {file: observations.csv,",
            with: "observations: {file: observations.csv, history_end: 600,") + "coarse_twin: {factor: 2}\n"

    private func project(_ folder: TemporaryFolder) throws -> Project {
        try SmallCase.make(in: folder.path, text: Self.text)
        return try SmallCase.open(folder.path)
    }

    private func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func thatEachTruthIsCalibratedByEachMethodAndKept() throws {
        let folder = try TemporaryFolder()
        let project = try project(folder)
        let methods = ["rejection", "local-retraining"].compactMap { MethodChoice(named: $0) }
        let request = ValidationRequest(truths: 2, methods: methods, budget: 60, twinTruths: 0)
        let first = try json(project.validate(request, asJSON: true))
        let rows = try #require(first["methods"] as? [[String: Any]])
        #expect(rows.compactMap { $0["name"] as? String } == ["rejection sampling", "local retraining"])
        for row in rows {
            let truths = try #require(row["truths"] as? [[String: Any]])
            #expect(truths.compactMap { $0["truth"] as? Int } == [1, 2])
            #expect(truths.allSatisfy { $0["simulations"] as? Int == 60 })
        }
        #expect(rows[0]["posterior"] as? String != nil && rows[1]["posterior"] as? String == nil)
        for row in rows {
            let (own, prior) = (row["forecast_crps"] as? Double, row["prior_crps"] as? Double)
            #expect(try #require(own) > 0 && #require(prior) > 0)
        }
        for name in ["index.html", "truths.csv", "validation.json", "truth-0002/rejection/outcome.json"] {
            #expect(Files.exists(folder("results/validation/\(name)")), "\(name)")
        }

        // Kept outcomes are read: a mark set in one of them shows up again. Another budget does not belong to it.
        let path = folder("results/validation/truth-0001/rejection/outcome.json")
        let marked = try Files.readText(path).replacingOccurrences(of: "\"proposed\":60", with: "\"proposed\":77")
        try Files.write(marked, to: path)
        func simulations(_ request: ValidationRequest) throws -> [Int] {
            let methods = try #require(try json(project.validate(request, asJSON: true))["methods"] as? [[String: Any]])
            return try #require(methods[0]["truths"] as? [[String: Any]]).compactMap { $0["simulations"] as? Int }
        }
        #expect(try simulations(request) == [77, 60])
        var other = request
        other.budget = 40
        #expect(try simulations(other) == [40, 40])
    }

    @Test func thatRejectionOnTheTwinAgreesWithItsReference() throws {
        let folder = try TemporaryFolder()
        let project = try project(folder)
        let comparison = try #require(try CompareOnTwin(project, size: 100))
        #expect(comparison.twin.settings.reservoir.grid.columns == 6)
        let settings = CalibrationSettings(method: .rejection, budget: 1500)
        let agreement = try #require(try comparison.run(truths: 1, draws: 1500, [settings]).first)
        #expect(agreement.referenceSize >= 99 && agreement.noiseFactor >= 1)
        // Two samples worth a hundred draws or more: their means differ by √(2/100) of a spread, their spreads by
        // √(1/100); four of each. Vectors are correlated, so none is left out.
        for vector in agreement.vectors where vector.referenceSpread > 1e-3 * abs(vector.referenceMean) {
            #expect(abs(vector.mean - vector.referenceMean) < 0.57 * vector.referenceSpread, "\(vector.key)")
            expectClose(vector.spread / vector.referenceSpread, 1, tolerance: 0.4, "\(vector.key)")
        }
        expectClose(agreement.mapSpreadRatio, 1, tolerance: 0.1)
    }

    @Test func thatTheTwinIsGivenTheNoiseOfItsReference() throws {
        let folder = try TemporaryFolder()
        let project = try project(folder)
        let layout = try project.truthLayout()
        let plain = try project.syntheticTruth(3, layout: layout.all)
        let noisy = try project.syntheticTruth(3, layout: layout.all, noiseFactor: 4)
        let exact = try layout.all.values(in: plain.series)
        for (index, value) in exact.enumerated() {
            let (a, b) = (plain.observations[index], noisy.observations[index])
            // Sums of two doubles: rounding of the larger.
            expectClose(b.error / a.error, 4, tolerance: 1e-12)
            expectClose((b.value - value) / a.error, 4 * (a.value - value) / a.error, tolerance: 1e-9)
        }
    }

    @Test func thatWithoutWithheldDataTheLaterReportsAreForecast() {
        let day = Unit.day
        let history = [(1.0, "P1"), (2, "P1"), (1, "P2"), (2, "P2")].map {
            Observation(key: VectorKey("WOPR", $0.1), time: $0.0 * day, value: 1, error: 1)
        }
        let layout = TruthLayout(history: history, withheld: [], reportTimes: [1, 2, 3, 4].map { $0 * day })
        #expect(layout.forecast.entries.map(\.time) == [3, 4, 3, 4].map { $0 * day })
        #expect(layout.ends.map(\.position) == [5, 7])
        let short = TruthLayout(history: history, withheld: [], reportTimes: [1, 2].map { $0 * day })
        #expect(short.forecast.count == 0 && short.ends.map(\.position) == [1, 3])
    }

    @Test func thatAnEnsembleOfThePriorCoversDrawsOfThePrior() throws {
        // Truth and members are independent standard normal numbers: the right answer for data that say nothing.
        let key = VectorKey("WOPR", "P1")
        let times = (0..<400).map { Double($0 + 1) * Unit.day }
        func series(_ index: UInt64) -> ProductionSeries {
            var stream = RandomStream(seed: 5, purpose: "test", index: index)
            return ProductionSeries(times: times, keys: [key], values: [stream.normals(times.count)])
        }
        let layout = TruthLayout(
            history: times.prefix(200).map { Observation(key: key, time: $0, value: 0, error: 1) },
            withheld: times.dropFirst(200).map { Observation(key: key, time: $0, value: 0, error: 1) }, reportTimes: [])
        let zeros = [Float](repeating: 0.2, count: 4)
        let truth = try SyntheticTruth(
            realization: Realization(porosity: zeros, permeabilityX: zeros, permeabilityY: zeros), series: series(0),
            layout: layout.all, noise: NoiseSettings(), seed: 1, index: 0)
        let scoring = try TruthScoring(
            truth, layout: layout, prior: (1...50).map { series($0) },
            stream: RandomStream(seed: 1, purpose: "ties", index: 0))
        let ensemble = (100..<299).map { series($0) }
        let scores = try scoring.scores(of: ensemble, weights: ensemble.map { _ in 1 }, draws: 199)
        // 200 entries each: a standard error of √(0.8 · 0.2 / 200) = 0.028; four of them.
        expectClose(scores.history.coverage, 0.8, tolerance: 0.113)
        expectClose(scores.forecast.coverage, 0.8, tolerance: 0.113)
        #expect(scores.forecastRanks.count == 200 && scores.endRanks.count == 1)
        let below = Double(scores.forecastRanks.count { $0 < 0.5 }) / 200
        expectClose(below, 0.5, tolerance: 0.142)
    }

    @Test func thatMethodsRunOnTheSameDataStandSideBySide() throws {
        let folder = try TemporaryFolder()
        let project = try project(folder)
        try project.choosing(MethodChoice(named: "local-retraining"), budget: 50).calibrate()
        try project.writeReport()
        let methods = try #require(try json(project.summary(asJSON: true))["methods"] as? [[String: Any]])
        #expect(methods.compactMap { $0["name"] as? String } == ["rejection sampling", "local retraining"])
        #expect(methods.compactMap { $0["simulations"] as? Int } == [40, 50])
        #expect(methods.allSatisfy { $0["forecast_coverage"] is Double })
        let page = try Files.readText(folder("results/report/index.html"))
        #expect(page.contains("Methods on the same observations") && page.contains("<td>local retraining</td>"))

        // The accepted ones lie beside the page, with rank and mismatch.
        let table = try Files.readText(folder("results/report/accepted.csv")).split(separator: "\n")
        #expect(table[0].hasPrefix("name,realization,rank,status,mismatch"))
        let (file, _) = try EnsembleFile.read(folder("results/report/accepted.h5"))
        #expect(file.realizations.count == table.count - 1 && table.count > 1)
    }
}
