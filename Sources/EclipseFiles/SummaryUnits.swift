import Reservoir

/// Units as summary files spell them.
enum SummaryUnits {
    /// Multiply a value by this to get SI. `nil` if the unit is unknown, and the vector measures a rate, a total or a
    /// pressure, so that its number alone would mean nothing.
    static func factor(of unit: String, for quantity: Quantity) -> Double? {
        switch quantity {
        case .fraction, .other: return 1
        case .pressure: return pressures[unit]
        case .total: return volumes[unit]
        case .rate:
            let parts = unit.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2, let volume = volumes[parts[0]], let time = times[parts[1]] else { return nil }
            return volume / time
        }
    }

    /// [s]
    static let times: [String: Double] = ["DAY": Unit.day, "DAYS": Unit.day, "HR": 3600, "HOURS": 3600]

    private static let volumes: [String: Double] = [
        "SM3": 1, "RM3": 1, "STB": DeckUnits.field.liquidVolume, "RB": DeckUnits.field.reservoirVolume,
        "MSCF": DeckUnits.field.gasVolume, "SCC": 1e-6, "RCC": 1e-6
    ]

    private static let pressures: [String: Double] = [
        "BARSA": Unit.bar, "BARS": Unit.bar, "BAR": Unit.bar, "PSIA": DeckUnits.field.pressure,
        "PSI": DeckUnits.field.pressure, "ATMA": 101_325, "ATM": 101_325
    ]
}
