import Foundation

extension MapPanel {
    /// What the page's script needs to draw this map. Values travel as one byte a cell: 255 levels over the scale's
    /// range (facies as their code), 255 for inactive cells.
    func json(scale: MapScale) -> JSONValue {
        .object([
            ("kind", .string("map")), ("title", .string(title)), ("columns", .number(Double(columns))),
            ("rows", .number(Double(rows))), ("low", .number(scale.low)), ("high", .number(scale.high)),
            ("cells", .string(Data(bytes(scale: scale)).base64EncodedString())),
            ("colors", .strings(scale.colours)), ("label", .string(scale.label)),
            ("facies", .strings(scale.facies)), ("logarithmic", .bool(scale.isLogarithmic)),
            ("top", .bool(firstRow == .top)), ("aspect", .number(cellAspect)),
            ("wells", .array(wells.map(\.json)))
        ])
    }

    private func bytes(scale: MapScale) -> [UInt8] {
        drawnValues.map { value in
            guard value.isFinite else { return 255 }
            if !scale.facies.isEmpty { return UInt8(min(max(value, 0), 254)) }
            let share = (value - scale.low) / (scale.high - scale.low)
            return UInt8((min(max(share, 0), 1) * 254).rounded())
        }
    }
}

extension MapWell {
    fileprivate var json: JSONValue {
        .object([
            ("name", .string(name)), ("injector", .bool(isInjector)), ("column", .number(Double(column))),
            ("row", .number(Double(row)))
        ])
    }
}
