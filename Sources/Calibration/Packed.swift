import Foundation

/// Numbers that a checkpoint holds as bytes rather than as text, a third as long and exact.
@propertyWrapper
struct Packed<Number: BitwiseCopyable & Hashable & Sendable>: Codable, Hashable, Sendable {
    var wrappedValue: [Number]

    init(wrappedValue: [Number]) { self.wrappedValue = wrappedValue }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let bytes = try container.decode(Data.self)
        guard bytes.count.isMultiple(of: MemoryLayout<Number>.stride) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(bytes.count) bytes are no whole number of values")
        }
        wrappedValue = bytes.withUnsafeBytes { source in
            let count = bytes.count / MemoryLayout<Number>.stride
            return [Number](unsafeUninitializedCapacity: count) { target, filled in
                UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
                filled = count
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue.withUnsafeBytes { Data($0) })
    }
}
