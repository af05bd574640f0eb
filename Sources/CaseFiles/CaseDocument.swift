import Foundation
import Storage
import Yams

/// The YAML text of a case as a tree of nodes with their lines.
enum CaseDocument {
    /// Larger than any case written by hand; a reader of YAML needs many times the size of its text.
    private static let sizeLimit = 4 << 20

    /// - Throws: ``CaseFileError`` if the text is not YAML or not a mapping of fields.
    static func parse(_ text: String, file: String) throws(CaseFileError) -> Node.Mapping {
        let root = try node(text, file: file, advice: "; 'lsi new' writes a case to start from")
        guard let mapping = root.mapping else {
            throw failure(file, root.mark?.line, "must hold fields with values, for example 'seed: 1'")
        }
        return mapping
    }

    /// - Parameter advice: added where the text is empty.
    /// - Throws: ``CaseFileError`` if the text is not YAML or empty.
    static func node(_ text: String, file: String, advice: String = "") throws(CaseFileError) -> Node {
        guard text.utf8.count <= sizeLimit else { throw failure(file, nil, "is larger than \(sizeLimit >> 20) MiB") }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw describe(error, file: file)
        }
        guard let root else { throw failure(file, nil, "is empty" + advice) }
        return root
    }

    private static func describe(_ error: any Error, file: String) -> CaseFileError {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            failure(file, mark.line, "is not YAML (\(problem) in column \(mark.column)); check indentation and quotes")
        case .duplicatedKeysInMapping(let names, let context):
            failure(file, context.mark.line, "gives \(names.joined(separator: ", ")) more than once; keep one")
        default:
            failure(file, nil, "is not YAML; check indentation and quotes")
        }
    }

    private static func failure(_ file: String, _ line: Int?, _ text: String) -> CaseFileError {
        CaseFileError([CaseFileError.Problem(file: file, line: line, field: "", reason: .other(text))])
    }
}
