/// A figure and the name of its file, without extension.
///
/// Its title says what it shows without the page around it.
struct NamedFigure: Equatable, Sendable {
    var name: String
    var figure: Figure

    static func chart(_ name: String, _ chart: Chart, title: String? = nil) -> NamedFigure {
        var chart = chart
        if let title { chart.title = title }
        return NamedFigure(name: name, figure: .chart(chart))
    }

    static func map(_ name: String, _ map: MapPanel, title: String? = nil) -> NamedFigure {
        var map = map
        if let title { map.title = title }
        return NamedFigure(name: name, figure: .map(map))
    }
}

extension CalibrationReport {
    /// Every figure of the report worth a file of its own, in the report's order.
    var figures: [NamedFigure] {
        var list = vectors.map { vector in
            // On the page one legend serves all vectors; a file has to bring its own.
            var chart = vector.chart(timeAxis: timeAxis)
            chart.showsLegend = true
            return NamedFigure.chart("vector-\(vector.key)", chart)
        }
        if let mismatchHistogram {
            list.append(.chart("mismatch-histogram", mismatchHistogram))
        }
        list += maps.map { .map("map-\($0.title)", $0) }
        for member in members {
            guard let role = member.role else { continue }
            let head = "\(role.prefix(1).uppercased() + role.dropFirst()), realization \(member.realization)"
            list += member.maps.map {
                .map("\(role)-\(member.realization)-\($0.title)", $0, title: "\(head): \($0.title.lowercasedFirst)")
            }
        }
        if let latent { list.append(.chart("latent-space", latent.chart)) }
        return list + (training?.figures ?? [])
    }
}

extension TrainingQualityPanel {
    var figures: [NamedFigure] {
        let learning = learningCharts.map {
            NamedFigure.chart("learning-\($0.title)", $0, title: "Training: \($0.title)")
        }
        let latents = latentCharts.map { NamedFigure.chart($0.title, $0) }
        let pairs = reconstructions.enumerated().flatMap { index, pair in
            [("reference", pair.reference), ("reconstruction", pair.reconstruction), ("from-data", pair.fromData)]
                .compactMap { part, map in
                    map.map { map in
                        let head = "Held out \(index + 1)"
                        return NamedFigure.map(
                            "held-out-\(index + 1)-\(part)", map,
                            title: part == "reference" ? head : "\(head), \(map.title)")
                    }
                }
        }
        return learning + latents + pairs
    }
}

extension PriorPreview {
    var figures: [NamedFigure] {
        Self.figures("", realizations, maps, variograms)
            + scenarios.flatMap { Self.figures("\($0.label)-", $0.realizations, $0.maps, $0.variograms) }
    }

    private static func figures(
        _ prefix: String, _ realizations: [MapPanel], _ maps: [MapPanel], _ variograms: [VariogramPanel]
    ) -> [NamedFigure] {
        realizations.enumerated().map { NamedFigure(name: "\(prefix)realization-\($0 + 1)", figure: .map($1)) }
            + maps.map { NamedFigure(name: "\(prefix)map-\($0.title)", figure: .map($0)) }
            + variograms.map {
                NamedFigure(name: "\(prefix)\($0.title)", figure: .chart($0.chart()))
            }
    }
}

extension ValidationSummary {
    var figures: [NamedFigure] {
        var list: [NamedFigure] = []
        if let acceptanceChart { list.append(NamedFigure(name: "accepted-per-truth", figure: .chart(acceptanceChart))) }
        if let reliabilityChart { list.append(NamedFigure(name: "coverage", figure: .chart(reliabilityChart))) }
        for method in methods {
            list += method.ranks.map {
                NamedFigure(name: "ranks-\(method.name)-\($0.name)", figure: .chart($0.chart(method: method.name)))
            }
        }
        return list
    }
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
