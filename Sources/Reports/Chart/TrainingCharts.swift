import Foundation

extension TrainingQualityPanel {
    /// One chart per loss, on a logarithmic scale where the values span a decade: else it had no numbers beside it.
    var learningCharts: [Chart] {
        curves.map { curve in
            let values = (curve.training + curve.validation).filter(\.isFinite)
            let least = values.min() ?? 0
            let scale: Chart.Scale = least > 0 && (values.max() ?? 0) > 10 * least ? .logarithmic : .linear
            var chart = Chart(
                title: curve.name, x: Chart.Axis(label: "epoch"), y: Chart.Axis(label: "loss", scale: scale))
            for (name, tone, loss) in [
                ("Training", Chart.Tone.prior, curve.training), ("Validation", .accepted, curve.validation)
            ] where !loss.isEmpty {
                chart.lines.append(Chart.Line(name: name, tone: tone, x: loss.indices.map { Double($0 + 1) }, y: loss))
            }
            if let bestEpoch { chart.verticals = [Chart.Rule(value: Double(bestEpoch), label: "kept")] }
            chart.showsLegend = true
            return chart
        }
    }

    /// Each latent variable against the standard normal density that the prior is assumed to have.
    var latentCharts: [Chart] {
        latentHistograms.map { histogram in
            var chart = Chart(
                title: histogram.name, x: Chart.Axis(label: ""), y: Chart.Axis(label: "density", includesZero: true))
            chart.bars = [
                Chart.Bars(
                    name: "Held-out realizations", tone: .prior, left: Array(histogram.edges.dropLast()),
                    right: Array(histogram.edges.dropFirst()), height: histogram.density)
            ]
            let reach = max(3.5, histogram.edges.map(abs).filter(\.isFinite).max() ?? 0)
            let x = (0...80).map { reach * (Double($0) / 40 - 1) }
            chart.lines = [
                Chart.Line(
                    name: "Standard normal", tone: .accepted, x: x,
                    y: x.map { exp(-$0 * $0 / 2) / (2 * Double.pi).squareRoot() })
            ]
            return chart
        }
    }
}

extension LatentPanel {
    var chart: Chart {
        var chart = Chart(
            title: "Latent space", x: Chart.Axis(label: xLabel), y: Chart.Axis(label: yLabel), showsLegend: true)
        chart.points = clouds.map { cloud in
            Chart.Points(
                name: cloud.kind.rawValue.prefix(1).uppercased() + cloud.kind.rawValue.dropFirst(),
                tone: cloud.kind.tone, x: cloud.x, y: cloud.y, realizations: cloud.realizations)
        }
        return chart
    }
}

extension LatentPanel.Cloud.Kind {
    fileprivate var tone: Chart.Tone {
        switch self {
        case .prior: .prior
        case .proposal: .second
        case .accepted: .accepted
        case .truth: .truth
        }
    }
}
