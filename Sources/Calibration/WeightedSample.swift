import Foundation

/// A one-dimensional sample with weights, sorted.
public struct WeightedSample: Equatable, Sendable {
    /// Ascending.
    public let values: [Double]
    /// In the order of ``values``; they sum to one.
    public let weights: [Double]
    /// Independent draws that the sample is worth.
    public let draws: Double

    /// - Parameters:
    ///   - weights: not negative, not all zero; `nil`: equal.
    ///   - draws: `nil`: the effective size of the weights.
    public init(_ values: [Double], weights: [Double]? = nil, draws: Double? = nil) {
        precondition(!values.isEmpty, "a sample must not be empty")
        let raw = weights ?? Array(repeating: 1, count: values.count)
        precondition(raw.count == values.count, "\(raw.count) weights for \(values.count) values")
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        let sum = raw.reduce(0, +)
        precondition(sum > 0, "all weights are zero")
        self.values = order.map { values[$0] }
        let shares = order.map { raw[$0] / sum }
        self.weights = shares
        self.draws = draws ?? Weights.effectiveSampleSize(shares)
    }

    public var mean: Double { zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } }

    public var standardDeviation: Double {
        let mean = mean
        return zip(values, weights).reduce(0) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) }.squareRoot()
    }

    /// The quantile of a probability, linear between the values: below it the next draw falls with just this probability, as far
    /// as the sample reaches. For equal weights definition 6 of Hyndman and Fan (1996), The American Statistician 50, 361, whose
    /// value `i` of `n` lies at `i / (n + 1)`: the `n + 1` places a next draw may take are equally probable.
    public func quantile(_ probability: Double) -> Double {
        // The middle of step `i` is `(i − ½) / n` of the way, and `i / (n + 1)` draws it towards one half by `n / (n + 1)`.
        let probability = 0.5 + (probability - 0.5) * (draws + 1) / draws
        var below = 0.0
        var previous: (middle: Double, value: Double)?
        for (value, weight) in zip(values, weights) where weight > 0 {
            let middle = below + weight / 2
            if middle >= probability {
                guard let previous else { return value }
                let part = (probability - previous.middle) / (middle - previous.middle)
                return previous.value + part * (value - previous.value)
            }
            previous = (middle, value)
            below += weight
        }
        return previous?.value ?? values[values.count - 1]
    }

    /// Probability of a value below `x`, half of that at `x`.
    public func cumulative(_ x: Double) -> Double {
        zip(values, weights).reduce(0) { $0 + ($1.0 < x ? $1.1 : $1.0 == x ? $1.1 / 2 : 0) }
    }

    /// Continuous ranked probability score of this sample as a forecast of `truth`, in the unit of the values; lower is
    /// better, zero for a sure and right forecast.
    ///
    ///     CRPS = E|X − y| − ½ E|X − X'|
    ///
    /// Source: Gneiting and Raftery (2007), J. American Statistical Association 102, 359, eq. 21.
    public func continuousRankedProbabilityScore(truth: Double) -> Double {
        var toTruth = 0.0
        var between = 0.0
        var (weightBelow, sumBelow) = (0.0, 0.0)
        for (value, weight) in zip(values, weights) {
            toTruth += weight * abs(value - truth)
            between += weight * (value * weightBelow - sumBelow)
            weightBelow += weight
            sumBelow += weight * value
        }
        // `between` counts each pair once; E|X − X'| counts it twice.
        return toTruth - between
    }
}
