import Reservoir

/// What meets what: the active cells, the faces between them and the wells' completions, without any property.
///
/// Active cells are numbered anew, in grid order, so that loops skip nothing. Faces run from the lower to the higher
/// number. One topology serves all realizations of a model.
struct FlowTopology: Sendable {
    struct Face: Sendable {
        /// Active-cell numbers.
        let first: Int, second: Int
        /// Grid cells.
        let firstCell: Int, secondCell: Int
        let isAlongX: Bool
    }

    struct Completion: Sendable {
        let well: Int
        /// Active-cell number and grid cell.
        let cell: Int, gridCell: Int
        /// Depth of the cell's centre below the well's reference depth [m].
        let depthBelowReference: Double
    }

    /// Grid cell of each active cell, `[active]`.
    let gridCell: [Int]
    let faces: [Face]
    let completions: [Completion]
    /// Completions of each well, `[wells]`.
    let completionRange: [Range<Int>]
    let wellCount: Int
    /// Faces about each active cell: those of cell `i` stand at `adjacencyStart[i] ..< adjacencyStart[i + 1]`.
    let adjacencyStart: [Int32], adjacentFace: [Int32], adjacentCell: [Int32]

    var cellCount: Int { gridCell.count }

    /// - Precondition: the model has no problems, see ``ReservoirModel/problems``.
    init(_ model: ReservoirModel) {
        let grid = model.grid
        var activeIndex = [Int](repeating: -1, count: grid.cellCount)
        var gridCell: [Int] = []
        for cell in 0..<grid.cellCount where grid.active[cell] {
            activeIndex[cell] = gridCell.count
            gridCell.append(cell)
        }
        var faces: [Face] = []
        for cell in gridCell {
            let neighbours = [
                (grid.column(of: cell) + 1 < grid.columns, cell + 1, true),
                (grid.row(of: cell) + 1 < grid.rows, cell + grid.columns, false)
            ]
            for (exists, next, isAlongX) in neighbours where exists && grid.active[next] {
                faces.append(
                    Face(
                        first: activeIndex[cell], second: activeIndex[next], firstCell: cell, secondCell: next,
                        isAlongX: isAlongX))
            }
        }
        var completions: [Completion] = []
        var ranges: [Range<Int>] = []
        for (index, well) in model.wells.enumerated() {
            let start = completions.count
            let cells = well.completions.map { grid.cell(column: $0.column, row: $0.row) }
            let reference = well.referenceDepth ?? grid.centreDepth[cells[0]]
            for cell in cells {
                completions.append(
                    Completion(
                        well: index, cell: activeIndex[cell], gridCell: cell,
                        depthBelowReference: grid.centreDepth[cell] - reference))
            }
            ranges.append(start..<completions.count)
        }
        (self.gridCell, self.faces, self.completions, completionRange) = (gridCell, faces, completions, ranges)
        wellCount = model.wells.count
        (adjacencyStart, adjacentFace, adjacentCell) = FlowTopology.adjacency(of: faces, cells: gridCell.count)
    }

    private static func adjacency(of faces: [Face], cells: Int) -> ([Int32], [Int32], [Int32]) {
        var start = [Int32](repeating: 0, count: cells + 1)
        for face in faces {
            start[face.first + 1] += 1
            start[face.second + 1] += 1
        }
        for cell in 0..<cells { start[cell + 1] += start[cell] }
        var next = start
        var adjacentFace = [Int32](repeating: 0, count: 2 * faces.count)
        var adjacentCell = adjacentFace
        for (index, face) in faces.enumerated() {
            for (cell, other) in [(face.first, face.second), (face.second, face.first)] {
                adjacentFace[Int(next[cell])] = Int32(index)
                adjacentCell[Int(next[cell])] = Int32(other)
                next[cell] += 1
            }
        }
        return (start, adjacentFace, adjacentCell)
    }
}
