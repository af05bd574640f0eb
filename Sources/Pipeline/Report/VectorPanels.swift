import Calibration
import Reports
import Reservoir

/// Every observed vector as the report shows it: what prior and accepted realizations say, and what was measured.
struct VectorPanels {
    let history: [Observation], withheld: [Observation]
    let historyEnd: Double?
    let truth: ProductionSeries?
    let prior: [ProductionSeries]
    let accepted: [ProductionSeries]
    /// One per accepted series.
    let weights: [Double]

    func panels() -> [VectorPanel] {
        let priorForecast = prior.isEmpty ? nil : Forecast(of: prior)
        let acceptedForecast = accepted.isEmpty ? nil : Forecast(of: accepted, weights: weights)
        return keys.compactMap { key in
            guard let times = (priorForecast ?? acceptedForecast)?.times else { return nil }
            return VectorPanel(
                key: key, times: times, historyEnd: historyEnd, prior: fan(priorForecast, key),
                accepted: fan(acceptedForecast, key), observations: history.filter { $0.key == key },
                withheld: withheld.filter { $0.key == key }, truth: truthValues(key, times), scores: scores(key))
        }
    }

    private var keys: [VectorKey] {
        var seen: Set<VectorKey> = []
        return (history + withheld).map(\.key).filter { seen.insert($0).inserted }
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
        let score = ForecastScore(ensemble: after, weights: weights, truth: target, scale: unit)
        return ForecastScores(
            priorCRPS: priorScore.normalizedScore, acceptedCRPS: score.normalizedScore,
            priorCoverage: priorScore.coverage, acceptedCoverage: score.coverage)
    }
}
