import Foundation

/// The case file as documentation and as schema, both made from the fields that reading declares.
public enum CaseReference {
    /// One section of the file with the fields directly in it.
    private struct Group {
        let path: String
        var text: String
        var fields: [FieldDescription]
    }

    /// A page of Markdown: a table for each section.
    public static var markdown: String {
        var text = """
            # The case file

            `case.yaml` holds everything about a case. A bare number is in the unit of its field's column; another unit
            may follow it, as in `1 D` or `2900 psi`. Times are days from the start, or dates if the case has a
            `start_date`. File names start from the case's folder. Cells are counted from 1. Unknown fields are refused.

            Units: \(unitList).

            A field that is drawn anew for each realization is a number, `{from, to}` (uniform), `{from, mode, to}`
            (triangular) or `{mean, standard_deviation}` (normal, with `from` and `to` if it is cut).

            """
        for group in groups {
            text += "\n## \(group.path.isEmpty ? "Top level" : "`\(group.path)`")\n\n"
            if !group.text.isEmpty { text += "\(group.text)\n\n" }
            text += "| field | value | unit | default | meaning |\n|---|---|---|---|---|\n"
            for field in group.fields { text += row(of: field) }
        }
        return text
    }

    private static var unitList: String {
        UnitKind.allCases.filter { $0.units.count > 1 && $0 != .fraction }
            .map { "\($0.rawValue) \($0.units.map { "`\($0.name)`" }.joined(separator: ", "))" }
            .joined(separator: "; ")
    }

    private static func row(of field: FieldDescription) -> String {
        let name = field.path.split(separator: ".").last.map(String.init) ?? field.path
        let (value, unit) = words(for: field.kind)
        let standard =
            switch field.presence {
            case .required: "required"
            case .optional: ""
            case .defaulted(let text): text.isEmpty ? "" : "`\(text)`"
            }
        var meaning = field.text
        if let requirement = field.requirement { meaning += " It \(requirement)." }
        if let condition = field.conditions.last { meaning = "(`\(condition)`) " + meaning }
        return "| `\(name)` | \(value) | \(unit) | \(standard) | \(meaning) |\n"
    }

    private static func words(for kind: FieldDescription.Kind) -> (value: String, unit: String) {
        switch kind {
        case .number(let dimension): ("number", dimension.metricUnit)
        case .numbers(let dimension): ("number or list", dimension.metricUnit)
        case .distribution(let dimension): ("number or distribution", dimension.metricUnit)
        case .integer: ("whole number", "")
        case .text: ("text", "")
        case .texts: ("list of texts", "")
        case .flag: ("`true` or `false`", "")
        case .choice(let names): (names.map { "`\($0)`" }.joined(separator: ", "), "")
        case .time: ("time or date", "day")
        case .times: ("list of times, or `{every, until}`", "day")
        case .file: ("file name", "")
        case .section: ("fields", "")
        case .sections: ("list of fields", "")
        }
    }

    /// Sections in the order of the file.
    private static var groups: [Group] {
        var groups = [Group(path: "", text: "", fields: [])]
        for field in mergedFields {
            let parent = field.path.split(separator: ".").dropLast().joined(separator: ".")
            if let index = groups.firstIndex(where: { $0.path == parent }) { groups[index].fields.append(field) }
            switch field.kind {
            case .section: groups.append(Group(path: field.path, text: field.text, fields: []))
            case .sections: groups.append(Group(path: field.path + "[]", text: field.text, fields: []))
            default: break
            }
        }
        return groups.filter { !$0.fields.isEmpty }
    }

    /// Each path once: several types of prior may share a field.
    private static var mergedFields: [FieldDescription] {
        var seen: [String: Int] = [:]
        var merged: [FieldDescription] = []
        for field in Case.fields {
            guard let index = seen[field.path] else {
                seen[field.path] = merged.count
                merged.append(field)
                continue
            }
            let old = merged[index]
            let conditions = Set(old.conditions + field.conditions)
            // `type: channels` and `type: belts` become `type: channels, belts`.
            let last = [old.conditions.last, field.conditions.last].compactMap(\.self)
            let joined =
                last.count == 2 && last[0] != last[1]
                ? [last[0] + ", " + (last[1].split(separator: " ").last.map(String.init) ?? "")] : old.conditions
            merged[index] = FieldDescription(
                path: old.path, kind: old.kind, presence: old.presence, requirement: old.requirement, text: old.text,
                conditions: conditions.isEmpty ? [] : joined)
        }
        return merged
    }
}

// MARK: - Schema

extension CaseReference {
    /// A JSON schema (draft 2020-12) for editors that complete and check YAML.
    public static var jsonSchema: String {
        var schema = object(at: "")
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        schema["title"] = "lsi case file"
        let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? JSONSerialization.data(withJSONObject: schema, options: options) else {
            preconditionFailure("the schema holds something that is not JSON")
        }
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    private static func object(at path: String) -> [String: Any] {
        let fields = groups.first { $0.path == path }?.fields ?? []
        var properties: [String: Any] = [:]
        for field in fields {
            let name = field.path.split(separator: ".").last.map(String.init) ?? field.path
            properties[name] = property(for: field)
        }
        // A field of one variant only cannot be required of all.
        let required = fields.filter { $0.presence == .required && $0.conditions.isEmpty }
            .compactMap { $0.path.split(separator: ".").last.map(String.init) }
        var object: [String: Any] = ["type": "object", "properties": properties, "additionalProperties": false]
        if !required.isEmpty { object["required"] = required }
        return object
    }

    private static func property(for field: FieldDescription) -> [String: Any] {
        var property = type(of: field)
        property["description"] = field.text
        if case .defaulted(let text) = field.presence, !text.isEmpty { property["default"] = text }
        return property
    }

    private static func type(of field: FieldDescription) -> [String: Any] {
        switch field.kind {
        case .number: number
        case .numbers: ["anyOf": [number, ["type": "array"]]]
        case .distribution:
            [
                "anyOf": [
                    number,
                    [
                        "type": "object", "additionalProperties": false,
                        "properties": [
                            "from": number, "to": number, "mode": number, "mean": number, "standard_deviation": number
                        ]
                    ]
                ]
            ]
        case .integer: ["type": "integer"]
        case .text, .file: ["type": ["string", "number"]]
        case .texts: ["type": "array", "items": ["type": "string"]]
        case .flag: ["type": "boolean"]
        case .choice(let names): ["enum": names]
        case .time: number
        case .times:
            [
                "anyOf": [
                    ["type": "array", "items": number],
                    [
                        "type": "object", "additionalProperties": false, "required": ["every", "until"],
                        "properties": ["every": number, "until": number]
                    ]
                ]
            ]
        case .section: object(at: field.path)
        case .sections: ["type": "array", "items": object(at: field.path + "[]")]
        }
    }

    /// A number may carry a unit, and a time may be a date.
    private static var number: [String: Any] { ["type": ["number", "string"]] }
}
