import Foundation

/// A smooth random field on the grid, of zero mean and about unit variance, spanned by bumps on a coarse lattice:
/// `g(x) = Σ_j w_j φ_j(x)` with `w` standard normal and `Σ_j φ_j(x)² = 1` in every cell.
struct DetailField: Sendable {
    /// Cells between lattice points: features half as wide as a body that is a few cells wide.
    private static let spacing = 4
    /// Standard deviation of a bump, in cells, and where it is cut off.
    private static let width = 2.8, reach = 7

    let rows: Int, columns: Int
    private let latticeRows: Int, latticeColumns: Int
    /// One-dimensional bumps, `[lattice][cells]`; the field's are their products.
    private let alongRows: [[Float]], alongColumns: [[Float]]

    /// Number of weights.
    var dimension: Int { latticeRows * latticeColumns }

    init(rows: Int, columns: Int) {
        (self.rows, self.columns) = (rows, columns)
        (alongRows, alongColumns) = (Self.bumps(rows), Self.bumps(columns))
        (latticeRows, latticeColumns) = (alongRows.count, alongColumns.count)
    }

    /// Normalised in each direction, which normalises their products.
    private static func bumps(_ cells: Int) -> [[Float]] {
        let count = max(1, (cells + spacing - 1) / spacing)
        let first = (Double(cells - 1) - Double((count - 1) * spacing)) / 2
        let raw = (0..<count).map { lattice in
            (0..<cells).map { cell in
                let distance = Double(cell) - first - Double(lattice * spacing)
                return abs(distance) > Double(reach) ? 0 : exp(-0.5 * (distance / width) * (distance / width))
            }
        }
        let norms = (0..<cells).map { cell in raw.reduce(0) { $0 + $1[cell] * $1[cell] }.squareRoot() }
        return raw.map { bump in bump.indices.map { Float(bump[$0] / norms[$0]) } }
    }

    /// - Parameter weights: `[dimension]`
    /// - Returns: `[cells]`, row after row.
    func values(_ weights: some RandomAccessCollection<Double>) -> [Float] {
        let weights = weights.map { Float($0) }
        var field = [Float](repeating: 0, count: rows * columns)
        for latticeRow in 0..<latticeRows {
            var along = [Float](repeating: 0, count: columns)
            for latticeColumn in 0..<latticeColumns {
                let weight = weights[latticeRow * latticeColumns + latticeColumn]
                for column in 0..<columns { along[column] += weight * alongColumns[latticeColumn][column] }
            }
            for row in 0..<rows where alongRows[latticeRow][row] != 0 {
                let factor = alongRows[latticeRow][row]
                for column in 0..<columns { field[row * columns + column] += factor * along[column] }
            }
        }
        return field
    }

    /// The transposed map: `Σ_x s(x) φ_j(x)`.
    /// - Parameter slopes: `[cells]`
    /// - Returns: `[dimension]`
    func projections(_ slopes: [Float]) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(dimension)
        for bump in alongRows {
            var along = [Float](repeating: 0, count: columns)
            for row in 0..<rows where bump[row] != 0 {
                for column in 0..<columns { along[column] += bump[row] * slopes[row * columns + column] }
            }
            for other in alongColumns {
                result.append(Double(zip(other, along).reduce(0 as Float) { $0 + $1.0 * $1.1 }))
            }
        }
        return result
    }

    /// Calls `body` with each cell of a bump that is not zero, and the bump's value there.
    func forEachCell(of lattice: Int, _ body: (_ cell: Int, _ value: Float) -> Void) {
        let alongRow = alongRows[lattice / latticeColumns], alongColumn = alongColumns[lattice % latticeColumns]
        for row in 0..<rows where alongRow[row] != 0 {
            for column in 0..<columns where alongColumn[column] != 0 {
                body(row * columns + column, alongRow[row] * alongColumn[column])
            }
        }
    }

    /// Whether two bumps may have a cell in common.
    func overlap(_ a: Int, _ b: Int) -> Bool {
        let most = 2 * Self.reach / Self.spacing + 1
        return abs(a / latticeColumns - b / latticeColumns) <= most
            && abs(a % latticeColumns - b % latticeColumns) <= most
    }
}
