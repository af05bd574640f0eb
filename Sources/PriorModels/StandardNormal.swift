import Foundation

/// The standard normal distribution function, its density and its inverse.
enum StandardNormal {
    static func density(_ z: Double) -> Double { exp(-z * z / 2) / (2 * Double.pi).squareRoot() }

    static func cumulative(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

    /// `z` with `cumulative(z) == p`; infinite at 0 and 1.
    ///
    /// Starts from the rational approximation 26.2.23 of Abramowitz and Stegun (1964), absolute error 4.5e-4, and
    /// polishes it by Newton steps with Halley's correction, which treble the correct digits.
    static func quantile(_ p: Double) -> Double {
        guard p > 0 else { return -.infinity }
        guard p < 1 else { return .infinity }
        let tail = min(p, 1 - p)
        let t = (-2 * log(tail)).squareRoot()
        let start =
            t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
        var z = -start
        for _ in 0..<3 {
            let step = (cumulative(z) - tail) / density(z)
            z -= step / (1 + z * step / 2)
        }
        return p <= 0.5 ? z : -z
    }
}
