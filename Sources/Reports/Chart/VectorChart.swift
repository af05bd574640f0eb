import Foundation
import Reservoir

extension VectorPanel {
    /// Prior and accepted fans, observations with one standard deviation, the forecast on a shaded ground.
    func chart(timeAxis: TimeAxis) -> Chart {
        let quantity = key.quantity
        let x = times.map(timeAxis.coordinate)
        var chart = Chart(
            title: key.title, x: timeAxis.chartAxis,
            y: quantity.chartAxis)
        for (fan, name, tone) in [(prior, "Prior", Chart.Tone.prior), (accepted, "Accepted", .accepted)] {
            guard let fan else { continue }
            chart.bands.append(
                Chart.Band(
                    name: "\(name) P10–P90", tone: tone, x: x, low: fan.p10.map(quantity.display),
                    high: fan.p90.map(quantity.display)))
            chart.lines.append(
                Chart.Line(name: "\(name) P50", tone: tone, x: x, y: fan.p50.map(quantity.display)))
        }
        if let truth {
            chart.lines.append(
                Chart.Line(name: "Truth", tone: .truth, x: x, y: truth.map(quantity.display), isDashed: true))
        }
        for (data, name, tone) in [
            (observations, "Observed", Chart.Tone.observed), (withheld, "Withheld", .withheld)
        ] where !data.isEmpty {
            chart.points.append(
                Chart.Points(
                    name: name, tone: tone, x: data.map { timeAxis.coordinate($0.time) },
                    y: data.map { quantity.display($0.value) }, error: data.map { quantity.display($0.error) }))
        }
        if let historyEnd, let last = times.last, historyEnd < last {
            chart.shaded = timeAxis.coordinate(historyEnd)...timeAxis.coordinate(last)
        }
        return chart
    }
}

extension Quantity {
    /// Fractions on the same range, so that wells compare; pressures vary little about a large value.
    fileprivate var chartAxis: Chart.Axis {
        switch self {
        case .rate, .total: Chart.Axis(label: displayUnit, includesZero: true)
        case .fraction: Chart.Axis(label: displayUnit, limits: 0...1.05)
        case .pressure, .other: Chart.Axis(label: displayUnit)
        }
    }
}
