import Foundation
import Reservoir

/// Cell properties as text that a deck can include: `PERMX`, `PERMY`, `PERMZ`, `PORO` and `ACTNUM`.
///
/// Values are in Eclipse's order (column fastest, then row), permeability in millidarcy. One number per cell, or runs
/// such as `40*100`; `--` comments. Reads any file with these keywords, also between others, which are skipped and named.
public struct GRDECL: Equatable, Sendable {
    /// The keywords that are read, each with one value per cell. `FACIES` is no Eclipse keyword; modelling packages write
    /// it, and it must not be included in a deck.
    public static let known = ["PERMX", "PERMY", "PERMZ", "PORO", "ACTNUM", "FACIES"]
    /// Keywords of what realizations share but cells do not; read on request.
    public static let shared = ["ACTNUM", "DY", "DZ", "TOPS", "NTG", "MULTX", "MULTY", "MULTZ", "SATNUM"]

    /// Keywords that change cells in ways this reader does not follow; passing over them would give wrong numbers.
    private static let refused: Set<String> = [
        "BOX", "COPY", "ADD", "MULTIPLY", "EQUALS", "OPERATE", "INCLUDE", "MINVALUE", "MAXVALUE"
    ]

    /// Values of each keyword found, in the file's units (mD for permeability), `[cells]`.
    public let fields: [String: [Double]]
    /// Names of the other keywords in the file, in order.
    public let skipped: [String]

    /// - Parameter keywords: those to read.
    public init(contentsOf url: URL, cellCount: Int, reading keywords: [String] = known) throws(DeckError) {
        let name = url.lastPathComponent
        try self.init(
            bytes: TextFile.bytes(of: url, named: name), file: name, cellCount: cellCount, reading: keywords)
    }

    /// - Parameter file: the name that errors carry.
    public init(
        bytes: [UInt8], file: String, cellCount: Int, reading keywords: [String] = known
    ) throws(DeckError) {
        var problems = ProblemList()
        var reader = KeywordReader(bytes, file: file, shape: Self.shape)
        var fields: [String: [Double]] = [:]
        var skipped: [String] = []
        while let keyword = reader.next(&problems) {
            if Self.refused.contains(keyword.name) {
                problems.add(keyword, "is not followed here; write the final arrays, or read the whole deck instead")
            }
            guard keywords.contains(keyword.name) else {
                if skipped.count < ProblemList.limit { skipped.append(keyword.name) }
                continue
            }
            guard let values = keyword.numbers(count: cellCount, &problems) else { continue }
            let missing = values.count(where: \.isNaN)
            if missing > 0 { problems.add(keyword, "leaves \(missing) cells to a default, but none exists") }
            fields[keyword.name] = values
        }
        try problems.throwIfAny()
        (self.fields, self.skipped) = (fields, skipped)
    }

    private static func shape(_ keyword: String) -> KeywordShape? {
        if known.contains(keyword) || shared.contains(keyword) { return .records(1) }
        if keyword == "BOX" || keyword == "INCLUDE" { return .records(1) }
        return refused.contains(keyword) ? .list : nil
    }

    /// Which cells the file leaves active, `[cells]`; `nil` if it does not say.
    public var activeCells: [Bool]? { fields["ACTNUM"]?.map { $0 != 0 } }

    /// Builds a realization: `PERMX` and `PORO` must be there; permeability along the rows is `PERMY` (areal) or `PERMZ`
    /// (section) and equals `PERMX` if absent.
    /// - Throws: ``ParameterError`` if a field is missing, or holds a value out of range in an active cell.
    public func realization(on grid: Grid) throws(ParameterError) -> Realization {
        func field(_ name: String) throws(ParameterError) -> [Double] {
            guard let values = fields[name] else {
                throw ParameterError(parameter: name, found: "missing", requirement: "must be in the GRDECL file")
            }
            return values
        }
        func permeability(_ values: [Double]) -> [Float] { values.map { Float($0 * Unit.millidarcy) } }
        let alongX = permeability(try field("PERMX"))
        let alongRows = fields[grid.orientation == .areal ? "PERMY" : "PERMZ"].map(permeability) ?? alongX
        var facies: [UInt8]?
        if let codes = fields["FACIES"] {
            facies = codes.compactMap(UInt8.init(exactly:))
            try require(
                facies?.count == codes.count, "FACIES", "a code beyond 0 to 255", "must hold whole numbers 0 to 255")
        }
        let realization = Realization(
            facies: facies, porosity: try field("PORO").map(Float.init), permeabilityX: alongX,
            permeabilityY: alongRows)
        try realization.validate(on: grid)
        return realization
    }
}

// MARK: - Writing

extension GRDECL {
    /// The text of one keyword, six runs a line.
    public static func text(keyword: String, _ values: some Sequence<Float>) -> String {
        text(keyword: keyword, words: values.lazy.map { "\($0)" })
    }

    /// The text of one keyword with ten digits, for what is not stored in single precision.
    public static func text(keyword: String, numbers: [Double]) -> String {
        text(keyword: keyword, words: numbers.lazy.map { String(format: "%.10g", $0) })
    }

    static func text(keyword: String, words: some Sequence<String>) -> String {
        var text = keyword + "\n"
        var runsInLine = 0
        func append(_ word: String, _ count: Int) {
            text += count > 1 ? " \(count)*\(word)" : " \(word)"
            runsInLine += 1
            if runsInLine == 6 {
                text += "\n"
                runsInLine = 0
            }
        }
        var run: (word: String, count: Int)?
        for word in words {
            if let previous = run, previous.word == word {
                run = (word, previous.count + 1)
            } else {
                if let previous = run { append(previous.word, previous.count) }
                run = (word, 1)
            }
        }
        if let previous = run { append(previous.word, previous.count) }
        return text + (runsInLine > 0 ? "\n/\n" : "/\n")
    }

    /// A realization as one file that the GRID section of a deck can include, begun by `comment`.
    public static func text(of realization: Realization, on grid: Grid, comment: String) -> String {
        let remark = comment.split(separator: "\n").map { "-- \($0)\n" }.joined()
        let size = "-- \(grid.columns) columns x \(grid.rows) rows, column fastest; permeability in mD\n"
        let parts = texts(of: realization, on: grid)
        return remark + size + parts.sorted { $0.key < $1.key }.map { "\n" + $0.value }.joined()
    }

    /// The include files of a realization, by keyword: `PERMX`, `PERMY`, `PERMZ`, `PORO`, `ACTNUM`.
    ///
    /// In an areal grid `PERMZ` repeats `PERMX`, in a section `PERMY` does: the vertical wells of a section see the
    /// permeability along x in both horizontal directions.
    public static func texts(of realization: Realization, on grid: Grid) -> [String: String] {
        func permeability(_ name: String, _ values: [Float]) -> String {
            text(keyword: name, values.lazy.map { Float(Double($0) / Unit.millidarcy) })
        }
        let (alongX, alongRows) = (realization.permeabilityX, realization.permeabilityY)
        let areal = grid.orientation == .areal
        return [
            "PERMX": permeability("PERMX", alongX),
            "PERMY": permeability("PERMY", areal ? alongRows : alongX),
            "PERMZ": permeability("PERMZ", areal ? alongX : alongRows),
            "PORO": text(keyword: "PORO", realization.porosity),
            "ACTNUM": text(keyword: "ACTNUM", words: grid.active.lazy.map { $0 ? "1" : "0" })
        ]
    }
}
