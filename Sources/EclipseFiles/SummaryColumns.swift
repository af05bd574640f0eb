import Reservoir

/// What the numbers of each step mean, from the `.SMSPEC` file.
struct SummaryColumns {
    struct Vector {
        var key: VectorKey
        /// Position among the numbers of a step.
        var column: Int
        /// To SI.
        var factor: Double
    }

    private(set) var start: DeckDate?
    /// Numbers in a step.
    let count: Int
    /// Position of the time.
    let time: Int
    /// To seconds.
    let timeFactor: Double
    /// In the file's order, each key once.
    private(set) var vectors: [Vector] = []
    private(set) var skipped: [String] = []

    init(_ bytes: [UInt8], file: String) throws(SummaryFileError) {
        var reader = try UnformattedFile(bytes, file: file)
        var texts: [String: [String]] = [:]
        while let array = try reader.next() {
            switch array.name {
            case "KEYWORDS", "WGNAMES", "NAMES", "UNITS":
                texts[array.name == "NAMES" ? "WGNAMES" : array.name] = array.texts
            case "STARTDAT": start = Self.date(array.integers ?? [])
            default: break
            }
        }
        guard let keywords = texts["KEYWORDS"], let names = texts["WGNAMES"], let units = texts["UNITS"],
            names.count == keywords.count, units.count == keywords.count
        else {
            throw SummaryFileError(
                file: file, message: "lacks KEYWORDS, WGNAMES or UNITS, or their numbers of entries differ")
        }
        guard let time = keywords.firstIndex(of: "TIME"), let timeFactor = SummaryUnits.times[units[time]] else {
            throw SummaryFileError(file: file, message: "has no TIME in days or hours")
        }
        (count, self.time, self.timeFactor) = (keywords.count, time, timeFactor)
        collect(keywords, names, units)
    }

    private mutating func collect(_ keywords: [String], _ names: [String], _ units: [String]) {
        var seen: Set<VectorKey> = []
        for (column, keyword) in keywords.enumerated() where column != time {
            let isField = keyword.hasPrefix("F"), isWell = keyword.hasPrefix("W")
            // Eclipse fills the name of a well that does not exist with `:+:+:+:+`.
            let key = VectorKey(keyword, isWell ? names[column] : nil)
            let isNamed = isField || (isWell && !names[column].isEmpty && !names[column].hasPrefix(":+"))
            guard isNamed, let factor = SummaryUnits.factor(of: units[column], for: key.quantity),
                seen.insert(key).inserted
            else {
                let isNameless = names[column].isEmpty || names[column].hasPrefix(":+")
                skipped.append(isNameless ? keyword : "\(keyword):\(names[column])")
                continue
            }
            vectors.append(Vector(key: key, column: column, factor: factor))
        }
    }

    /// `STARTDAT`: day, month, year, and in newer files hour, minute, microseconds.
    private static func date(_ numbers: [Int32]) -> DeckDate? {
        guard numbers.count >= 3 else { return nil }
        let time = numbers.count >= 6 ? (numbers[3], numbers[4], numbers[5] / 1_000_000) : (0, 0, 0)
        return try? DeckDate(
            year: Int(numbers[2]), month: Int(numbers[1]), day: Int(numbers[0]), hour: Int(time.0), minute: Int(time.1),
            second: Int(time.2))
    }
}
