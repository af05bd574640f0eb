import Foundation

/// Values as canonical JSON text: sorted keys, so that equal values give equal text.
enum JSONText {
    static func of(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("\(type(of: value)) cannot be written as JSON")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// - Throws: `DecodingError` if the text is missing or not of this type.
    static func value<Value: Decodable>(_ type: Value.Type, _ text: String?) throws -> Value {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try decoder.decode(type, from: Data((text ?? "").utf8))
    }
}
