import Calibration
import Foundation
import LinearAlgebra
import PriorModels
import Reservoir

/// A synthetic truth: a realization no training set holds, its series, and observations of it with noise.
///
/// Cases without field data are made this way, and so are the truths that a validation runs on.
public struct SyntheticTruth: Sendable {
    /// Indices of the prior from here on are truths; see ``CalibrateCase/firstPriorIndex``.
    static let firstPriorIndex = PriorModel.firstTruth

    public let realization: Realization
    /// Without noise.
    public let series: ProductionSeries
    /// With noise drawn from their errors.
    public let observations: [Observation]

    /// - Parameters:
    ///   - keys: the vectors to observe.
    ///   - times: when [s]; each within the report times.
    ///   - index: which truth of this seed; names the stream of the noise.
    public init(
        realization: Realization, series: ProductionSeries, keys: [VectorKey], times: [Double], noise: NoiseSettings,
        seed: UInt64, index: Int
    ) throws(ParameterError) {
        let layout = DataLayout(
            entries: keys.flatMap { key in times.map { DataLayout.Entry(key: key, time: $0) } })
        try self.init(
            realization: realization, series: series, layout: layout, noise: noise, seed: seed, index: index)
    }

    /// - Parameters:
    ///   - layout: what is observed when.
    ///   - index: which truth of this seed; names the stream of the noise.
    ///   - noiseFactor: all errors are this many times as large as `noise` has them.
    public init(
        realization: Realization, series: ProductionSeries, layout: DataLayout, noise: NoiseSettings, seed: UInt64,
        index: Int, noiseFactor: Double = 1
    ) throws(ParameterError) {
        (self.realization, self.series) = (realization, series)
        let stated = try ObservedData(values: try layout.values(in: series), layout: layout, noise: noise)
        let exact = try ObservedData(
            stated.observations.map {
                Observation(key: $0.key, time: $0.time, value: $0.value, error: noiseFactor * $0.error)
            }, correlationTime: noise.correlationTime)
        var stream = RandomStream(seed: seed, purpose: "truth.noise", index: UInt64(index))
        let noisy = exact.perturbed(from: &stream)
        observations = zip(exact.observations, noisy).map { observation, value in
            // Not cut to what a meter can read: the mismatch assumes normal errors, and so they are.
            Observation(key: observation.key, time: observation.time, value: value, error: observation.error)
        }
    }
}
