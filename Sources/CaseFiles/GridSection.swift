import EclipseFiles
import Foundation
import Reservoir
import Storage

func readGrid(_ root: Section) -> Grid? {
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
        let thickness = section.number(
            "thickness", .length, .positive, "Extent of the cells across the plane.")
        let depth = section.number(
            "depth", .length, nil, default: 2000,
            "Depth of the top face: of every cell, or of the first row in a section.")
        let activeFile = section.optionalFile(
            "active", "GRDECL file whose ACTNUM (0 or 1 per cell) says which cells are active; by default all.")
        guard let columns, let rows, let widths, let heights, let thickness,
            let allWidths = spread(widths, over: columns, "cell_width", "columns", section),
            let allHeights = spread(heights, over: rows, "cell_height", "rows", section)
        else { return nil }
        var active: [Bool]?
        if let activeFile {
            active = readActive(activeFile, cells: columns * rows, section)
            if active == nil { return nil }
        }
        var tops = depth
        let depths = allHeights.flatMap { height in
            defer { tops += height }
            let centre = orientation == .areal ? depth + thickness / 2 : tops + height / 2
            return Array(repeating: centre, count: columns)
        }
        return section.build { () throws(ParameterError) in
            try Grid(
                orientation: orientation, columnWidths: allWidths, rowHeights: allHeights,
                thickness: Array(repeating: thickness, count: columns * rows), centreDepth: depths, active: active)
        }
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
