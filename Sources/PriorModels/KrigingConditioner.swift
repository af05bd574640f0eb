import LinearAlgebra
import Reservoir

/// Moves pairs of unconditional fields onto known values by simple kriging of the residuals.
///
/// The two fields of a ``RockProperties`` share one correlation function and are correlated by `r` at the same place,
/// so that `cov(z_a(x), z_b(y)) = R_ab rho(x − y)` with `R = [[1, r], [r, 1]]`. With data `d` at places `y`,
///
///     z_c(x) = z(x) + cov(x, y) K^-1 (d − z(y))
///
/// has exactly the conditional mean and covariance. Source: Journel and Huijbregts (1978), Mining Geostatistics, VII.A.
struct KrigingConditioner: Sendable {
    /// A known value of field 0 (`z_k`) or 1 (`z_phi`).
    struct Datum: Sendable {
        let column: Int, row: Int
        let field: Int
        let value: Double
    }

    private let data: [Datum]
    private let nodes: [Int]
    /// `rho(x − y)` for each datum, over the cells: `[data][cells]`.
    private let influence: [[Double]]
    private let factor: CholeskyFactor
    private let coupling: Matrix

    /// - Throws: ``ParameterError`` if data are so close that the variogram ties their values together.
    init(
        _ data: [Datum], variogram: Variogram, correlation: Double, grid: Grid, lattice: FieldLattice
    ) throws(ParameterError) {
        let coupling = Matrix([[1, correlation], [correlation, 1]])
        let correlator = variogram.correlator
        let nodes = data.map { lattice.node(column: $0.column, row: $0.row) }
        func rho(_ a: Int, _ b: Int) -> Double {
            correlator.correlation(
                dx: Double(a % lattice.columns - b % lattice.columns) * lattice.columnSpacing,
                dy: Double(a / lattice.columns - b / lattice.columns) * lattice.rowSpacing)
        }
        var covariance = Matrix(rows: data.count, columns: data.count)
        for i in data.indices {
            for j in data.indices {
                covariance[i, j] = coupling[data[i].field, data[j].field] * rho(nodes[i], nodes[j])
            }
        }
        let factor: CholeskyFactor
        do { factor = try CholeskyFactor(covariance) } catch { throw Self.tooClose }
        self.covariance = covariance
        influence = nodes.map { node in
            (0..<grid.cellCount).map { rho(lattice.node(column: grid.column(of: $0), row: grid.row(of: $0)), node) }
        }
        (self.data, self.nodes, self.factor, self.coupling) = (data, nodes, factor, coupling)
        cells = data.map { grid.cell(column: $0.column, row: $0.row) }
    }

    private let cells: [Int]
    /// Between the data.
    let covariance: Matrix

    static let tooClose = ParameterError(
        parameter: "hard data",
        found: "so close together that the variogram makes one value follow from others",
        requirement: "must be thinned out, or the variogram given a nugget, or the correlation kept below 1")

    /// - Parameter fields: `[2][cells]`, or `[1][cells]` if all data are of field 0.
    /// - Parameter values: the data's values, where they differ from those given to `init`.
    func condition(_ fields: inout [[Double]], to values: [Double]? = nil) {
        let residual = data.indices.map { (values?[$0] ?? data[$0].value) - fields[data[$0].field][cells[$0]] }
        let weights = factor.solve(residual)
        for field in fields.indices {
            for (index, datum) in data.enumerated() {
                let weight = weights[index] * coupling[field, datum.field]
                if weight == 0 { continue }
                for cell in fields[field].indices { fields[field][cell] += weight * influence[index][cell] }
            }
        }
        // What is left at the data is rounding; the data hold exactly.
        for (index, datum) in data.enumerated() { fields[datum.field][cells[index]] = values?[index] ?? datum.value }
    }
}
