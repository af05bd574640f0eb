import Calibration
import Reports
import Reservoir

/// Every vector of a well as the report shows it: what prior and accepted realizations say, and what was measured, if
/// anything.
struct VectorPanels {
    let history: [Observation], withheld: [Observation]
    let historyEnd: Double?
    let truth: ProductionSeries?
    let prior: [ProductionSeries]
    let accepted: [ProductionSeries]
    /// One per accepted series.
    let weights: [Double]
    /// Independent ones that the accepted series are worth.
    let draws: Double

    func panels() -> [VectorPanel] {
        let priorForecast = prior.isEmpty ? nil : Forecast(of: prior)
        let acceptedForecast = accepted.isEmpty ? nil : Forecast(of: accepted, weights: weights, draws: draws)
        guard let any = priorForecast ?? acceptedForecast else { return [] }
        return keys(also: any).compactMap { key in
            let times = any.times
            return VectorPanel(
                key: key, times: times, historyEnd: historyEnd, prior: fan(priorForecast, key),
                accepted: fan(acceptedForecast, key), observations: history.filter { $0.key == key },
                withheld: withheld.filter { $0.key == key }, truth: truthValues(key, times), scores: scores(key))
        }
    }

    /// Those observed, then the other rates, cuts and pressures of wells that are more than what a control holds fixed.
    private func keys(also forecast: Forecast) -> [VectorKey] {
        var seen: Set<VectorKey> = []
        let observed = (history + withheld).map(\.key).filter { seen.insert($0).inserted }
        let others = (prior.first ?? accepted.first)?.keys ?? []
        return observed
            + others.filter { key in
                guard key.well != nil, key.quantity != .total, !seen.contains(key), let fan = forecast[key] else {
                    return false
                }
                let (low, high) = ((fan.p10 + fan.p90).min() ?? 0, (fan.p10 + fan.p90).max() ?? 0)
                return high - low > 1e-3 * max(abs(low), abs(high))
            }
    }

    private func fan(_ forecast: Forecast?, _ key: VectorKey) -> Fan? {
        forecast?[key].map { Fan(p10: $0.p10, p50: $0.p50, p90: $0.p90) }
    }

    /// The truth at the forward model's report times; a vector the truth lacks is not drawn.
    private func truthValues(_ key: VectorKey, _ times: [Double]) -> [Double]? {
        guard let truth else { return nil }
        let layout = DataLayout(entries: times.map { DataLayout.Entry(key: key, time: $0) })
        return try? layout.values(in: truth)
    }

    /// The truth, if it is known, otherwise what was measured, against both ensembles over the withheld part.
    private func scores(_ key: VectorKey) -> ForecastScores? {
        let entries = withheld.filter { $0.key == key }
        guard !entries.isEmpty, !accepted.isEmpty, !prior.isEmpty else { return nil }
        let layout = DataLayout(of: entries)
        guard let before = try? prior.map({ try layout.values(in: $0) }),
            let after = try? accepted.map({ try layout.values(in: $0) })
        else { return nil }
        let target = truth.flatMap { try? layout.values(in: $0) } ?? entries.map(\.value)
        let unit = entries.map { _ in 1.0 }
        let priorScore = ForecastScore(ensemble: before, truth: target, scale: unit)
        let score = ForecastScore(ensemble: after, weights: weights, draws: draws, truth: target, scale: unit)
        return ForecastScores(
            priorCRPS: priorScore.normalizedScore, acceptedCRPS: score.normalizedScore,
            priorCoverage: priorScore.coverage, acceptedCoverage: score.coverage)
    }
}
