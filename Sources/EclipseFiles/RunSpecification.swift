import Reservoir

/// What RUNSPEC settles for the other sections.
struct RunSpecification {
    /// Beyond any two-dimensional model; keeps a hostile size from asking for all memory.
    static let cellLimit = 1_000_000

    var title: String?
    var start = DeckDate.deckDefault
    var units = DeckUnits.metric
    var hasOil = false, hasWater = false, hasGas = false
    /// Cells along x, y and depth.
    private(set) var size: (x: Int, y: Int, z: Int)?

    mutating func read(_ keyword: DeckKeyword, _ problems: inout ProblemList) {
        switch keyword.name {
        case "TITLE": title = keyword.text
        case "OIL": hasOil = true
        case "WATER": hasWater = true
        case "GAS": hasGas = true
        case "METRIC": units = .metric
        case "FIELD": units = .field
        case "START":
            if let date = keyword.records.first?.date(of: keyword, &problems) { start = date }
        case "DIMENS": readSize(keyword, &problems)
        default: break
        }
    }

    private mutating func readSize(_ keyword: DeckKeyword, _ problems: inout ProblemList) {
        guard let record = keyword.records.first, let x = record[0]?.integer, let y = record[1]?.integer,
            let z = record[2]?.integer, min(x, y, z) >= 1, max(x, y, z) <= Self.cellLimit
        else {
            problems.add(keyword, "needs three cell counts between 1 and \(Self.cellLimit)")
            return
        }
        guard z == 1 || y == 1 else {
            problems.add(
                keyword,
                "\(x) x \(y) x \(z) is three-dimensional; only nx x ny x 1 (areal) and nx x 1 x nz (section) fit")
            return
        }
        guard x * y * z <= Self.cellLimit else {
            problems.add(keyword, "\(x) x \(y) x \(z) has more than \(Self.cellLimit) cells")
            return
        }
        size = (x, y, z)
    }
}

extension DeckRecord {
    /// `day month year [hh:mm:ss]`, as in START and DATES.
    func date(of keyword: DeckKeyword, _ problems: inout ProblemList) -> DeckDate? {
        guard let day = self[0]?.integer, let monthName = self[1]?.text,
            let month = DeckDate.month(named: monthName), let year = self[2]?.integer
        else {
            problems.add(keyword, line: line, "needs a date such as `1 JAN 2020`")
            return nil
        }
        var time = [0, 0, 0]
        if let text = self[3]?.text {
            // Fractions of a second are cut.
            let parts = text.split(separator: ":").map { Int($0.prefix { $0 != "." }) }
            guard parts.count == 3, parts.allSatisfy({ $0 != nil }) else {
                problems.add(keyword, line: line, "`\(text.prefix(20))` is not a time such as 12:30:00")
                return nil
            }
            time = parts.compactMap(\.self)
        }
        do {
            return try DeckDate(
                year: year, month: month, day: day, hour: time[0], minute: time[1], second: time[2])
        } catch {
            problems.add(keyword, line: line, error.description)
            return nil
        }
    }
}
