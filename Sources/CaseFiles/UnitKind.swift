import Reservoir

/// What a number in a case file measures: the METRIC unit a bare number has, and the units that may be written after it.
public enum UnitKind: String, Sendable, CaseIterable {
    case none, fraction, length, time, angle, permeability, pressure, viscosity, rate, compressibility, density

    /// Names of units with their factors to the unit used inside (SI; degrees for angles), the default one first.
    var units: [(name: String, factor: Double)] {
        switch self {
        case .none: []
        case .fraction: [("-", 1), ("%", 0.01)]
        case .length: [("m", 1), ("km", 1000), ("cm", 0.01), ("ft", 0.3048)]
        case .time:
            [
                ("day", Unit.day), ("days", Unit.day), ("d", Unit.day), ("s", 1), ("h", 3600),
                ("year", 365.25 * Unit.day), ("years", 365.25 * Unit.day)
            ]
        case .angle: [("degrees", 1), ("deg", 1)]
        case .permeability: [("mD", Unit.millidarcy), ("D", 1000 * Unit.millidarcy), ("m2", 1)]
        case .pressure:
            [
                ("bar", Unit.bar), ("bara", Unit.bar), ("Pa", 1), ("kPa", 1e3), ("MPa", 1e6), ("psi", Self.psi),
                ("atm", 101_325)
            ]
        case .viscosity: [("cP", Unit.centipoise), ("mPa.s", 1e-3), ("Pa.s", 1)]
        case .rate:
            [
                ("sm3/day", Unit.cubicMetrePerDay), ("m3/day", Unit.cubicMetrePerDay), ("m3/s", 1),
                ("stb/day", Self.barrel * Unit.cubicMetrePerDay)
            ]
        case .compressibility: [("1/bar", 1 / Unit.bar), ("1/Pa", 1), ("1/psi", 1 / Self.psi)]
        case .density: [("kg/m3", 1), ("g/cm3", 1000), ("lb/ft3", 16.018_463_373_960_14)]
        }
    }

    /// The unit of a bare number; empty for one without.
    public var metricUnit: String { units.first?.name ?? "" }
    /// From METRIC to the unit used inside.
    var metricFactor: Double { units.first?.factor ?? 1 }

    /// Pound-force per square inch [Pa] and petroleum barrel [m³], both exact by definition up to the last digit given.
    private static let psi = 6_894.757_293_168_36
    private static let barrel = 0.158_987_294_928
}

/// A number as written, with or without a unit.
struct WrittenNumber {
    /// In the METRIC unit of its dimension, which is what requirements are stated in.
    let metric: Double
    /// In the unit used inside.
    let value: Double

    enum Failure: Error {
        case notANumber
        case wrongUnit(String)
    }

    init(_ text: String, _ dimension: UnitKind) throws(Failure) {
        let split = Self.endOfNumber(Array(text.utf8))
        let head = String(decoding: Array(text.utf8)[..<split], as: UTF8.self)
        let unit = String(decoding: Array(text.utf8)[split...], as: UTF8.self).trimmingBlanks
        guard let number = Double(head), number.isFinite else { throw .notANumber }
        guard !unit.isEmpty else {
            (metric, value) = (number, number * dimension.metricFactor)
            return
        }
        guard let factor = dimension.units.first(where: { $0.name.lowercased() == unit.lowercased() })?.factor,
            // `mD` and `MD`, `mPa.s` and `MPa.s` differ by more than their case.
            dimension.units.contains(where: { $0.name == unit }) || unit.first?.isLowercase == true
        else { throw .wrongUnit(unit) }
        value = number * factor
        metric = value / dimension.metricFactor
    }

    /// How many of the first bytes belong to a decimal number.
    private static func endOfNumber(_ bytes: [UInt8]) -> Int {
        func isDigit(_ index: Int) -> Bool { index < bytes.count && (48...57).contains(bytes[index]) }
        func isSign(_ index: Int) -> Bool { index < bytes.count && (bytes[index] == 43 || bytes[index] == 45) }
        var end = isSign(0) ? 1 : 0
        while isDigit(end) || (end < bytes.count && bytes[end] == UInt8(ascii: ".")) { end += 1 }
        // An exponent counts only with its digits: `2 each` is no number with an exponent.
        if end > 0, end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "e") {
            let digits = isSign(end + 1) ? end + 2 : end + 1
            if isDigit(digits) {
                end = digits
                while isDigit(end) { end += 1 }
            }
        }
        return end
    }
}

extension String {
    var trimmingBlanks: String {
        let start = drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
