import Foundation
import Reservoir
import Storage
import TestSupport
import Testing

@testable import CaseFiles

struct ObservationTests {
    /// The starter case with these observations beside it.
    private func read(_ observations: String) throws -> Case {
        let scratch = try ScratchFolder()
        try Files.write(observations, to: scratch.file("observations.csv"))
        do {
            return try Case.parse(StarterCase.text, file: "case.yaml", folder: scratch.path, observations: .ifPresent)
        } catch {
            // The folder's name is random; messages are compared without it.
            throw Message(text: error.description.replacing(scratch.path + "/", with: ""))
        }
    }

    private struct Message: Error {
        let text: String
    }

    private func message(_ observations: String) throws -> String {
        do {
            _ = try read(observations)
            return ""
        } catch let error as Message {
            return error.text
        }
    }

    @Test func thatHistoryAndForecastAreSplitAndInSIUnits() throws {
        let one = try read(
            """
            keyword,value,error,date
            WOPR:P1,86.4,8.64,2020-01-31
            WBHP:I1,300,5,2022-12-31
            "WOPR:P1",43.2,4.32,2023-01-01T00:00:00
            """)
        let measured = try #require(one.measured)
        #expect(measured.history.map(\.key) == [VectorKey("WOPR", "P1"), VectorKey("WBHP", "I1")])
        #expect(measured.history.map(\.time) == [30 * Unit.day, 1095 * Unit.day])
        // 86.4 m³/day is 1e-3 m³/s but for the rounding of the factor, twice.
        expectClose(measured.history[0].value, 1e-3, tolerance: 1e-3 * 4.5e-16)
        #expect(measured.history[1].error == 5e5)
        #expect(measured.forecast.map(\.time) == [1096 * Unit.day])
    }

    @Test func thatTheWellMayHaveItsOwnColumnAndTimeBeInDays() throws {
        let one = try read("time,well,keyword,error,value\n30.5,P1,wwct,0.05,0.5\n31,,FPR,1,200\n")
        #expect(one.measured?.history.map(\.key) == [VectorKey("WWCT", "P1"), VectorKey("FPR")])
        #expect(one.measured?.history.first?.time == 30.5 * Unit.day)
    }

    @Test(arguments: [
        ("WOPR:P9,1,1,30", "observations.csv:2: well: is 'P9' but must be a well of the case; did you mean 'P1'?"),
        (
            "WOPT:I1,1,1,30",
            "observations.csv:2: keyword: is 'WOPT' but must be a vector of well I1"
        ),
        (
            "WOPR,1,1,30",
            "observations.csv:2: keyword: is 'WOPR' but must be a vector of the field (a well's is written like WOPR:P1); did you mean 'FOPR'?"
        ),
        ("WOPR:P1,1,0,30", "observations.csv:2: error: is 0 but must be positive"),
        ("WOPR:P1,1,-2,30", "observations.csv:2: error: is -2 but must be positive"),
        ("WOPR:P1,1,nan,30", "observations.csv:2: error: is 'nan' but must be a finite number"),
        ("WOPR:P1,nan,1,30", "observations.csv:2: value: is 'nan' but must be a finite number"),
        ("WOPR:P1,1e999,1,30", "observations.csv:2: value: is '1e999' but must be a finite number"),
        ("WOPR:P1,\"1,5\",1,30", "observations.csv:2: value: is '1,5' but must be a finite number"),
        ("WOPR:P1,,1,30", "observations.csv:2: value: is missing but must be given"),
        ("WOPR:P1,1,1", "observations.csv:2: has 3 values but the header names 4 columns"),
        ("WOPR:P1,1,1,0", "observations.csv:2: time: is 0 days but must be after the start, 2020-01-01"),
        ("WOPR:P1,1,1,-3", "observations.csv:2: time: is -3 days but must be after the start, 2020-01-01"),
        (
            "WOPR:P1,1,1,2881",
            "observations.csv:2: time: is 2881 days but must not be after the last report time, 2027-11-20"
        ),
        (
            "WOPR:P1,1,1,40\nWOPR:P1,1,1,30",
            "observations.csv:3: WOPR:P1: has an earlier time than line 2; times of a vector must increase"
        ),
        (
            "WOPR:P1,1,1,40\nWOPR:P1,2,1,40",
            "observations.csv:3: WOPR:P1: has the same time as line 2; times of a vector must increase"
        ),
        ("", "observations.csv:1: holds no value below its header"),
        ("WOPR:P1,\"1,1,30", "observations.csv:2: has a quote that is never closed; close it"),
        (
            "WOPR:P1,1,1,2000",
            "case.yaml:74: observations.history_end: leaves no observation to match; choose a later one"
        )
    ])
    func thatOneMistakeGivesOneClearMessage(row: String, message text: String) throws {
        #expect(try message("keyword,value,error,time\n\(row)\n") == text)
    }

    @Test(arguments: [
        ("2020-13-01", "observations.csv:2: date: is '2020-13-01' but must be a date such as 2020-01-31"),
        ("31.01.2020", "observations.csv:2: date: is '31.01.2020' but must be a date such as 2020-01-31"),
        ("2019-12-31", "observations.csv:2: date: is 2019-12-31 but must be after the start, 2020-01-01"),
        ("2030-01-01", "observations.csv:2: date: is 2030-01-01 but must not be after the last report time, 2027-11-20")
    ])
    func thatAWrongDateIsNamed(date: String, text: String) throws {
        #expect(try message("keyword,value,error,date\nWOPR:P1,1,1,\(date)\n") == text)
    }

    @Test func thatMissingAndUnknownColumnsAreReportedTogether() throws {
        #expect(
            try message("keywort,value,date\nWOPR:P1,1,2020-02-01\n") == """
                observations.csv:1: keywort: is not a known field; did you mean 'keyword'?
                observations.csv:1: keyword: is missing but must be given
                observations.csv:1: error: is missing but must be given
                """)
    }

    @Test func thatAllProblemsOfAllFilesAreReportedAtOnce() throws {
        let scratch = try ScratchFolder()
        try Files.write(
            "keyword,value,error,time\nWOPR:P1,x,1,30\nWOPR:PX,1,1,30\nWOPR:P2,1,0,30\n",
            to: scratch.file("observations.csv"))
        let text = StarterCase.text.replacing("floor: 2 %", with: "flor: 2 %")
        do {
            _ = try Case.parse(text, file: "case.yaml", folder: scratch.path, observations: .ifPresent)
            Issue.record("a wrong case was accepted")
        } catch {
            #expect(
                error.description.replacing(scratch.path + "/", with: "") == """
                    case.yaml:75: observations.noise.flor: is not a known field; did you mean 'floor'?
                    observations.csv:2: value: is 'x' but must be a finite number
                    observations.csv:3: well: is 'PX' but must be a well of the case; did you mean 'P1'?
                    observations.csv:4: error: is 0 but must be positive
                    """)
        }
    }

    @Test func thatObservationsThatMustExistAreMissed() {
        do {
            _ = try Case.parse(StarterCase.text, file: "case.yaml", folder: "/nowhere")
            Issue.record("a case without observations was accepted")
        } catch {
            #expect(
                error.description == """
                    case.yaml:72: observations.file: names /nowhere/observations.csv, which does not exist
                    /nowhere/truth.csv: there is no such file; check the name and the folder
                    """)
        }
    }

    @Test func thatWhatIsWrittenIsRead() throws {
        let start = CalendarDate("2020-01-01")
        let observations = [
            Observation(
                key: VectorKey("WOPR", "P1"), time: 30 * Unit.day, value: 123.4567 / Unit.day, error: 6 / Unit.day),
            Observation(key: VectorKey("WBHP", "I1"), time: 109.5 * Unit.day, value: 3e7, error: 5e5)
        ]
        let text = SeriesText.observations(observations, startDate: start)
        #expect(
            text == """
                keyword,value,error,date
                WOPR:P1,123.4567,6,2020-01-31
                WBHP:I1,300,5,2020-04-19T12:00:00

                """)
        let history = try #require(try read(text).measured?.history)
        #expect(history.map(\.time) == observations.map(\.time))
        for (found, wanted) in zip(history, observations) {
            // Single precision in the text: half a unit of 2^-23.
            expectClose(found.value, wanted.value, tolerance: wanted.value * 6e-8)
        }
    }

    @Test func thatATruthComesBackAsASeries() throws {
        let scratch = try ScratchFolder()
        let series = ProductionSeries(
            times: [30 * Unit.day, 60 * Unit.day], keys: [VectorKey("WBHP", "I1"), VectorKey("FPR")],
            values: [[3e7, 2.5e7], [.nan, 2e7]])
        let text = SeriesText.series(series, startDate: CalendarDate("2020-01-01"))
        try Files.write(text, to: scratch.file("truth.csv"))
        let one = try Case.parse(StarterCase.text, file: "case.yaml", folder: scratch.path, observations: .ifPresent)
        let truth = try #require(one.truth)
        #expect(truth.times == series.times && truth.keys == series.keys)
        #expect(truth.values[0] == series.values[0])
        #expect(truth.values[1][0].isNaN && truth.values[1][1] == 2e7)
    }

    @Test func thatAMistakeInEveryRowIsNotListedForEver() throws {
        let rows = (0..<5000).map { "WOPR:NONE,\($0),1,2020-02-01\n" }.joined()
        let message = #expect(throws: Message.self) { try self.read("keyword,value,error,date\n" + rows) }
        let lines = try #require(message).text.split(separator: "\n")
        #expect(lines.count == 101 && lines.last == "4900 more problems are not listed", "\(lines.last ?? "")")
    }

    /// A table of a well has hundreds of rows: each of them would follow from one slip in the case.
    @Test(arguments: [
        ("role: producer", "role: produce", "wells[2].role"),
        ("start_date: 2020-01-01", "start_date: 2020-13-01", "start_date")
    ])
    func thatOneSlipInTheCaseIsOneProblem(old: String, new: String, field: String) throws {
        let scratch = try ScratchFolder()
        try Files.write(
            "keyword,value,error,date\nWOPR:P1,1.5,2,2020-02-01\nWOPR:P1,1.5,2,2020-03-01\n",
            to: scratch.file("observations.csv"))
        let text = StarterCase.text.replacing(old, with: new, maxReplacements: 1)
        let error = #expect(throws: CaseFileError.self) {
            try Case.parse(text, file: "case.yaml", folder: scratch.path, observations: .ifPresent)
        }
        #expect(error?.problems.map(\.field) == [field])
    }

    @Test func thatDamagedTablesNeverTrap() {
        let valid = "keyword,value,error,date\nWOPR:P1,1.5,2,2020-02-01\nWBHP:I1,300,5,2020-03-01\n"
        Fuzz.campaign("observations as CSV", valid) { text in
            guard let table = try? CSVTable(parsing: text, path: "o.csv") else { return false }
            let context = ReadingContext(file: "case.yaml", folder: ".")
            context.startDate = CalendarDate("2020-01-01")
            let reader = SeriesReader(
                known: [VectorKey("WOPR", "P1"), VectorKey("WBHP", "I1")], wells: ["P1", "I1"], end: 100 * Unit.day,
                context: context)
            let observations = reader.observations(in: table, "o.csv")
            #expect((observations == nil) == !context.problems.isEmpty)
            #expect(observations?.allSatisfy { $0.error > 0 && $0.value.isFinite } ?? true)
            return observations != nil
        }
    }
}
