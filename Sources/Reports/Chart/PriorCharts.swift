extension VariogramPanel {
    /// - Parameter showsLegend: off where one legend serves several charts.
    func chart(showsLegend: Bool = true) -> Chart {
        var chart = Chart(
            title: title, x: Chart.Axis(label: "lag [m]"), y: Chart.Axis(label: ordinate, includesZero: true),
            showsLegend: showsLegend)
        if let low, let high {
            chart.bands = [
                Chart.Band(name: "Realizations P10–P90", tone: .prior, x: lags, low: low, high: high)
            ]
        }
        chart.lines = [Chart.Line(name: "Mean of realizations", tone: .accepted, x: lags, y: measured)]
        if let target {
            chart.lines.append(Chart.Line(name: "Target", tone: .truth, x: lags, y: target, isDashed: true))
        }
        return chart
    }
}
