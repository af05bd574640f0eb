import Foundation
import Reservoir
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
        for round in 0..<Mutator.rounds {
            let text = String(decoding: mutator.input(round), as: UTF8.self)
            guard let table = try? CSVTable(parsing: text, path: "t.csv") else { continue }
            #expect(table.rows.allSatisfy { !$0.fields.isEmpty && $0.line >= 1 })
        }
    }
}

struct GRDECLTests {
    private func parse(_ text: String, cells: Int = 6) throws -> [String: [Double]] {
        try GRDECL(parsing: Array(text.utf8), path: "a.grdecl", keywords: ["PORO", "PERMX"], cells: cells).arrays
    }

    @Test func thatRepeatsCommentsAndOtherKeywordsAreRead() throws {
        let arrays = try parse(
            """
            -- from a model
            SPECGRID
             3 2 1 1 F /
            ECHO
            PORO  -- fractions
              3*0.25 0.1
              2*1.5D-1 / ignored
            ZCORN 8*1000.0 /
            PERMX
            6*100/
            """)
        #expect(arrays == ["PORO": [0.25, 0.25, 0.25, 0.1, 0.15, 0.15], "PERMX": Array(repeating: 100, count: 6)])
    }

    @Test(arguments: [
        ("PORO\n 5*0.1 /", "a.grdecl:1: PORO has 5 values but the grid has 6 cells; check the grid"),
        ("PORO\n 5*0.1\n 2*0.2 /", "a.grdecl:3: PORO has more values than the 6 cells of the grid; check the grid"),
        ("\nPORO\n 5*0.1", "a.grdecl:2: PORO is not ended by a slash; the file may be truncated"),
        (
            "PORO\n 5*0.1\nPERMX 6*1 /",
            "a.grdecl:3: PORO has 'PERMX' where a number is expected; end the array with a slash"
        ),
        ("PORO\n 6*nan /", "a.grdecl:2: PORO has a value that is not finite; correct it"),
        ("PORO\n 6*1e400 /", "a.grdecl:2: PORO has a value that is not finite; correct it"),
        ("PORO\n 0*1 /", "a.grdecl:2: PORO has '0*1' where a number is expected; end the array with a slash"),
        (
            "PORO\n 99999999999999999999*1 /",
            "a.grdecl:2: PORO has '99999999999999999999*1' where a number is expected; end the array with a slash"
        ),
        (
            "PORO\n 9999999999999999*1 /",
            "a.grdecl:2: PORO has more values than the 6 cells of the grid; check the grid"
        ),
        (
            "MULTIPLY\n PORO 2 /\n/",
            "a.grdecl:1: uses MULTIPLY, which is not followed here; export the final arrays, "
                + "for example from OPM Flow or ResInsight"
        )
    ])
    func thatMalformedTextIsRefusedWithItsLine(text: String, message: String) {
        #expect(storageMessage { _ = try parse(text) } == message)
    }

    @Test(arguments: [Grid.Orientation.areal, .section])
    func thatARealizationComesBackFromItsFile(orientation: Grid.Orientation) throws {
        let scratch = try ScratchFolder()
        let grid = try Grid.uniform(
            orientation: orientation, columns: 4, rows: 3, width: 10, height: 10, thickness: 5, depth: 1000,
            active: (0..<12).map { $0 != 5 })
        let realization = randomRealizations(1, cells: 12)[0]
        try GRDECL.write(realization, grid: grid, to: scratch.file("a.grdecl"))
        let (read, active) = try GRDECL.readRealization(scratch.file("a.grdecl"), grid: grid)
        #expect(active == grid.active)
        #expect(read.porosity == realization.porosity)
        // To millidarcy in double precision, to text in single, and back: each rounds by at most half an ulp of single
        // precision, which is 6e-8 of the value.
        for (a, b) in zip(
            read.permeabilityX + read.permeabilityY, realization.permeabilityX + realization.permeabilityY)
        {
            #expect(abs(a - b) <= 2.4e-7 * b)
        }
    }

    @Test func thatAMissingPropertyIsNamed() throws {
        let scratch = try ScratchFolder()
        let grid = try Grid.uniform(columns: 2, rows: 1, width: 1, height: 1, thickness: 1, depth: 0)
        try Files.write("PORO\n2*0.1 /\n", to: scratch.file("a.grdecl"))
        #expect(
            storageMessage { _ = try GRDECL.readRealization(scratch.file("a.grdecl"), grid: grid) }
                == "\(scratch.file("a.grdecl")): has no PERMX; add it: PORO and PERMX are needed")
    }

    @Test func thatDamagedFilesNeverTrapNorGrow() {
        let mutator = Mutator(
            valid: Array("-- c\nSPECGRID\n3 2 1 1 F /\nPORO\n3*0.25 0.1 2*1.5D-1 /\nPERMX\n6*100 /\n".utf8), seed: 5)
        for round in 0..<Mutator.rounds {
            guard
                let file = try? GRDECL(
                    parsing: mutator.input(round), path: "a", keywords: ["PORO", "PERMX"], cells: 6)
            else { continue }
            #expect(file.arrays.values.allSatisfy { $0.count == 6 && $0.allSatisfy(\.isFinite) })
        }
    }
}
