import Foundation
import TestSupport
import Testing

@testable import Storage

struct CSVTableTests {
    private func rows(_ text: String) throws -> [[String]] {
        let table = try CSVTable(parsing: text, path: "t.csv")
        return [table.header.fields] + table.rows.map(\.fields)
    }

    @Test func thatQuotesLineEndsAndBlanksAreRead() throws {
        #expect(
            try rows("a, b ,\"c \"\r\n\"1,\"\"2\",,x\r\n\n# note\n3,\"two\nlines\",\n")
                == [["a", "b", "c "], ["1,\"2", "", "x"], ["3", "two\nlines", ""]])
        #expect(try rows("a,b\r1,2\r") == [["a", "b"], ["1", "2"]])
    }

    @Test func thatLineNumbersCountLinesWithinQuotes() throws {
        let table = try CSVTable(parsing: "a\n\"x\ny\"\n\n# c\nz", path: "t.csv")
        #expect(table.rows.map(\.line) == [2, 6])
        #expect(table.column("A") == 0 && table.column("b") == nil)
    }

    @Test func thatAByteOrderMarkIsNoPartOfTheHeader() throws {
        let scratch = try ScratchFolder()
        try Files.write([0xEF, 0xBB, 0xBF] + Array("key,value\n1,2".utf8), to: scratch.file("a.csv"))
        #expect(try CSVTable(reading: scratch.file("a.csv")).header.fields == ["key", "value"])
    }

    @Test(arguments: [
        ("", "t.csv:1: has no header; name the columns in the first line"),
        ("a\n\n\"x\n\n", "t.csv:3: has a quote that is never closed; close it"),
        ("a\n\"x\"y\n", "t.csv:2: has text after a closing quote; double the quotes within the field")
    ])
    func thatMalformedTextIsRefusedWithItsLine(text: String, message: String) {
        #expect(storageMessage { _ = try CSVTable(parsing: text, path: "t.csv") } == message)
    }

    @Test func thatWhatIsWrittenIsRead() throws {
        let fields = ["plain", "a,b", "say \"no\"", " edge ", "two\nlines", "", "#x"]
        var text = CSVText(header: fields)
        text.append(fields.reversed())
        #expect(try rows(text.text) == [fields, fields.reversed()])
    }

    @Test func thatDamagedTablesNeverTrap() throws {
        let mutator = Mutator(
            valid: Array("keyword,value,error,date\nWOPR:P1,\"1,5\",2,2020-01-01\r\n# c\nx,\"a\nb\",,\n".utf8), seed: 3)
        FuzzCampaign.run("CSV", input: mutator.input) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            guard let table = try? CSVTable(parsing: text, path: "t.csv") else { return false }
            #expect(table.rows.allSatisfy { !$0.fields.isEmpty && $0.line >= 1 })
            return true
        }
    }
}
