/// One fluid phase, slightly compressible.
///
///     B(p) = B_ref / (1 + X + X²/2),   X = c (p − p_ref)      (Eclipse PVTW)
public struct FluidPhase: Equatable, Sendable, Codable {
    /// At surface conditions [kg/m³].
    public var surfaceDensity: Double
    /// [Pa·s]
    public var viscosity: Double
    /// `B_ref`, reservoir volume over surface volume at the reference pressure [–].
    public var formationVolumeFactor: Double
    /// `c` [1/Pa]; zero for an incompressible phase.
    public var compressibility: Double

    public init(
        surfaceDensity: Double, viscosity: Double, formationVolumeFactor: Double = 1, compressibility: Double = 0
    ) throws(ParameterError) {
        try require(surfaceDensity > 0 && surfaceDensity.isFinite, "density", "\(surfaceDensity)", "must be positive")
        try require(viscosity > 0 && viscosity.isFinite, "viscosity", "\(viscosity)", "must be positive")
        try require(
            formationVolumeFactor > 0 && formationVolumeFactor.isFinite, "formation volume factor",
            "\(formationVolumeFactor)", "must be positive")
        try require(
            compressibility >= 0 && compressibility.isFinite, "compressibility", "\(compressibility)",
            "must not be negative")
        (self.surfaceDensity, self.viscosity) = (surfaceDensity, viscosity)
        (self.formationVolumeFactor, self.compressibility) = (formationVolumeFactor, compressibility)
    }
}

/// The two immiscible phases: oil and the phase that displaces it.
///
/// Saturations in this package are those of the displacing phase unless said otherwise: water in an oil-water model,
/// gas in a (dead) gas-oil model.
public struct Fluids: Equatable, Sendable, Codable {
    public enum Displacing: String, Codable, Sendable, CaseIterable {
        case water, gas
    }

    public var displacing: Displacing
    public var displacingPhase: FluidPhase
    public var oil: FluidPhase
    /// Pressure at which formation volume factors hold [Pa].
    public var referencePressure: Double

    public init(displacing: Displacing, displacingPhase: FluidPhase, oil: FluidPhase, referencePressure: Double) {
        (self.displacing, self.displacingPhase, self.oil) = (displacing, displacingPhase, oil)
        self.referencePressure = referencePressure
    }
}
