import PriorModels
import Reservoir
import Yams

/// A parameter of the prior that is drawn: a number, or a mapping.
///
///     width: 60
///     width: {from: 40, to: 80}
///     width: {from: 40, mode: 50, to: 80}
///     width: {mean: 60, standard_deviation: 10, from: 40, to: 80}
func readDistribution(
    _ section: Section, _ key: String, _ dimension: UnitKind, _ text: String
) -> Distribution? {
    section.declare(key, .distribution(dimension), .required, nil, text)
        .flatMap { distribution($0, key, dimension, section) }
}

func readOptionalDistribution(
    _ section: Section, _ key: String, _ dimension: UnitKind, _ text: String
) -> Distribution? {
    section.declare(key, .distribution(dimension), .optional, nil, text)
        .flatMap { distribution($0, key, dimension, section) }
}

private func distribution(
    _ node: Node, _ key: String, _ dimension: UnitKind, _ section: Section
) -> Distribution? {
    guard let mapping = node.mapping else {
        guard let value = section.number(node, key, dimension, nil) else { return nil }
        return build(section, key) { () throws(ParameterError) in try .constant(value) }
    }
    let names = ["from", "to", "mode", "mean", "standard_deviation"]
    var values: [String: Double] = [:]
    var isSound = true
    for (name, value) in mapping {
        guard let known = name.string, names.contains(known) else {
            let suggestion = name.string.flatMap { nearestName(to: $0, among: names) }
            section.report("\(key).\(name.string ?? "?")", .unknownField(suggestion: suggestion), line: name.mark?.line)
            isSound = false
            continue
        }
        values[known] = section.number(value, "\(key).\(known)", dimension, nil)
        isSound = isSound && values[known] != nil
    }
    guard isSound else { return nil }
    let (from, to, mode) = (values["from"], values["to"], values["mode"])
    let (mean, deviation) = (values["mean"], values["standard_deviation"])
    switch (from, to, mode, mean, deviation) {
    case (let from, let to, nil, .some(let mean), .some(let deviation)):
        return build(section, key) { () throws(ParameterError) in
            try .normal(mean: mean, standardDeviation: deviation, lower: from, upper: to)
        }
    case (.some(let from), .some(let to), .some(let mode), nil, nil):
        return build(section, key) { () throws(ParameterError) in try .triangular(from, mode: mode, to) }
    case (.some(let from), .some(let to), nil, nil, nil):
        return build(section, key) { () throws(ParameterError) in try .uniform(from, to) }
    default:
        section.report(
            key,
            .other(
                "must be a number, {from, to} (uniform), {from, mode, to} (triangular) or {mean, standard_deviation} "
                    + "(normal, with from and to if it is cut)"))
        return nil
    }
}

/// Reports what the distribution refuses at its own field, whatever the parameter is called.
private func build(
    _ section: Section, _ key: String, _ body: () throws(ParameterError) -> Distribution
) -> Distribution? {
    do {
        return try body()
    } catch {
        section.report(key, .other("\(error.parameter) is \(error.found) but \(error.requirement)"))
        return nil
    }
}
