import Foundation
import Reservoir

extension DeckRecord {
    /// The numbers of a table, `[rows][columns]`.
    func rows(columns: Int, of keyword: DeckKeyword, _ problems: inout ProblemList) -> [[Double]]? {
        let rowLimit = 10_000
        var values: [Double] = []
        for item in items {
            guard let number = item.number else {
                let found = item.text.map { "`\($0.prefix(20))` is not a number" } ?? "holds a default"
                problems.add(keyword, line: item.line, "\(found); a table needs every value")
                return nil
            }
            guard values.count + item.count <= rowLimit * columns else {
                problems.add(keyword, line: item.line, "has more than \(rowLimit) rows")
                return nil
            }
            values.append(contentsOf: repeatElement(number, count: item.count))
        }
        guard !values.isEmpty, values.count % columns == 0 else {
            problems.add(keyword, line: line, "has \(values.count) values; rows of \(columns) are needed")
            return nil
        }
        return stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
    }
}

/// A table of formation volume factor and viscosity against pressure (PVDO, PVDG), in SI units.
struct DeadPhaseTable {
    var keyword: DeckKeyword
    var pressure: [Double], factor: [Double], viscosity: [Double]

    /// The law of ``FluidPhase`` that fits the table best.
    ///
    /// `1 + X + X²/2` is `exp(X)` to third order, so `−ln B` is a straight line in pressure whose slope is the
    /// compressibility: a regression in closed form. Viscosity is the table's mean.
    struct Fit {
        var factor: Double, compressibility: Double, viscosity: Double
        /// Largest relative departure of the table from the fit.
        var factorDeviation: Double, viscosityDeviation: Double
    }

    func fit(at reference: Double) -> Fit {
        let count = Double(pressure.count)
        let logarithms = factor.map { -log($0) }
        let meanPressure = pressure.reduce(0, +) / count
        let meanLogarithm = logarithms.reduce(0, +) / count
        let spread = pressure.reduce(0) { $0 + ($1 - meanPressure) * ($1 - meanPressure) }
        let covariance = zip(pressure, logarithms).reduce(0) {
            $0 + ($1.0 - meanPressure) * ($1.1 - meanLogarithm)
        }
        let slope = spread > 0 ? max(covariance / spread, 0) : 0
        let atReference = exp(-(meanLogarithm + slope * (reference - meanPressure)))
        let mean = viscosity.reduce(0, +) / count
        let fitted = pressure.map { atReference * exp(-slope * ($0 - reference)) }
        return Fit(
            factor: atReference, compressibility: slope, viscosity: mean,
            factorDeviation: zip(fitted, factor).map { abs($0 / $1 - 1) }.max() ?? 0,
            viscosityDeviation: viscosity.map { abs($0 / mean - 1) }.max() ?? 0)
    }
}

/// `reference pressure, B, compressibility, viscosity` of PVTW and PVCDO, in SI units.
struct CompressiblePhase {
    var keyword: DeckKeyword
    var referencePressure: Double, factor: Double, compressibility: Double, viscosity: Double

    /// `B` at another pressure, by the law of ``FluidPhase``.
    func factor(at pressure: Double) -> Double {
        let x = compressibility * (pressure - referencePressure)
        return factor / (1 + x + x * x / 2)
    }
}
