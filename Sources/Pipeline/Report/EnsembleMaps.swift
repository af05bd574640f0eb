import Foundation
import Reports
import Reservoir

/// Maps of realizations and of ensembles, as the report draws them.
struct EnsembleMaps {
    let grid: Grid
    let wells: [MapWell]
    /// Name of each facies code; empty in a prior without facies.
    let faciesNames: [UInt8: String]
    /// In ascending order; a map holds the position of a code here.
    private let codes: [UInt8]
    private let position: [Float]

    init(_ reservoir: ReservoirModel, faciesNames: [UInt8: String]) {
        grid = reservoir.grid
        wells = reservoir.wells.compactMap { MapWell($0) }
        self.faciesNames = faciesNames
        codes = faciesNames.keys.sorted()
        var position = [Float](repeating: 0, count: 256)
        for (index, code) in codes.enumerated() { position[Int(code)] = Float(index) }
        self.position = position
    }

    /// Facies if there are any, otherwise permeability.
    func realization(_ realization: Realization, title: String) -> MapPanel {
        if let facies = realization.facies {
            return panel(
                title, facies.map { position[Int($0)] }, .facies(names: codes.map { faciesNames[$0] ?? "\($0)" }))
        }
        return panel(title, realization.permeabilityX, .permeability)
    }

    /// What of a realization is worth looking at: facies, permeability if facies do not fix it, and porosity if it varies
    /// in a prior without facies.
    func fields(of realization: Realization) -> [MapPanel] {
        guard let facies = realization.facies else {
            let permeability = panel("Permeability", realization.permeabilityX, .permeability)
            let first = realization.porosity.first ?? 0
            guard realization.porosity.contains(where: { abs($0 - first) > 1e-3 }) else { return [permeability] }
            return [permeability, panel("Porosity", realization.porosity, .porosity)]
        }
        let shown = [self.realization(realization, title: "Facies")]
        guard varies(realization.permeabilityX, within: facies) else { return shown }
        return shown + [panel("Permeability", realization.permeabilityX, .permeability)]
    }

    private func varies(_ permeability: [Float], within facies: [UInt8]) -> Bool {
        var known = [Float](repeating: .nan, count: 256)
        for (value, code) in zip(permeability, facies) {
            let first = known[Int(code)]
            if first.isNaN { known[Int(code)] = value } else if abs(value - first) > 0.01 * first { return true }
        }
        return false
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
