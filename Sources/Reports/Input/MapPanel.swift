public import Reservoir

/// A field over the grid's plane, drawn with the wells on it.
public struct MapPanel: Equatable, Sendable {
    /// What a value means; fixes unit, colours and scale.
    public enum Quantity: Equatable, Sendable {
        /// Codes; `names[code]` is written in the legend.
        case facies(names: [String])
        /// [m²]; drawn in mD on a logarithmic scale.
        case permeability
        /// [–]
        case porosity
        /// 0 to 1, drawn on exactly that range.
        case probability
        /// A standard deviation or another measure of spread, drawn from 0; `label` holds its unit.
        case spread(label: String)
        case other(label: String)
    }

    /// Where the first row is drawn. Sections and images start at the top.
    public enum FirstRow: String, Equatable, Sendable, Codable {
        case top, bottom
    }

    public var title: String
    public var columns: Int, rows: Int
    /// Column fastest, `[rows * columns]`; NaN in inactive cells, drawn empty.
    public var values: [Float]
    public var quantity: Quantity
    public var wells: [MapWell]
    public var firstRow: FirstRow
    /// Height over width of one cell, for the shape of the drawing.
    public var cellAspect: Double

    public init(
        title: String, columns: Int, rows: Int, values: [Float], quantity: Quantity, wells: [MapWell] = [],
        firstRow: FirstRow = .top, cellAspect: Double = 1
    ) {
        precondition(values.count == columns * rows, "\(values.count) values for \(columns) x \(rows) cells")
        (self.title, self.columns, self.rows, self.values) = (title, columns, rows, values)
        (self.quantity, self.wells, self.firstRow, self.cellAspect) = (quantity, wells, firstRow, cellAspect)
    }
}

/// A well on a map, at the first cell it perforates (zero-based).
public struct MapWell: Equatable, Sendable {
    public var name: String
    public var role: Well.Role
    public var column: Int, row: Int

    public init(name: String, role: Well.Role, column: Int, row: Int) {
        (self.name, self.role, self.column, self.row) = (name, role, column, row)
    }

    var isInjector: Bool { role == .injector }

    /// `nil` for a well that perforates nothing.
    public init?(_ well: Well) {
        guard let first = well.completions.first else { return nil }
        self.init(name: well.name, role: well.role, column: first.column, row: first.row)
    }
}

/// One realization that the page can show: its fields and its vectors.
public struct MemberPanel: Equatable, Sendable {
    /// As in ``RankingRow/realization``.
    public var realization: Int
    /// Why it is of interest: `best`, `median`, `most different`; `nil` for the others.
    public var role: String?
    public var maps: [MapPanel]
    /// One row per ``CalibrationReport/vectors``, in that order, at that panel's times.
    public var curves: [[Double]]

    public init(realization: Int, role: String? = nil, maps: [MapPanel], curves: [[Double]]) {
        (self.realization, self.role, self.maps, self.curves) = (realization, role, maps, curves)
    }
}
