import Reservoir

/// Wells of SCHEDULE as they are built up: WELSPECS and COMPDAT.
struct WellSection {
    /// A well so far. All cells zero-based.
    struct Entry {
        var name: String
        var place: DeckKeyword
        var headX: Int, headY: Int
        /// [m]
        var referenceDepth: Double?
        /// From WELSPECS: what the well takes if no control ever says.
        var prefersInjection: Bool
        var role: Well.Role?
        var completions: [Well.Completion] = []
        /// The same, to find repeated ones.
        var cells: Set<Int> = []
        /// [m]
        var radius: Double?
        var skin: Double?
        var hasOpened = false
        var control = WellControl.shut
    }

    static let wellLimit = 1000
    /// Of one record; keeps a hostile range from building millions.
    static let perforationLimit = 1000

    let grid: Grid
    let units: DeckUnits
    private(set) var entries: [Entry] = []
    private var indexByName: [String: Int] = [:]

    init(grid: Grid, units: DeckUnits) { (self.grid, self.units) = (grid, units) }

    /// Applies `change` to every well the record's first item names.
    mutating func update(
        _ record: DeckRecord, of keyword: DeckKeyword, _ problems: inout ProblemList,
        _ change: (inout Entry, inout ProblemList) -> Void
    ) {
        guard let name = record[0]?.text else {
            problems.add(keyword, line: record.line, "needs a well's name first")
            return
        }
        if let index = indexByName[name.uppercased()] {
            change(&entries[index], &problems)
            return
        }
        let pattern = NamePattern(name)
        let matching = entries.indices.filter { pattern.matches(entries[$0].name) }
        if matching.isEmpty { problems.add(keyword, line: record.line, "no well is named `\(name.prefix(20))`") }
        for index in matching { change(&entries[index], &problems) }
    }

    /// `WELSPECS`: name, group, i, j, reference depth, preferred phase.
    mutating func specify(_ keyword: DeckKeyword, _ problems: inout ProblemList) {
        for record in keyword.records {
            guard let name = record[0]?.text, !name.isEmpty, let i = record[2]?.integer, let j = record[3]?.integer,
                i >= 1, i <= grid.columns, j >= 1, j <= (grid.orientation == .areal ? grid.rows : 1)
            else {
                problems.add(keyword, line: record.line, "needs a name, a group, and I and J within the grid")
                continue
            }
            let depth = record[4]?.number.map { $0 * units.length }
            let injects = ["WATER", "WAT", "GAS"].contains(record[5]?.text?.uppercased() ?? "")
            if let index = indexByName[name.uppercased()] {
                if entries[index].hasOpened { problems.add(keyword, line: record.line, "\(name) is already open") }
                (entries[index].headX, entries[index].headY) = (i - 1, j - 1)
                (entries[index].referenceDepth, entries[index].prefersInjection) = (depth, injects)
                continue
            }
            guard entries.count < Self.wellLimit else {
                problems.add(keyword, line: record.line, "more than \(Self.wellLimit) wells")
                return
            }
            indexByName[name.uppercased()] = entries.count
            entries.append(
                Entry(
                    name: name,
                    place: DeckKeyword(name: keyword.name, place: .init(file: keyword.place.file, line: record.line)),
                    headX: i - 1, headY: j - 1, referenceDepth: depth, prefersInjection: injects))
        }
    }

    /// `COMPDAT`: well, i, j, k1, k2, status, saturation table, connection factor, diameter, Kh, skin, D, direction, r0.
    mutating func complete(_ keyword: DeckKeyword, _ problems: inout ProblemList) {
        let (grid, units) = (grid, units)
        for record in keyword.records {
            guard record[5]?.text?.uppercased() != "SHUT" else { continue }
            for (position, meaning) in [(7, "a connection factor"), (9, "a Kh"), (13, "an equivalent radius")] {
                if let item = record[position], (item.number ?? 1) > 0 {
                    problems.add(
                        keyword, line: record.line,
                        "gives \(meaning); connections follow from diameter and skin by Peaceman's formula, so leave it to "
                            + "its default")
                }
            }
            if let direction = record[12]?.text?.uppercased(), direction != "Z" {
                problems.add(keyword, line: record.line, "direction \(direction.prefix(8)): wells are vertical (Z)")
            }
            update(record, of: keyword, &problems) { entry, problems in
                guard let cells = Self.cells(of: record, entry, grid) else {
                    problems.add(
                        keyword, line: record.line,
                        "needs I, J, K1 and K2 within the grid, at most \(Self.perforationLimit) cells")
                    return
                }
                // Eclipse takes one foot where the diameter is left out.
                let radius = (record[8]?.number ?? 0.3048 / units.length) * units.length / 2
                let skin = record[10]?.number ?? 0
                let isFirst = entry.completions.isEmpty
                if !isFirst, entry.radius != radius || entry.skin != skin {
                    problems.add(
                        keyword, line: record.line, "\(entry.name) has another diameter or skin above; a well has one")
                }
                let fresh = cells.filter { entry.cells.insert(grid.cell(column: $0.column, row: $0.row)).inserted }
                if entry.hasOpened, !fresh.isEmpty {
                    problems.add(
                        keyword, line: record.line,
                        "\(entry.name) is already open; perforations that change with time are not supported")
                }
                if !(radius > 0) { problems.add(keyword, line: record.line, "the diameter must be positive") }
                (entry.radius, entry.skin) = (radius, skin)
                entry.completions += fresh
            }
        }
    }

    /// Cells of a connection record; inactive ones do not connect, as in Eclipse.
    private static func cells(of record: DeckRecord, _ entry: Entry, _ grid: Grid) -> [Well.Completion]? {
        /// A zero or a default stands for the well head.
        func position(_ item: DeckItem?, head: Int) -> Int? {
            guard let item else { return head }
            return item.integer.map { $0 == 0 ? head : $0 - 1 }
        }
        guard let column = position(record[1], head: entry.headX), let j = position(record[2], head: entry.headY),
            let top = record[3]?.integer, let bottom = record[4]?.integer, top >= 1, bottom >= top,
            bottom - top < perforationLimit
        else { return nil }
        let isAreal = grid.orientation == .areal
        guard isAreal ? bottom == 1 : (bottom <= grid.rows && j == 0) else { return nil }
        let rows = isAreal ? j...j : top - 1...bottom - 1
        guard grid.contains(column: column, row: rows.lowerBound), grid.contains(column: column, row: rows.upperBound)
        else { return nil }
        return rows.filter { grid.active[grid.cell(column: column, row: $0)] }
            .map { Well.Completion(column: column, row: $0) }
    }

    /// The wells that any control or perforation names.
    func wells(_ problems: inout ProblemList) -> [Well] {
        entries.compactMap { entry in
            guard !entry.completions.isEmpty, let radius = entry.radius else {
                problems.add(entry.place, "\(entry.name) has no perforation in an active cell")
                return nil
            }
            func depth(_ completion: Well.Completion) -> Double {
                grid.centreDepth[grid.cell(column: completion.column, row: completion.row)]
            }
            // Eclipse's default is the uppermost connection; ours the first.
            let top = entry.completions.map(depth).min() ?? 0
            let isFirst = depth(entry.completions[0]) == top
            return Well(
                name: entry.name, role: entry.role ?? (entry.prefersInjection ? .injector : .producer),
                completions: entry.completions, radius: radius, skin: entry.skin ?? 0,
                referenceDepth: entry.referenceDepth ?? (isFirst ? nil : top))
        }
    }
}
