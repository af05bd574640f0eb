/// One thing wrong in a text file of Eclipse keywords, with its place.
public struct DeckProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// As the user or an `INCLUDE` named it.
    public let file: String
    /// 1-based; 0 when the problem is the file as a whole.
    public let line: Int
    /// The keyword it concerns; empty outside any keyword.
    public let keyword: String
    public let message: String

    public init(file: String, line: Int, keyword: String, message: String) {
        (self.file, self.line, self.keyword, self.message) = (file, line, keyword, message)
    }

    public var description: String {
        (line > 0 ? "\(file):\(line): " : "\(file): ") + (keyword.isEmpty ? "" : "\(keyword): ") + message
    }
}

/// Everything wrong with a deck or GRDECL file, found in one reading. In the order found, never empty.
public struct DeckError: Error, Equatable, Sendable, CustomStringConvertible {
    public let problems: [DeckProblem]

    public init(_ problems: [DeckProblem]) {
        precondition(!problems.isEmpty, "an error without a problem")
        self.problems = problems
    }

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Collects problems so that all of them are reported at once. A hostile file cannot make the list grow without bound.
struct ProblemList {
    static let limit = 200
    private(set) var problems: [DeckProblem] = []
    private var left = 0

    mutating func add(_ place: DeckPlace, _ keyword: String, _ message: String) {
        guard problems.count < Self.limit else {
            left += 1
            return
        }
        problems.append(DeckProblem(file: place.file, line: place.line, keyword: keyword, message: message))
    }

    mutating func add(_ keyword: DeckKeyword, line: Int? = nil, _ message: String) {
        add(DeckPlace(file: keyword.place.file, line: line ?? keyword.place.line), keyword.name, message)
    }

    func throwIfAny() throws(DeckError) {
        guard !problems.isEmpty else { return }
        guard left > 0 else { throw DeckError(problems) }
        let rest = DeckProblem(
            file: problems[0].file, line: 0, keyword: "", message: "\(left) more problems are not listed")
        throw DeckError(problems + [rest])
    }
}

/// Where something stands in a text file.
struct DeckPlace: Equatable, Sendable {
    var file: String
    /// 1-based.
    var line: Int
}
