import Foundation
import Reservoir
import Storage
import Testing

@testable import CaseFiles

struct SeriesDocumentTests {
    private func read(_ observations: String) throws -> Case {
        let scratch = try ScratchFolder()
        try Files.write(observations, to: scratch.file("observations.yaml"))
        let text = StarterCase.text.replacing("file: observations.csv", with: "file: observations.yaml")
        do {
            return try Case.parse(text, file: "case.yaml", folder: scratch.path, observations: .ifPresent)
        } catch {
            throw Message(text: error.description.replacing(scratch.path + "/", with: ""))
        }
    }

    private struct Message: Error {
        let text: String
    }

    @Test func thatEntriesAndListsBecomeTheSameObservationsAsATable() throws {
        let written = try read(
            """
            # Rates one by one, pressures as lists.
            - {keyword: WOPR:P1, value: 86.4, error: 8.64, date: 2020-01-31}
            - keyword: WBHP
              well: I1
              error: 5
              time: [30, 60.5]
              value: [300, 290]
            - {keyword: WOPR:P1, value: 43.2, error: 4.32, date: 2023-01-01}
            - keyword: WWPR:P2
              time: [30, 60]
              value: [1, 2]
              error: [0.1, 0.2]
            """)
        let scratch = try ScratchFolder()
        try Files.write(
            """
            keyword,value,error,time
            WOPR:P1,86.4,8.64,30
            WBHP:I1,300,5,30
            WBHP:I1,290,5,60.5
            WOPR:P1,43.2,4.32,1096
            WWPR:P2,1,0.1,30
            WWPR:P2,2,0.2,60
            """, to: scratch.file("observations.csv"))
        let table = try Case.parse(
            StarterCase.text, file: "case.yaml", folder: scratch.path, observations: .ifPresent)
        #expect(written.measured?.history.count == 5)
        #expect(written.measured?.history == table.measured?.history)
        #expect(written.measured?.forecast == table.measured?.forecast)
    }

    @Test(arguments: [
        (
            "- {keyword: WOPR:P9, value: 1, error: 1, time: 30}",
            "observations.yaml:1: well: is 'P9' but must be a well of the case; did you mean 'P1'?"
        ),
        (
            "\n- {keyword: WOPR:P1, value: 1, error: 0, time: 30}",
            "observations.yaml:2: error: is 0 but must be positive"
        ),
        (
            "- {keyword: WOPR:P1, value: .nan, error: 1, time: 30}",
            "observations.yaml:1: value: is '.nan' but must be a finite number"
        ),
        (
            "- {keyword: WOPR:P1, value: 1, error: 1, tame: 30}",
            "observations.yaml:1: tame: is not a known field; did you mean 'time'?"
        ),
        (
            "- {keyword: WOPR:P1, value: 1, time: 30}\n- {keyword: WOPR:P2, value: 1, error: 1, time: 30}",
            "observations.yaml:1: error: is missing but must be given"
        ),
        (
            "- keyword: WOPR:P1\n  error: 1\n  time:\n    - 60\n    - 30\n  value:\n    - 1\n    - 2",
            "observations.yaml:8: WOPR:P1: has an earlier time than line 7; times of a vector must increase"
        ),
        (
            "- keyword: WOPR:P1\n  error: 1\n  time: [30, 60]\n  value: [1, 2, 3]",
            "observations.yaml:1: time: is a list of 2 but 'value' is one of 3"
        ),
        (
            "- {keyword: WOPR:P1, error: 1, time: [30, 60], value: 5}",
            "observations.yaml:1: value: must be a list as long as the other lists of its entry"
        ),
        ("- [1, 2]", "observations.yaml:1: is a list of 2 but must be fields such as 'keyword: WOPR:P1'"),
        (
            "WOPR:P1: 3",
            "observations.yaml:1: must be a list of entries such as '- {keyword: WOPR:P1, value: 412.5, error: 20.6, time: 60}'"
        ),
        ("[]", "observations.yaml:1: holds no value below its header"),
        ("", "observations.yaml: is empty"),
        (
            "- {a: [1",
            "observations.yaml:2: is not YAML (did not find expected ',' or ']' in column 1); check indentation and quotes"
        )
    ])
    func thatWhatIsWrongIsNamedWithItsLine(text: String, message: String) throws {
        do {
            _ = try read(text)
            Issue.record("wrong observations were read")
        } catch let error as Message {
            #expect(error.text == message)
        }
    }

    @Test func thatDamagedDocumentsNeverTrap() {
        let valid = """
            - {keyword: WOPR:P1, value: 1.5, error: 2, time: 30}
            - keyword: WBHP:I1
              error: 5
              time: [30, 60]
              value: [300, 290]
            """
        Fuzz.campaign("observations as YAML", valid) { text in
            let context = ReadingContext(file: "case.yaml", folder: ".")
            let table = SeriesDocument(context: context, path: "o.yaml").table(of: text)
            #expect((table == nil) == !context.problems.isEmpty)
            #expect(table?.rows.allSatisfy { $0.fields.count == table?.header.fields.count } ?? true)
            return table != nil
        }
    }
}
