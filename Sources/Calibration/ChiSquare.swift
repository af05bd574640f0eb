import Foundation

/// The chi-square distribution with `degreesOfFreedom` degrees of freedom (not necessarily whole).
public struct ChiSquare: Equatable, Sendable {
    public let degreesOfFreedom: Double

    public init(degreesOfFreedom: Double) {
        precondition(degreesOfFreedom > 0, "\(degreesOfFreedom) degrees of freedom")
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// Probability of a value up to `x`.
    public func cumulative(_ x: Double) -> Double {
        x <= 0 ? 0 : IncompleteGamma(shape: degreesOfFreedom / 2).lower(x / 2)
    }

    /// Probability of a value above `x`, accurate in the far tail too.
    public func survival(_ x: Double) -> Double {
        x <= 0 ? 1 : IncompleteGamma(shape: degreesOfFreedom / 2).upper(x / 2)
    }

    /// The value below which lies `probability`, strictly between 0 and 1.
    ///
    /// Starts from Wilson and Hilferty's cube-root approximation (1931) and brackets the root; bisection in the
    /// bracket wherever Newton's step would leave it.
    public func quantile(_ probability: Double) -> Double {
        precondition(probability > 0 && probability < 1, "\(probability) is not a probability between 0 and 1")
        let n = degreesOfFreedom
        let z = StandardNormal.quantile(probability)
        let cube = 1 - 2 / (9 * n) + z * (2 / (9 * n)).squareRoot()
        var x = max(n * cube * cube * cube, 1e-8 * n)
        var lower = 0.0
        var upper = max(2 * n, 2 * x) + 10
        while survival(upper) > 1 - probability { upper *= 2 }
        for _ in 0..<200 {
            // In the upper half the survival function carries the precision.
            let excess = probability < 0.5 ? cumulative(x) - probability : (1 - probability) - survival(x)
            if excess > 0 { upper = x } else { lower = x }
            var next = x - excess / density(x)
            if !(next > lower && next < upper) { next = (lower + upper) / 2 }
            if abs(next - x) <= 4 * x.ulp { return next }
            x = next
        }
        return x
    }

    private func density(_ x: Double) -> Double {
        let half = degreesOfFreedom / 2
        let logarithm: Double = (half - 1) * log(x) - x / 2
        return exp(logarithm - half * log(2.0) - lgamma(half))
    }
}

/// The regularised incomplete gamma functions of one shape.
///
/// Power series below `shape + 1`, Legendre's continued fraction (modified Lentz) above.
/// Source: Abramowitz and Stegun (1964), 6.5.29 and 6.5.31.
struct IncompleteGamma {
    let shape: Double

    func lower(_ x: Double) -> Double { x < shape + 1 ? series(x) : 1 - fraction(x) }
    func upper(_ x: Double) -> Double { x < shape + 1 ? 1 - series(x) : fraction(x) }

    private func prefactor(_ x: Double) -> Double { exp(shape * log(x) - x - lgamma(shape)) }

    private func series(_ x: Double) -> Double {
        var term = 1 / shape
        var sum = term
        var k = shape
        while abs(term) > abs(sum) * 1e-17 {
            k += 1
            term *= x / k
            sum += term
        }
        return sum * prefactor(x)
    }

    private func fraction(_ x: Double) -> Double {
        let tiny = 1e-300
        var b = x + 1 - shape
        var c = 1 / tiny
        var d = 1 / (abs(b) < tiny ? tiny : b)
        var value = d
        var step = 0.0
        repeat {
            step += 1
            let a = step * (shape - step)
            b += 2
            d = a * d + b
            if abs(d) < tiny { d = tiny }
            c = b + a / c
            if abs(c) < tiny { c = tiny }
            d = 1 / d
            value *= d * c
        } while abs(d * c - 1) > 1e-16 && step < 100_000
        return value * prefactor(x)
    }
}

/// The standard normal distribution.
enum StandardNormal {
    static func density(_ x: Double) -> Double { exp(-x * x / 2) / (2 * Double.pi).squareRoot() }

    static func cumulative(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

    /// Acklam's rational approximation (relative error 1.2e-9) and one step of Halley's method, which makes it exact
    /// to rounding.
    static func quantile(_ probability: Double) -> Double {
        let start = approximateQuantile(probability)
        let error = cumulative(start) - probability
        let newton = error / density(start)
        return start - newton / (1 + start * newton / 2)
    }

    private static func approximateQuantile(_ p: Double) -> Double {
        let a = [
            -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02,
            -3.066479806614716e+01, 2.506628277459239e+00
        ]
        let b = [
            -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
            -1.328068155288572e+01, 1
        ]
        let c = [
            -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00,
            4.374664141464968e+00, 2.938163982698783e+00
        ]
        let d = [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1]
        func polynomial(_ coefficients: [Double], _ x: Double) -> Double { coefficients.reduce(0) { $0 * x + $1 } }
        let low = 0.02425
        if p < low || p > 1 - low {
            let q = (-2 * log(min(p, 1 - p))).squareRoot()
            let tail = polynomial(c, q) / polynomial(d, q)
            return p < low ? tail : -tail
        }
        let q = p - 0.5
        return q * polynomial(a, q * q) / polynomial(b, q * q)
    }
}
