import Foundation
import Pipeline
import Reservoir
import Testing

// What the README shows as the use of the library.

/// Calibrates a case and prints what the realizations that match its data forecast.
func forecastOilRate(of folder: String) throws {
    let project = try Project(casePath: folder, threads: 2, quiet: true)
    let members = try project.calibratedMembers()
    let oil = VectorKey("WOPR", "P1")
    for member in members.prefix(5) {
        let last = (member.series[oil]?.last ?? 0) * Unit.day
        print("\(member.rank): mismatch \(member.mismatch), last oil rate \(last) sm3/day")
    }
}

struct LibraryExampleTests {
    /// The same through the library as through the export.
    @Test func thatTheLibraryGivesTheEnsembleThatExportWrites() throws {
        let folder = try SmallCase.calibrated.get().path
        try forecastOilRate(of: folder)
        let out = try TemporaryFolder()
        let project = try SmallCase.open(folder)
        _ = try project.export(ExportRequest(formats: [], choice: .best(7), folder: out("export")))
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: out("export/ensemble.json"))))
        let written = try #require((json as? [String: Any])?["realizations"] as? [[String: Any]])
        let members = try project.calibratedMembers(.best(7))
        #expect(members.map(\.number) == written.map { $0["realization"] as? Int })
        #expect(members.map(\.rank) == Array(1...7))
        #expect(zip(members, members.dropFirst()).allSatisfy { $0.isAccepted || $0.mismatch <= $1.mismatch })
        for (member, entry) in zip(members, written) {
            // JSON numbers carry 17 digits.
            #expect(abs(member.mismatch - (entry["mismatch"] as? Double ?? .nan)) < 1e-12)
            #expect(member.isAccepted == (entry["status"] as? String != "rejected"))
            #expect(member.realization.cellCount == 120 && member.series.times.count == 10)
        }
    }

    @Test func thatTheGuideShowsThisExample() throws {
        let source = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
        let blocks = try Documentation.blocks(of: "Library.md", language: "swift")
        #expect(blocks.count == 1)
        for block in blocks { #expect(source.contains(block)) }
    }

    /// Every Swift block of the README is in this file, so that what it shows compiles and runs.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: Documentation.readme.path), "needs the README"))
    func thatTheReadmeShowsCodeThatCompiles() throws {
        let page = try Documentation.text(at: Documentation.readme)
        let source = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
        for block in Documentation.blocks(in: page, language: "swift") {
            for part in block.components(separatedBy: "\n\n") where !part.contains(".package(") {
                let lines = part.trimmingCharacters(in: .newlines)
                #expect(source.contains(lines), "not in LibraryExample.swift: \(lines.prefix(80))")
            }
        }
    }
}
