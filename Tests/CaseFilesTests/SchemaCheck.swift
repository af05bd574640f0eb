import Foundation
import Yams

/// The keywords of JSON Schema that our schema uses, applied to YAML: enough to tell whether an editor would complain.
struct SchemaCheck {
    let schema: [String: Any]

    init(json: String) throws {
        let value = try JSONSerialization.jsonObject(with: Data(json.utf8))
        guard let schema = value as? [String: Any] else { throw CocoaError(.propertyListReadCorrupt) }
        self.schema = schema
    }

    func violations(of node: Node) -> [String] { Self.violations(of: node, schema, "") }

    private static let known: Set<String> = [
        "$schema", "title", "description", "default", "type", "enum", "properties", "additionalProperties", "required",
        "items", "anyOf"
    ]

    private static func violations(of node: Node, _ schema: [String: Any], _ path: String) -> [String] {
        var found = schema.keys.filter { !known.contains($0) }.map { "\(path): the check does not know '\($0)'" }
        if let choices = schema["anyOf"] as? [[String: Any]] {
            let each = choices.map { violations(of: node, $0, path) }
            if !each.contains(where: \.isEmpty) { found += each.first ?? [] }
        }
        if let names = schema["enum"] as? [String], !names.contains(node.string ?? "") {
            found.append("\(path): not one of \(names)")
        }
        if let types = schema["type"] as? [String] ?? (schema["type"] as? String).map({ [$0] }),
            !types.contains(where: { matches(node, $0) })
        {
            found.append("\(path): not \(types.joined(separator: " or "))")
        }
        if let mapping = node.mapping { found += violations(in: mapping, schema, path) }
        if let items = schema["items"] as? [String: Any] {
            for (index, entry) in (node.sequence ?? []).enumerated() {
                found += violations(of: entry, items, "\(path)[\(index)]")
            }
        }
        return found
    }

    private static func violations(
        in mapping: Node.Mapping, _ schema: [String: Any], _ path: String
    ) -> [String] {
        let properties = schema["properties"] as? [String: Any] ?? [:]
        var found: [String] = []
        for name in schema["required"] as? [String] ?? [] where mapping[name] == nil {
            found.append("\(path): lacks \(name)")
        }
        for (key, value) in mapping {
            let name = key.string ?? "?"
            if let property = properties[name] as? [String: Any] {
                found += violations(of: value, property, "\(path).\(name)")
            } else if schema["additionalProperties"] as? Bool == false {
                found.append("\(path): has no property \(name)")
            }
        }
        return found
    }

    private static func matches(_ node: Node, _ type: String) -> Bool {
        switch type {
        case "object": node.mapping != nil
        case "array": node.sequence != nil
        case "integer": node.scalar != nil && node.int != nil
        case "number": node.scalar != nil && node.float != nil
        case "boolean": node.scalar != nil && node.bool != nil
        case "string": node.scalar != nil && node.float == nil && node.bool == nil
        default: false
        }
    }
}
