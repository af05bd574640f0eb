import Foundation
import Storage
import Yams

/// Well vectors written as YAML: a list of entries with the names that the columns of a table have.
///
///     - {keyword: WOPR:P1, value: 412.5, error: 20.6, date: 2020-03-01}
///     - keyword: WBHP:I1
///       error: 3
///       date: [2020-03-01, 2020-04-01]
///       value: [301.2, 302.8]
///
/// An entry with a list of values has as many dates or times, and one error for all or one for each. It becomes rows of a
/// ``CSVTable``, so that the checks and their messages are those of tables.
struct SeriesDocument {
    let context: ReadingContext
    /// Named in problems.
    let path: String

    private static let names = ["keyword", "well", "value", "error", "date", "time"]

    static func reads(_ path: String) -> Bool {
        ["yaml", "yml"].contains((path as NSString).pathExtension.lowercased())
    }

    /// `nil` if the text is no such list, which the context then says.
    func table(of text: String) -> CSVTable? {
        let root: Node
        do {
            root = try CaseDocument.node(text, file: path)
        } catch {
            context.problems += error.problems
            return nil
        }
        guard let list = root.sequence else {
            report(
                root.mark?.line, "",
                .other("must be a list of entries such as '- {keyword: WOPR:P1, value: 412.5, error: 20.6, time: 60}'"))
            return nil
        }
        let before = context.problems.count
        let entries = list.compactMap(entry).flatMap(\.self)
        guard context.problems.count == before else { return nil }
        let used = Self.names.filter { name in entries.contains { $0.fields[name] != nil } }
        // Without entries, the names that a table must have, so that only their number is complained of.
        let header = used.isEmpty ? ["keyword", "value", "error", "date"] : used
        let rows = entries.map { entry in
            CSVTable.Row(line: entry.line, fields: header.map { entry.fields[$0] ?? "" })
        }
        return CSVTable(header: CSVTable.Row(line: 1, fields: header), rows: rows)
    }

    private struct Entry {
        let line: Int
        var fields: [String: String]
    }

    private func entry(_ node: Node) -> [Entry]? {
        let line = node.mark?.line ?? 1
        guard let mapping = node.mapping else {
            report(line, "", .wrong(found: node.summary, requirement: "must be fields such as 'keyword: WOPR:P1'"))
            return nil
        }
        var scalars: [String: String] = [:], lists: [String: [(line: Int, text: String)]] = [:]
        for (key, value) in mapping {
            let name = key.string ?? "a field that is no text"
            let place = key.mark?.line ?? line
            guard Self.names.contains(name) else {
                report(place, name, .unknownField(suggestion: nearestName(to: name, among: Self.names)))
                continue
            }
            if let text = value.scalar?.string {
                scalars[name] = text
            } else if let sequence = value.sequence, name != "keyword", name != "well" {
                lists[name] = sequence.map { ($0.mark?.line ?? place, $0.scalar?.string ?? $0.summary) }
            } else {
                report(place, name, .wrong(found: value.summary, requirement: "must be one value"))
            }
        }
        return rows(line, scalars, lists)
    }

    private func rows(
        _ line: Int, _ scalars: [String: String], _ lists: [String: [(line: Int, text: String)]]
    ) -> [Entry]? {
        guard !lists.isEmpty else { return [Entry(line: line, fields: scalars)] }
        guard let values = lists["value"] else {
            report(line, "value", .other("must be a list as long as the other lists of its entry"))
            return nil
        }
        for (name, list) in lists.sorted(by: { $0.key < $1.key }) where list.count != values.count {
            report(line, name, .other("is a list of \(list.count) but 'value' is one of \(values.count)"))
            return nil
        }
        return values.indices.map { index in
            let own = lists.mapValues { $0[index].text }
            return Entry(line: values[index].line, fields: scalars.merging(own) { $1 })
        }
    }

    private func report(_ line: Int?, _ field: String, _ reason: CaseFileError.Reason) {
        context.problems.append(CaseFileError.Problem(file: path, line: line, field: field, reason: reason))
    }
}
