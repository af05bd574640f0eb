import EclipseFiles
import Foundation
import Reservoir
import Storage

/// The grid, with what else differs from cell to cell but not between realizations.
struct ReadGrid {
    let grid: Grid
    let cells: CellProperties
}

func readGrid(_ root: Section) -> ReadGrid? {
    root.section("grid", required: true, "The cells of the model.") { section in
        let orientation = section.choice(
            "orientation", default: Grid.Orientation.areal,
            "`areal`: columns along x, rows along y; `section`: columns along x, rows downward.")
        let columns = section.integer("columns", 1...5000, "Cells along x.")
        let rows = section.integer("rows", 1...5000, "Cells along y, or downward in a section.")
        let widths = section.numbers(
            "cell_width", .length, .positive, "Extent of the cells along x: one number, or one for each column.")
        let heights = section.numbers(
            "cell_height", .length, .positive,
            "Extent of the cells along y, or downward in a section: one number, or one for each row.")
        let thickness = section.optionalNumber(
            "thickness", .length, .positive, "Extent of the cells across the plane, unless `cells` gives it.")
        let depth = section.number(
            "depth", .length, nil, default: 2000,
            "Depth of the top face: of every cell, or of the first row in a section.")
        let activeFile = section.optionalFile(
            "active", "GRDECL file whose ACTNUM (0 or 1 per cell) says which cells are active; by default all.")
        let cellsFile = section.optionalFile(
            "cells",
            "GRDECL file of what differs from cell to cell but not between realizations: any of ACTNUM, NTG, MULTX, MULTY "
                + "(MULTZ in a section), SATNUM, and, in place of `thickness` and `depth`, DZ (DY in a section) and TOPS."
        )
        guard let columns, let rows, let widths, let heights,
            let allWidths = spread(widths, over: columns, "cell_width", "columns", section),
            let allHeights = spread(heights, over: rows, "cell_height", "rows", section)
        else { return nil }
        var cells = CellProperties(orientation: orientation)
        if let cellsFile {
            guard let found = CellProperties(cellsFile, orientation, cells: columns * rows, section) else { return nil }
            cells = found
        }
        var active = cells.active
        if let activeFile {
            active = readActive(activeFile, cells: columns * rows, section)
            if active == nil { return nil }
        }
        guard let allThicknesses = cells.thickness ?? thickness.map({ Array(repeating: $0, count: columns * rows) })
        else {
            if !section.isGiven("thickness") { section.report("thickness", .missing) }
            return nil
        }
        let depths = centreDepths(depth, allHeights, allThicknesses, orientation, tops: cells.tops)
        let grid = section.build { () throws(ParameterError) in
            try Grid(
                orientation: orientation, columnWidths: allWidths, rowHeights: allHeights,
                thickness: allThicknesses, centreDepth: depths, active: active)
        }
        return grid.map { ReadGrid(grid: $0, cells: cells) }
    }
}

/// Of every cell [m], from the top faces: given, or a plane at `depth`.
private func centreDepths(
    _ depth: Double, _ heights: [Double], _ thickness: [Double], _ orientation: Grid.Orientation, tops: [Double]?
) -> [Double] {
    let columns = thickness.count / heights.count
    var rowTops: [Double] = []
    var top = depth
    for height in heights {
        rowTops.append(top)
        if orientation == .section { top += height }
    }
    return thickness.indices.map { cell in
        let extent = orientation == .areal ? thickness[cell] : heights[cell / columns]
        return (tops?[cell] ?? rowTops[cell / columns]) + extent / 2
    }
}

private func spread(_ values: [Double], over count: Int, _ key: String, _ of: String, _ section: Section) -> [Double]? {
    if values.count == 1 { return Array(repeating: values[0], count: count) }
    guard values.count == count else {
        section.report(
            key,
            .wrong(
                found: "a list of \(values.count)",
                requirement: "must be one number or \(count), one for each of the \(of)"))
        return nil
    }
    return values
}

private func readActive(_ path: String, cells: Int, _ section: Section) -> [Bool]? {
    do {
        let file = try GRDECL(contentsOf: URL(fileURLWithPath: path), cellCount: cells)
        guard let numbers = file.fields["ACTNUM"] else {
            section.report("active", .other("names \(path), which has no ACTNUM"))
            return nil
        }
        return numbers.map { $0 != 0 }
    } catch {
        for problem in error.problems { section.report("active", .other(problem.description)) }
        return nil
    }
}
