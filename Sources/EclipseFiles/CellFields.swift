/// The cell properties of GRID, REGIONS and SOLUTION, and the keywords that fill them box by box.
struct CellFields {
    static let names: Set<String> = [
        "DX", "DY", "DZ", "TOPS", "PERMX", "PERMY", "PERMZ", "PORO", "NTG", "ACTNUM", "MULTX", "MULTY", "MULTZ",
        "SATNUM", "PVTNUM", "EQLNUM", "PRESSURE", "SWAT", "SGAS"
    ]
    static let operations: Set<String> = ["EQUALS", "COPY", "MULTIPLY", "ADD", "BOX", "ENDBOX"]
    static let axisNames: Set<String> = ["DXV", "DYV", "DZV"]

    /// Zero-based ranges of cells.
    private struct Box {
        var x: Range<Int>, y: Range<Int>, z: Range<Int>
        var count: Int { x.count * y.count * z.count }
    }

    private let size: (x: Int, y: Int, z: Int)
    private var box: Box
    /// Values in deck units, `[cells]`; not-a-number where none was given.
    private var fields: [String: [Double]] = [:]
    /// Cells written so far; bounded, so that many boxes in a small file cannot keep us busy for hours.
    private var work = 0
    private static let workLimit = 400_000_000
    /// Where each field was first set.
    private var places: [String: DeckKeyword] = [:]

    init(size: (x: Int, y: Int, z: Int)) {
        self.size = size
        box = Box(x: 0..<size.x, y: 0..<size.y, z: 0..<size.z)
    }

    var cellCount: Int { size.x * size.y * size.z }
    subscript(name: String) -> [Double]? { fields[name] }
    /// The keyword that first set a field, for messages.
    func origin(of name: String) -> DeckKeyword? { places[name] }

    private var wholeGrid: Box { Box(x: 0..<size.x, y: 0..<size.y, z: 0..<size.z) }

    mutating func read(_ keyword: DeckKeyword, _ problems: inout ProblemList) {
        guard work < Self.workLimit else {
            problems.add(keyword, "is one operation on cells too many; write the properties out instead")
            return
        }
        switch keyword.name {
        case "BOX":
            if let record = keyword.records.first, let read = readBox(record, from: 0, of: keyword, &problems) {
                box = read
            }
        case "ENDBOX": box = wholeGrid
        case "EQUALS", "MULTIPLY", "ADD", "COPY":
            for record in keyword.records { operate(record, of: keyword, &problems) }
        case "DXV", "DYV", "DZV": readAxis(keyword, &problems)
        case "TOPS" where keyword.records.first?.itemCount == size.x * size.y: readTopLayer(keyword, &problems)
        default:
            guard let values = keyword.numbers(count: box.count, &problems) else { return }
            set(keyword.name, of: keyword, in: box) { position, old in values[position].isNaN ? old : values[position] }
        }
    }

    /// `TOPS` of the uppermost layer only; the layers below follow from `DZ`.
    private mutating func readTopLayer(_ keyword: DeckKeyword, _ problems: inout ProblemList) {
        guard let values = keyword.numbers(count: size.x * size.y, &problems) else { return }
        set("TOPS", of: keyword, in: Box(x: 0..<size.x, y: 0..<size.y, z: 0..<1)) { position, _ in values[position] }
    }

    private mutating func readAxis(_ keyword: DeckKeyword, _ problems: inout ProblemList) {
        let name = String(keyword.name.prefix(2))
        let count = name == "DX" ? size.x : name == "DY" ? size.y : size.z
        guard let values = keyword.numbers(count: count, &problems) else { return }
        let size = size
        set(name, of: keyword, in: wholeGrid) { cell, _ in
            switch name {
            case "DX": values[cell % size.x]
            case "DY": values[cell / size.x % size.y]
            default: values[cell / (size.x * size.y)]
            }
        }
    }

    /// `EQUALS name value box`, `MULTIPLY name factor box`, `ADD name term box`, `COPY from to box`.
    private mutating func operate(_ record: DeckRecord, of keyword: DeckKeyword, _ problems: inout ProblemList) {
        guard work < Self.workLimit else { return }
        let isCopy = keyword.name == "COPY"
        guard let first = record[0]?.text?.uppercased(), let second = record[1] else {
            problems.add(
                keyword, line: record.line, isCopy ? "needs two property names" : "needs a property name and a number")
            return
        }
        let target = isCopy ? second.text?.uppercased() ?? "" : first
        for name in [first, target] where !Self.names.contains(name) {
            problems.add(keyword, line: record.line, "`\(name.prefix(20))` is not a property this reader knows")
            return
        }
        guard let box = readBox(record, from: 2, of: keyword, &problems) else { return }
        if isCopy {
            guard let source = fields[first] else {
                problems.add(keyword, line: record.line, "\(first) has no values yet")
                return
            }
            work += cellCount
            let cells = cells(of: box)
            set(target, of: keyword, in: box) { position, _ in source[cells[position]] }
            return
        }
        guard let number = second.number else {
            problems.add(keyword, line: record.line, "`\((second.text ?? "").prefix(20))` is not a number")
            return
        }
        guard keyword.name == "EQUALS" || fields[first] != nil else {
            problems.add(keyword, line: record.line, "\(first) has no values yet")
            return
        }
        set(first, of: keyword, in: box) { _, old in
            switch keyword.name {
            case "EQUALS": number
            case "MULTIPLY": old * number
            default: old + number
            }
        }
    }

    /// Six limits, 1-based and inclusive; a defaulted one is that of the current box.
    private func readBox(
        _ record: DeckRecord, from first: Int, of keyword: DeckKeyword, _ problems: inout ProblemList
    ) -> Box? {
        func range(_ position: Int, _ current: Range<Int>, _ count: Int) -> Range<Int>? {
            let (low, high) = (record[first + position], record[first + position + 1])
            let from = low == nil ? current.lowerBound + 1 : low?.integer
            let to = high == nil ? current.upperBound : high?.integer
            guard let from, let to, from >= 1, from <= to, to <= count else { return nil }
            return from - 1..<to
        }
        guard let x = range(0, box.x, size.x), let y = range(2, box.y, size.y), let z = range(4, box.z, size.z) else {
            problems.add(keyword, line: record.line, "needs a box within \(size.x) x \(size.y) x \(size.z) cells")
            return nil
        }
        return Box(x: x, y: y, z: z)
    }

    private func cells(of box: Box) -> [Int] {
        var cells: [Int] = []
        cells.reserveCapacity(box.count)
        for z in box.z {
            for y in box.y { for x in box.x { cells.append((z * size.y + y) * size.x + x) } }
        }
        return cells
    }

    private mutating func set(
        _ name: String, of keyword: DeckKeyword, in box: Box, value: (_ position: Int, _ old: Double) -> Double
    ) {
        work += box.count
        var field = fields.removeValue(forKey: name) ?? Array(repeating: .nan, count: cellCount)
        for (position, cell) in cells(of: box).enumerated() { field[cell] = value(position, field[cell]) }
        fields[name] = field
        if places[name] == nil {
            places[name] = DeckKeyword(name: name, place: keyword.place)
        }
    }
}
