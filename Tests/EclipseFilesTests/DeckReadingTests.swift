import Foundation
import Reservoir
import Testing

@testable import EclipseFiles

@Test func thatASmallDeckBecomesTheModelItDescribes() throws {
    let deck = try readDeck(SmallDeck().text)
    let model = deck.model
    #expect(deck.title == "three by two")
    #expect((model.grid.columns, model.grid.rows, model.grid.orientation) == (3, 2, .areal))
    #expect(model.grid.thickness == Array(repeating: 10, count: 6))
    #expect(model.grid.centreDepth[0] == 1005)
    #expect(deck.realization.permeabilityX[4] == Float(500 * Unit.millidarcy))
    #expect(model.fluids.referencePressure == 200e5)
    #expect(model.fluids.displacingPhase.compressibility == 4e-5 / 1e5)
    #expect(model.rock.compressibility == 5e-5 / 1e5)
    #expect(model.initial == .uniform(pressure: 200e5, saturation: 0.2))
    #expect(model.wells.map(\.name) == ["I", "P"])
    #expect(model.wells.map(\.role) == [.injector, .producer])
    #expect(model.wells[1].completions == [Well.Completion(column: 2, row: 1)])
    #expect(model.wells[1].radius == 0.15)
    #expect(model.wells[1].skin == -1.5)
    #expect(model.wells[1].referenceDepth == 1010)
    #expect(model.wells[0].referenceDepth == nil)
    // 10, 20 days, 1 February (31 days), then five more.
    #expect(model.schedule.reportTimes == [10, 20, 31, 36].map { $0 * Unit.day })
    let production = WellControl(rates: [.liquid: 80 * Unit.cubicMetrePerDay], bottomHolePressure: 100e5)
    var shut = production
    shut.isOpen = false
    #expect(
        model.schedule.events == [
            .init(time: 0, well: "P", control: production),
            .init(
                time: 0, well: "I",
                control: WellControl(rates: [.displacing: 75 * Unit.cubicMetrePerDay], bottomHolePressure: 400e5)
            ),
            .init(time: 31 * Unit.day, well: "P", control: shut)
        ])
    #expect(
        deck.summaryKeys == [VectorKey("FOPR"), VectorKey("WBHP", "P"), VectorKey("WWCT", "I"), VectorKey("WWCT", "P")])
}

@Test func thatWellsRestAtARateOfZeroAndCommandsAtTheEndAreOfNoEffect() throws {
    var deck = SmallDeck()
    deck.schedule = deck.schedule.replacing("I WATER OPEN RATE 75 1* 400 /", with: "I WATER OPEN RATE 0 1* 400 /")
        .replacing("P SHUT /\n/", with: "P SHUT /\n/\nWELTARG\n I WRAT 60 /\n/")
        .replacing("END", with: "WELOPEN\n P OPEN /\n/\nEND")
    let schedule = try readDeck(deck.text).model.schedule
    let injector = schedule.events.filter { $0.well == "I" }.map(\.control)
    #expect(injector.map(\.isOpen) == [false, true])
    #expect(injector.last?.rates[.displacing] == 60 * Unit.cubicMetrePerDay)
    #expect(schedule.events.filter { $0.well == "P" }.map(\.control.isOpen) == [true, false])
}

@Test func thatALimitOfZeroBesideATargetIsNotTakenForRest() {
    var deck = SmallDeck()
    deck.schedule = deck.schedule.replacing("P OPEN LRAT 2* 1* 80 1* 100 /", with: "P OPEN LRAT 1* 0 0 80 1* 100 /")
    #expect(problems(of: deck.text).map { $0.contains("a limit of zero for WRAT") } == [true])
}

@Test func thatAWellThatIsToldNothingBeforeTheEndRests() throws {
    var deck = SmallDeck()
    let control = "WCONINJE\n I WATER OPEN RATE 75 1* 400 /\n/\n"
    deck.schedule = deck.schedule.replacing(control, with: "").replacing("END", with: control + "END")
    let events = try readDeck(deck.text).model.schedule.events.filter { $0.well == "I" }
    #expect(events.map(\.control) == [.shut])
}

@Test func thatATableOfOilIsFittedByASlightlyCompressibleFluid() throws {
    // B(p) = B_ref exp(-c (p - p_ref)) is the law to third order: the fit must return what made the table.
    let table = DeadPhaseTable(
        keyword: DeckKeyword(name: "PVDO", place: DeckPlace(file: "", line: 0)),
        pressure: [1e7, 1.7e7, 4e7], factor: [1e7, 1.7e7, 4e7].map { 1.3 * exp(-2e-9 * ($0 - 2e7)) },
        viscosity: [0.002, 0.002, 0.002])
    let fit = table.fit(at: 2e7)
    // Sums of a few rounded terms of size ten: far below 1e-12 in the logarithm.
    #expect(abs(fit.factor - 1.3) < 1e-12)
    #expect(abs(fit.compressibility - 2e-9) < 1e-18)
    #expect(fit.factorDeviation < 1e-12)
}

@Test func thatFieldUnitsGiveTheSameModelAsMetricOnes() throws {
    var field = SmallDeck()
    field.run = field.run.replacingOccurrences(of: "METRIC", with: "FIELD")
    let deck = try readDeck(field.text)
    #expect(deck.model.grid.columnWidths == [30.48, 30.48, 30.48].map { $0 })
    // 14.5037738 psi to the bar.
    let pressure = try #require(deck.model.schedule.events[0].control.bottomHolePressure)
    #expect(abs(pressure - 100e5 / 14.503_773_773) < 1)
    // 6.28981077 barrels to the cubic metre.
    let rate = try #require(deck.model.schedule.events[0].control.rates[.liquid])
    #expect(abs(rate * Unit.day - 80 / 6.289_810_77) < 1e-7)
    // 16.018463 kg/m³ to the lb/ft³.
    #expect(abs(deck.model.fluids.oil.surfaceDensity - 850 * 16.018_463) < 0.001)
}

@Test func thatBoxesEditTheCellsTheyName() throws {
    var deck = SmallDeck()
    deck.grid += """

        EQUALS
         PORO 0.1 2 3 1 1 1 1 /
         ACTNUM 1 /
         ACTNUM 0 1 1 2 2 1 1 /
        /
        BOX
         3 3 1 2 1 1 /
        PERMX
         7 8 /
        ENDBOX
        MULTIPLY
         PERMY 0.1 3* 1 /
        /
        ADD
         PORO 0.01 /
        /
        COPY
         PORO NTG 1 1 1 1 1 1 /
        /
        """
    let read = try readDeck(deck.text)
    func millidarcies(_ values: [Float]) -> [Int] { values.map { Int((Double($0) / Unit.millidarcy).rounded()) } }
    #expect(read.realization.porosity == [0.26, 0.11, 0.11, 0.26, 0.26, 0.26])
    #expect(read.model.grid.active == [true, true, true, false, true, true])
    #expect(millidarcies(read.realization.permeabilityX) == [100, 200, 7, 400, 500, 8])
    // Defaulted limits are those of the whole grid; only the upper limit of J was given.
    #expect(millidarcies(read.realization.permeabilityY) == [10, 20, 30, 400, 500, 600])
    #expect(read.model.rock.netToGross == [0.26, 1, 1, 1, 1, 1])
}

@Test func thatEveryKeywordThatCannotBeHonouredIsNamedAtOnce() {
    var deck = SmallDeck()
    deck.run += "\nDISGAS\n"
    deck.grid += "\nFAULTS\n 'F1' 1 1 1 2 1 1 X /\n 'F2' 2 2 1 2 1 1 X /\n/\n"
    deck.props += "\nPLYVISC\n 0 1\n 1 2 /\n"
    deck.schedule = deck.schedule.replacingOccurrences(
        of: "TSTEP\n 2*10", with: "GCONPROD\n G ORAT 100 /\n/\nTSTEP\n 2*10")
    let found = problems(of: deck.text)
    #expect(
        found == [
            "CASE.DATA:11: DISGAS: is not supported", "CASE.DATA:29: FAULTS: is not supported",
            "CASE.DATA:49: PLYVISC: is not supported", "CASE.DATA:79: GCONPROD: is not supported"
        ])
}

@Test(arguments: [
    ("DIMENS\n 3 2 1 /", "DIMENS\n 3 2 2 /", "three-dimensional"),
    ("DIMENS\n 3 2 1 /", "DIMENS\n 3000000000 1 1 /", "three cell counts"),
    ("DIMENS\n 3 2 1 /", "DIMENS\n 2000 2000 1 /", "more than 1000000 cells"),
    ("DIMENS\n 3 2 1 /", "", "DIMENS: is missing"),
    ("1 JAN 2020 /", "30 FEB 2020 /", "must be a day of the calendar"),
    ("DX\n 6*100 /", "DX\n 5*100 90 /", "varies within one column"),
    ("DX\n 6*100 /", "DX\n 5*100 /", "has 5 values but 6 are needed"),
    ("TOPS\n 6*1000 /", "", "TOPS: is missing"),
    (" PERMX PERMY /", " PERMZ PERMY /", "PERMZ has no values yet"),
    (" PERMX PERMY /", " PERMX PERMK /", "`PERMK` is not a property"),
    ("PORO\n 6*0.25 /", "PORO\n 6*1.25 /", "must be within 0 to 1"),
    ("PORO\n 6*0.25 /", "PORO\n 6*1.25", "lacks the closing `/` before PROPS"),
    ("300 1.19 1.5", "300 1.19 2.5", "the viscosity departs"),
    ("300 1.19 1.5", "300 0.9 1.5", "constant compressibility"),
    ("300 1.19 1.5", "300 1.19", "rows of 3 are needed"),
    ("0.5 0.1 0.3 0", "0.2 0.1 0.3 0", "must increase from row to row"),
    ("0.5 0.1 0.3 0", "0.5 0.1 1* 0", "a table needs every value"),
    ("SWAT\n 6*0.2 /", "SWAT\n 5*0.2 0.3 /", "a uniform value or EQUIL is needed"),
    ("PRESSURE\n 6*200 /", "EQUIL\n 1000 200 1100 /", "stands beside EQUIL"),
    (" P G 3 2 1010 OIL /", " P G 4 2 1010 OIL /", "I and J within the grid"),
    (" P 2* 1 1 OPEN 2*", " P 2* 1 2 OPEN 2*", "K1 and K2 within the grid"),
    (" P 2* 1 1 OPEN 2*", " P 2* 1 1 OPEN 1* 12.5", "gives a connection factor"),
    (" P 2* 1 1 OPEN 2*", " Q 2* 1 1 OPEN 2*", "no well is named `Q`"),
    ("OPEN LRAT 2* 1* 80", "OPEN RESV 2* 1* 80", "control by RESV is not supported"),
    ("OPEN LRAT 2* 1* 80", "OPEN ORAT 2* 1* 80", "gives no value for ORAT"),
    ("OPEN LRAT 2* 1* 80", "OPEN LRAT 2* 1* -80", "zero or more"),
    (" I WATER OPEN", " I GAS OPEN", "injection of `GAS`"),
    (" I WATER OPEN", " P WATER OPEN", "a well keeps its role"),
    (" 1 'FEB' 2020 /", " 11 'JAN' 2020 /", "is not after the time"),
    ("TSTEP\n 2*10 /", "TSTEP\n 2*10 -1 /", "positive number of days"),
    ("TSTEP\n 2*10 /", "TSTEP\n 1000000000*10 /", "more than 100000 steps"),
    (" P SHUT /", " P SHUT 1 1 1 /", "single connections")
])
func thatAFaultInADeckIsNamed(good: String, bad: String, expected: String) throws {
    let text = SmallDeck().text
    try #require(text.contains(good))
    let found = problems(of: text.replacingOccurrences(of: good, with: bad))
    #expect(found.contains { $0.contains(expected) }, "\(found)")
}

@Test func thatAnIncludeStaysInsideTheDecksFolder() throws {
    try withScratchFolder { folder in
        let inside = folder.appendingPathComponent("deck")
        try FileManager.default.createDirectory(
            at: inside.appendingPathComponent("fields"), withIntermediateDirectories: true)
        try "PORO\n 6*0.3 /\n".write(
            to: inside.appendingPathComponent("fields/poro.inc"), atomically: true, encoding: .utf8)
        try "PORO\n 6*0.3 /\n".write(
            to: folder.appendingPathComponent("outside.inc"), atomically: true, encoding: .utf8)
        try FileManager.default.createSymbolicLink(
            at: inside.appendingPathComponent("link.inc"),
            withDestinationURL: folder.appendingPathComponent("outside.inc"))
        func deck(including name: String) -> String {
            SmallDeck().text.replacingOccurrences(of: "PORO\n 6*0.25 /", with: "INCLUDE\n '\(name)' /")
        }
        let read = try readDeck(deck(including: "fields/poro.inc"), in: inside)
        #expect(read.realization.porosity == Array(repeating: 0.3, count: 6))
        for name in ["../outside.inc", "link.inc", "/etc/hostname"] {
            let found = problems(of: deck(including: name), in: inside)
            #expect(found.contains { $0.contains("lies outside the deck's folder") }, "\(name): \(found)")
        }
        let missing = problems(of: deck(including: "nowhere.inc"), in: inside)
        #expect(missing.contains { $0.contains("INCLUDE: nowhere.inc: does not exist") }, "\(missing)")
        let directory = problems(of: deck(including: "fields"), in: inside)
        #expect(directory.contains { $0.contains("is not a regular file") }, "\(directory)")
    }
}

@Test func thatAnIncludeThatIncludesItselfEnds() throws {
    try withScratchFolder { folder in
        let text = SmallDeck().text.replacingOccurrences(of: "PORO\n 6*0.25 /", with: "INCLUDE\n 'me.inc' /")
        try "INCLUDE\n 'me.inc' /\nINCLUDE\n 'me.inc' /\n".write(
            to: folder.appendingPathComponent("me.inc"), atomically: true, encoding: .utf8)
        let found = problems(of: text, in: folder)
        #expect(found.contains { $0.contains("too deeply") })
    }
}

@Test func thatNamePatternsMatchAsInEclipse() {
    #expect(NamePattern("P*").matches("p12"))
    #expect(NamePattern("*").matches("INJ"))
    #expect(NamePattern("P?").matches("P1"))
    #expect(!NamePattern("P?").matches("P12"))
    #expect(NamePattern("*A*B").matches("xAyAzB"))
    #expect(!NamePattern("*A*B").matches("xByA"))
}

@Test func thatDatesCountTheDaysOfLeapYears() throws {
    let start = try DeckDate(year: 2020, month: 1, day: 1)
    #expect(try DeckDate(year: 2021, month: 1, day: 1).seconds(since: start) == 366 * Unit.day)
    #expect(
        try DeckDate(year: 2000, month: 3, day: 1).seconds(since: DeckDate(year: 2000, month: 2, day: 28)) == 2
            * Unit.day)
    #expect(
        try DeckDate(year: 1900, month: 3, day: 1).seconds(since: DeckDate(year: 1900, month: 2, day: 28))
            == Unit.day)
    #expect("\(try DeckDate(year: 2020, month: 7, day: 4, hour: 6))" == "4 JUL 2020 06:00:00")
}
