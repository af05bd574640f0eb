import Calibration
import Foundation
import LinearAlgebra
import Reservoir

/// A synthetic truth: a realization no training set holds, its series, and observations of it with noise.
///
/// Cases without field data are made this way, and so are the truths that a validation runs on.
public struct SyntheticTruth: Sendable {
    /// Indices of the prior from here on are truths; see ``CalibrateCase/firstPriorIndex``.
    static let firstPriorIndex = 1 << 50

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
        (self.realization, self.series) = (realization, series)
        let layout = DataLayout(
            entries: keys.flatMap { key in times.map { DataLayout.Entry(key: key, time: $0) } })
        let exact = try ObservedData(values: try layout.values(in: series), layout: layout, noise: noise)
        var stream = RandomStream(seed: seed, purpose: "truth.noise", index: UInt64(index))
        let noisy = exact.perturbed(from: &stream)
        observations = zip(exact.observations, noisy).map { observation, value in
            // Not cut to what a meter can read: the mismatch assumes normal errors, and so they are.
            Observation(key: observation.key, time: observation.time, value: value, error: observation.error)
        }
    }
}
