import Foundation
import LinearAlgebra

/// A new folder for one test, removed with all it holds when the test ends.
final class ScratchFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "lsi-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// Seeded damage to valid text.
enum Fuzz {
    /// A quick number in the suite; a longer campaign is asked for by the environment.
    static func rounds(atMost quick: Int) -> Int {
        ProcessInfo.processInfo.environment["LSI_FUZZ_ROUNDS"].flatMap { Int($0) } ?? quick
    }

    static func mutated(_ valid: [UInt8], round: Int) -> [UInt8] {
        var stream = RandomStream(seed: 17, purpose: "fuzz", index: UInt64(round))
        var bytes = valid
        let tokens = [
            "[", "]", "{", "}", ": ", "- ", "\n", "&a ", "*a ", "|", "\"", "'", "1e999", "-", "#", "?", "!!", "\t"
        ]
        for _ in 0...stream.integer(below: 4) where !bytes.isEmpty {
            let position = stream.integer(below: bytes.count)
            let length = min(1 + stream.integer(below: 40), bytes.count - position)
            switch stream.integer(below: 6) {
            case 0: bytes[position] ^= 1 << UInt8(stream.integer(below: 8))
            case 1: bytes.insert(contentsOf: tokens[stream.integer(below: tokens.count)].utf8, at: position)
            case 2: bytes.removeSubrange(position..<position + length)
            case 3: bytes.insert(contentsOf: Array(bytes[position..<position + length]), at: position)
            case 4: bytes.removeLast(bytes.count - position)
            default:
                for index in position..<position + length { bytes[index] = UInt8(truncatingIfNeeded: stream.next()) }
            }
        }
        return bytes
    }
}
