import Foundation
import Reservoir
import Testing
import Yams

@testable import CaseFiles

struct ReferenceTests {
    @Test func thatEveryFieldIsDescribed() {
        let fields = Case.fields
        #expect(fields.count > 150)
        for field in fields { #expect(!field.text.isEmpty, "\(field.path)") }
        for path in ["grid.columns", "wells[].control.water_rate", "prior.facies[].permeability", "calibration.budget"]
        {
            #expect(fields.contains { $0.path == path }, "\(path)")
        }
    }

    @Test func thatTheReferenceShowsUnitDefaultAndRequirement() {
        let text = CaseReference.markdown
        #expect(
            text.contains(
                "| `radius` | number | m | `0.1 m` | Of the bore. It must be positive. |"))
        #expect(text.contains("## `wells[].control`"))
        #expect(text.contains("(`prior.type: channels, belts`)"))
    }

    /// `lsi schema --markdown > Sources/lsi/lsi.docc/CaseFile.md` writes it.
    @Test func thatTheCommittedReferenceIsTheOneThatTheCodeMakes() throws {
        let page = ShippedCaseTests.root.appendingPathComponent("Sources/lsi/lsi.docc/CaseFile.md")
        let committed = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
        let made = CaseReference.markdown.split(separator: "\n")
        let difference = zip(committed, made).first { $0 != $1 }
        #expect(difference == nil && committed.count == made.count, "write the page again by the command above")
    }

    @Test func thatTheSchemaTakesTheStarterCase() throws {
        let root = try #require(try Yams.compose(yaml: StarterCase.text))
        #expect(try SchemaCheck(json: CaseReference.jsonSchema).violations(of: root) == [])
    }

    @Test func thatTheSchemaTakesEveryShippedCase() throws {
        let cases = ShippedCaseTests.root.appendingPathComponent("Cases")
        let names = try FileManager.default.contentsOfDirectory(atPath: cases.path).sorted()
        let check = try SchemaCheck(json: CaseReference.jsonSchema)
        var checked = 0
        for name in names {
            let file = cases.appendingPathComponent("\(name)/case.yaml")
            guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
            let root = try #require(try Yams.compose(yaml: text))
            #expect(check.violations(of: root) == [], "\(name)")
            checked += 1
        }
        #expect(checked >= 2)
    }

    @Test(arguments: [
        ("  columns: 40", "  colums: 40", ".grid: has no property colums"),
        ("role: injector", "role: injektor", ".wells[0].role: not one of [\"producer\", \"injector\"]"),
        ("seed: 1", "seed: one", ".seed: not integer"), ("grid:", "gird:", ": lacks grid")
    ])
    func thatTheSchemaRefusesAMistake(right: String, wrong: String, complaint: String) throws {
        let mistaken = StarterCase.text.replacingOccurrences(of: right, with: wrong)
        #expect(mistaken != StarterCase.text)
        let root = try #require(try Yams.compose(yaml: mistaken))
        #expect(try SchemaCheck(json: CaseReference.jsonSchema).violations(of: root).contains(complaint))
    }
}

struct CoarseningTests {
    @Test func thatTheTwinKeepsVolumesWellsAndSchedule() throws {
        let text = StarterCase.text + "\ncoarse_twin: {factor: 4}\n"
        let fine = try Case.parse(text, file: "case.yaml", folder: "/nowhere", observations: .ifPresent)
        let twin = try #require(try fine.coarsened())
        #expect(twin.reservoir.grid.columns == 10 && twin.reservoir.grid.columnWidths[0] == 80)
        #expect(twin.reservoir.wells[1].completions[0].column == 1)
        #expect(twin.reservoir.schedule == fine.reservoir.schedule)
        let volume = { (one: Case) in
            (0..<one.reservoir.grid.cellCount).reduce(0) { $0 + one.reservoir.grid.bulkVolume(of: $1) }
        }
        #expect(volume(twin) == volume(fine))
    }

    @Test func thatAFactorMustDivideTheGrid() {
        let text = StarterCase.text + "\ncoarse_twin: {factor: 7}\n"
        do {
            _ = try Case.parse(text, file: "case.yaml", folder: "/nowhere", observations: .ifPresent)
            Issue.record("a factor that does not divide the grid was accepted")
        } catch {
            #expect(
                error.description
                    == "case.yaml:85: coarse_twin.factor: is 7 but must divide the grid's 40 columns and 40 rows")
        }
    }
}
