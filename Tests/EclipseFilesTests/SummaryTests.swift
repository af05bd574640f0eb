import Foundation
import Reservoir
import TestSupport
import Testing

@testable import EclipseFiles

private func read(_ bytes: SummaryBytes) throws(SummaryFileError) -> SummaryFile {
    try SummaryFile(specification: bytes.specification, data: bytes.data, named: "A")
}

private func message(_ specification: [UInt8], _ data: [UInt8]) -> String? {
    do {
        _ = try SummaryFile(specification: specification, data: data, named: "A")
        return nil
    } catch { return error.description }
}

@Test func thatASummaryIsReadInSIUnits() throws {
    let file = try read(SummaryBytes())
    let day = Unit.day
    #expect(file.start == (try DeckDate(year: 2021, month: 3, day: 15, hour: 6, minute: 30, second: 5)))
    #expect(file.series.times == [day, 2 * day, 4 * day])
    #expect(
        file.series.keys == [
            VectorKey("FOPR"), VectorKey("WOPR", "P1"), VectorKey("WBHP", "P1"), VectorKey("WWCT", "P1")
        ])
    #expect(file.series[VectorKey("WOPR", "P1")] == [10, 8, 6].map { $0 * (1 / day) })
    #expect(file.series[VectorKey("WBHP", "P1")] == [200e5, 190e5, 180e5])
    #expect(file.series[VectorKey("WWCT", "P1")] == [0, 0.25, 0.5])
    // A group's vector, a ratio whose unit is none of a rate's, and a well that does not exist.
    #expect(file.skipped == ["GOPR:G1", "FGOR", "WOPT"])
}

@Test func thatASummaryInFieldUnitsIsConverted() throws {
    var bytes = SummaryBytes()
    bytes.units = ["HOURS", "STB/DAY", "MSCF/DAY", "PSIA", "", "STB/DAY", "", "STB"]
    let series = try read(bytes).series
    #expect(series.times[0] == 3600)
    // 0.158987294928 m³ a barrel; 28.316846592 m³ a thousand cubic feet; 6894.757 Pa a psi.
    #expect(abs((series[VectorKey("FOPR")]?[0] ?? 0) * Unit.day - 1.589_872_949_28) < 1e-12)
    #expect(abs((series[VectorKey("WOPR", "P1")]?[0] ?? 0) * Unit.day - 283.168_465_92) < 1e-10)
    #expect(abs((series[VectorKey("WBHP", "P1")]?[0] ?? 0) - 200 * 6_894.757) < 0.1)
}

@Test func thatOfTwoRowsAtOneTimeTheLastIsKept() throws {
    var bytes = SummaryBytes()
    bytes.rows[1][0] = 1
    let series = try read(bytes).series
    #expect(series.times.count == 2)
    #expect(series[VectorKey("WWCT", "P1")] == [0.25, 0.5])
}

@Test func thatVectorsAreTakenInTheOrderAskedFor() throws {
    let file = try read(SummaryBytes())
    let chosen = try file.series(of: [VectorKey("WWCT", "P1"), VectorKey("FOPR")])
    #expect(chosen.keys == [VectorKey("WWCT", "P1"), VectorKey("FOPR")])
    #expect(chosen.values[0] == [0, 0.25, 0.5])
    #expect(throws: ParameterError.self) { try file.series(of: [VectorKey("WOPR", "P2")]) }
}

@Test func thatLongArraysOfSeveralRecordsAreJoined() throws {
    var bytes = SummaryBytes()
    bytes.keywords += (0..<1500).map { _ in "WOPR" }
    bytes.wells += (0..<1500).map { "W\($0)" }
    bytes.units += (0..<1500).map { _ in "SM3/DAY" }
    bytes.rows = bytes.rows.map { $0 + (0..<1500).map(Float.init) }
    let series = try read(bytes).series
    #expect(abs((series[VectorKey("WOPR", "W1499")]?[2] ?? 0) * Unit.day - 1499) < 1e-9)
}

@Test func thatCorruptSummariesAreRefusedWithAReason() throws {
    let valid = SummaryBytes()
    let (specification, data) = (valid.specification, valid.data)
    #expect(message(specification, data) == nil)
    #expect(message(Array(specification.dropLast(3)), data)?.contains("truncated or corrupt") == true)
    #expect(message(specification, Array(data.dropLast(3)))?.contains("truncated or corrupt") == true)
    #expect(message(specification, Array(data.dropLast(60)))?.contains("truncated") == true)
    let swapped = stride(from: 0, to: data.count, by: 4).flatMap { data[$0..<$0 + 4].reversed() }
    #expect(message(specification, swapped)?.contains("byte-swapped") == true)
    #expect(message(specification, Array("RUNSPEC\nDIMENS\n".utf8))?.contains("is not an unformatted") == true)
    #expect(message(specification, [])?.contains("too short") == true)

    // The count of KEYWORDS stands twelve bytes after the length that begins its header.
    var huge = specification
    let name = try #require(specification.firstRange(of: Array("KEYWORDS".utf8)))
    huge.replaceSubrange(name.upperBound..<name.upperBound + 4, with: [0x7F, 0xFF, 0xFF, 0xFF])
    #expect(message(huge, data) == "A.SMSPEC: KEYWORDS claims 2147483647 values, more than the file holds")
    huge.replaceSubrange(name.upperBound..<name.upperBound + 4, with: [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(message(huge, data) == "A.SMSPEC: KEYWORDS claims -1 values, more than the file holds")

    var torn = data
    torn[torn.count - 1] ^= 1
    #expect(message(specification, torn)?.contains("the lengths around a record differ") == true)

    var fewer = valid
    fewer.rows[1].removeLast()
    #expect(message(specification, fewer.data)?.contains("PARAMS has 7 values where 8 vectors") == true)
    var infinite = valid
    infinite.rows[1][1] = .infinity
    #expect(message(specification, infinite.data)?.contains("not finite") == true)
    var backward = valid
    backward.rows[2][0] = 1.5
    #expect(message(specification, backward.data) == "A.UNSMRY: time runs backward at step 3")
    var timeless = valid
    timeless.keywords[0] = "YEARS"
    #expect(message(timeless.specification, data) == "A.SMSPEC: has no TIME in days or hours")
    #expect(message(specification, SummaryBytes.array("SEQHDR", integers: [1])) == "A.UNSMRY: holds no steps")
}

@Test func thatACaseIsFoundByItsNameOrEitherFile() throws {
    try withScratchFolder { folder in
        let bytes = SummaryBytes()
        try Data(bytes.specification).write(to: folder.appendingPathComponent("A.SMSPEC"))
        try Data(bytes.data).write(to: folder.appendingPathComponent("A.UNSMRY"))
        for name in ["A", "A.SMSPEC", "A.UNSMRY"] {
            #expect(try SummaryFile(contentsOf: folder.appendingPathComponent(name)) == read(bytes))
        }
        do {
            _ = try SummaryFile(contentsOf: folder.appendingPathComponent("B"))
            Issue.record("a missing case was read")
        } catch { #expect("\(error)" == "B.SMSPEC: does not exist or cannot be read") }
    }
}
