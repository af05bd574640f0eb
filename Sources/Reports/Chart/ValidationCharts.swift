extension ValidationSummary {
    private static let tones: [Chart.Tone] = [.first, .second, .third, .fourth]

    private func tone(_ index: Int) -> Chart.Tone { Self.tones[index % Self.tones.count] }

    /// Observed against nominal coverage; `nil` where no method has it.
    var reliabilityChart: Chart? {
        var chart = Chart(
            title: "Coverage of central intervals", x: Chart.Axis(label: "nominal", limits: 0...1),
            y: Chart.Axis(label: "observed", limits: 0...1),
            showsLegend: true, isSquare: true)
        chart.lines = [Chart.Line(name: "Ideal", tone: .neutral, x: [0, 1], y: [0, 1], isDashed: true)]
        for (index, method) in methods.enumerated() where !method.reliability.isEmpty {
            chart.lines.append(
                Chart.Line(
                    name: method.name, tone: tone(index), x: method.reliability.map(\.nominal),
                    y: method.reliability.map(\.observed)))
        }
        return chart.lines.count > 1 ? chart : nil
    }

    /// Accepted and distinct realizations of each truth, methods beside each other; `nil` without truths.
    var acceptanceChart: Chart? {
        guard !methods.isEmpty else { return nil }
        var chart = Chart(
            title: "Accepted and distinct realizations per truth", x: Chart.Axis(label: "truth"),
            y: Chart.Axis(label: "distinct accepted", includesZero: true), showsLegend: true)
        let width = 0.8 / Double(methods.count)
        for (index, method) in methods.enumerated() {
            let left = method.truths.map { Double($0.truth) - 0.4 + width * Double(index) }
            chart.bars.append(
                Chart.Bars(
                    name: method.name, tone: tone(index), left: left, right: left.map { $0 + 0.9 * width },
                    height: method.truths.map { Double($0.distinct) }))
        }
        return chart
    }
}

extension RankHistogram {
    /// Counts per bin with the band that they stay in, 99 times of 100, if the sampler is right.
    func chart(method: String) -> Chart {
        let edges = (0...counts.count).map { Double($0) / Double(max(counts.count, 1)) }
        var chart = Chart(
            title: "\(name) (\(method))", x: Chart.Axis(label: "rank of the truth, 0 to 1"),
            y: Chart.Axis(label: "truths", includesZero: true))
        chart.bars = [
            Chart.Bars(
                name: "Truths", tone: .prior, left: Array(edges.dropLast()), right: Array(edges.dropFirst()),
                height: counts.map(Double.init))
        ]
        chart.bands = [
            Chart.Band(name: "99 % band", tone: .accepted, x: [0, 1], low: [low, low], high: [high, high])
        ]
        return chart
    }
}
