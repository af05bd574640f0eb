import Foundation
import LinearAlgebra
import Reservoir

/// A distribution of one geological parameter, bounded so that every draw can be checked beforehand.
///
/// Lengths are in metres, angles in degrees, everything else is dimensionless: the parameter it is given to says which.
public struct Distribution: Equatable, Sendable {
    private enum Shape: Equatable, Sendable {
        case constant
        case uniform
        case triangular(mode: Double)
        case normal(mean: Double, standardDeviation: Double)
    }

    private let shape: Shape
    /// Every draw lies in here.
    public let range: ClosedRange<Double>

    /// Always `value`.
    /// - Throws: ``ParameterError`` if `value` is not finite.
    public static func constant(_ value: Double) throws(ParameterError) -> Distribution {
        try Distribution(.constant, value, value)
    }

    /// Any value of `lower ..< upper` equally often.
    /// - Throws: ``ParameterError`` if the bounds are not finite or out of order.
    public static func uniform(_ lower: Double, _ upper: Double) throws(ParameterError) -> Distribution {
        try Distribution(lower == upper ? .constant : .uniform, lower, upper)
    }

    /// Triangular density with its peak at `mode`.
    /// - Throws: ``ParameterError`` if not `lower <= mode <= upper`.
    public static func triangular(_ lower: Double, mode: Double, _ upper: Double) throws(ParameterError) -> Distribution
    {
        try require(
            lower <= mode && mode <= upper, "distribution", "triangular with mode \(mode)",
            "must have its mode between its bounds \(lower) and \(upper)")
        return try Distribution(lower == upper ? .constant : .triangular(mode: mode), lower, upper)
    }

    /// Normal, drawn again while outside `lower ... upper`.
    ///
    /// The bounds must leave at least 1 % of the normal's mass, so that drawing again ends soon. `nil` bounds stand for
    /// four standard deviations from the mean.
    /// - Throws: ``ParameterError`` if a parameter is not finite, or the bounds leave too little.
    public static func normal(
        mean: Double, standardDeviation: Double, lower: Double? = nil, upper: Double? = nil
    ) throws(ParameterError) -> Distribution {
        try require(
            standardDeviation >= 0 && standardDeviation.isFinite, "standard deviation", "\(standardDeviation)",
            "must be finite and not negative")
        let (lower, upper) = (lower ?? mean - 4 * standardDeviation, upper ?? mean + 4 * standardDeviation)
        if standardDeviation == 0 {
            try require(lower <= mean && mean <= upper, "mean", "\(mean)", "must lie between \(lower) and \(upper)")
            return try constant(mean)
        }
        let kept =
            StandardNormal.cumulative((upper - mean) / standardDeviation)
            - StandardNormal.cumulative((lower - mean) / standardDeviation)
        try require(
            kept >= 0.01, "distribution", "normal about \(mean) cut to \(lower) ... \(upper)",
            "must keep at least 1 % of the normal distribution")
        return try Distribution(.normal(mean: mean, standardDeviation: standardDeviation), lower, upper)
    }

    private init(_ shape: Shape, _ lower: Double, _ upper: Double) throws(ParameterError) {
        try require(
            lower.isFinite && upper.isFinite && lower <= upper, "distribution", "\(lower) ... \(upper)",
            "must have finite bounds, the lower one first")
        (self.shape, range) = (shape, lower...upper)
    }

    /// One draw; takes one or more numbers from `stream`.
    public func sample(_ stream: inout RandomStream) -> Double {
        let (lower, upper) = (range.lowerBound, range.upperBound)
        switch shape {
        case .constant:
            return lower
        case .uniform:
            return stream.uniform(lower, upper)
        case .triangular(let mode):
            let u = stream.uniform()
            let rising = (mode - lower) / (upper - lower)
            return u < rising
                ? lower + (u * (upper - lower) * (mode - lower)).squareRoot()
                : upper - ((1 - u) * (upper - lower) * (upper - mode)).squareRoot()
        case .normal(let mean, let standardDeviation):
            while true {
                let value = mean + standardDeviation * stream.normal()
                if range.contains(value) { return value }
            }
        }
    }

    /// The expected value of a draw.
    public var mean: Double {
        let (lower, upper) = (range.lowerBound, range.upperBound)
        switch shape {
        case .constant: return lower
        case .uniform: return (lower + upper) / 2
        case .triangular(let mode): return (lower + mode + upper) / 3
        case .normal(let mean, let standardDeviation):
            let (a, b) = ((lower - mean) / standardDeviation, (upper - mean) / standardDeviation)
            let kept = StandardNormal.cumulative(b) - StandardNormal.cumulative(a)
            return mean + standardDeviation * (StandardNormal.density(a) - StandardNormal.density(b)) / kept
        }
    }

    /// - Throws: ``ParameterError`` naming `parameter` if a draw may lie outside `lower ... upper`.
    func check(
        _ parameter: String, within lower: Double, _ upper: Double, _ requirement: String
    ) throws(ParameterError) {
        try require(
            range.lowerBound >= lower && range.upperBound <= upper, parameter,
            range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)",
            requirement)
    }
}
