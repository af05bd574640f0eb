import Foundation

extension CalibrationReport {
    /// How the mismatches of all simulated realizations are distributed, accepted ones apart. `nil` without any.
    ///
    /// The axis is logarithmic (`log10 O`) when they span more than a factor of 20, as rejected ones often do.
    var mismatchHistogram: Chart? {
        let scored = ranking.filter { $0.mismatch.isFinite && $0.mismatch > 0 }
        guard let least = scored.map(\.mismatch).min(), let most = scored.map(\.mismatch).max() else { return nil }
        let low = min(least, 0.5, acceptance.threshold) * 0.95
        let high = max(most, 0.5, acceptance.threshold) * 1.05
        let isLogarithmic = high > 20 * low
        let edges = Self.edges(low: low, high: high, bins: 40, isLogarithmic: isLogarithmic)
        var chart = Chart(
            title: "Mismatch of all simulated realizations",
            x: Chart.Axis(label: "mismatch O", scale: isLogarithmic ? .logarithmic : .linear),
            y: Chart.Axis(label: "realizations", includesZero: true))
        for (name, tone, isAccepted) in [("Accepted", Chart.Tone.accepted, true), ("Rejected", .prior, false)] {
            let values = scored.filter { $0.status.isAccepted == isAccepted }.map(\.mismatch)
            guard !values.isEmpty else { continue }
            chart.bars.append(
                Chart.Bars(
                    name: name, tone: tone, left: Array(edges.dropLast()), right: Array(edges.dropFirst()),
                    height: Self.counts(of: values, edges: edges)))
        }
        chart.verticals = [
            Chart.Rule(value: 0.5, label: "expected of the truth"),
            Chart.Rule(value: acceptance.threshold, label: "threshold", tone: .truth)
        ]
        chart.showsLegend = true
        return chart
    }

    private static func edges(low: Double, high: Double, bins: Int, isLogarithmic: Bool) -> [Double] {
        (0...bins).map { index in
            let share = Double(index) / Double(bins)
            return isLogarithmic ? low * pow(high / low, share) : low + (high - low) * share
        }
    }

    private static func counts(of values: [Double], edges: [Double]) -> [Double] {
        var counts = [Double](repeating: 0, count: edges.count - 1)
        for value in values {
            let next = edges.firstIndex { $0 > value } ?? edges.count - 1
            counts[min(max(next - 1, 0), counts.count - 1)] += 1
        }
        return counts
    }
}
