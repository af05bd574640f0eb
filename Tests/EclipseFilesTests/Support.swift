import Foundation
import Reservoir

@testable import EclipseFiles

/// Reference data that need not be there: `LSI_SHARED`, or `shared` beside the package.
let sharedFolder: URL? = {
    let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared")
    let named = ProcessInfo.processInfo.environment["LSI_SHARED"].map { URL(fileURLWithPath: $0) }
    return [named, beside].compactMap(\.self).first { FileManager.default.fileExists(atPath: $0.path) }
}()

/// A folder that is removed when the test ends.
func withScratchFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("eclipse-files-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

func readDeck(_ text: String, in folder: URL? = nil) throws(DeckError) -> EclipseDeck {
    try EclipseDeck(
        bytes: Array(text.utf8), named: "CASE.DATA", includesIn: folder ?? FileManager.default.temporaryDirectory)
}

func problems(of text: String, in folder: URL? = nil) -> [String] {
    do {
        _ = try readDeck(text, in: folder)
        return []
    } catch { return error.problems.map(\.description) }
}

/// A complete deck of 3 x 2 x 1 cells, whose sections a test may replace.
struct SmallDeck {
    var run = """
        RUNSPEC
        TITLE
         three by two
        DIMENS
         3 2 1 /
        OIL
        WATER
        METRIC
        START
         1 JAN 2020 /
        """
    var grid = """
        GRID
        DX
         6*100 /
        DY
         6*50 /
        DZ
         6*10 /
        TOPS
         6*1000 /
        PERMX
         100 200 300 400 500 600 /
        COPY
         PERMX PERMY /
        /
        PORO
         6*0.25 /
        """
    var props = """
        PROPS
        PVTW
         200 1.02 4e-5 0.5 0 /
        PVDO
         100 1.21 1.5
         200 1.2  1.5
         300 1.19 1.5 /
        ROCK
         250 5e-5 /
        DENSITY
         850 1020 1 /
        SWOF
         0.2 0   1   0
         0.5 0.1 0.3 0
         0.8 0.6 0   0 /
        """
    var solution = """
        SOLUTION
        PRESSURE
         6*200 /
        SWAT
         6*0.2 /
        """
    var summary = "SUMMARY\nFOPR\nWBHP\n'P' /\nWWCT\n/"
    var schedule = """
        SCHEDULE
        WELSPECS
         'I' G 1 1 1* WATER /
         P G 3 2 1010 OIL /
        /
        COMPDAT
         'I' 1 1 1 1 OPEN 1* 1* 0.2 1* 0 /
         P 2* 1 1 OPEN 2* 0.3 1* -1.5 /
        /
        WCONPROD
         P OPEN LRAT 2* 1* 80 1* 100 /
        /
        WCONINJE
         I WATER OPEN RATE 75 1* 400 /
        /
        TSTEP
         2*10 /
        DATES
         1 'FEB' 2020 /
        /
        WELOPEN
         P SHUT /
        /
        TSTEP
         5 /
        END
        """
    var text: String { [run, grid, props, solution, summary, schedule].joined(separator: "\n") }
}
