import Foundation
import Reservoir

/// A deck that lacks only the cell properties of a realization, which it includes from files of fixed names.
///
/// Either written for a model, or a user's own deck that includes one or more of ``realizationFiles``; that deck need not
/// be one that ``EclipseDeck`` can read.
public struct DeckTemplate: Equatable, Sendable {
    /// The include files that each realization brings: permeability [mD], porosity, active cells.
    public static let realizationFiles = ["PERMX", "PERMY", "PERMZ", "PORO", "ACTNUM"].map { "\($0).GRDECL" }

    /// The deck and the files it includes, by path relative to the deck's folder.
    let files: [String: [UInt8]]
    /// Which of ``realizationFiles`` the deck includes.
    let fieldFiles: [String]
    /// File name of the deck itself.
    public let deckName: String

    /// A complete METRIC deck of `model` that reports the vectors `summary` at the report times.
    /// - Throws: ``ParameterError`` if a well's name does not fit a deck.
    public init(
        model: ReservoirModel, start: DeckDate = .deckDefault, title: String = "", summary: [VectorKey],
        deckName: String = "CASE.DATA"
    ) throws(ParameterError) {
        for well in model.wells {
            let fits =
                (1...8).contains(well.name.utf8.count)
                && well.name.utf8.allSatisfy { (33..<127).contains($0) && $0 != UInt8(ascii: "'") }
            try require(
                fits, "well name", "`\(well.name)`", "must have 1 to 8 ASCII characters, no blanks or quotes, in a deck"
            )
            try require(!well.completions.isEmpty, "well \(well.name)", "without completions", "must have at least one")
        }
        let plain = title.unicodeScalars.filter { $0.value >= 32 && $0.value < 127 }
        let text = DeckText(
            model: model, start: start, title: plain.isEmpty ? "lsi" : String(String.UnicodeScalarView(plain)),
            summary: summary)
        self.deckName = deckName
        files = [deckName: Array(text.text.utf8)]
        fieldFiles = Self.realizationFiles
    }

    /// A user's deck with the files it includes, except those that each realization brings.
    /// - Throws: ``DeckError`` if an include is missing or outside the deck's folder, or none brings the realization.
    public init(contentsOf deck: URL) throws(DeckError) {
        var problems = ProblemList()
        let source = try DeckSource(deck: deck, supplied: Set(Self.realizationFiles), &problems)
        // What else this package would not take is the simulator's to judge.
        let includes = problems.problems.filter { $0.keyword == "INCLUDE" }
        if !includes.isEmpty { throw DeckError(includes) }
        guard !source.suppliedIncludes.isEmpty else {
            throw DeckError([
                DeckProblem(
                    file: deck.lastPathComponent, line: 0, keyword: "INCLUDE",
                    message: "includes none of \(Self.realizationFiles.joined(separator: ", ")), so every realization "
                        + "would give the same result")
            ])
        }
        deckName = deck.lastPathComponent
        files = source.files
        fieldFiles = Self.realizationFiles.filter(source.suppliedIncludes.contains)
    }

    /// Writes deck and includes into `folder`, which must exist; the deck then runs from there.
    /// - Throws: an error of Foundation's if a file cannot be written.
    public func write(_ realization: Realization, on grid: Grid, to folder: URL) throws {
        for (name, bytes) in files {
            let url = folder.appendingPathComponent(name)
            if name.contains("/") {
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            }
            try Data(bytes).write(to: url)
        }
        let texts = GRDECL.texts(of: realization, on: grid)
        for name in fieldFiles {
            guard let text = texts[String(name.prefix { $0 != "." })] else { continue }
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
    }
}
