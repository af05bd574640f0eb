import Foundation
import Reservoir

/// Realizations as stacked arrays, `[members, rows, columns]`, and back.
///
/// Datasets: `porosity` [–], `permeability_x` and `permeability_y` [m²] in single precision (`permeability_y` is left out
/// where it equals `permeability_x`), `facies` as bytes if there are any, `scenario` as index into the JSON list in the
/// attribute `scenarios` (-1: none).
enum RealizationArrays {
    /// - Precondition: at least one realization, all of `rows * columns` cells, all or none with facies.
    static func store(_ realizations: [Realization], rows: Int, columns: Int, in document: inout NamedArrays) {
        let shape = [realizations.count, rows, columns]
        document.arrays["porosity"] = StoredArray(realizations.flatMap(\.porosity), shape: shape)
        document.arrays["permeability_x"] = StoredArray(realizations.flatMap(\.permeabilityX), shape: shape)
        if realizations.contains(where: { $0.permeabilityX != $0.permeabilityY }) {
            document.arrays["permeability_y"] = StoredArray(realizations.flatMap(\.permeabilityY), shape: shape)
        }
        if realizations.first?.facies != nil {
            document.arrays["facies"] = StoredArray(realizations.flatMap { $0.facies ?? [] }, shape: shape)
        }
        let scenarios = Set(realizations.compactMap(\.scenario)).sorted()
        guard !scenarios.isEmpty else { return }
        let index = Dictionary(uniqueKeysWithValues: scenarios.enumerated().map { ($1, Int64($0)) })
        document.arrays["scenario"] = StoredArray(realizations.map { $0.scenario.flatMap { index[$0] } ?? -1 })
        document.texts["scenarios"] = jsonText(scenarios)
    }

    static func load(
        count: Int, rows: Int, columns: Int, from document: NamedArrays, path: String
    ) throws(StorageError) -> [Realization] {
        let shape = [count, rows, columns]
        let porosity = try document.floats("porosity", shape: shape, path: path)
        let x = try document.floats("permeability_x", shape: shape, path: path)
        let y =
            document.arrays["permeability_y"] == nil
            ? x : try document.floats("permeability_y", shape: shape, path: path)
        let facies =
            document.arrays["facies"] == nil ? nil : try document.array("facies", shape: shape, path: path).bytes
        let scenarios = document.texts["scenarios"].flatMap { parseJSON([String].self, $0) } ?? []
        let labels =
            document.arrays["scenario"] == nil ? nil : try document.doubles("scenario", shape: [count], path: path)
        let cells = rows * columns
        return (0..<count).map { member in
            let range = member * cells..<(member + 1) * cells
            let label = labels.flatMap { Int(exactly: $0[member]) } ?? -1
            return Realization(
                facies: facies.map { Array($0[range]) }, porosity: Array(porosity[range]),
                permeabilityX: Array(x[range]), permeabilityY: Array(y[range]),
                scenario: scenarios.indices.contains(label) ? scenarios[label] : nil)
        }
    }
}

/// Compact JSON with sorted keys. Values are ours and finite, so this cannot fail but by a mistake of ours.
func jsonText<Value: Encodable>(_ value: Value) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let data = try? encoder.encode(value) else { preconditionFailure("\(Value.self) cannot be written as JSON") }
    return String(decoding: data, as: UTF8.self)
}

func parseJSON<Value: Decodable>(_ type: Value.Type, _ text: String) -> Value? {
    try? JSONDecoder().decode(type, from: Data(text.utf8))
}
