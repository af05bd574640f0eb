import Foundation
import Reservoir
import Testing

@testable import Reports

@Suite struct NumberTextTests {
    @Test(arguments: [
        (0.0, "0"), (0.12345, "0.123"), (1.0, "1.00"), (12.345, "12.3"), (1234.5, "1,234"), (-1_234_567, "-1,234,567"),
        (0.000_012, "1.20e-05"), (.nan, "–"), (.infinity, "–"), (-.infinity, "–")
    ])
    func thatNumbersReadWell(value: Double, text: String) {
        #expect(NumberText.significant(value) == text)
    }

    @Test func thatDurationsReadWell() {
        #expect(NumberText.duration(2.34) == "2.3 s")
        #expect(NumberText.duration(59.7) == "1 min 00 s")
        #expect(NumberText.duration(3600 * 2 + 61) == "2 h 01 min")
        #expect(NumberText.duration(.infinity) == "–")
        #expect(NumberText.duration(-1) == "–")
    }

    @Test func thatMomentsAreInUTC() {
        #expect(NumberText.moment(SyntheticReport.start) == "2020-01-01 00:00 UTC")
        #expect(NumberText.day(SyntheticReport.start) == "2020-01-01")
    }
}

@Suite struct CSVTests {
    @Test func thatEveryFieldSurvivesTheRoundTrip() {
        let rows = [
            ["plain", "a,b", "say \"yes\"", ""], ["two\nlines", "carriage\r\nreturn", "\"", "'=1+1"],
            ["é ü", " padded ", ",", "\"\""]
        ]
        var csv = CSVText(header: ["a", "b", "c", "d"])
        for row in rows { csv.append(row) }
        #expect(Self.parsed(csv.text) == [["a", "b", "c", "d"]] + rows)
    }

    @Test func thatNumbersReadBackExactlyAndMissingOnesAreEmpty() {
        for value in [0.1, 1 / 3.0, 6.02e23, -1e-300] {
            #expect(Double(CSVText.number(value)) == value)
        }
        #expect(CSVText.number(.nan).isEmpty && CSVText.number(.infinity).isEmpty && CSVText.number(nil).isEmpty)
    }

    @Test func thatTheRankingHasALinePerRealizationAndItsReasons() throws {
        let report = SyntheticReport.calibration()
        let table = Self.parsed(report.rankingCSV)
        #expect(table.count == report.ranking.count + 1)
        #expect(table.allSatisfy { $0.count == table[0].count })
        let last = Dictionary(uniqueKeysWithValues: zip(table[0], try #require(table.last)))
        #expect(last["status"] == "failed" && last["why"] == "no convergence at 320 days" && last["mismatch"] == "")
        #expect(Double(table[1][3]) == report.ranking[0].mismatch)
    }

    @Test func thatVectorsAreInMetricUnitsAndSplitAtTheEndOfHistory() throws {
        let report = SyntheticReport.calibration()
        let table = Self.parsed(report.vectorsCSV)
        let column = Dictionary(uniqueKeysWithValues: table[0].enumerated().map { ($1, $0) })
        let first = table[1]
        let panel = report.vectors[0]
        #expect(first[try #require(column["unit"])] == "sm3/day")
        #expect(Double(first[try #require(column["days"])]) == 30)
        // One division by the unit's factor: the same operation, so the same bits.
        let truth = try #require(panel.truth)[0] / Unit.cubicMetrePerDay
        #expect(Double(first[try #require(column["truth"])]) == truth)
        let parts = table.dropFirst().prefix(40).map { $0[column["part"] ?? 0] }
        #expect(parts.firstIndex(of: "forecast") == 28)
    }

    /// RFC 4180, read independently of the writer.
    static func parsed(_ text: String) -> [[String]] {
        var rows: [[String]] = [[]], field = "", isQuoted = false
        var scalars = Array(text.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            if isQuoted {
                if scalar != "\"" {
                    field.unicodeScalars.append(scalar)
                } else if scalars.first == "\"" {
                    scalars.removeFirst()
                    field += "\""
                } else {
                    isQuoted = false
                }
            } else if scalar == "\"" {
                isQuoted = true
            } else if scalar == "," || scalar == "\n" {
                rows[rows.count - 1].append(field)
                field = ""
                if scalar == "\n" { rows.append([]) }
            } else {
                field.unicodeScalars.append(scalar)
            }
        }
        rows.removeLast()
        return rows
    }
}

@Suite struct JSONTests {
    @Test func thatAnyTextAndAnyNumberGiveValidJSONThatCannotEndAScript() throws {
        let hostile = "</script><!-- \u{2028} \" \\ \u{1} é 😀 &amp;"
        let value = JSONValue.object([
            (hostile, .string(hostile)), ("numbers", .numbers([.nan, .infinity, -.infinity, 0.1, 1e300, -0.0, 1e-300]))
        ])
        #expect(!value.text.contains("<") && !value.text.contains(">") && !value.text.contains("&"))
        for text in [value.text, value.fullText] {
            let decoded = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            #expect(decoded?[hostile] as? String == hostile)
            let numbers = try #require(decoded?["numbers"] as? [Any])
            #expect(numbers.prefix(3).allSatisfy { $0 is NSNull })
            #expect(numbers[3] as? Double == 0.1)
        }
    }

    @Test func thatTheSummaryHoldsTheCountsAndEveryDigit() throws {
        var report = SyntheticReport.calibration()
        report.acceptance.threshold = 0.1 + 0.2
        let decoded = try JSONSerialization.jsonObject(with: Data(report.summaryJSON.utf8)) as? [String: Any]
        let counts = try #require(decoded?["counts"] as? [String: Int])
        #expect(counts == ["proposed": 300, "simulated": 300, "failed": 3, "accepted": 60, "distinct": 58])
        #expect(report.summaryJSON.contains("\"threshold\":0.30000000000000004"))
        #expect((decoded?["ranking"] as? [Any])?.count == 300)
    }

    @Test func thatTheOtherSummariesAreValidToo() throws {
        for text in [SyntheticReport.training.summaryJSON, SyntheticReport.validation.summaryJSON] {
            #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
        }
    }
}
