import Foundation
import LinearAlgebra
import Reservoir

/// How the standard deviation of a measurement follows from its value.
///
///     σ_i = max(relative · |d_i|, floorFraction · max |d| over the vector in all wells, absolute)
public struct NoiseSettings: Equatable, Sendable, Codable {
    /// [–]
    public var relative: Double
    /// Fraction of the largest magnitude of the vector in any well [–]; what keeps the error of a zero rate above zero.
    public var floorFraction: Double
    /// Smallest standard deviation of every value, in the METRIC unit of its vector.
    public var absolute: Double
    /// Correlation time of the error within one vector [s]; `nil`: independent errors.
    public var correlationTime: Double?

    public init(
        relative: Double = 0.05, floorFraction: Double = 0.02, absolute: Double = 0, correlationTime: Double? = nil
    ) throws(ParameterError) {
        try require(relative >= 0 && relative.isFinite, "relative noise", "\(relative)", "must not be negative")
        try require(
            floorFraction >= 0 && floorFraction.isFinite, "noise floor", "\(floorFraction)", "must not be negative")
        try require(
            absolute >= 0 && absolute.isFinite, "absolute noise", "\(absolute)", "must not be negative")
        try require(
            relative > 0 || floorFraction > 0 || absolute > 0, "noise", "zero",
            "must have a relative or an absolute part or a floor above zero")
        if let correlationTime {
            try require(
                correlationTime > 0 && correlationTime.isFinite, "correlation time", "\(correlationTime)",
                "must be positive")
        }
        (self.relative, self.floorFraction, self.absolute) = (relative, floorFraction, absolute)
        self.correlationTime = correlationTime
    }

    /// Standard deviations of `values` at the entries of `layout`, in their unit.
    ///
    /// The floor is one of a meter, and wells are measured by the same: a well that makes hardly any water is not measured
    /// a hundred times as well as its neighbour. If no well makes any, it is that of ``smallestScale(of:)``. Nothing is
    /// what lies below a thousandth of this: a simulator's 1e-12 of water is no scale to measure against.
    public func errors(of values: [Double], layout: DataLayout) -> [Double] {
        precondition(values.count == layout.count, "\(values.count) values for \(layout.count) entries")
        var largest: [String: Double] = [:]
        for (entry, value) in zip(layout.entries, values) {
            largest[entry.key.keyword] = max(largest[entry.key.keyword] ?? 0, abs(value))
        }
        return zip(layout.entries, values).map { entry, value in
            var scale = largest[entry.key.keyword] ?? 0
            let smallest = Self.smallestScale(of: entry.key.quantity)
            if scale < Self.nothing * smallest { scale = smallest }
            let floor = (floorFraction > 0 ? floorFraction : relative) * scale
            let least = max(
                abs(value) < Self.nothing * scale ? floor : floorFraction * scale,
                absolute * entry.key.quantity.metricFactor)
            return max(relative * abs(value), least)
        }
    }

    private static let nothing = 1e-3

    /// What stands for a vector's largest value where all of them are zero: one unit of what engineers read.
    static func smallestScale(of quantity: Quantity) -> Double {
        quantity == .fraction ? 1 : quantity.metricFactor
    }
}

/// The observations of a calibration, with the covariance `C_D` of their errors.
///
/// Errors of differing vectors are independent. Within a vector they are independent too, or correlated
/// exponentially in time, `exp(−|t_i − t_j| / τ)`: then they form a Markov chain, and the triangular root of `C_D`
/// has one entry beside the diagonal.
public struct ObservedData: Equatable, Sendable {
    public let observations: [Observation]
    public let layout: DataLayout
    /// Correlation time `τ` [s]; `nil`: independent errors.
    public let correlationTime: Double?
    /// `[count]`
    public let values: [Double], errors: [Double]
    /// Entry that precedes each entry in time within its vector, and the correlation with it.
    private let predecessor: [Int?], correlation: [Double]
    private let timeOrder: [Int]

    public var count: Int { values.count }

    /// - Throws: ``ParameterError`` if there is no observation, a value or time is not finite, an error is not positive,
    ///   or a vector is observed twice at one time.
    public init(_ observations: [Observation], correlationTime: Double? = nil) throws(ParameterError) {
        try require(!observations.isEmpty, "observations", "empty", "must hold at least one measurement")
        if let correlationTime {
            try require(
                correlationTime > 0 && correlationTime.isFinite, "correlation time", "\(correlationTime)",
                "must be positive")
        }
        for observation in observations {
            let place = "\(observation.key) at \(observation.time / Unit.day) days"
            try require(observation.value.isFinite && observation.time.isFinite, place, "not finite", "must be finite")
            try require(
                observation.error > 0 && observation.error.isFinite, "error of \(place)", "\(observation.error)",
                "must be positive; a measurement without error cannot be weighed against others")
        }
        self.observations = observations
        self.correlationTime = correlationTime
        layout = DataLayout(of: observations)
        (values, errors) = (observations.map(\.value), observations.map(\.error))
        timeOrder = observations.indices.sorted {
            (observations[$0].time, $0) < (observations[$1].time, $1)
        }
        var latest: [VectorKey: Int] = [:]
        var predecessor = [Int?](repeating: nil, count: observations.count)
        var correlation = [Double](repeating: 0, count: observations.count)
        for index in timeOrder {
            let observation = observations[index]
            if let before = latest[observation.key] {
                let step = observation.time - observations[before].time
                try require(
                    step > 0, "\(observation.key)", "observed twice at \(observation.time / Unit.day) days",
                    "must be observed once at a time")
                if let correlationTime {
                    predecessor[index] = before
                    correlation[index] = exp(-step / correlationTime)
                }
            }
            latest[observation.key] = index
        }
        (self.predecessor, self.correlation) = (predecessor, correlation)
    }

    /// Observations of `values` with errors by `noise`, for example those of a synthetic truth.
    public init(values: [Double], layout: DataLayout, noise: NoiseSettings) throws(ParameterError) {
        try require(
            values.count == layout.count, "observations", "\(values.count) values",
            "must have \(layout.count), one per entry")
        let errors = noise.errors(of: values, layout: layout)
        try self.init(
            layout.entries.indices.map {
                Observation(
                    key: layout.entries[$0].key, time: layout.entries[$0].time, value: values[$0], error: errors[$0])
            }, correlationTime: noise.correlationTime)
    }

    /// `L⁻¹ r` with `C_D = L Lᵀ`: the residual in units of its noise, standard normal and independent for the truth.
    public func whitened(residual: [Double]) -> [Double] {
        precondition(residual.count == count, "\(residual.count) residuals for \(count) observations")
        return residual.indices.map { index in
            let own = residual[index] / errors[index]
            guard let before = predecessor[index] else { return own }
            let rho = correlation[index]
            return (own - rho * residual[before] / errors[before]) / (1 - rho * rho).squareRoot()
        }
    }

    /// `L⁻¹ (d − d_obs)` for predicted data `d`, `[count]`.
    public func whitened(prediction: [Double]) -> [Double] {
        precondition(prediction.count == count, "\(prediction.count) predictions for \(count) observations")
        return whitened(residual: prediction.indices.map { prediction[$0] - values[$0] })
    }

    /// `L⁻ᵀ w`: weights of residuals in the data's units from those of residuals in units of the noise, so that
    /// `w · whitened(r) = weights(whitened: w) · r`.
    public func weights(whitened: [Double]) -> [Double] {
        var weights = [Double](repeating: 0, count: count)
        for index in whitened.indices {
            guard let before = predecessor[index] else {
                weights[index] += whitened[index] / errors[index]
                continue
            }
            let rho = correlation[index]
            let scaled = whitened[index] / (1 - rho * rho).squareRoot()
            weights[index] += scaled / errors[index]
            weights[before] -= rho * scaled / errors[before]
        }
        return weights
    }

    /// `L w`: a residual in the data's units from one in units of the noise. The inverse of ``whitened(residual:)``.
    public func residual(whitened: [Double]) -> [Double] {
        var scaled = [Double](repeating: 0, count: count)
        for index in timeOrder {
            guard let before = predecessor[index] else {
                scaled[index] = whitened[index]
                continue
            }
            let rho = correlation[index]
            scaled[index] = rho * scaled[before] + (1 - rho * rho).squareRoot() * whitened[index]
        }
        return scaled.indices.map { scaled[$0] * errors[$0] }
    }

    /// The observed values with an independent draw of the noise added.
    public func perturbed(from stream: inout RandomStream) -> [Double] {
        let noise = residual(whitened: stream.normals(count))
        return values.indices.map { values[$0] + noise[$0] }
    }
}
