import Foundation
import Reservoir

/// A two-dimensional two-phase model read from an Eclipse deck.
///
/// The subset: METRIC or FIELD units; a block-centred grid (`DX`, `DY`, `DZ` or `DXV` ..., `TOPS`) of nx x ny x 1 cells
/// (areal) or nx x 1 x nz (section); `PERMX/Y/Z`, `PORO`, `NTG`, `ACTNUM`, `MULTX/Y/Z`, with `EQUALS`, `COPY`, `MULTIPLY`,
/// `ADD` and `BOX`; dead oil with water or gas (`PVTW`, `PVDO`, `PVCDO`, `PVDG`, `ROCK`, `DENSITY`); `SWOF`, `SGOF`,
/// `SATNUM`; `EQUIL`, or uniform `PRESSURE` and `SWAT` or `SGAS`; vertical wells (`WELSPECS`, `COMPDAT`) under `WCONPROD`,
/// `WCONINJE`, `WELOPEN` and `WELTARG`; `TSTEP` and `DATES`; `INCLUDE` of files in the deck's folder. A deck with all
/// three phases is read if one of water and gas is nowhere present.
///
/// Keywords without effect on such a model (output, memory sizes, numerical method) are passed over and listed in
/// ``ignored``; every other one that cannot be honoured is a ``DeckProblem``, and all of them are reported at once.
public struct EclipseDeck: Equatable, Sendable {
    public let title: String?
    public let start: DeckDate
    public let model: ReservoirModel
    /// The cell properties the deck gives: the base case of an ensemble.
    public let realization: Realization
    /// The vectors of wells and field that SUMMARY asks for, in order.
    public let summaryKeys: [VectorKey]
    /// Keywords passed over because they do not change the model, with their places.
    public let ignored: [DeckProblem]

    /// - Throws: ``DeckError`` with every problem found.
    public init(contentsOf url: URL) throws(DeckError) {
        var problems = ProblemList()
        let source = try DeckSource(deck: url, &problems)
        try self.init(source, name: url.lastPathComponent, problems)
    }

    /// - Parameters:
    ///   - name: what errors call the deck.
    ///   - folder: where `INCLUDE` looks.
    public init(bytes: [UInt8], named name: String, includesIn folder: URL) throws(DeckError) {
        var problems = ProblemList()
        let source = DeckSource(bytes: bytes, named: name, folder: folder, &problems)
        try self.init(source, name: name, problems)
    }

    private init(_ source: DeckSource, name: String, _ earlier: ProblemList) throws(DeckError) {
        var problems = earlier
        let deck = DeckPlace(file: name, line: 0)
        ignored = Self.sort(source.keywords, &problems)
        let run = Self.specification(source.keywords, &problems)
        guard let size = run.size else {
            if !source.keywords.contains(where: { $0.keyword.name == "DIMENS" }) {
                problems.add(deck, "DIMENS", "is missing")
            }
            try problems.throwIfAny()
            throw DeckError([DeckProblem(file: name, line: 0, keyword: "DIMENS", message: "is missing")])
        }
        var assembly = DeckAssembly(run: run, size: size, deck: deck)
        let parts = assembly.assemble(source.keywords, &problems)
        try problems.throwIfAny()
        guard let parts else {
            throw DeckError([DeckProblem(file: name, line: 0, keyword: "", message: "is not a complete deck")])
        }
        (title, start) = (run.title, run.start)
        (model, realization, summaryKeys) = (parts.model, parts.realization, parts.summaryKeys)
    }

    /// Names what cannot be honoured, and returns what may be passed over.
    private static func sort(_ keywords: [SectionedKeyword], _ problems: inout ProblemList) -> [DeckProblem] {
        var ignored: [DeckProblem] = []
        for entry in keywords where entry.section != "SUMMARY" {
            let keyword = entry.keyword
            if DeckCatalogue.honoured[keyword.name] != nil { continue }
            if DeckCatalogue.ignored[keyword.name] == nil {
                let hint =
                    ["COORD", "ZCORN"].contains(keyword.name)
                    ? "; corner-point grids are not, give DX, DY, DZ and TOPS" : ""
                problems.add(keyword, "is not supported\(hint)")
            } else if ignored.count < ProblemList.limit {
                ignored.append(
                    DeckProblem(
                        file: keyword.place.file, line: keyword.place.line, keyword: keyword.name,
                        message: "does not change the model and is passed over"))
            }
        }
        return ignored
    }

    private static func specification(
        _ keywords: [SectionedKeyword], _ problems: inout ProblemList
    ) -> RunSpecification {
        var run = RunSpecification()
        for entry in keywords where entry.section == "RUNSPEC" { run.read(entry.keyword, &problems) }
        return run
    }
}
