import Reservoir

/// Permeability and porosity of one facies, or of a prior without facies.
///
/// Either constant, or driven by two correlated Gaussian fields `z_k`, `z_phi` of one variogram:
///
///     k_x = median · exp(s_k z_k)      phi = mean + s_phi z_phi      corr(z_k, z_phi) = correlation
///
/// both cut to their limits; `k_y = ratio · k_x`.
public struct RockProperties: Equatable, Sendable {
    /// Median permeability along x [m²].
    public let permeability: Double
    /// Standard deviation of the natural logarithm of permeability [–]; zero: constant.
    public let logStandardDeviation: Double
    /// `k_y / k_x` (vertical over horizontal in a section) [–].
    public let permeabilityRatio: Double
    /// Mean porosity [–].
    public let porosity: Double
    /// Standard deviation of porosity before it is cut to its limits [–]; zero: constant.
    public let porosityStandardDeviation: Double
    /// Between `ln k` and porosity [–].
    public let correlation: Double
    /// Of both fields; `nil` where nothing varies.
    public let variogram: Variogram?
    /// Permeability is cut to these [m²].
    public let permeabilityLimits: ClosedRange<Double>
    /// Porosity is cut to these [–].
    public let porosityLimits: ClosedRange<Double>

    /// - Throws: ``ParameterError`` naming the first parameter out of range.
    public init(
        permeability: Double, logStandardDeviation: Double = 0, permeabilityRatio: Double = 1,
        porosity: Double, porosityStandardDeviation: Double = 0, correlation: Double = 0,
        variogram: Variogram? = nil,
        permeabilityLimits: ClosedRange<Double> = 0...1e-8, porosityLimits: ClosedRange<Double> = 0.001...0.6
    ) throws(ParameterError) {
        try require(
            permeability >= 0 && permeability.isFinite, "permeability", "\(permeability) m²", "must not be negative")
        try require(
            logStandardDeviation >= 0 && logStandardDeviation <= 10, "standard deviation of ln(permeability)",
            "\(logStandardDeviation)", "must be within 0 to 10")
        try require(
            permeability > 0 || logStandardDeviation == 0, "permeability", "0",
            "must be positive where it varies")
        try require(
            permeabilityRatio > 0 && permeabilityRatio.isFinite, "permeability ratio", "\(permeabilityRatio)",
            "must be positive")
        try require(porosity > 0 && porosity <= 1, "porosity", "\(porosity)", "must be above 0 and at most 1")
        try require(
            porosityStandardDeviation >= 0 && porosityStandardDeviation <= 1, "porosity standard deviation",
            "\(porosityStandardDeviation)", "must be within 0 to 1")
        try require(correlation >= -1 && correlation <= 1, "correlation", "\(correlation)", "must be within -1 to 1")
        let varies = logStandardDeviation > 0 || porosityStandardDeviation > 0
        try require(!varies || variogram != nil, "variogram", "missing", "must be given where a property varies")
        try require(
            permeabilityLimits.contains(permeability), "permeability", "\(permeability) m²",
            "must lie within its limits \(permeabilityLimits.lowerBound) to \(permeabilityLimits.upperBound) m²")
        try require(
            porosityLimits.lowerBound >= 0 && porosityLimits.upperBound <= 1, "porosity limits",
            "\(porosityLimits.lowerBound) to \(porosityLimits.upperBound)", "must be within 0 to 1")
        try require(
            porosityStandardDeviation == 0 || porosityLimits.contains(porosity), "porosity", "\(porosity)",
            "must lie within its limits \(porosityLimits.lowerBound) to \(porosityLimits.upperBound)")
        (self.permeability, self.logStandardDeviation) = (permeability, logStandardDeviation)
        (self.permeabilityRatio, self.correlation) = (permeabilityRatio, correlation)
        (self.porosity, self.porosityStandardDeviation) = (porosity, porosityStandardDeviation)
        self.variogram = varies ? variogram : nil
        (self.permeabilityLimits, self.porosityLimits) = (permeabilityLimits, porosityLimits)
    }

    /// Whether permeability or porosity differs from cell to cell.
    public var varies: Bool { variogram != nil }
}

/// A kind of rock that a prior tells apart.
public struct Facies: Equatable, Sendable {
    /// What ``Realization/facies`` holds.
    public let code: UInt8
    public let name: String
    public let rock: RockProperties

    public init(code: UInt8, name: String, rock: RockProperties) {
        (self.code, self.name, self.rock) = (code, name, rock)
    }
}

/// The facies of a prior, each code once.
public struct FaciesTable: Equatable, Sendable {
    /// In ascending order of code; never empty.
    public let facies: [Facies]

    /// - Throws: ``ParameterError`` if there is none, or a code or name occurs twice.
    public init(_ facies: [Facies]) throws(ParameterError) {
        try require(!facies.isEmpty, "facies", "none", "must be at least one")
        for (index, one) in facies.enumerated() {
            for other in facies[..<index] {
                try require(other.code != one.code, "facies code", "\(one.code) twice", "must differ between facies")
                try require(other.name != one.name, "facies name", "\(one.name) twice", "must differ between facies")
            }
        }
        self.facies = facies.sorted { $0.code < $1.code }
    }

    public var codes: [UInt8] { facies.map(\.code) }

    public subscript(code: UInt8) -> Facies? { facies.first { $0.code == code } }

    /// - Throws: ``ParameterError`` if the table lacks one of `codes`; `role` says what that code stands for.
    func check(codes: [(code: UInt8, role: String)]) throws(ParameterError) {
        for (code, role) in codes where self[code] == nil {
            throw ParameterError(
                parameter: "facies", found: "without code \(code) (\(role))", requirement: "must define its properties")
        }
    }
}
