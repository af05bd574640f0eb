import EclipseFiles
import Foundation
import Reservoir
import Storage
import Testing

@testable import Pipeline

/// Reference data that need not be there: `LSI_SHARED`, or `shared` beside the package.
private let referenceDecks: String? = {
    let beside = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared").path
    return [ProcessInfo.processInfo.environment["LSI_SHARED"], beside].compactMap(\.self)
        .map { $0 + "/reference/flow" }.first(where: FileManager.default.fileExists(atPath:))
}()

/// Well series in the columns keyword, value and days or date, each vector over days from 2020-01-01.
private func curves(_ text: String) throws -> [String: [(days: Double, value: Double)]] {
    let table = try CSVTable(parsing: text, path: "series")
    let format = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
    let start = try format.parse("2020-01-01")
    var result: [String: [(days: Double, value: Double)]] = [:]
    for row in table.rows {
        let days = try format.parse(String(row.fields[2].prefix(10))).timeIntervalSince(start) / 86_400
        result[row.fields[0], default: []].append((days, Double(row.fields[1]) ?? .nan))
    }
    return result
}

struct NewCaseTests {
    @Test func thatTheStarterCaseIsWrittenOnce() throws {
        let folder = try TemporaryFolder()
        _ = try NewCase.write(to: folder("case"))
        #expect(FileManager.default.fileExists(atPath: folder("case/observations.csv")))
        #expect(throws: StorageError.self) { try NewCase.write(to: folder("case")) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["case"])
    }

    @Test func thatAnExportedDeckBecomesACaseThatSimulatesTheSame() throws {
        let folder = try TemporaryFolder()
        let project = try SmallCase.open(try SmallCase.calibrated.get().path)
        _ = try project.export(ExportRequest(formats: [.deck], choice: .best(1), folder: folder("export")))
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder("export/decks")).first)
        let text = try NewCase.write(to: folder("case"), fromDeck: folder("export/decks/\(name)/CASE.DATA"))
        #expect(text.contains("UNIFOUT (CASE.DATA:"))
        // The step limit of the small case is not part of a deck.
        let file = folder("case/case.yaml")
        let written = try String(contentsOfFile: file, encoding: .utf8)
        try (written + "\nsimulator: {maximum_time_step: 5}\n").write(toFile: file, atomically: true, encoding: .utf8)
        let series = try CSVTable(
            parsing: try SmallCase.open(folder("case"), observations: false).simulate(realization: 0), path: "series")
        let exported = try CSVTable(reading: folder("export/series.csv"))
        let oil = { (keyword: String) -> [Double] in
            series.rows.filter { $0.fields[0] == keyword + ":P1" }.compactMap { Double($0.fields[1]) }
        }
        for keyword in ["WOPR", "WWPR", "WBHP"] {
            let before = exported.rows.filter { $0.fields[1] == keyword && $0.fields[2] == "P1" }
                .compactMap { Double($0.fields[4]) }
            let after = oil(keyword)
            #expect(before.count == 10 && after.count == 10)
            let peak = before.max() ?? 0
            // The curves went through a table of 201 rows, which is off by 6e-6 of their end points.
            for (a, b) in zip(before, after) { #expect(abs(a - b) <= 2e-3 * peak, "\(keyword)") }
        }
    }

    @Test func thatADeckThatCannotBeHonouredLeavesNothingAndNamesEveryKeyword() throws {
        let folder = try TemporaryFolder()
        let project = try SmallCase.open(try SmallCase.calibrated.get().path)
        _ = try project.export(ExportRequest(formats: [.deck], choice: .best(1), folder: folder("export")))
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder("export/decks")).first)
        let path = folder("export/decks/\(name)/CASE.DATA")
        let text = try String(contentsOfFile: path, encoding: .utf8)
            .replacingOccurrences(of: "\nPROPS\n", with: "\nFAULTS\n 'F' 1 1 1 1 1 1 X /\n/\nPROPS\n")
            .replacingOccurrences(of: "\nSUMMARY\n", with: "\nAQUCT\n 1 /\nSUMMARY\n")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        do {
            _ = try NewCase.write(to: folder("case"), fromDeck: path)
            Issue.record("the deck was taken")
        } catch let error as DeckError {
            #expect(error.problems.map(\.keyword) == ["FAULTS", "AQUCT"])
        }
        #expect(!FileManager.default.fileExists(atPath: folder("case")))
    }

    /// The limits are those of the root mean square over times, relative to each vector's peak. Flow's own default run
    /// differs from its converged one by 1.4 to 2.2 % in these rates, by 1.6 % in those of A_QFS, where all of it is made at
    /// the one report that falls on the day of breakthrough; of the section there is a default run only.
    @Test(
        .enabled(if: referenceDecks != nil, "needs the reference decks"),
        arguments: [("A_QFS", 0.016), ("B_CHAN", 0.02), ("C_LOGN", 0.02), ("E_XSEC", 0.03)])
    func thatAReferenceDeckBecomesACaseThatAgreesWithFlow(name: String, limit: Double) throws {
        let (folder, decks) = (try TemporaryFolder(), try #require(referenceDecks))
        _ = try NewCase.write(to: folder("case"), fromDeck: "\(decks)/\(name).DATA")
        let ours = try curves(try SmallCase.open(folder("case"), observations: false).simulate(realization: 0))
        let converged = "\(decks)/CONVERGED_\(name).csv"
        let exists = FileManager.default.fileExists(atPath: converged)
        let flow = try CSVTable(reading: exists ? converged : "\(decks)/\(name).csv")
        let times = flow.rows.compactMap { Double($0.fields[0]) }
        var compared = 0
        for (vector, points) in ours where ["WOPR", "WWPR"].contains(vector.prefix(4)) {
            guard let column = flow.column(vector) else { continue }
            let values = flow.rows.compactMap { Double($0.fields[column]) }
            let pairs = points.compactMap { point in
                times.firstIndex { abs($0 - point.days) < 0.01 }.map { (point.value, values[$0]) }
            }
            #expect(pairs.count == points.count)
            let peak = pairs.map { abs($1) }.max() ?? 0
            // Injectors produce nothing.
            guard peak > 1e-3 else { continue }
            let squares = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            #expect((squares / Double(pairs.count)).squareRoot() < limit * peak, "\(vector)")
            compared += 1
        }
        #expect(compared >= 2)
    }
}
