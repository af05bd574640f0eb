import Foundation
import PriorModels
import Reports
import Reservoir

/// Realizations of one prior or scenario as they are counted: their samples, the moments of their fields, the first few.
struct PriorTally {
    private let plan: PriorStatistics
    private let ensemble: EnsembleMaps
    private let most: Int
    private var samples: [PriorStatistics.Sample] = []
    private var fields: [FieldMoments]
    private(set) var shown: [MapPanel] = []
    private(set) var count = 0

    init(_ plan: PriorStatistics, maps: EnsembleMaps, most: Int) {
        (self.plan, ensemble, self.most) = (plan, maps, most)
        fields = FieldMoments.all(maps)
    }

    /// - Parameter sample: `nil` if it belongs to another plan.
    mutating func add(_ realization: Realization, sample: PriorStatistics.Sample?, index: Int) {
        count += 1
        if let sample { samples.append(sample) }
        for field in fields.indices { fields[field].add(realization) }
        if shown.count < most {
            let label = realization.scenario.map { ", \($0)" } ?? ""
            shown.append(ensemble.realization(realization, title: "Realization \(index)\(label)"))
        }
    }

    var statistics: [StatisticRow] {
        plan.quantities.enumerated().map { number, quantity in
            let summary = StatisticSummary(samples.map { $0.values[number] })
            return StatisticRow(
                name: quantity.name, target: quantity.target, measured: summary.mean,
                standardError: summary.standardError, unit: quantity.unit)
        }
    }

    var curves: [VariogramPanel] {
        plan.curves.enumerated().map { number, curve in
            let summaries = curve.lags.indices.map { lag in StatisticSummary(samples.map { $0.curves[number][lag] }) }
            return VariogramPanel(
                title: "\(curve.kind == .variogram ? "Variogram" : "Connectivity") of \(curve.title)",
                ordinate: curve.kind == .variogram ? "semivariance" : "connectivity",
                lags: curve.lags, measured: summaries.map(\.mean), low: summaries.map(\.low),
                high: summaries.map(\.high), target: curve.target)
        }
    }

    var maps: [MapPanel] { fields.flatMap { $0.maps(ensemble) } }

    func scenario(_ label: String, _ description: String) -> ScenarioPreview {
        ScenarioPreview(
            label: label, description: description, sampleCount: count, realizations: shown, maps: maps,
            statistics: statistics, variograms: curves)
    }
}

/// Mean and variance of one field in every cell, over realizations as they come.
///
/// Source: Welford (1962), Technometrics 4, 419-420.
struct FieldMoments {
    private enum Source {
        case facies(code: UInt8, name: String)
        case logPermeability
    }

    private let source: Source
    private var mean: [Double], squares: [Double]
    private var count = 0.0

    /// The indicator of each facies but the first, or log10 of permeability where there are none.
    static func all(_ maps: EnsembleMaps) -> [FieldMoments] {
        let cells = maps.grid.cellCount
        guard !maps.faciesNames.isEmpty else { return [FieldMoments(.logPermeability, cells)] }
        return maps.faciesNames.keys.sorted().dropFirst().map {
            FieldMoments(.facies(code: $0, name: maps.faciesNames[$0] ?? "facies \($0)"), cells)
        }
    }

    private init(_ source: Source, _ cells: Int) {
        (self.source, mean) = (source, Array(repeating: 0, count: cells))
        squares = mean
    }

    mutating func add(_ realization: Realization) {
        count += 1
        switch source {
        case .facies(let code, _):
            guard let facies = realization.facies else { return }
            for cell in mean.indices { add(facies[cell] == code ? 1 : 0, at: cell) }
        case .logPermeability:
            for cell in mean.indices {
                add(log10(Double(max(realization.permeabilityX[cell], 1e-30)) / Unit.millidarcy), at: cell)
            }
        }
    }

    @inline(__always)
    private mutating func add(_ value: Double, at cell: Int) {
        let difference = value - mean[cell]
        mean[cell] += difference / count
        squares[cell] += difference * (value - mean[cell])
    }

    func maps(_ ensemble: EnsembleMaps) -> [MapPanel] {
        guard count > 0 else { return [] }
        let variance = squares.map { Float($0 / max(count - 1, 1)) }
        let mean = mean.map { Float($0) }
        switch source {
        case .facies(_, let name):
            return [
                ensemble.panel("Probability of \(name)", mean, .probability),
                ensemble.panel("Variance of \(name)", variance, .spread(label: "variance"))
            ]
        case .logPermeability:
            return [
                ensemble.panel("Mean of log10 permeability", mean, .other(label: "log10(mD)")),
                ensemble.panel("Variance of log10 permeability", variance, .spread(label: "variance"))
            ]
        }
    }
}
