import Foundation
import LinearAlgebra

/// Damages copies of a valid file, the same way for the same seed and round.
struct Mutator {
    let valid: [UInt8]
    let seed: UInt64

    /// Words that mean something to a reader of keywords, and counts that tempt one to allocate.
    private static let words = [
        "/", "\n/\n", "'", "\"", "--", "*", "2147483647*1", "99999999999999999999*", "1*", "-1", "nan", "1e308",
        "DIMENS",
        "\nINCLUDE\n", "\nEQUALS\n", "\nBOX\n", "\nTSTEP\n", "\nSCHEDULE\n", "\nEND\n", "\nPORO\n", "1000000",
        "\nUNKNOWN\n"
    ].map { Array($0.utf8) }

    func input(_ round: Int) -> [UInt8] {
        var stream = RandomStream(seed: seed, purpose: "eclipse fuzz", index: UInt64(round))
        var bytes = valid
        for _ in 0...stream.integer(below: 6) { mutate(&bytes, &stream) }
        return bytes
    }

    private func mutate(_ bytes: inout [UInt8], _ stream: inout RandomStream) {
        guard !bytes.isEmpty else { return }
        let position = stream.integer(below: bytes.count)
        let length = min(1 + stream.integer(below: 24), bytes.count - position)
        let range = position..<position + length
        switch stream.integer(below: 9) {
        case 0: bytes[position] ^= 1 << UInt8(stream.integer(below: 8))
        case 1: for index in range { bytes[index] = UInt8(truncatingIfNeeded: stream.next()) }
        case 2: bytes.removeSubrange(position...)
        case 3: bytes.insert(contentsOf: Array(bytes[range]), at: stream.integer(below: bytes.count))
        case 4: bytes.removeSubrange(range)
        case 5: bytes.replaceSubrange(range, with: Self.words[stream.integer(below: Self.words.count)])
        case 6: bytes.insert(contentsOf: Self.words[stream.integer(below: Self.words.count)], at: position)
        case 7: for index in range { bytes[index] = stream.uniform() < 0.5 ? 0xFF : 0x7F }
        default: if position + 4 <= bytes.count { bytes[position..<position + 4].reverse() }
        }
    }
}
