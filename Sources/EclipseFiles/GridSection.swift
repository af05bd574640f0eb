import Reservoir

/// Turns the cell fields of a deck into the grid, the base realization and the rock's multipliers.
struct GridSection {
    let fields: CellFields
    let size: (x: Int, y: Int, z: Int)
    let units: DeckUnits
    let deck: DeckPlace

    private var isAreal: Bool { size.z == 1 }
    private var columns: Int { size.x }
    private var rows: Int { isAreal ? size.y : size.z }

    /// `nil` if a field is missing or does not fit, which `problems` then says.
    func grid(_ problems: inout ProblemList) -> Grid? {
        let active = self.active
        guard let dx = complete("DX", active: nil, &problems), let dy = complete("DY", active: nil, &problems),
            let dz = complete("DZ", active: nil, &problems), let tops = tops(dz: dz, &problems),
            let widths = uniform(dx, "DX", count: columns, &problems, index: { $0 % columns }),
            let heights = uniform(
                isAreal ? dy : dz, isAreal ? "DY" : "DZ", count: rows, &problems, index: { $0 / columns })
        else { return nil }
        let thickness = isAreal ? dz : dy
        let depth = zip(tops, dz).map { $0 + $1 / 2 }
        do {
            return try Grid(
                orientation: isAreal ? .areal : .section, columnWidths: widths, rowHeights: heights,
                thickness: thickness, centreDepth: depth, active: active)
        } catch {
            problems.add(deck, "GRID", error.description)
            return nil
        }
    }

    /// Cells that ACTNUM leaves in and that hold pore volume; as in Eclipse, cells without any are taken out.
    private var active: [Bool] {
        let actnum = fields["ACTNUM"], porosity = fields["PORO"], netToGross = fields["NTG"]
        return (0..<fields.cellCount).map { cell in
            actnum?[cell] != 0 && porosity?[cell] != 0 && netToGross?[cell] != 0
        }
    }

    func realization(on grid: Grid, _ problems: inout ProblemList) -> Realization? {
        let acrossRows = isAreal ? "PERMY" : "PERMZ"
        guard let porosity = complete("PORO", active: grid.active, &problems),
            let alongX = complete("PERMX", active: grid.active, &problems),
            let alongRows = complete(acrossRows, active: grid.active, &problems)
        else { return nil }
        if !isAreal, let alongY = fields["PERMY"], let origin = fields.origin(of: "PERMY") {
            let differs = (0..<grid.cellCount).contains {
                grid.active[$0] && !(abs(alongY[$0] - alongX[$0]) <= 1e-6 * alongX[$0])
            }
            if differs {
                problems.add(origin, "differs from PERMX; a section's wells see the same permeability along x and y")
            }
        }
        func permeability(_ values: [Double]) -> [Float] { values.map { Float($0 * Unit.millidarcy) } }
        let realization = Realization(
            porosity: porosity.map(Float.init), permeabilityX: permeability(alongX),
            permeabilityY: permeability(alongRows))
        do {
            try realization.validate(on: grid)
            return realization
        } catch {
            problems.add(deck, "GRID", error.description)
            return nil
        }
    }

    /// A field that may be left out; entries never given become `fallback`. `nil` if no cell was given.
    func optional(_ name: String, fallback: Double, _ problems: inout ProblemList) -> [Double]? {
        guard let values = fields[name] else { return nil }
        if let origin = fields.origin(of: name), values.contains(where: { $0 < 0 }) {
            problems.add(origin, "must not be negative")
        }
        return values.map { $0.isNaN ? fallback : $0 }
    }

    /// The field with a number in every cell. In cells not `active` a missing one becomes zero.
    private func complete(_ name: String, active: [Bool]?, _ problems: inout ProblemList) -> [Double]? {
        guard var values = fields[name] else {
            let hint =
                name == "PERMY" || name == "PERMZ"
                ? "is missing; write `COPY`, `PERMX \(name) /`, `/` if it equals PERMX" : "is missing"
            problems.add(deck, name, hint)
            return nil
        }
        for cell in values.indices where values[cell].isNaN {
            guard let active, !active[cell] else {
                let place = fields.origin(of: name)?.place ?? deck
                let (x, y, z) = (cell % size.x, cell / size.x % size.y, cell / (size.x * size.y))
                problems.add(place, name, "has no value in cell (\(x + 1), \(y + 1), \(z + 1))")
                return nil
            }
            values[cell] = 0
        }
        let factor = name.hasPrefix("D") ? units.length : 1
        return factor == 1 ? values : values.map { $0 * factor }
    }

    /// Depth of each cell's top [m]: given, or the bottom of the cell above.
    private func tops(dz: [Double], _ problems: inout ProblemList) -> [Double]? {
        guard let given = fields["TOPS"] else {
            problems.add(deck, "TOPS", "is missing")
            return nil
        }
        let layer = size.x * size.y
        var tops = given.map { $0 * units.length }
        for cell in tops.indices where tops[cell].isNaN {
            guard cell >= layer else {
                problems.add(fields.origin(of: "TOPS")?.place ?? deck, "TOPS", "has no value in the top layer")
                return nil
            }
            tops[cell] = tops[cell - layer] + dz[cell - layer]
        }
        return tops
    }

    /// One value per column or row, if the field does not vary otherwise.
    private func uniform(
        _ values: [Double], _ name: String, count: Int, _ problems: inout ProblemList, index: (Int) -> Int
    ) -> [Double]? {
        var first = [Double](repeating: .nan, count: count)
        for (cell, value) in values.enumerated() {
            if first[index(cell)].isNaN { first[index(cell)] = value }
            guard abs(value - first[index(cell)]) <= 1e-9 * abs(value) else {
                let line = name == "DX" ? "column" : "row"
                problems.add(
                    fields.origin(of: name)?.place ?? deck, name,
                    "varies within one \(line) of cells; this model's \(line)s have one size each")
                return nil
            }
        }
        return first
    }
}
