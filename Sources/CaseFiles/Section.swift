import Reservoir
import Yams

/// What all sections of one reading share.
final class ReadingContext {
    /// As named in problems.
    let file: String
    /// Relative file names start here.
    let folder: String
    /// Whether fields are listed instead of read: for the reference and the schema.
    let isDescribing: Bool
    var problems: [CaseFileError.Problem] = []
    var fields: [FieldDescription] = []
    /// Set as soon as it is read; dates need it.
    var startDate: CalendarDate?
    /// Dates elsewhere are not to blame for a start date that cannot be read.
    var startDateIsWrong = false

    init(file: String, folder: String, isDescribing: Bool = false) {
        (self.file, self.folder, self.isDescribing) = (file, folder, isDescribing)
    }

    func path(of file: String) -> String { file.hasPrefix("/") ? file : "\(folder)/\(file)" }
}

/// A mapping of the case file: its fields are declared and read in one go, so that what is read, what the reference says
/// and what the schema allows cannot differ.
///
/// Getters collect problems instead of throwing, so that all are found in one reading; they return `nil`, or the default,
/// for a field that is wrong or missing. When only describing, no field has a value.
final class Section {
    /// Dotted path; empty at the top.
    let path: String
    let context: ReadingContext
    /// `nil` for a section that is not given but has defaults, and when describing.
    private let mapping: Node.Mapping?
    private let line: Int?
    private let conditions: [String]
    private var known: [String] = []

    init(
        path: String, mapping: Node.Mapping?, line: Int?, conditions: [String] = [], context: ReadingContext
    ) {
        (self.path, self.mapping, self.line) = (path, mapping, line)
        (self.conditions, self.context) = (conditions, context)
    }

    var isDescribing: Bool { context.isDescribing }

    // MARK: Declaring

    /// Declares a field and returns its node, `nil` if it is absent. A required field that is absent is a problem.
    func declare(
        _ key: String, _ kind: FieldDescription.Kind, _ presence: FieldDescription.Presence,
        _ requirement: String? = nil, _ text: String, when condition: String? = nil
    ) -> Node? {
        known.append(key)
        if isDescribing {
            context.fields.append(
                FieldDescription(
                    path: fieldPath(key), kind: kind, presence: presence, requirement: requirement, text: text,
                    conditions: conditions + (condition.map { [$0] } ?? [])))
            return nil
        }
        if let node = node(key) { return node }
        if presence == .required { report(key, .missing) }
        return nil
    }

    /// A value that is written and not null.
    private func node(_ key: String) -> Node? {
        guard let node = mapping?.first(where: { $0.key.string == key })?.value else { return nil }
        if let scalar = node.scalar, scalar.style == .plain, ["", "~", "null"].contains(scalar.string) { return nil }
        return node
    }

    func isGiven(_ key: String) -> Bool { node(key) != nil }

    func fieldPath(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    // MARK: Problems

    private func keyLine(_ key: String) -> Int? { mapping?.first { $0.key.string == key }?.key.mark?.line }

    /// Reports a problem of a field at its line, or at this section's if it is not given.
    func report(_ key: String, _ reason: CaseFileError.Reason, line: Int? = nil) {
        let place = line ?? keyLine(key) ?? self.line
        context.problems.append(
            CaseFileError.Problem(file: context.file, line: place, field: fieldPath(key), reason: reason))
    }

    func report(_ reason: CaseFileError.Reason) {
        context.problems.append(
            CaseFileError.Problem(file: context.file, line: line, field: path, reason: reason))
    }

    /// Builds a value of a domain type, reporting what it refuses: at the field that has the parameter's name, if any.
    func build<Value>(_ body: () throws(ParameterError) -> Value) -> Value? {
        guard !isDescribing else { return nil }
        do {
            return try body()
        } catch {
            report(error)
            return nil
        }
    }

    func report(_ error: ParameterError) {
        let reason = CaseFileError.Reason.wrong(found: error.found, requirement: error.requirement)
        let name = error.parameter.replacing(" ", with: "_")
        if known.contains(name) {
            report(name, reason)
        } else {
            report(.other("\(error.parameter) is \(error.found) but \(error.requirement)"))
        }
    }

    /// Reports fields that nothing asked for.
    func finish() {
        for (key, _) in mapping ?? Node.Mapping([]) {
            let name = key.string ?? "a field that is no text"
            guard !known.contains(name) else { continue }
            report(name, .unknownField(suggestion: nearestName(to: name, among: known)), line: key.mark?.line)
        }
    }

    // MARK: Sections within

    /// Reads the mapping of a field. Without one, a required section is a problem and gives `nil`; another is read as if
    /// it were empty, so that defaults stand in one place.
    /// - Parameter condition: under which it is required; for the reference.
    func section<Value>(
        _ key: String, required: Bool = false, when condition: String? = nil, _ text: String,
        _ body: (Section) -> Value?
    ) -> Value? {
        let node = declare(key, .section, required ? .required : .optional, nil, text, when: condition)
        if let node {
            guard let mapping = mapping(of: node, key) else { return nil }
            return read(mapping, at: keyLine(key), fieldPath(key), body)
        }
        return required && !isDescribing ? nil : read(nil, at: line, fieldPath(key), body)
    }

    /// As ``section(_:required:_:_:)`` for a section whose absence means something.
    func optionalSection<Value>(_ key: String, _ text: String, _ body: (Section) -> Value?) -> Value? {
        guard isGiven(key) || isDescribing else {
            _ = declare(key, .section, .optional, nil, text)
            return nil
        }
        return section(key, text, body)
    }

    /// Reads a list of mappings; `nil` stands for an entry that is wrong.
    func sections<Value>(
        _ key: String, required: Bool = false, when condition: String? = nil, _ text: String,
        _ body: (Section) -> Value?
    ) -> [Value?] {
        let node = declare(key, .sections, required ? .required : .optional, nil, text, when: condition)
        if isDescribing {
            _ = read(nil, at: nil, fieldPath(key) + "[]", body)
            return []
        }
        guard let node else { return [] }
        guard let sequence = node.sequence else {
            report(key, .wrong(found: node.summary, requirement: "must be a list, each entry starting with a dash"))
            return []
        }
        return sequence.enumerated().map { index, entry in
            guard let mapping = mapping(of: entry, "\(key)[\(index + 1)]") else { return nil }
            return read(mapping, at: entry.mark?.line, fieldPath("\(key)[\(index + 1)]"), body)
        }
    }

    /// One of several groups of fields beside this choice.
    struct Variant<Value> {
        let name: String
        let body: (Section) -> Value?

        init(_ name: String, _ body: @escaping (Section) -> Value?) { (self.name, self.body) = (name, body) }
    }

    /// A field that decides which other fields this section has.
    func variant<Value>(
        _ key: String, default standard: String? = nil, _ text: String, _ variants: [Variant<Value>]
    ) -> Value? {
        let names = variants.map(\.name)
        let chosen = choice(key, names, default: standard, text)
        if isDescribing {
            for variant in variants {
                let condition = "\(fieldPath(key)): \(variant.name)"
                let section = Section(
                    path: path, mapping: nil, line: nil, conditions: conditions + [condition], context: context)
                _ = variant.body(section)
            }
            return nil
        }
        guard let chosen, let variant = variants.first(where: { $0.name == chosen }) else {
            // Which fields belong here is unknown, so none is called unknown.
            known += mapping?.keys.compactMap(\.string) ?? []
            return nil
        }
        return variant.body(self)
    }

    private func mapping(of node: Node, _ key: String) -> Node.Mapping? {
        if let mapping = node.mapping { return mapping }
        report(
            key, .wrong(found: node.summary, requirement: "must hold fields with values, indented below it"),
            line: node.mark?.line)
        return nil
    }

    private func read<Value>(
        _ mapping: Node.Mapping?, at line: Int?, _ path: String, _ body: (Section) -> Value?
    ) -> Value? {
        let section = Section(
            path: path, mapping: mapping, line: line ?? self.line, conditions: conditions, context: context)
        defer { section.finish() }
        return body(section)
    }
}

extension Node {
    /// A few words that show a user which value is meant.
    var summary: String {
        switch self {
        case .scalar(let scalar): "'\(scalar.string.prefix(60))'"
        case .sequence(let sequence): "a list of \(sequence.count)"
        case .mapping: "a group of fields"
        case .alias: "an alias"
        }
    }
}
