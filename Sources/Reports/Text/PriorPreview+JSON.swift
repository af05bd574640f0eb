extension PriorPreview {
    /// Statistics and curves with their targets, of the whole prior and of each scenario, for programs.
    public var summaryJSON: String {
        let fields: [(String, JSONValue)] = [
            ("case", .string(caseName)), ("prior", .string(description)),
            ("realizations", .number(Double(sampleCount))), ("statistics", .array(statistics.map(\.json))),
            ("curves", .array(variograms.map(\.json))),
            (
                "scenarios",
                .array(
                    scenarios.map { scenario in
                        .object([
                            ("label", .string(scenario.label)), ("prior", .string(scenario.description)),
                            ("realizations", .number(Double(scenario.sampleCount))),
                            ("statistics", .array(scenario.statistics.map(\.json))),
                            ("curves", .array(scenario.variograms.map(\.json)))
                        ])
                    })
            ),
            ("notes", .strings(notes))
        ]
        return JSONValue.object(fields).fullText + "\n"
    }
}

extension StatisticRow {
    fileprivate var json: JSONValue {
        .object([
            ("name", .string(name)), ("unit", .string(unit)), ("target", target.map { .number($0) } ?? .null),
            ("measured", .number(measured)), ("standard_error", standardError.map { .number($0) } ?? .null)
        ])
    }
}

extension VariogramPanel {
    fileprivate var json: JSONValue {
        func numbers(_ values: [Double]?) -> JSONValue { values.map { .array($0.map { .number($0) }) } ?? .null }
        return .object([
            ("name", .string(title)), ("quantity", .string(ordinate)), ("lags", numbers(lags)),
            ("measured", numbers(measured)), ("p10", numbers(low)), ("p90", numbers(high)), ("target", numbers(target))
        ])
    }
}
