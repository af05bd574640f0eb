import Foundation
import Reports
import Reservoir

/// Maps of realizations and of ensembles, as the report draws them.
struct EnsembleMaps {
    let grid: Grid
    let wells: [MapWell]
    /// Name of each facies code; empty in a prior without facies.
    let faciesNames: [UInt8: String]

    init(_ reservoir: ReservoirModel, faciesNames: [UInt8: String]) {
        grid = reservoir.grid
        wells = reservoir.wells.compactMap { MapWell($0) }
        self.faciesNames = faciesNames
    }

    /// Facies if there are any, otherwise permeability.
    func realization(_ realization: Realization, title: String) -> MapPanel {
        if let facies = realization.facies {
            return panel(
                title, facies.map { Float(position[$0] ?? 0) }, .facies(names: codes.map { faciesNames[$0] ?? "\($0)" })
            )
        }
        return panel(title, realization.permeabilityX, .permeability)
    }

    /// Probability of each facies but the first, or mean and standard deviation of log-permeability.
    /// - Parameter weights: one per realization; they sum to one.
    func ensemble(_ realizations: [Realization], weights: [Double], name: String) -> [MapPanel] {
        guard !realizations.isEmpty else { return [] }
        guard realizations.allSatisfy({ $0.facies != nil }) else {
            let logs = realizations.map { $0.permeabilityX.map { log10(max($0, 1e-24) / Float(Unit.millidarcy)) } }
            let (mean, deviation) = moments(logs, weights)
            return [
                panel("\(name): mean log10 permeability", mean, .other(label: "log10(mD)")),
                panel("\(name): standard deviation of log10 permeability", deviation, .spread(label: "log10(mD)"))
            ]
        }
        return codes.dropFirst().flatMap { code in
            let indicators = realizations.map { ($0.facies ?? []).map { $0 == code ? Float(1) : 0 } }
            let (mean, deviation) = moments(indicators, weights)
            let facies = faciesNames[code] ?? "facies \(code)"
            return [
                panel("\(name): probability of \(facies)", mean, .probability),
                panel("\(name): standard deviation of \(facies)", deviation, .spread(label: "-"))
            ]
        }
    }

    private var codes: [UInt8] { faciesNames.keys.sorted() }
    private var position: [UInt8: Int] {
        Dictionary(uniqueKeysWithValues: codes.enumerated().map { ($1, $0) })
    }

    private func moments(_ fields: [[Float]], _ weights: [Double]) -> (mean: [Float], deviation: [Float]) {
        var mean = [Double](repeating: 0, count: grid.cellCount), square = mean
        for (field, weight) in zip(fields, weights) {
            for cell in mean.indices {
                mean[cell] += weight * Double(field[cell])
                square[cell] += weight * Double(field[cell]) * Double(field[cell])
            }
        }
        let deviation = zip(mean, square).map { Float(max($1 - $0 * $0, 0).squareRoot()) }
        return (mean.map { Float($0) }, deviation)
    }

    func panel(_ title: String, _ values: [Float], _ quantity: MapPanel.Quantity) -> MapPanel {
        let shown = zip(values, grid.active).map { $1 ? $0 : .nan }
        return MapPanel(
            title: title, columns: grid.columns, rows: grid.rows, values: shown, quantity: quantity, wells: wells,
            cellAspect: grid.rowHeights[0] / grid.columnWidths[0])
    }
}
