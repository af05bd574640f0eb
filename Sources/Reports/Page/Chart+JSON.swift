extension Chart {
    /// What the page's script needs to draw this chart.
    var json: JSONValue {
        .object([
            ("kind", .string("chart")), ("title", .string(title)), ("x", x.json), ("y", y.json),
            ("bands", .array(bands.map(\.json))), ("bars", .array(bars.map(\.json))),
            ("lines", .array(lines.map(\.json))), ("points", .array(points.map(\.json))),
            ("verticals", .array(verticals.map(\.json))), ("horizontals", .array(horizontals.map(\.json))),
            ("shaded", shaded.map { .numbers([$0.lowerBound, $0.upperBound]) } ?? .null),
            ("legend", .bool(showsLegend)), ("square", .bool(isSquare))
        ])
    }
}

extension Chart.Axis {
    fileprivate var json: JSONValue {
        .object([
            ("label", .string(label)), ("scale", .string(scale.rawValue)), ("zero", .bool(includesZero)),
            ("limits", limits.map { .numbers([$0.lowerBound, $0.upperBound]) } ?? .null)
        ])
    }
}

extension Chart.Band {
    fileprivate var json: JSONValue {
        .object([
            ("name", .string(name)), ("color", .string(Palette.colour(tone))), ("x", .numbers(x)),
            ("low", .numbers(low)), ("high", .numbers(high))
        ])
    }
}

extension Chart.Line {
    fileprivate var json: JSONValue {
        .object([
            ("name", .string(name)), ("color", .string(Palette.colour(tone))), ("x", .numbers(x)), ("y", .numbers(y)),
            ("dashed", .bool(isDashed))
        ])
    }
}

extension Chart.Points {
    fileprivate var json: JSONValue {
        .object([
            ("name", .string(name)), ("color", .string(Palette.colour(tone))), ("x", .numbers(x)), ("y", .numbers(y)),
            ("error", .numbers(error)), ("realizations", .integers(realizations))
        ])
    }
}

extension Chart.Bars {
    fileprivate var json: JSONValue {
        .object([
            ("name", .string(name)), ("color", .string(Palette.colour(tone))), ("left", .numbers(left)),
            ("right", .numbers(right)), ("height", .numbers(height))
        ])
    }
}

extension Chart.Rule {
    fileprivate var json: JSONValue {
        .object([
            ("value", .number(value)), ("label", .string(label)), ("color", .string(Palette.colour(tone)))
        ])
    }
}
