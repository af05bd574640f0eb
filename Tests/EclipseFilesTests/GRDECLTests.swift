import Reservoir
import Testing

@testable import EclipseFiles

private func read(_ text: String, cells: Int) throws(DeckError) -> GRDECL {
    try GRDECL(bytes: Array(text.utf8), file: "a.grdecl", cellCount: cells)
}

private func problems(_ text: String, cells: Int) -> [String] {
    do {
        _ = try read(text, cells: cells)
        return []
    } catch { return error.problems.map(\.description) }
}

@Test func thatRunsCommentsAndExponentsAreReadInAGRDECLFile() throws {
    let file = try read(
        """
        -- written by hand
        PERMX   -- millidarcy
         2*100 3.5D+01
         1e-3 / the rest is a remark
        PORO
         4*.2 /
        """, cells: 4)
    #expect(file.fields == ["PERMX": [100, 100, 35, 0.001], "PORO": [0.2, 0.2, 0.2, 0.2]])
    #expect(file.skipped.isEmpty)
}

@Test func thatOtherKeywordsOfAGRDECLFileAreSkippedAndNamed() throws {
    let file = try read(
        """
        SPECGRID
         2 1 1 1 F /
        GDORIENT
        INC INC INC DOWN RIGHT /
        NOECHO
        PORO
         0.1 0.3 /
        ECHO
        """, cells: 2)
    #expect(file.fields == ["PORO": [0.1, 0.3]])
    #expect(file.skipped == ["SPECGRID", "GDORIENT", "NOECHO", "ECHO"])
}

@Test func thatEveryProblemOfAGRDECLFileIsNamedWithItsLine() {
    let found = problems(
        "PERMX\n 1 2\n x 4 /\nPORO\n 3*0.2 /\nPERMY\n 9999999999999999999*1 /\nPERMZ\n 4*1\nACTNUM\n 4*1", cells: 4)
    #expect(
        found == [
            "a.grdecl:3: PERMX: `x` is not a number",
            "a.grdecl:4: PORO: has 3 values but 4 are needed",
            "a.grdecl:7: PERMY: `9999999999999999999*` has no usable repeat count",
            "a.grdecl:6: PERMY: has 0 values but 4 are needed",
            "a.grdecl:10: PERMZ: lacks the closing `/` before ACTNUM",
            "a.grdecl:10: ACTNUM: lacks the closing `/` before the end of the file"
        ])
}

@Test(arguments: ["nan", "inf", "0x1p3", "1_0", "--", "1e999", "'1'"])
func thatAWordThatIsNoDecimalNumberIsRefused(word: String) {
    #expect(!problems("PORO\n \(word) /\n", cells: 1).isEmpty)
}

@Test func thatKeywordsThatWouldChangeTheNumbersAreRefused() {
    #expect(
        problems("PORO\n 0.1 0.2 /\nMULTIPLY\n PORO 2 /\n/\n", cells: 2)
            == ["a.grdecl:3: MULTIPLY: is not followed here; write the final arrays, or read the whole deck instead"])
}

@Test func thatDataMayStandOnTheLineOfItsKeyword() throws {
    #expect(try read("ZCORN 8*1000.0 /\nPORO 2*0.1/\n", cells: 2).fields == ["PORO": [0.1, 0.1]])
}

@Test func thatARepeatCountBeyondTheGridIsRefusedBeforeItIsExpanded() {
    #expect(
        problems("PORO\n 2147483647*0.2 /\n", cells: 4) == [
            "a.grdecl:2: PORO: has more than the 4 values that fit here"
        ])
}

@Test(arguments: [Grid.Orientation.areal, .section])
func thatARealizationWrittenAsGRDECLIsReadBackUnchanged(orientation: Grid.Orientation) throws {
    let grid = try Grid.uniform(
        orientation: orientation, columns: 3, rows: 2, width: 10, height: 2, thickness: 5, depth: 1000,
        active: [true, true, false, true, true, true])
    let millidarcies: [Float] = [100, 0.1234567, 0, 2e4, 1e-5, 333.3333]
    let along = millidarcies.map { Float(Double($0) * Unit.millidarcy) }
    let realization = Realization(
        porosity: [0.2, 0.2, 0.2, 0.1, 0.333_333_34, 0.05], permeabilityX: along, permeabilityY: along.reversed())
    let text = GRDECL.text(of: realization, on: grid, comment: "realization 7")
    #expect(text.hasPrefix("-- realization 7\n-- 3 columns x 2 rows"))
    let file = try read(text, cells: 6)
    let back = try file.realization(on: grid)
    #expect(back.porosity == realization.porosity)
    // Conversion to mD and back rounds to single precision twice: one unit in the last place each.
    for (found, expected) in zip(back.permeabilityX + back.permeabilityY, along + along.reversed()) {
        #expect(abs(found - expected) <= 2 * expected.ulp)
    }
    #expect(file.activeCells == grid.active)
}
