/// Factors from Eclipse METRIC units, which users read and write, to the SI units used everywhere inside.
///
/// Conversion happens at two borders only: reading (case files, decks, observations) and reporting.
public enum Unit {
    /// [s]
    public static let day = 86_400.0
    /// [Pa]
    public static let bar = 1e5
    public static let atmosphere = 101_325.0
    /// [Pa·s]
    public static let centipoise = 1e-3
    /// [m²]; one darcy is 9.869233e-13 m² (the value Eclipse's cP·rm³/(day·bar) constant of 0.008527 follows from).
    public static let millidarcy = 9.869_232_667_160_13e-16
    /// [m³/s]
    public static let cubicMetrePerDay = 1 / day
    /// Standard gravity as in Eclipse METRIC: 0.0000980665 bar·m²/kg [m/s²].
    public static let gravity = 9.806_65
}

/// What a number in a production vector measures; fixes its unit at the border.
public enum Quantity: String, Codable, Sendable, CaseIterable {
    case rate, total, pressure, fraction, other

    /// Multiply a value in Eclipse METRIC units by this to get SI.
    public var metricFactor: Double {
        switch self {
        case .rate: Unit.cubicMetrePerDay
        case .pressure: Unit.bar
        case .total, .fraction, .other: 1
        }
    }

    /// The METRIC unit as written in tables and on axes.
    public var metricUnit: String {
        switch self {
        case .rate: "sm3/day"
        case .total: "sm3"
        case .pressure: "bar"
        case .fraction, .other: "-"
        }
    }
}
