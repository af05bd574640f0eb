import Reservoir

/// Factors from a deck's unit system to SI.
struct DeckUnits: Equatable, Sendable {
    let name: String
    /// [m]
    let length: Double
    /// [Pa]
    let pressure: Double
    /// [kg/m³]
    let density: Double
    /// Surface volume of a liquid [m³].
    let liquidVolume: Double
    /// Surface volume of gas [m³].
    let gasVolume: Double
    /// Reservoir volume [m³].
    let reservoirVolume: Double
    // Viscosity (cP), permeability (mD), time (days) and fractions are the same in both systems.

    static let metric = DeckUnits(
        name: "METRIC", length: 1, pressure: Unit.bar, density: 1, liquidVolume: 1, gasVolume: 1, reservoirVolume: 1)
    /// The international foot, the stock-tank barrel of 42 US gallons, thousand standard cubic feet, psi, lb/ft³.
    static let field = DeckUnits(
        name: "FIELD", length: foot, pressure: poundForcePerSquareInch, density: pound / (foot * foot * foot),
        liquidVolume: barrel, gasVolume: 1000 * foot * foot * foot, reservoirVolume: barrel)

    private static let foot = 0.3048
    private static let pound = 0.453_592_37
    private static let barrel = 0.158_987_294_928
    private static let poundForcePerSquareInch = pound * Unit.gravity / (0.0254 * 0.0254)
}
