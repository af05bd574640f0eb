import Foundation
import Reservoir

/// Straight rays across a grid of unit cells, from sources on one side to receivers on the opposite one.
///
/// The geometry of the published tomography demonstration, found from its operator: `positions` sources and as many
/// receivers on each of two pairs of sides, at `round(i (n - 1) / (positions - 1))` along a side of `n` cells, measured
/// at cell corners. First come the rays between the bottom (source, outer index) and the top (receiver, inner index),
/// then those between the right (source) and the left (receiver). With eight positions on 28 x 28 cells these are the
/// 128 columns of its matrix `G`. A ray along a cell boundary counts for the cell behind it.
public struct RayGeometry: Equatable, Sendable {
    /// What one ray crosses: cells and the lengths within, in units of the cell size.
    public struct Path: Equatable, Sendable {
        public let cells: [Int]
        public let lengths: [Double]
    }

    public let columns: Int, rows: Int
    /// Sources, and receivers, on one side.
    public let positions: Int
    /// `[2 * positions * positions]`
    public let paths: [Path]

    /// - Throws: ``ParameterError`` if the grid or the number of positions is too small.
    public init(columns: Int, rows: Int, positions: Int = 8) throws(ParameterError) {
        try require(columns >= 2 && rows >= 2, "grid", "\(columns) x \(rows)", "must be at least 2 x 2")
        try require(
            positions >= 2 && positions <= min(columns, rows), "positions", "\(positions)",
            "must be at least 2 and at most \(min(columns, rows))")
        (self.columns, self.rows, self.positions) = (columns, rows, positions)
        let (width, height) = (Double(columns), Double(rows))
        let along = { (extent: Int, i: Int) in (Double(i * (extent - 1)) / Double(positions - 1)).rounded() }
        var paths: [Path] = []
        for source in 0..<positions {
            for receiver in 0..<positions {
                paths.append(
                    Self.path(
                        from: (along(columns, receiver), 0), to: (along(columns, source), height), columns: columns,
                        rows: rows))
            }
        }
        for source in 0..<positions {
            for receiver in 0..<positions {
                paths.append(
                    Self.path(
                        from: (0, along(rows, receiver)), to: (width, along(rows, source)), columns: columns,
                        rows: rows))
            }
        }
        self.paths = paths
    }

    /// Cuts a straight ray at all cell boundaries (Siddon, 1985, Medical Physics 12, 252).
    static func path(
        from start: (x: Double, y: Double), to end: (x: Double, y: Double), columns: Int, rows: Int
    ) -> Path {
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        let length = (dx * dx + dy * dy).squareRoot()
        var cuts = [0.0, 1.0]
        if dx != 0 { cuts += (0...columns).map { (Double($0) - start.x) / dx } }
        if dy != 0 { cuts += (0...rows).map { (Double($0) - start.y) / dy } }
        cuts = cuts.filter { $0 >= 0 && $0 <= 1 }.sorted()
        var cells: [Int] = [], lengths: [Double] = []
        for (a, b) in zip(cuts, cuts.dropFirst()) where b - a > 1e-12 {
            let middle = (a + b) / 2
            let column = min(max(Int((start.x + middle * dx).rounded(.down)), 0), columns - 1)
            let row = min(max(Int((start.y + middle * dy).rounded(.down)), 0), rows - 1)
            cells.append(row * columns + column)
            lengths.append((b - a) * length)
        }
        return Path(cells: cells, lengths: lengths)
    }

    /// Sums of `values` along each ray, weighted by length, `[paths]`.
    /// - Parameter values: `[cells]`
    public func integrals(of values: [Double]) -> [Double] {
        precondition(values.count == columns * rows, "\(values.count) values for \(columns) x \(rows) cells")
        return paths.map { path in
            path.cells.indices.reduce(0) { $0 + path.lengths[$1] * values[path.cells[$1]] }
        }
    }
}
