/// A figure and the name of its file, without extension.
struct NamedFigure: Equatable, Sendable {
    var name: String
    var figure: Figure
}

extension CalibrationReport {
    /// Every figure of the report worth a file of its own, in the report's order.
    var figures: [NamedFigure] {
        var list = vectors.map { NamedFigure(name: "vector-\($0.key)", figure: .chart($0.chart(timeAxis: timeAxis))) }
        if let mismatchHistogram {
            list.append(NamedFigure(name: "mismatch-histogram", figure: .chart(mismatchHistogram)))
        }
        list += maps.map { NamedFigure(name: "map-\($0.title)", figure: .map($0)) }
        for member in members {
            guard let role = member.role else { continue }
            list += member.maps.map { NamedFigure(name: "\(role)-\(member.realization)-\($0.title)", figure: .map($0)) }
        }
        if let latent { list.append(NamedFigure(name: "latent-space", figure: .chart(latent.chart))) }
        return list + (training?.figures ?? [])
    }
}

extension TrainingQualityPanel {
    var figures: [NamedFigure] {
        let learning = learningCharts.map { NamedFigure(name: "learning-\($0.title)", figure: .chart($0)) }
        let latents = latentCharts.map { NamedFigure(name: "latent-\($0.title)", figure: .chart($0)) }
        let pairs = reconstructions.enumerated().flatMap { index, pair in
            [("reference", pair.reference), ("reconstruction", pair.reconstruction)].map {
                NamedFigure(name: "held-out-\(index + 1)-\($0.0)", figure: .map($0.1))
            } + (pair.fromData.map { [NamedFigure(name: "held-out-\(index + 1)-from-data", figure: .map($0))] } ?? [])
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
        var list = [NamedFigure(name: "accepted-per-truth", figure: .chart(acceptanceChart))]
        if let reliabilityChart { list.append(NamedFigure(name: "coverage", figure: .chart(reliabilityChart))) }
        for method in methods {
            list += method.ranks.map {
                NamedFigure(name: "ranks-\(method.name)-\($0.name)", figure: .chart($0.chart(method: method.name)))
            }
        }
        return list
    }
}
