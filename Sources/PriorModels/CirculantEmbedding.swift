import Foundation
import LinearAlgebra
import Reservoir

/// Draws stationary Gaussian fields of mean 0 and variance 1 with the correlation of a variogram, on a lattice.
///
/// The lattice is laid into a torus at least twice as large, on which the correlation is diagonal in Fourier space.
/// Where a torus has negative eigenvalues, larger ones are tried; what remains of them is cut, which changes no
/// correlation by more than ``correlationError``.
/// Source: Dietrich and Newsam (1997), SIAM J. Sci. Comput. 18, 1088; Wood and Chan (1994), J. Comput. Graph. Stat. 3.
struct CirculantEmbedding: Sendable {
    let columns: Int, rows: Int
    /// Bound on the difference between a field's correlation and the variogram's [–].
    let correlationError: Double
    private let transform: PeriodicTransform
    private let amplitude: [Double]

    static let acceptedError = 1e-5
    static let largestTorus = 1 << 23
    private static let growth = [1.0, 1.5, 2, 3, 4, 6, 8, 12]

    /// - Throws: ``ParameterError`` if no torus of at most ``largestTorus`` nodes will do.
    init(_ variogram: Variogram, on lattice: FieldLattice) throws(ParameterError) {
        (columns, rows) = (lattice.columns, lattice.rows)
        let correlator = variogram.correlator
        var best = 1.0
        for factor in Self.growth {
            let torusColumns = Self.transformSize(atLeast: 2 * factor * Double(columns))
            let torusRows = Self.transformSize(atLeast: 2 * factor * Double(rows))
            guard torusColumns * torusRows <= Self.largestTorus || factor == 1,
                let transform = PeriodicTransform(rows: torusRows, columns: torusColumns)
            else { break }
            let eigenvalues = transform.eigenvalues { row, column in
                Self.wrapped(correlator, lattice, row, torusRows, column, torusColumns)
            }
            let cut = Self.cut(eigenvalues, transform)
            best = min(best, cut.error)
            if cut.error <= Self.acceptedError {
                (self.transform, amplitude, correlationError) = (transform, cut.amplitude, cut.error)
                return
            }
        }
        let extent = max(Double(columns) * lattice.columnSpacing, Double(rows) * lattice.rowSpacing)
        throw ParameterError(
            parameter: "variogram range", found: "\(variogram.longestRange) m on a domain of \(extent) m",
            requirement: "must be shorter: even the largest embedding leaves a correlation error of "
                + "\(String(format: "%.1e", best)). Try \(String(format: "%.4g", 2 * extent)) m or less, "
                + "or an exponential model")
    }

    /// `[rows * columns]` of the lattice.
    func sample(_ stream: inout RandomStream) -> [Double] {
        transform.gaussianField(amplitude: amplitude, stream: &stream, keptRows: rows, keptColumns: columns)
    }

    /// The correlation at the shortest lag around the torus. Half way round, where two lags of opposite sign are one
    /// node, it is their mean: otherwise a rotated ellipse would not be even.
    private static func wrapped(
        _ correlator: Correlator, _ lattice: FieldLattice, _ row: Int, _ rows: Int, _ column: Int, _ columns: Int
    ) -> Double {
        let dx = Double(2 * column > columns ? column - columns : column) * lattice.columnSpacing
        let dy = Double(2 * row > rows ? row - rows : row) * lattice.rowSpacing
        let value = correlator.correlation(dx: dx, dy: dy)
        guard 2 * column == columns || 2 * row == rows else { return value }
        return (value + correlator.correlation(dx: -dx, dy: dy)) / 2
    }

    /// Standard deviations of the modes, with negative eigenvalues cut and the variance restored; and the share of the
    /// variance that had to be cut, which bounds the change of every correlation.
    private static func cut(
        _ eigenvalues: [Double], _ transform: PeriodicTransform
    ) -> (amplitude: [Double], error: Double) {
        let (width, nodes) = (transform.spectrumColumns, transform.rows * transform.columns)
        var (positive, negative) = (0.0, 0.0)
        for (mode, value) in eigenvalues.enumerated() {
            // All but the first and the last column of the half spectrum stand for two modes.
            let weight = mode % width == 0 || mode % width == width - 1 ? 1.0 : 2.0
            if value > 0 { positive += weight * value } else { negative -= weight * value }
        }
        let scale = Double(nodes) / positive
        let amplitude = eigenvalues.map { (max($0, 0) * scale / (2 * Double(nodes))).squareRoot() }
        // Cutting moves each correlation by at most `negative / nodes`, restoring the variance by as much again.
        return (amplitude, 2 * negative / Double(nodes))
    }

    /// The smallest even number with no prime factor above 7 that is not below `extent`.
    private static func transformSize(atLeast extent: Double) -> Int {
        var size = max(2, Int(extent.rounded(.up)))
        while true {
            var rest = size
            for factor in [2, 3, 5, 7] { while rest % factor == 0 { rest /= factor } }
            if rest == 1 && size % 2 == 0 { return size }
            size += 1
        }
    }
}
