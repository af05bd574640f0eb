/// A two-dimensional, logically Cartesian grid of cells.
///
/// An *areal* grid spans x (columns) and y (rows); a *section* spans x (columns) and depth (rows, downward).
/// Cells are numbered with the column fastest, as in Eclipse: `cell = row * columns + column`.
public struct Grid: Equatable, Sendable {
    public enum Orientation: String, Codable, Sendable, CaseIterable {
        case areal, section
    }

    public let orientation: Orientation
    public let columns: Int, rows: Int
    /// Extent of each column along x, `[columns]` [m].
    public let columnWidths: [Double]
    /// Extent of each row, `[rows]` [m]: along y in an areal grid, along depth in a section.
    public let rowHeights: [Double]
    /// Extent of each cell across the plane, `[cells]` [m]: along depth in an areal grid, along y in a section.
    public let thickness: [Double]
    /// Depth of each cell's centre, positive downward, `[cells]` [m].
    public let centreDepth: [Double]
    /// Whether a cell holds fluid and conducts, `[cells]`.
    public let active: [Bool]

    public var cellCount: Int { columns * rows }
    public var activeCount: Int { active.count(where: { $0 }) }

    /// - Throws: ``ParameterError`` naming the first argument whose count or value is wrong.
    public init(
        orientation: Orientation, columnWidths: [Double], rowHeights: [Double],
        thickness: [Double], centreDepth: [Double], active: [Bool]? = nil
    ) throws(ParameterError) {
        let cells = columnWidths.count * rowHeights.count
        try require(!columnWidths.isEmpty, "columns", "0", "must be at least 1")
        try require(!rowHeights.isEmpty, "rows", "0", "must be at least 1")
        try requireAll(columnWidths, "cell width", "must be positive") { $0 > 0 && $0.isFinite }
        try requireAll(rowHeights, "cell height", "must be positive") { $0 > 0 && $0.isFinite }
        try require(
            thickness.count == cells, "thickness", "\(thickness.count) values", "must have \(cells), one per cell")
        try requireAll(thickness, "thickness", "must be positive") { $0 > 0 && $0.isFinite }
        try require(
            centreDepth.count == cells, "depth", "\(centreDepth.count) values", "must have \(cells), one per cell")
        try requireAll(centreDepth, "depth", "must be finite", \.isFinite)
        let active = active ?? Array(repeating: true, count: cells)
        try require(active.count == cells, "active", "\(active.count) values", "must have \(cells), one per cell")
        try require(active.contains(true), "active", "every cell inactive", "must leave at least one active cell")
        self.orientation = orientation
        (columns, rows) = (columnWidths.count, rowHeights.count)
        (self.columnWidths, self.rowHeights) = (columnWidths, rowHeights)
        (self.thickness, self.centreDepth, self.active) = (thickness, centreDepth, active)
    }

    /// A grid of equal cells. `depth` is that of the top face: of every cell in an areal grid, of the first row in a
    /// section. Lengths in [m].
    public static func uniform(
        orientation: Orientation = .areal, columns: Int, rows: Int,
        width: Double, height: Double, thickness: Double, depth: Double, active: [Bool]? = nil
    ) throws(ParameterError) -> Grid {
        try require(columns >= 1 && rows >= 1, "grid size", "\(columns) x \(rows)", "must be at least 1 x 1")
        let centreDepth = (0..<columns * rows).map { cell in
            orientation == .areal ? depth + thickness / 2 : depth + (Double(cell / columns) + 0.5) * height
        }
        return try Grid(
            orientation: orientation, columnWidths: Array(repeating: width, count: columns),
            rowHeights: Array(repeating: height, count: rows),
            thickness: Array(repeating: thickness, count: columns * rows), centreDepth: centreDepth, active: active)
    }

    public func cell(column: Int, row: Int) -> Int { row * columns + column }
    public func column(of cell: Int) -> Int { cell % columns }
    public func row(of cell: Int) -> Int { cell / columns }
    public func contains(column: Int, row: Int) -> Bool {
        (0..<columns).contains(column) && (0..<rows).contains(row)
    }

    /// Bulk volume of a cell [m³].
    public func bulkVolume(of cell: Int) -> Double {
        columnWidths[column(of: cell)] * rowHeights[row(of: cell)] * thickness[cell]
    }
}
