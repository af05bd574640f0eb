import Reservoir
import Yams

/// Getters of single values. Each comes in three forms: required, with a default, optional.
extension Section {
    // MARK: Numbers

    /// A number in the unit used inside.
    func number(
        _ key: String, _ dimension: UnitKind, _ requirement: Requirement?, _ text: String
    ) -> Double? {
        declare(key, .number(dimension), .required, requirement?.text, text)
            .flatMap { number($0, key, dimension, requirement) }
    }

    /// - Parameter standard: in METRIC units.
    func number(
        _ key: String, _ dimension: UnitKind, _ requirement: Requirement?, default standard: Double,
        _ text: String
    ) -> Double {
        let written = [standard.short, dimension.metricUnit].filter { !$0.isEmpty && $0 != "-" }.joined(separator: " ")
        return declare(key, .number(dimension), .defaulted(written), requirement?.text, text)
            .flatMap { number($0, key, dimension, requirement) } ?? standard * dimension.metricFactor
    }

    func optionalNumber(
        _ key: String, _ dimension: UnitKind, _ requirement: Requirement?, _ text: String
    ) -> Double? {
        declare(key, .number(dimension), .optional, requirement?.text, text)
            .flatMap { number($0, key, dimension, requirement) }
    }

    func number(_ node: Node, _ key: String, _ dimension: UnitKind, _ requirement: Requirement?) -> Double? {
        guard let text = node.scalar?.string else {
            report(key, .wrong(found: node.summary, requirement: numberWanted(dimension)), line: node.mark?.line)
            return nil
        }
        do throws(WrittenNumber.Failure) {
            let number = try WrittenNumber(text.trimmingBlanks, dimension)
            guard requirement?.holds(number.metric) ?? true else {
                report(key, .wrong(found: text, requirement: requirement?.text ?? ""), line: node.mark?.line)
                return nil
            }
            return number.value
        } catch {
            switch error {
            case .notANumber:
                report(key, .wrong(found: node.summary, requirement: numberWanted(dimension)), line: node.mark?.line)
            case .wrongUnit(let unit):
                report(key, wrongUnit(unit, node, dimension), line: node.mark?.line)
            }
            return nil
        }
    }

    private func wrongUnit(_ unit: String, _ node: Node, _ dimension: UnitKind) -> CaseFileError.Reason {
        let accepted = dimension.units.map(\.name)
        guard !accepted.isEmpty else {
            return .wrong(found: node.summary, requirement: "must be a number without a unit")
        }
        return .wrongUnit(found: unit, accepted: accepted)
    }

    private func numberWanted(_ dimension: UnitKind) -> String {
        let unit = dimension.metricUnit
        return unit.isEmpty || unit == "-" ? "must be a number" : "must be a number, in \(unit) unless a unit follows"
    }

    /// A list of numbers, or one.
    func numbers(
        _ key: String, _ dimension: UnitKind, _ requirement: Requirement?, _ text: String
    ) -> [Double]? {
        guard let node = declare(key, .numbers(dimension), .required, requirement?.text, text) else { return nil }
        let entries = node.sequence.map(Array.init) ?? [node]
        let values = entries.compactMap { number($0, key, dimension, requirement) }
        return values.count == entries.count ? values : nil
    }

    func integer(_ key: String, _ range: ClosedRange<Int>, _ text: String) -> Int? {
        declare(key, .integer, .required, wanted(range), text).flatMap { integer($0, key, range) }
    }

    func integer(_ key: String, _ range: ClosedRange<Int>, default standard: Int, _ text: String) -> Int {
        declare(key, .integer, .defaulted("\(standard)"), wanted(range), text)
            .flatMap { integer($0, key, range) } ?? standard
    }

    func optionalInteger(_ key: String, _ range: ClosedRange<Int>, _ text: String) -> Int? {
        declare(key, .integer, .optional, wanted(range), text).flatMap { integer($0, key, range) }
    }

    func integer(_ node: Node, _ key: String, _ range: ClosedRange<Int>) -> Int? {
        if let value = node.scalar.flatMap({ Int($0.string) }), range.contains(value) { return value }
        report(
            key, .wrong(found: node.scalar?.string ?? node.summary, requirement: wanted(range)), line: node.mark?.line)
        return nil
    }

    private func wanted(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max
            ? "must be a whole number of at least \(range.lowerBound)"
            : "must be a whole number within \(range.lowerBound) to \(range.upperBound)"
    }

    // MARK: Words

    func text(_ key: String, _ text: String) -> String? {
        declare(key, .text, .required, nil, text).flatMap { word($0, key) }
    }

    func text(_ key: String, default standard: String, _ text: String) -> String {
        declare(key, .text, .defaulted(standard), nil, text).flatMap { word($0, key) } ?? standard
    }

    func optionalText(_ key: String, _ text: String) -> String? {
        declare(key, .text, .optional, nil, text).flatMap { word($0, key) }
    }

    func texts(_ key: String, default standard: [String], _ text: String) -> [String] {
        guard let node = declare(key, .texts, .defaulted("[\(standard.joined(separator: ", "))]"), nil, text)
        else { return standard }
        return (node.sequence.map(Array.init) ?? [node]).compactMap { word($0, key) }
    }

    /// A file, relative to the case's folder.
    /// - Returns: its path.
    func file(_ key: String, _ text: String) -> String? {
        declare(key, .file, .required, nil, text).flatMap { word($0, key) }.map(context.path)
    }

    func optionalFile(_ key: String, _ text: String) -> String? {
        declare(key, .file, .optional, nil, text).flatMap { word($0, key) }.map(context.path)
    }

    private func word(_ node: Node, _ key: String) -> String? {
        if let text = node.scalar?.string, !text.isEmpty { return text }
        report(key, .wrong(found: node.summary, requirement: "must be a text"), line: node.mark?.line)
        return nil
    }

    func flag(_ key: String, default standard: Bool, _ text: String) -> Bool {
        guard let node = declare(key, .flag, .defaulted("\(standard)"), nil, text) else { return standard }
        switch node.scalar?.string.lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default:
            report(key, .wrong(found: node.summary, requirement: "must be true or false"), line: node.mark?.line)
            return standard
        }
    }

    /// - Returns: `nil` if the choice is wrong, or missing and without a default.
    func choice(_ key: String, _ names: [String], default standard: String? = nil, _ text: String) -> String? {
        let presence = standard.map { FieldDescription.Presence.defaulted($0) } ?? .required
        guard let node = declare(key, .choice(names), presence, nil, text) else { return standard }
        if let name = node.scalar?.string, names.contains(name) { return name }
        let nearest = node.scalar.flatMap { nearestName(to: $0.string, among: names) }
        report(
            key,
            .wrong(
                found: node.summary,
                requirement: "must be one of \(names.joined(separator: ", "))"
                    + (nearest.map { "; did you mean '\($0)'?" } ?? "")),
            line: node.mark?.line)
        return nil
    }

    /// A choice by the raw values of an enumeration.
    func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ key: String, default standard: Value, _ text: String
    ) -> Value {
        choice(key, Value.allCases.map(\.rawValue), default: standard.rawValue, text)
            .flatMap { Value(rawValue: $0) } ?? standard
    }

    func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ key: String, _ type: Value.Type, _ text: String
    ) -> Value? {
        choice(key, Value.allCases.map(\.rawValue), text).flatMap { Value(rawValue: $0) }
    }

    // MARK: Times

    /// Seconds from the start: written in days, with a unit, or as a date.
    func time(_ key: String, default standard: Double, _ text: String) -> Double {
        let written = "\((standard / Unit.day).short) day"
        return declare(key, .time, .defaulted(written), nil, text).flatMap { time($0, key) } ?? standard
    }

    func optionalTime(_ key: String, _ text: String) -> Double? {
        declare(key, .time, .optional, nil, text).flatMap { time($0, key) }
    }

    func time(_ node: Node, _ key: String) -> Double? {
        guard let text = node.scalar?.string, let date = CalendarDate(text) else {
            return number(node, key, .time, .notNegative)
        }
        guard let start = context.startDate else {
            guard !context.startDateIsWrong else { return nil }
            report(
                key, .wrong(found: "the date \(text)", requirement: "needs a 'start_date' in the case to count from"),
                line: node.mark?.line)
            return nil
        }
        guard date >= start else {
            report(
                key, .wrong(found: text, requirement: "must not be before the start, \(start)"), line: node.mark?.line)
            return nil
        }
        return date.seconds - start.seconds
    }
}
