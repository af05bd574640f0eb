/// Everything wrong with the files of a case, found in one reading. By file and line, never empty.
public struct CaseFileError: Error, Equatable, Sendable, CustomStringConvertible {
    public struct Problem: Equatable, Sendable, CustomStringConvertible {
        public let file: String
        /// 1-based; `nil` when the file as a whole is at fault.
        public let line: Int?
        /// Dotted path, for example `fluids.water.viscosity`; empty when no field is at fault.
        public let field: String
        public let reason: Reason

        public init(file: String, line: Int?, field: String, reason: Reason) {
            (self.file, self.line, self.field, self.reason) = (file, line, field, reason)
        }

        public var description: String {
            "\(file)\(line.map { ":\($0)" } ?? ""): \(field.isEmpty ? "" : "\(field): ")\(reason)"
        }
    }

    public enum Reason: Equatable, Sendable, CustomStringConvertible {
        /// A field that must be given.
        case missing
        case unknownField(suggestion: String?)
        case wrongUnit(found: String, accepted: [String])
        /// - Parameter requirement: what would be right, for example `must be at least 1`.
        case wrong(found: String, requirement: String)
        case other(String)

        public var description: String {
            switch self {
            case .missing: "is missing but must be given"
            case .unknownField(let suggestion):
                "is not a known field" + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
            case .wrongUnit(let found, let accepted):
                "unit '\(found)' does not fit; use one of \(accepted.joined(separator: ", "))"
            case .wrong(let found, let requirement): "is \(found) but \(requirement)"
            case .other(let text): text
            }
        }
    }

    public let problems: [Problem]

    init(_ problems: [Problem]) {
        precondition(!problems.isEmpty, "an error without a problem")
        self.problems = problems
    }

    /// One line a problem. A table of a well that the case calls otherwise has one in every row: the first will do.
    public var description: String {
        let shown = problems.prefix(Self.mostShown).map(\.description).joined(separator: "\n")
        let left = problems.count - Self.mostShown
        return left > 0 ? "\(shown)\n\(left) more problems are not listed" : shown
    }

    /// Of files in `folder` as if they stood in `other`.
    public func moved(from folder: String, to other: String) -> CaseFileError {
        CaseFileError(
            problems.map { problem in
                guard problem.file.hasPrefix(folder) else { return problem }
                return Problem(
                    file: other + problem.file.dropFirst(folder.count), line: problem.line, field: problem.field,
                    reason: problem.reason)
            })
    }

    private static let mostShown = 100
}
