import TestSupport
import Testing

@testable import CaseFiles

struct CalendarDateTests {
    @Test(arguments: [
        ("1970-01-01", 0.0), ("2000-02-29", 951_782_400), ("2020-01-01", 1_577_836_800),
        ("1969-12-31T23:59:59", -1), ("2100-03-01", 4_107_542_400)
    ])
    func thatSecondsAreThoseOfUnixTime(text: String, seconds: Double) throws {
        // From the system's `date --utc --date=... +%s`.
        let date = try #require(CalendarDate(text))
        #expect(date.seconds == seconds)
        #expect(date.description == text)
    }

    @Test func thatEveryDayOfFourCenturiesComesBack() throws {
        var last = try #require(CalendarDate("1899-12-31")).seconds
        for day in 1...146_097 {
            let date = CalendarDate(seconds: last + 86_400)
            last = date.seconds
            if day % 13 == 0 { #expect(CalendarDate(date.description) == date) }
        }
        // A Gregorian cycle of 400 years has 146,097 days.
        #expect(CalendarDate(seconds: last).description == "2299-12-31")
    }

    @Test(arguments: ["2021-02-29", "2020-1-1", "2020-01-01T24:00", "2020-01-01T12", "2020-01-01 12:60", "", "20200101"]
    )
    func thatWhatIsNoDateIsRefused(text: String) {
        #expect(CalendarDate(text) == nil)
    }
}

struct UnitTests {
    @Test(arguments: [
        ("10", UnitKind.length, 10.0), ("10 m", .length, 10), ("10m", .length, 10), ("-1.5e1 km", .length, -15_000),
        ("1 ft", .length, 0.3048), ("1 D", .permeability, 9.869_232_667_160_13e-13), ("2 days", .time, 172_800),
        ("1 psi", .pressure, 6_894.757_293_168_36), ("5 %", .fraction, 0.05), (".5", .fraction, 0.5),
        ("3", .angle, 3)
    ])
    func thatNumbersWithUnitsAreRead(text: String, dimension: UnitKind, value: Double) throws {
        // One product of two rounded numbers.
        expectClose(try WrittenNumber(text, dimension).value, value, tolerance: abs(value) * 2.3e-16)
    }

    @Test(arguments: ["", "e5", "1.2.3", "0x10", "inf", "nan", "--1", "1e400"])
    func thatWhatIsNoNumberIsRefused(text: String) {
        #expect(throws: WrittenNumber.Failure.self) { try WrittenNumber(text, .length) }
    }

    @Test func thatMilliAndMegaAreKeptApart() {
        #expect(throws: WrittenNumber.Failure.self) { try WrittenNumber("1 MPa.s", .viscosity) }
        #expect(throws: WrittenNumber.Failure.self) { try WrittenNumber("1 MD", .permeability) }
    }
}

struct NearestNameTests {
    @Test(arguments: [
        ("radios", "radius"), ("colum", "column"), ("cell_widht", "cell_width"), ("Column", "column"),
        ("something_else", nil)
    ])
    func thatASlipOfThePenFindsItsName(name: String, nearest: String?) {
        #expect(nearestName(to: name, among: ["radius", "column", "cell_width", "row"]) == nearest)
    }
}
