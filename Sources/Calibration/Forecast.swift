import Reservoir

/// Percentiles of each production vector over an ensemble, in time.
///
/// By petroleum convention P10 is the low and P90 the high value here: the 0.1 and 0.9 quantiles.
public struct Forecast: Equatable, Sendable {
    public struct Band: Equatable, Sendable, Codable {
        public let key: VectorKey
        /// Quantiles 0.1, 0.5 and 0.9 and the mean at each time, `[times]`, SI units.
        public let p10: [Double], p50: [Double], p90: [Double], mean: [Double]
    }

    /// [s]
    public let times: [Double]
    public let bands: [Band]
    /// Members the percentiles come from.
    public let memberCount: Int

    /// - Parameters:
    ///   - ensemble: series of one forward model; not empty.
    ///   - weights: one per member; `nil`: equal.
    ///   - draws: independent ones that the ensemble is worth; see ``WeightedSample``.
    public init(of ensemble: [ProductionSeries], weights: [Double]? = nil, draws: Double? = nil) {
        precondition(!ensemble.isEmpty, "a forecast needs at least one member")
        precondition(weights.map { $0.count == ensemble.count } ?? true, "one weight per member")
        let first = ensemble[0]
        let weights = weights ?? Array(repeating: 1, count: ensemble.count)
        times = first.times
        memberCount = ensemble.count
        bands = first.keys.indices.map { row in
            let samples = first.times.indices.map { time in
                WeightedSample(ensemble.map { $0.values[row][time] }, weights: weights, draws: draws)
            }
            return Band(
                key: first.keys[row], p10: samples.map { $0.quantile(0.1) }, p50: samples.map { $0.quantile(0.5) },
                p90: samples.map { $0.quantile(0.9) }, mean: samples.map(\.mean))
        }
    }

    public subscript(key: VectorKey) -> Band? { bands.first { $0.key == key } }
}

extension CalibrationResult {
    /// The forecast of the calibrated ensemble; `nil` if the ensemble is empty.
    public var forecast: Forecast? {
        let ensemble = ensemble
        let known = ensemble.members.indices.filter { series[ensemble.members[$0]] != nil }
        guard !known.isEmpty else { return nil }
        return Forecast(
            of: known.compactMap { series[ensemble.members[$0]] }, weights: known.map { ensemble.weights[$0] },
            draws: ensemble.draws)
    }
}
