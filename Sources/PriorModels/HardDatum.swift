import Reservoir

/// What is known at one cell, for example from a well, and holds in every realization.
public struct HardDatum: Equatable, Sendable {
    /// Zero-based.
    public var column: Int, row: Int
    public var facies: UInt8?
    /// Along x [m²].
    public var permeability: Double?
    /// [–]
    public var porosity: Double?

    public init(
        column: Int, row: Int, facies: UInt8? = nil, permeability: Double? = nil, porosity: Double? = nil
    ) {
        (self.column, self.row, self.facies) = (column, row, facies)
        (self.permeability, self.porosity) = (permeability, porosity)
    }

    /// As users count cells.
    var place: String { "cell (\(column + 1), \(row + 1))" }
}

/// Hard data with one entry per cell at most, each inside the grid.
struct CheckedHardData: Sendable {
    struct Entry: Sendable {
        let cell: Int
        let datum: HardDatum
    }

    /// In order of cell.
    let entries: [Entry]

    /// - Throws: ``ParameterError`` if a datum lies outside the grid or in an inactive cell, holds an impossible value,
    ///   or contradicts another of the same cell.
    init(_ data: [HardDatum], on grid: Grid) throws(ParameterError) {
        var byCell: [Int: HardDatum] = [:]
        for datum in data {
            try Self.check(datum, on: grid)
            let cell = grid.cell(column: datum.column, row: datum.row)
            if let other = byCell[cell] {
                byCell[cell] = try Self.merge(other, datum)
            } else {
                byCell[cell] = datum
            }
        }
        entries = byCell.sorted { $0.key < $1.key }.map { Entry(cell: $0.key, datum: $0.value) }
    }

    var isEmpty: Bool { entries.isEmpty }

    /// Cells with known facies, in order of cell.
    var facies: [(cell: Int, code: UInt8)] {
        entries.compactMap { entry in entry.datum.facies.map { (entry.cell, $0) } }
    }

    /// - Throws: ``ParameterError`` if a datum names a facies that `table` lacks.
    func checkFacies(in table: FaciesTable) throws(ParameterError) {
        for entry in entries {
            guard let code = entry.datum.facies else { continue }
            try require(
                table[code] != nil, "hard data at \(entry.datum.place)", "facies \(code)",
                "must be one of the prior's facies \(table.codes.map(String.init).joined(separator: ", "))")
        }
    }

    private static func check(_ datum: HardDatum, on grid: Grid) throws(ParameterError) {
        try require(
            grid.contains(column: datum.column, row: datum.row), "hard data", datum.place,
            "must lie inside the grid of \(grid.columns) x \(grid.rows) cells")
        try require(
            grid.active[grid.cell(column: datum.column, row: datum.row)], "hard data", datum.place,
            "must lie in an active cell")
        if let permeability = datum.permeability {
            try require(
                permeability > 0 && permeability.isFinite, "hard data at \(datum.place)",
                "permeability \(permeability) m²", "must be positive")
        }
        if let porosity = datum.porosity {
            try require(
                porosity > 0 && porosity <= 1, "hard data at \(datum.place)", "porosity \(porosity)",
                "must be above 0 and at most 1")
        }
    }

    private static func merge(_ a: HardDatum, _ b: HardDatum) throws(ParameterError) -> HardDatum {
        func agree<T: Equatable>(_ x: T?, _ y: T?, _ name: String) throws(ParameterError) -> T? {
            guard let x, let y, x != y else { return x ?? y }
            throw ParameterError(
                parameter: "hard data at \(a.place)", found: "\(name) \(x) and \(y)", requirement: "must agree")
        }
        return HardDatum(
            column: a.column, row: a.row, facies: try agree(a.facies, b.facies, "facies"),
            permeability: try agree(a.permeability, b.permeability, "permeability"),
            porosity: try agree(a.porosity, b.porosity, "porosity"))
    }
}
