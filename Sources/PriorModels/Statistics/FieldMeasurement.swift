import Foundation
import Reservoir

/// The grid on which realizations are measured.
struct MeasuredField: Sendable {
    let columns: Int, rows: Int
    let active: [Bool]
    /// Whether a lag of so many cells is the same distance everywhere.
    let isRegular: Bool
    let hardData: [(cell: Int, datum: HardDatum)]

    init(_ grid: Grid, hardData: [HardDatum]) {
        (columns, rows, active) = (grid.columns, grid.rows, grid.active)
        func areEqual(_ extents: [Double]) -> Bool {
            let most = extents.max() ?? 1
            return most - (extents.min() ?? 1) <= 1e-6 * most
        }
        isRegular = areEqual(grid.columnWidths) && areEqual(grid.rowHeights)
        self.hardData = hardData.map { (grid.cell(column: $0.column, row: $0.row), $0) }
    }
}

/// One realization being measured; what several numbers need is worked out once.
struct FieldMeasurement {
    private let realization: Realization
    private let field: MeasuredField
    private var bodies: [UInt8: ConnectedBodies] = [:]
    private var logs: [Float]?

    init(_ realization: Realization, _ field: MeasuredField) {
        (self.realization, self.field) = (realization, field)
    }

    mutating func value(_ probe: Probe) -> Double {
        switch probe {
        case .proportion(let code):
            let count = membership(code).count { $0 }
            return Double(count) / Double(field.active.count { $0 })
        case .largestBody(let code): return bodies(code).largestShare
        case .crossing(let code, let direction): return bodies(code).crosses(direction) ? 1 : 0
        case .logMean(let code): return mean(logPermeability, code) { Double($0) }
        case .logVariance(let code, let expected):
            return mean(logPermeability, code) { (Double($0) - expected) * (Double($0) - expected) }
        case .porosityMean(let code): return mean(realization.porosity, code) { Double($0) }
        case .porosityVariance(let code, let expected):
            return mean(realization.porosity, code) { (Double($0) - expected) * (Double($0) - expected) }
        case .correlation(let code, let moments):
            let scores = zip(logPermeability, realization.porosity).map { log, porosity in
                Float(
                    (Double(log) - moments.logMean) / moments.logDeviation * (Double(porosity) - moments.porosityMean)
                        / moments.porosityDeviation)
            }
            return mean(scores, code) { Double($0) }
        case .honoured: return Double(honoured) / Double(field.hardData.count)
        }
    }

    mutating func curve(_ probe: CurveProbe) -> [Double] {
        let (columns, rows) = (field.columns, field.rows)
        switch probe {
        case .indicatorVariogram(let code, let lags):
            let facies = realization.facies ?? []
            let indicator = facies.indices.map { field.active[$0] ? (facies[$0] == code ? Float(1) : 0) : .nan }
            return experimentalVariogram(indicator, lags, columns: columns, rows: rows)
        case .connectivity(let code, let lags): return bodies(code).connectivity(lags)
        case .logVariogram(let lags):
            return experimentalVariogram(masked(logPermeability), lags, columns: columns, rows: rows)
        case .porosityVariogram(let lags):
            return experimentalVariogram(masked(realization.porosity), lags, columns: columns, rows: rows)
        }
    }

    private func membership(_ code: UInt8) -> [Bool] {
        guard let facies = realization.facies else { return field.active.map { _ in false } }
        return facies.indices.map { facies[$0] == code && field.active[$0] }
    }

    private mutating func bodies(_ code: UInt8) -> ConnectedBodies {
        if let known = bodies[code] { return known }
        let found = ConnectedBodies(membership(code), columns: field.columns, rows: field.rows)
        bodies[code] = found
        return found
    }

    /// `ln(k / mD)`, `[cells]`.
    private var logPermeability: [Float] {
        mutating get {
            if let logs { return logs }
            let found = realization.permeabilityX.map { log(max($0, 1e-30) / Float(Unit.millidarcy)) }
            logs = found
            return found
        }
    }

    private func masked(_ values: [Float]) -> [Float] { values.indices.map { field.active[$0] ? values[$0] : .nan } }

    /// Over the active cells, of one facies if `code` names one.
    private func mean(_ values: [Float], _ code: UInt8?, _ term: (Float) -> Double) -> Double {
        var (sum, count) = (0.0, 0)
        for cell in values.indices where field.active[cell] && (code == nil || realization.facies?[cell] == code) {
            sum += term(values[cell])
            count += 1
        }
        return count > 0 ? sum / Double(count) : .nan
    }

    private var honoured: Int {
        field.hardData.count { cell, datum in
            // Single precision holds seven digits.
            func fits(_ found: Float, _ wanted: Double?) -> Bool {
                wanted.map { abs(Double(found) - $0) <= 1e-5 * $0 } ?? true
            }
            return (datum.facies == nil || realization.facies?[cell] == datum.facies)
                && fits(realization.permeabilityX[cell], datum.permeability)
                && fits(realization.porosity[cell], datum.porosity)
        }
    }
}
