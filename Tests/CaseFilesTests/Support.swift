import Foundation
import LinearAlgebra
import TestSupport
import Testing

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
    static func campaign(
        _ name: String, _ valid: String, sourceLocation: SourceLocation = #_sourceLocation, read: (String) -> Bool
    ) {
        let bytes = Array(valid.utf8)
        FuzzCampaign.run(name, quick: 300, sourceLocation: sourceLocation) {
            mutated(bytes, round: $0)
        } read: {
            read(String(decoding: $0, as: UTF8.self))
        }
    }

    private static func mutated(_ valid: [UInt8], round: Int) -> [UInt8] {
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
