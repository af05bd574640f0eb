import Foundation
import LinearAlgebra
import Reservoir

/// Draws correlated standard normal variables of which each lies in a given interval, by Gibbs sampling.
///
/// With the precision matrix `Q = K⁻¹`, one variable given all others is normal with mean `−Σ_{j≠i} Q_ij z_j / Q_ii` and
/// variance `1 / Q_ii`; it is drawn from that, cut to its interval. The chain starts at the intervals' medians.
/// Source: Geweke (1991), Computing Science and Statistics 23, 571-578.
struct TruncatedNormalSampler: Sendable {
    private let intervals: [ClosedRange<Double>]
    /// `−Q_ij / Q_ii`, row after row, zero on the diagonal.
    private let weights: [Double]
    private let deviations: [Double]

    /// At a correlation of 0.95 between neighbours a sweep keeps 0.9 of the chain's memory, and 200 keep 1e-9.
    private static let sweeps = 200

    /// - Parameter covariance: `K`, of variances one.
    /// - Throws: `FactorizationError` if it is not positive definite.
    init(covariance: Matrix, intervals: [ClosedRange<Double>]) throws(FactorizationError) {
        let count = intervals.count
        let precision = try CholeskyFactor(covariance).solve(Matrix.identity(count))
        self.intervals = intervals
        deviations = (0..<count).map { 1 / precision[$0, $0].squareRoot() }
        weights = (0..<count).flatMap { i in
            (0..<count).map { j in i == j ? 0 : -precision[i, j] / precision[i, i] }
        }
    }

    func sample(_ stream: inout RandomStream) -> [Double] {
        let count = intervals.count
        var values = intervals.map { Self.value(at: 0.5, mean: 0, deviation: 1, in: $0) }
        for _ in 0..<Self.sweeps {
            for i in 0..<count {
                var mean = 0.0
                for j in 0..<count { mean += weights[i * count + j] * values[j] }
                values[i] = Self.value(at: stream.uniform(), mean: mean, deviation: deviations[i], in: intervals[i])
            }
        }
        return values
    }

    /// The quantile `u` of a normal cut to an interval.
    private static func value(
        at u: Double, mean: Double, deviation: Double, in interval: ClosedRange<Double>
    ) -> Double {
        let lower = (interval.lowerBound - mean) / deviation, upper = (interval.upperBound - mean) / deviation
        // The upper tail is the lower one seen in a mirror; only there are small probabilities exact.
        let isMirrored = lower > 0
        let (a, b) = isMirrored ? (-upper, -lower) : (lower, upper)
        let (below, above) = (StandardNormal.cumulative(a), StandardNormal.cumulative(b))
        let p = below + (isMirrored ? 1 - u : u) * (above - below)
        var z = StandardNormal.quantile(p)
        if !z.isFinite { z = b.isFinite ? b : a }
        let value = mean + deviation * (isMirrored ? -z : z)
        return min(max(value, interval.lowerBound), interval.upperBound)
    }
}
