/// One geological model: what differs between the members of an ensemble.
///
/// Single precision: fields are stored by the thousand and feed networks; the simulator widens them.
public struct Realization: Equatable, Sendable {
    /// Facies code of each cell, `[cells]`; `nil` in a prior without facies.
    public var facies: [UInt8]?
    /// Porosity of each cell, `[cells]` [–].
    public var porosity: [Float]
    /// Permeability along the grid's columns direction x, `[cells]` [m²].
    public var permeabilityX: [Float]
    /// Permeability along the grid's rows (y, or depth in a section), `[cells]` [m²].
    public var permeabilityY: [Float]
    /// Of a realization whose facies are not cut yet: what share of a cell each facies has, by code, `[cells]`.
    public var faciesShares: [UInt8: [Float]]?
    /// The scenario this realization was drawn from, in a prior that mixes several.
    public var scenario: String?

    public init(
        facies: [UInt8]? = nil, porosity: [Float], permeabilityX: [Float], permeabilityY: [Float],
        faciesShares: [UInt8: [Float]]? = nil, scenario: String? = nil
    ) {
        (self.facies, self.porosity, self.scenario) = (facies, porosity, scenario)
        self.faciesShares = faciesShares
        (self.permeabilityX, self.permeabilityY) = (permeabilityX, permeabilityY)
    }

    public var cellCount: Int { porosity.count }

    /// - Throws: ``ParameterError`` if a field has not one value per cell of `grid`, or holds a value that is not finite
    ///   or out of range in an active cell.
    public func validate(on grid: Grid) throws(ParameterError) {
        for (name, field) in [
            ("porosity", porosity), ("permeability along x [m²]", permeabilityX),
            ("permeability along y [m²]", permeabilityY)
        ] {
            try require(
                field.count == grid.cellCount, name, "\(field.count) values",
                "must have \(grid.cellCount), one per cell")
            let upper: Float = name == "porosity" ? 1 : .greatestFiniteMagnitude
            for cell in 0..<grid.cellCount where grid.active[cell] && !(field[cell] >= 0 && field[cell] <= upper) {
                throw ParameterError(
                    parameter: name,
                    found: "\(field[cell]) in cell (\(grid.column(of: cell) + 1), \(grid.row(of: cell) + 1))",
                    requirement: name == "porosity" ? "must be within 0 to 1" : "must be finite and not negative")
            }
        }
        if let facies {
            try require(
                facies.count == grid.cellCount, "facies", "\(facies.count) values",
                "must have \(grid.cellCount), one per cell")
        }
    }
}
