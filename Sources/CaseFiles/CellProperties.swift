import EclipseFiles
import Foundation
import Reservoir

/// What differs from cell to cell but not between realizations, from a GRDECL file. Lengths in [m], as METRIC files have.
struct CellProperties {
    let orientation: Grid.Orientation
    private var fields: [String: [Double]] = [:]

    init(orientation: Grid.Orientation) { self.orientation = orientation }

    /// `nil` if the file cannot be read or makes no sense, which the section then reports.
    init?(_ path: String, _ orientation: Grid.Orientation, cells: Int, _ section: Section) {
        self.orientation = orientation
        do {
            fields = try GRDECL(
                contentsOf: URL(fileURLWithPath: path), cellCount: cells, reading: GRDECL.shared
            ).fields
        } catch {
            for problem in error.problems { section.report("cells", .other(problem.description)) }
            return nil
        }
        for (name, values) in fields.sorted(by: { $0.key < $1.key }) {
            if name != "TOPS", let cell = values.firstIndex(where: { !($0 >= 0) }) {
                section.report(
                    "cells",
                    .other(
                        "names \(path), where \(name) is \(values[cell]) in cell \(cell + 1); it must not be negative"))
                return nil
            }
        }
        if fields.isEmpty {
            section.report(
                "cells", .other("names \(path), which has none of \(GRDECL.shared.joined(separator: ", "))"))
            return nil
        }
    }

    private var isAreal: Bool { orientation == .areal }
    var active: [Bool]? { fields["ACTNUM"]?.map { $0 != 0 } }
    var thickness: [Double]? { fields[isAreal ? "DZ" : "DY"] }
    var tops: [Double]? { fields["TOPS"] }
    var netToGross: [Double]? { fields["NTG"] }
    var multiplierX: [Double]? { fields["MULTX"] }
    var multiplierY: [Double]? { fields[isAreal ? "MULTY" : "MULTZ"] }
    /// From 1; `nil`: all 1.
    var rockNumbers: [Double]? { fields["SATNUM"] }
}
