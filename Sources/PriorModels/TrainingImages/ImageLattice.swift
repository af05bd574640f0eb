import Reservoir

/// The lattice of pixels that covers a grid, and the pixel that each cell reads: the one its centre lies in.
struct ImageLattice: Sendable {
    let columns: Int, rows: Int
    /// The pixel of each cell, `[cells]`.
    let pixels: [Int]

    /// - Parameters: extents of a pixel [m].
    /// - Throws: ``ParameterError`` if there were too many pixels.
    init(_ grid: Grid, pixelWidth: Double, pixelHeight: Double) throws(ParameterError) {
        let columnPixels = Self.pixels(grid.columnWidths, pixelWidth)
        let rowPixels = Self.pixels(grid.rowHeights, pixelHeight)
        let (columns, rows) = ((columnPixels.last ?? 0) + 1, (rowPixels.last ?? 0) + 1)
        let largest = FieldLattice.largestCount
        try require(
            columns <= largest && rows <= largest && columns * rows <= largest, "pixel size",
            "\(pixelWidth) x \(pixelHeight) m", "must be larger: the grid would have \(columns) x \(rows) pixels")
        (self.columns, self.rows) = (columns, rows)
        pixels = rowPixels.flatMap { row in columnPixels.map { row * columns + $0 } }
    }

    private static func pixels(_ extents: [Double], _ pixel: Double) -> [Int] {
        var edge = 0.0
        return extents.map { extent in
            defer { edge += extent }
            // Rounding must not move a centre that lies on an edge.
            return Int(min((edge + extent / 2) / pixel * (1 + 1e-12), 1e9))
        }
    }
}
