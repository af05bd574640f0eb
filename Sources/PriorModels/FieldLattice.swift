import Reservoir

/// The regular lattice on which Gaussian fields are drawn, and the node that each cell of the grid reads.
///
/// On a grid of equal cells every cell is a node. Otherwise the spacing is the smallest cell extent, and a cell reads
/// the node nearest to its centre, at most half a spacing away.
struct FieldLattice: Sendable {
    let columns: Int, rows: Int
    /// [m]
    let columnSpacing: Double, rowSpacing: Double
    private let columnNodes: [Int], rowNodes: [Int]

    static let largestCount = 1 << 22

    /// - Throws: ``ParameterError`` if cell extents differ so much that the lattice would be too large.
    init(_ grid: Grid) throws(ParameterError) {
        (columnNodes, columnSpacing) = Self.nodes(grid.columnWidths)
        (rowNodes, rowSpacing) = Self.nodes(grid.rowHeights)
        columns = (columnNodes.last ?? 0) + 1
        rows = (rowNodes.last ?? 0) + 1
        try require(
            columns <= Self.largestCount && rows <= Self.largestCount && columns * rows <= Self.largestCount,
            "grid", "one with cells so unequal that a Gaussian field needs \(columns) x \(rows) nodes",
            "must need at most \(Self.largestCount): make the cells more equal")
    }

    /// The node of a cell, `row * columns + column` of the lattice.
    func node(column: Int, row: Int) -> Int { rowNodes[row] * columns + columnNodes[column] }

    /// The values that cells read, `[cells]`.
    func read(_ field: [Double]) -> [Double] {
        if columns == columnNodes.count && rows == rowNodes.count { return field }
        var values: [Double] = []
        values.reserveCapacity(columnNodes.count * rowNodes.count)
        for row in rowNodes { for column in columnNodes { values.append(field[row * columns + column]) } }
        return values
    }

    private static func nodes(_ extents: [Double]) -> (nodes: [Int], spacing: Double) {
        let smallest = extents.min() ?? 1
        let largest = extents.max() ?? 1
        // Equal but for rounding.
        if largest - smallest <= 1e-6 * largest { return (Array(extents.indices), smallest) }
        var nodes: [Int] = []
        var edge = 0.0
        for extent in extents {
            nodes.append(Int(min((edge + extent / 2) / smallest, 1e9)))
            edge += extent
        }
        return (nodes, smallest)
    }
}
