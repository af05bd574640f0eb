import Foundation

/// Fingerprints of settings and of bytes, to tell whether something changed.
///
/// FNV-1a (Fowler, Noll, Vo): no attacker is to be kept out, so a cryptographic hash would buy nothing; 128 bits make
/// two settings with one digest by accident out of the question.
public enum Digest {
    /// The digest of a value: every stored property of it counts, whatever its type, and nothing else does.
    ///
    /// The order of dictionaries and sets does not show; floating-point numbers count bit by bit. Values must be structs,
    /// enums, collections, numbers and strings all the way down; a class would count by its type only.
    public static func of(_ values: Any...) -> String {
        var hash = FNV128()
        for value in values { feed(value, to: &hash) }
        return hash.text
    }

    /// The digest of bytes.
    public static func ofBytes(_ bytes: [UInt8]) -> String {
        var hash = FNV128()
        for byte in bytes { hash.add(byte) }
        return hash.text
    }

    /// A 64-bit checksum that any single changed byte alters: FNV-1a over words of eight bytes, then over the rest.
    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        let prime: UInt64 = 0x100_0000_01b3
        bytes.withUnsafeBytes { buffer in
            let words = buffer.count / 8
            for word in 0..<words {
                let value = UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self))
                hash = (hash ^ value) &* prime
            }
            for index in 8 * words..<buffer.count { hash = (hash ^ UInt64(buffer[index])) &* prime }
        }
        // The product spreads a change upward only; this brings the upper half down.
        return (hash ^ hash >> 32) &* prime ^ UInt64(bytes.count)
    }

    private static func feed(_ value: Any, to hash: inout FNV128) {
        switch value {
        case let number as Double: hash.add(number.bitPattern)
        case let number as Float: hash.add(UInt64(number.bitPattern))
        case let number as any BinaryInteger: hash.add(UInt64(truncatingIfNeeded: number))
        case let flag as Bool: hash.add(UInt64(flag ? 1 : 0))
        case let text as String: hash.add(text)
        default:
            // An empty array passes for an array of anything, so the type counts first.
            hash.add("\(type(of: value))")
            // Fields have millions of numbers; reflection would take minutes over them.
            switch value {
            case let numbers as [Float]:
                hash.add(UInt64(numbers.count))
                for number in numbers { hash.add(UInt64(number.bitPattern)) }
            case let numbers as [Double]:
                hash.add(UInt64(numbers.count))
                for number in numbers { hash.add(number.bitPattern) }
            case let numbers as [UInt8]:
                hash.add(UInt64(numbers.count))
                for number in numbers { hash.add(number) }
            default: feedParts(of: value, to: &hash)
            }
        }
    }

    private static func feedParts(of value: Any, to hash: inout FNV128) {
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .dictionary, .set:
            let parts = mirror.children.map { Digest.of($0.value) }.sorted()
            hash.add(UInt64(parts.count))
            for part in parts { hash.add(part) }
        case .enum where mirror.children.isEmpty:
            hash.add("\(value)")
        default:
            hash.add(UInt64(mirror.children.count))
            for child in mirror.children {
                if let label = child.label { hash.add(label) }
                feed(child.value, to: &hash)
            }
        }
    }
}

private struct FNV128 {
    private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
    private static let prime: UInt128 = (1 << 88) + 0x13b

    mutating func add(_ byte: UInt8) { state = (state ^ UInt128(byte)) &* Self.prime }

    mutating func add(_ word: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
    }

    /// The length goes first, so that neighbouring texts cannot trade characters.
    mutating func add(_ text: String) {
        add(UInt64(text.utf8.count))
        for byte in text.utf8 { add(byte) }
    }

    var text: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
