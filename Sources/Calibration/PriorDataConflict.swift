import Foundation
import Reservoir

/// A vector the prior cannot explain: none of its realizations comes near what was observed.
///
/// A calibration may then still find something within the noise by straying far from the prior; the geology or the
/// data should be questioned first.
public struct PriorDataConflict: Equatable, Sendable, Codable, CustomStringConvertible {
    public let key: VectorKey
    /// Observations of this vector outside what the prior spans, and observations of it in all.
    public let outside: Int, count: Int
    /// How far the worst observation lies outside the prior's range, in standard deviations of its noise.
    public let worstExcess: Double
    /// Time of the worst observation [s], whether it lies above the prior's range, and how many realizations were seen.
    public let time: Double
    public let isAbove: Bool
    public let realizationCount: Int

    public var description: String {
        let day = String(format: "%.4g", time / Unit.day)
        return "no realization of this prior comes near \(PriorDataConflict.name(of: key)): "
            + "\(outside) of \(count) observations lie outside the range of \(realizationCount) realizations, "
            + "the worst at day \(day), \(String(format: "%.1f", worstExcess)) standard deviations of its noise "
            + (isAbove ? "above" : "below")
    }

    /// Vectors of which an observation lies further than `allowance` standard deviations of its noise outside the range
    /// of all realizations, worst first.
    ///
    /// With n realizations of the right prior an observation lies outside their noise-free range with probability
    /// 2/(n + 1) at most, and further outside by `allowance` of its noise hardly ever.
    /// - Parameter prior: data of realizations of the prior in the layout of the observations, `[realizations][data]`.
    public static func conflicts(
        of prior: [[Double]], with observed: ObservedData, allowance: Double = 3.5
    ) -> [PriorDataConflict] {
        guard let first = prior.first else { return [] }
        precondition(first.count == observed.count, "\(first.count) data for \(observed.count) observations")
        var worst: [VectorKey: PriorDataConflict] = [:]
        var counts: [VectorKey: (outside: Int, all: Int)] = [:]
        for index in 0..<observed.count {
            let column = prior.map { $0[index] }
            guard let low = column.min(), let high = column.max() else { continue }
            let value = observed.values[index]
            let excess = max(value - high, low - value) / observed.errors[index]
            let key = observed.layout.entries[index].key
            counts[key, default: (0, 0)].all += 1
            guard excess > allowance else { continue }
            counts[key, default: (0, 0)].outside += 1
            if excess > worst[key]?.worstExcess ?? 0 {
                worst[key] = PriorDataConflict(
                    key: key, outside: 0, count: 0, worstExcess: excess, time: observed.layout.entries[index].time,
                    isAbove: value > high, realizationCount: prior.count)
            }
        }
        return worst.values.map { found in
            PriorDataConflict(
                key: found.key, outside: counts[found.key]?.outside ?? 0, count: counts[found.key]?.all ?? 0,
                worstExcess: found.worstExcess, time: found.time, isAbove: found.isAbove,
                realizationCount: found.realizationCount)
        }.sorted { ($1.worstExcess, $0.key) < ($0.worstExcess, $1.key) }
    }

    /// `P3's water cut` for `WWCT:P3`.
    static func name(of key: VectorKey) -> String {
        let names = [
            "WWCT": "water cut", "WOPR": "oil rate", "WWPR": "water rate", "WLPR": "liquid rate", "WGPR": "gas rate",
            "WBHP": "bottom-hole pressure", "WWIR": "injection rate", "WOPT": "cumulative oil",
            "WWPT": "cumulative water",
            "WLPT": "cumulative liquid", "WWIT": "cumulative injection"
        ]
        guard let well = key.well, let name = names[key.keyword.uppercased()] else { return "\(key)" }
        return "\(well)'s \(name)"
    }
}
