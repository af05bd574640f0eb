import Foundation
import Reservoir
import Testing

@testable import EclipseFiles

/// Gas injected at the top of a section in FIELD units: its contact within the grid, two rock types, a baffle, changing
/// controls and dates.
private let gasSection = """
    RUNSPEC
    DIMENS
     10 1 5 /
    OIL
    GAS
    FIELD
    START
     1 JAN 2000 /
    TABDIMS
     2 /
    WELLDIMS
     2 5 1 2 /
    UNIFOUT
    GRID
    DX
     50*60 /
    DY
     50*100 /
    DZV
     5*8 /
    TOPS
     10*4000 /
    PORO
     50*0.2 /
    EQUALS
     PERMX 150 /
     PERMX 700 1 10 1 1 3 3 /
     MULTZ 1 /
     MULTZ 0.01 3 7 1 1 2 2 /
    /
    COPY
     PERMX PERMY /
     PERMX PERMZ /
    /
    MULTIPLY
     PERMZ 0.1 /
    /
    PROPS
    PVDO
     500  1.2006 0.9
     3000 1.2000 0.9
     6000 1.1993 0.9 /
    PVDG
     500  0.9003 0.02
     3000 0.9000 0.02
     6000 0.8997 0.02 /
    ROCK
     3000 4e-6 /
    DENSITY
     50 62 0.06 /
    SGOF
     0   0    1    0
     0.3 0.1  0.4  0
     0.8 0.9  0    0 /
     0   0    0.9  0
     0.4 0.3  0.2  0
     0.7 0.7  0    0 /
    REGIONS
    SATNUM
     20*1 30*2 /
    SOLUTION
    EQUIL
     4010 3000 9000 0 4010 0 1* 1* 0 /
    SUMMARY
    FOPR
    FGPR
    FOPT
    FGIT
    WBHP
    /
    SCHEDULE
    WELSPECS
     I G 1  1 4004 GAS /
     P G 10 1 4004 OIL /
    /
    COMPDAT
     I 1  1 1 1 OPEN 2* 0.5 1* 0 /
     P 10 1 3 5 OPEN 2* 0.5 1* 1 /
    /
    WCONPROD
     P OPEN ORAT 60 4* 1500 /
    /
    WCONINJE
     I GAS OPEN RATE 100 1* 4500 /
    /
    DATES
     1 FEB 2000 /
     1 MAR 2000 /
    /
    WELTARG
     P ORAT 90 /
    /
    TSTEP
     3*30 /
    WELOPEN
     I SHUT /
    /
    TSTEP
     30 /
    END
    """

/// The strongest judge of the reader and the writer together: the simulator for which decks are made must not see a
/// difference between a deck and what becomes of it when it is read and written again.
@Suite(.enabled(if: (try? FlowProgram()) != nil, "needs OPM Flow"))
struct DeckRoundTripTests {
    @Test(arguments: ["water, METRIC", "gas, FIELD"])
    func thatADeckReadAndWrittenAgainGivesFlowTheSameResult(kind: String) throws {
        var water = SmallDeck()
        water.run += "\nWELLDIMS\n 2 1 1 2 /\nUNIFOUT\n"
        water.grid += "\nCOPY\n PERMX PERMZ /\n/\n"
        water.summary = "SUMMARY\nFOPR\nFOPT\nFWIT\nWBHP\n/"
        let text = kind.hasPrefix("gas") ? gasSection : water.text
        let deck = try readDeck(text)
        let arguments = ["--solver-max-time-step-in-days=5", "--tolerance-cnv=1e-5"]
        let direct = try withScratchFolder { folder in
            try text.write(to: folder.appendingPathComponent("CASE.DATA"), atomically: true, encoding: .utf8)
            try FlowProgram().simulate(deckNamed: "CASE.DATA", in: folder, arguments: arguments, timeout: 120)
            return try SummaryFile(contentsOf: folder.appendingPathComponent("CASE")).series
        }
        var settings = OPMFlowModel.Settings()
        settings.arguments = arguments
        let again = try OPMFlowModel(
            model: deck.model, vectorKeys: direct.keys, start: deck.start, settings: settings
        ).makeSimulator().simulate(deck.realization)
        let layout = DataLayout(
            entries: again.keys.flatMap { key in again.times.map { DataLayout.Entry(key: key, time: $0) } })
        let (before, after) = (try layout.values(in: direct), try layout.values(in: again))
        for (row, key) in again.keys.enumerated() {
            let range = row * again.times.count..<(row + 1) * again.times.count
            let scale = before[range].map(abs).max() ?? 0
            try #require(scale > 0, "\(key) is zero throughout")
            for (a, b) in zip(before[range], after[range]) {
                // The fitted laws of the fluids follow the tables to 1e-4; steps may differ where Flow chooses them.
                #expect(abs(a - b) <= 2e-3 * scale, "\(key): \(a) became \(b)")
            }
        }
    }
}
