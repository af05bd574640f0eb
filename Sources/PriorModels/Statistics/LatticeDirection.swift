import Foundation
import Reservoir

/// One of the four directions of a grid in which the neighbours of a cell lie.
public enum LatticeDirection: String, Sendable, CaseIterable {
    case x, y, diagonal, antidiagonal

    /// Cells that one step goes.
    var step: (columns: Int, rows: Int) {
        switch self {
        case .x: (1, 0)
        case .y: (0, 1)
        case .diagonal: (1, 1)
        case .antidiagonal: (1, -1)
        }
    }

    var across: LatticeDirection {
        switch self {
        case .x: .y
        case .y: .x
        case .diagonal: .antidiagonal
        case .antidiagonal: .diagonal
        }
    }

    /// Extent of one step along columns and rows [m].
    func offset(on grid: Grid) -> (dx: Double, dy: Double) {
        (Double(step.columns) * grid.columnWidths[0], Double(step.rows) * grid.rowHeights[0])
    }

    /// Clockwise from the direction of rows (y) to that of columns (x), 0 ..< 180 [degrees].
    func azimuth(on grid: Grid) -> Double {
        let (dx, dy) = offset(on: grid)
        let angle = atan2(dx, dy) * 180 / .pi
        return angle < 0 ? angle + 180 : angle
    }

    /// The direction closest to an azimuth [degrees].
    static func nearest(to azimuth: Double, on grid: Grid) -> LatticeDirection {
        func gap(_ direction: LatticeDirection) -> Double {
            let turn = abs((azimuth - direction.azimuth(on: grid)).truncatingRemainder(dividingBy: 180))
            return min(turn, 180 - turn)
        }
        return allCases.min { gap($0) < gap($1) } ?? .x
    }

    /// As in `along x`.
    func name(on grid: Grid) -> String {
        switch self {
        case .x: "along x"
        case .y: "along y"
        default: "along \(Int(azimuth(on: grid).rounded()))°"
        }
    }
}

/// Lags in steps of a direction, evenly spaced up to half the grid.
struct LagSequence: Equatable, Sendable {
    let direction: LatticeDirection
    /// In steps of the direction, ascending.
    let steps: [Int]

    init(_ direction: LatticeDirection, columns: Int, rows: Int, most: Int = 25) {
        let (dc, dr) = direction.step
        let reach = min(dc == 0 ? .max : columns / 2, dr == 0 ? .max : rows / 2)
        let stride = max(1, (reach + most - 1) / most)
        self.direction = direction
        steps = reach >= 1 ? Array(Swift.stride(from: stride, through: reach, by: stride)) : []
    }

    /// Those of `candidates` that half the grid has room for.
    init(_ direction: LatticeDirection, among candidates: [Int], columns: Int, rows: Int) {
        let (dc, dr) = direction.step
        let reach = min(dc == 0 ? .max : columns / 2, dr == 0 ? .max : rows / 2)
        (self.direction, steps) = (direction, candidates.filter { $0 <= reach })
    }

    /// [m]
    func distances(on grid: Grid) -> [Double] {
        let (dx, dy) = direction.offset(on: grid)
        return steps.map { Double($0) * (dx * dx + dy * dy).squareRoot() }
    }
}

/// Pairs of cells a lag apart on a map of `columns` x `rows` cells.
struct LagPairs {
    let columns: Int, rows: Int
    let columnStep: Int, rowStep: Int

    init(_ direction: LatticeDirection, steps: Int, columns: Int, rows: Int) {
        (self.columns, self.rows) = (columns, rows)
        (columnStep, rowStep) = (steps * direction.step.columns, steps * direction.step.rows)
    }

    @inline(__always)
    func forEach(_ body: (_ first: Int, _ second: Int) -> Void) {
        let offset = rowStep * columns + columnStep
        for row in max(0, -rowStep)..<max(0, -rowStep, min(rows, rows - rowStep)) {
            for cell in row * columns..<row * columns + max(0, columns - columnStep) { body(cell, cell + offset) }
        }
    }
}
