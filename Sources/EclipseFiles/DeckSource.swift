import Foundation

/// A keyword with the section it stands in.
struct SectionedKeyword {
    var section: String
    var keyword: DeckKeyword
}

/// Reads a deck and the files it includes into one list of keywords.
///
/// An `INCLUDE` must name a regular file inside the deck's folder (symbolic links resolved), so that a deck from a
/// stranger cannot make us read other files; how deep, how many and how large includes may be is bounded.
struct DeckSource {
    static let depthLimit = 16
    static let fileLimit = 1000

    private let folder: URL
    private var fileCount = 0
    private var byteCount = 0
    private var section = ""
    private var isOver = false
    /// Includes that someone else provides: noted, not read.
    private let supplied: Set<String>
    private(set) var suppliedIncludes: Set<String> = []
    private(set) var keywords: [SectionedKeyword] = []
    /// Contents of the deck and of each file read, by the name it was included under.
    private(set) var files: [String: [UInt8]] = [:]

    init(deck: URL, supplied: Set<String> = [], _ problems: inout ProblemList) throws(DeckError) {
        self.supplied = supplied
        folder = deck.resolvingSymlinksInPath().deletingLastPathComponent()
        let name = deck.lastPathComponent
        read(try TextFile.bytes(of: deck, named: name), named: name, depth: 0, &problems)
    }

    /// A deck in memory; its includes are looked for in `folder`.
    init(bytes: [UInt8], named name: String, folder: URL, _ problems: inout ProblemList) {
        self.folder = folder.resolvingSymlinksInPath()
        supplied = []
        read(bytes, named: name, depth: 0, &problems)
    }

    private mutating func read(_ bytes: [UInt8], named name: String, depth: Int, _ problems: inout ProblemList) {
        fileCount += 1
        byteCount += bytes.count
        files[name] = bytes
        var reader = KeywordReader(bytes, file: name, shape: shape)
        while !isOver, let keyword = reader.next(&problems) {
            switch keyword.name {
            case "END": isOver = true
            case "ENDINC": return
            case "INCLUDE": include(keyword, depth: depth, &problems)
            case let name where DeckCatalogue.sections.contains(name): section = name
            default: keywords.append(SectionedKeyword(section: section, keyword: keyword))
            }
            reader.shape = shape
        }
    }

    private var shape: (String) -> KeywordShape? {
        let inSummary = section == "SUMMARY"
        return { DeckCatalogue.shape(of: $0, inSummary: inSummary) }
    }

    private mutating func include(_ keyword: DeckKeyword, depth: Int, _ problems: inout ProblemList) {
        // An unquoted name with directories is cut at its first slash, which ends the record.
        guard let name = keyword.records.first?[0]?.text, !name.isEmpty else {
            problems.add(keyword, "names no file; put a name with directories in quotes")
            return
        }
        if supplied.contains(name) {
            suppliedIncludes.insert(name)
            return
        }
        guard depth < Self.depthLimit, fileCount < Self.fileLimit, byteCount <= TextFile.sizeLimit else {
            problems.add(keyword, "\(name): too many files, or files included too deeply or too large in all")
            return
        }
        do {
            let url = try Self.resolve(name, in: folder)
            read(try TextFile.bytes(of: url, named: name), named: name, depth: depth + 1, &problems)
        } catch {
            problems.add(keyword, error.problems.map { "\($0.file): \($0.message)" }.joined(separator: "; "))
        }
    }

    /// The file an `INCLUDE` in a deck of `folder` names.
    /// - Throws: ``DeckError`` if it leaves the folder.
    static func resolve(_ name: String, in folder: URL) throws(DeckError) -> URL {
        let named = name.hasPrefix("/") ? URL(fileURLWithPath: name) : folder.appendingPathComponent(name)
        let url = named.standardizedFileURL.resolvingSymlinksInPath()
        let root = folder.path.hasSuffix("/") ? folder.path : folder.path + "/"
        guard url.path.hasPrefix(root), !name.split(separator: "/").contains("..") else {
            throw DeckError([
                DeckProblem(
                    file: name, line: 0, keyword: "", message: "lies outside the deck's folder; copy or link it there")
            ])
        }
        return url
    }
}
