import Foundation

/// The Matern correlation `2^(1−ν)/Γ(ν) x^ν K_ν(x)`, `x = s r`, with `s` such that 5 % are left at `r = 1`.
///
/// Source: Stein (1999), Interpolation of Spatial Data, section 2.7.
struct MaternCorrelation: Sendable {
    private let smoothness: Double
    private let logFactor: Double
    /// `s`
    let scale: Double

    init(smoothness: Double) {
        self.smoothness = smoothness
        logFactor = (1 - smoothness) * log(2.0) - lgamma(smoothness)
        scale = Self.practicalRange(smoothness, logFactor)
    }

    func value(at r: Double) -> Double { Self.correlation(scale * r, smoothness, logFactor) }

    private static func practicalRange(_ smoothness: Double, _ logFactor: Double) -> Double {
        var (lower, upper) = (0.0, 100.0)
        // The correlation falls with distance: 60 halvings of 100 leave less than a rounding error.
        for _ in 0..<60 {
            let middle = (lower + upper) / 2
            if correlation(middle, smoothness, logFactor) > 0.05 { lower = middle } else { upper = middle }
        }
        return (lower + upper) / 2
    }

    private static func correlation(_ x: Double, _ smoothness: Double, _ logFactor: Double) -> Double {
        guard x > 0 else { return 1 }
        guard x < 700 else { return 0 }
        return min(1, exp(logFactor + smoothness * log(x)) * besselK(smoothness, x))
    }

    /// `K_ν(x) = ∫₀^∞ exp(−x cosh t) cosh(ν t) dt` by the trapezoidal rule, which converges exponentially on this
    /// integrand (Abramowitz and Stegun 9.6.24). A step of 1/16 leaves a relative error below 1e-12.
    private static func besselK(_ order: Double, _ x: Double) -> Double {
        let step = 1.0 / 16
        var sum = 0.5 * exp(-x)
        var t = step
        while true {
            let exponent = -x * cosh(t) + order * t
            let term = 0.5 * (exp(exponent) + exp(exponent - 2 * order * t))
            sum += term
            // Past its peak the integrand falls faster than exponentially.
            if term < 1e-17 * sum && x * sinh(t) > order { return sum * step }
            t += step
        }
    }
}
