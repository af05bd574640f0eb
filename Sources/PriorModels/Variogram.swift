import Foundation
import Reservoir

/// How the correlation between two places falls with their distance: a nugget and any number of nested structures.
///
/// Dimensionless, with a sill of one: the variance belongs to the property that the field drives.
///
///     rho(h) = Σ c_i rho_i(h) for h ≠ 0,   rho(0) = 1 = nugget + Σ c_i,   gamma(h) = 1 − rho(h)
public struct Variogram: Equatable, Sendable {
    public enum Model: Equatable, Sendable {
        /// `1 − 1.5 r + 0.5 r³` up to `r = 1`, then zero.
        case spherical
        /// `exp(−3 r)`
        case exponential
        /// `exp(−3 r²)`
        case gaussian
        /// `2^(1−ν)/Γ(ν) x^ν K_ν(x)` with `x` scaled so that 5 % are left at `r = 1`.
        case matern(smoothness: Double)
    }

    /// One structure. `r` above is distance over range, with the range of the direction at hand: an ellipse.
    public struct Structure: Equatable, Sendable {
        public let model: Model
        /// Share of the sill [–].
        public let contribution: Double
        /// Practical range along ``azimuth`` [m]: where 5 % of the correlation are left (spherical: none).
        public let majorRange: Double
        /// Practical range across ``azimuth`` [m].
        public let minorRange: Double
        /// Direction of the longer range, clockwise from the direction of rows (north, y) to that of columns (east, x)
        /// [degrees].
        public let azimuth: Double

        /// - Parameter minorRange: `nil`: as `majorRange`, isotropic.
        /// - Throws: ``ParameterError`` naming the first parameter out of range.
        public init(
            _ model: Model, contribution: Double = 1, majorRange: Double, minorRange: Double? = nil, azimuth: Double = 0
        ) throws(ParameterError) {
            let minorRange = minorRange ?? majorRange
            try require(
                contribution > 0 && contribution.isFinite, "variogram contribution", "\(contribution)",
                "must be positive")
            try require(
                majorRange > 0 && majorRange.isFinite, "variogram major range", "\(majorRange) m", "must be positive")
            try require(
                minorRange > 0 && minorRange <= majorRange, "variogram minor range", "\(minorRange) m",
                "must be positive and at most the major range of \(majorRange) m")
            try require(azimuth.isFinite, "variogram azimuth", "\(azimuth)", "must be a finite angle in degrees")
            if case .matern(let smoothness) = model {
                try require(
                    smoothness >= 0.1 && smoothness <= 10, "Matern smoothness", "\(smoothness)",
                    "must be within 0.1 to 10 (use the Gaussian model for smoother fields)")
            }
            (self.model, self.contribution, self.azimuth) = (model, contribution, azimuth)
            (self.majorRange, self.minorRange) = (majorRange, minorRange)
        }
    }

    /// Share of the sill that is not correlated at all [–].
    public let nugget: Double
    public let structures: [Structure]

    /// - Throws: ``ParameterError`` unless nugget and contributions sum to one (within 1e-6).
    public init(nugget: Double = 0, structures: [Structure]) throws(ParameterError) {
        try require(nugget >= 0 && nugget <= 1, "variogram nugget", "\(nugget)", "must be within 0 to 1")
        let sum = structures.reduce(nugget) { $0 + $1.contribution }
        try require(
            abs(sum - 1) <= 1e-6, "variogram", "a nugget and contributions that sum to \(sum)",
            "must sum to 1: the variance is given with the property")
        (self.nugget, self.structures) = (nugget, structures)
    }

    /// A single isotropic or anisotropic structure.
    public init(
        _ model: Model, majorRange: Double, minorRange: Double? = nil, azimuth: Double = 0, nugget: Double = 0
    ) throws(ParameterError) {
        let structure = try Structure(
            model, contribution: max(1 - nugget, .leastNonzeroMagnitude), majorRange: majorRange,
            minorRange: minorRange, azimuth: azimuth)
        try self.init(nugget: nugget, structures: [structure])
    }

    /// The longest of the structures' ranges [m].
    public var longestRange: Double { structures.map(\.majorRange).max() ?? 0 }

    /// `rho` for two places `dx` and `dy` apart [m].
    public func correlation(dx: Double, dy: Double) -> Double { correlator.correlation(dx: dx, dy: dy) }

    /// Evaluates ``correlation(dx:dy:)`` many times: what depends on the settings only is worked out once.
    var correlator: Correlator { Correlator(self) }
}

/// A ``Variogram`` with its angles and normalising constants worked out.
struct Correlator: Sendable {
    private struct Term: Sendable {
        let model: Variogram.Model
        let contribution: Double
        let sine: Double, cosine: Double
        let majorScale: Double, minorScale: Double
        let matern: MaternCorrelation?
    }

    private let terms: [Term]

    init(_ variogram: Variogram) {
        terms = variogram.structures.map { structure in
            let angle = structure.azimuth * .pi / 180
            var matern: MaternCorrelation?
            if case .matern(let smoothness) = structure.model { matern = MaternCorrelation(smoothness: smoothness) }
            return Term(
                model: structure.model, contribution: structure.contribution, sine: sin(angle), cosine: cos(angle),
                majorScale: 1 / structure.majorRange, minorScale: 1 / structure.minorRange, matern: matern)
        }
    }

    func correlation(dx: Double, dy: Double) -> Double {
        if dx == 0 && dy == 0 { return 1 }
        var sum = 0.0
        for term in terms {
            let along = (dx * term.sine + dy * term.cosine) * term.majorScale
            let across = (dx * term.cosine - dy * term.sine) * term.minorScale
            let squared = along * along + across * across
            sum += term.contribution * value(of: term, atSquared: squared)
        }
        return sum
    }

    private func value(of term: Term, atSquared squared: Double) -> Double {
        switch term.model {
        case .spherical:
            guard squared < 1 else { return 0 }
            let r = squared.squareRoot()
            return 1 - r * (1.5 - 0.5 * squared)
        case .exponential: return exp(-3 * squared.squareRoot())
        case .gaussian: return exp(-3 * squared)
        case .matern: return term.matern?.value(at: squared.squareRoot()) ?? 0
        }
    }
}
