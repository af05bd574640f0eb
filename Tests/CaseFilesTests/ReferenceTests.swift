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

    @Test func thatTheSchemaKnowsEveryFieldOfTheStarterCase() throws {
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(CaseReference.jsonSchema.utf8)) as? [String: Any])
        let root = try #require(try Yams.compose(yaml: StarterCase.text)?.mapping)
        check(root, schema, "")
    }

    /// Every key is a property, every required property a key.
    private func check(_ mapping: Node.Mapping, _ schema: [String: Any], _ path: String) {
        let properties = schema["properties"] as? [String: Any] ?? [:]
        for name in schema["required"] as? [String] ?? [] { #expect(mapping[name] != nil, "\(path).\(name)") }
        for (key, value) in mapping {
            let name = key.string ?? ""
            guard let property = properties[name] as? [String: Any] else {
                Issue.record("\(path).\(name) is not in the schema")
                continue
            }
            if let inner = value.mapping, property["properties"] != nil { check(inner, property, "\(path).\(name)") }
            guard let items = property["items"] as? [String: Any] else { continue }
            for entry in value.sequence ?? Node.Sequence([]) {
                if let inner = entry.mapping { check(inner, items, "\(path).\(name)[]") }
            }
        }
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
