/// Rock properties that do not differ between realizations.
public struct Rock: Equatable, Sendable {
    /// Compressibility of the pore volume [1/Pa] about ``referencePressure``; zero by default.
    public var compressibility: Double
    /// [Pa]
    public var referencePressure: Double
    /// Saturation functions of each rock type; never empty.
    public var saturationFunctions: [SaturationFunctions]
    /// Index into ``saturationFunctions`` of each cell, `[cells]`; `nil`: all of type 0.
    public var rockType: [Int]?
    /// Net-to-gross of each cell, `[cells]` [–]; `nil`: 1 everywhere.
    public var netToGross: [Double]?
    /// Transmissibility multiplier of the face to the next column (MULTX) and next row, `[cells]`; `nil`: 1 everywhere.
    public var multiplierX: [Double]?, multiplierY: [Double]?

    public init(
        compressibility: Double = 0, referencePressure: Double = 0, saturationFunctions: [SaturationFunctions],
        rockType: [Int]? = nil, netToGross: [Double]? = nil, multiplierX: [Double]? = nil, multiplierY: [Double]? = nil
    ) {
        (self.compressibility, self.referencePressure) = (compressibility, referencePressure)
        (self.saturationFunctions, self.rockType, self.netToGross) = (saturationFunctions, rockType, netToGross)
        (self.multiplierX, self.multiplierY) = (multiplierX, multiplierY)
    }
}

/// State of the reservoir before the first well opens.
public enum InitialState: Equatable, Sendable {
    /// The same pressure [Pa] and displacing-phase saturation in every cell.
    case uniform(pressure: Double, saturation: Double)
    /// Vertical equilibrium (EQUIL): pressure [Pa] at `datumDepth` [m], fluid contact at `contactDepth` [m] with
    /// capillary pressure `contactCapillaryPressure` [Pa] there.
    case equilibrium(datumDepth: Double, pressure: Double, contactDepth: Double, contactCapillaryPressure: Double)
}
