import Foundation
import LinearAlgebra
import Reservoir

@testable import Storage

/// A new folder for one test, removed with all it holds when the test ends.
final class ScratchFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "lsi-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Everything in the folder, hidden files as well.
    var contents: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// Realizations with facies, porosity and permeability that all differ from cell to cell.
func randomRealizations(_ count: Int, cells: Int, seed: UInt64 = 1) -> [Realization] {
    (0..<count).map { member in
        var stream = RandomStream(seed: seed, purpose: "storage test", index: UInt64(member))
        return Realization(
            facies: (0..<cells).map { _ in UInt8(stream.integer(below: 2)) },
            porosity: (0..<cells).map { _ in Float(stream.uniform(0.05, 0.3)) },
            permeabilityX: (0..<cells).map { _ in Float(stream.uniform(1, 1000) * Unit.millidarcy) },
            permeabilityY: (0..<cells).map { _ in Float(stream.uniform(1, 1000) * Unit.millidarcy) },
            scenario: member % 2 == 0 ? "north" : nil)
    }
}

/// The description of the `StorageError` that `body` throws; `nil` if it throws none.
func storageMessage(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch let error as StorageError {
        return error.description
    } catch {
        return "not a StorageError: \(error)"
    }
}

/// Damages copies of a valid file: flips, overwrites, cuts, repeats, inserts, and numbers made huge.
struct Mutator {
    let valid: [UInt8]
    let seed: UInt64

    func input(_ round: Int) -> [UInt8] {
        var stream = RandomStream(seed: seed, purpose: "fuzz", index: UInt64(round))
        var bytes = valid
        for _ in 0...stream.integer(below: 4) { mutate(&bytes, &stream) }
        return bytes
    }

    private func mutate(_ bytes: inout [UInt8], _ stream: inout RandomStream) {
        guard !bytes.isEmpty else { return }
        // Headers decide what a reader does: half of the damage falls there.
        let reach = stream.uniform() < 0.5 ? min(bytes.count, 256) : bytes.count
        let position = stream.integer(below: reach)
        let length = min(1 + stream.integer(below: 16), bytes.count - position)
        switch stream.integer(below: 7) {
        case 0: bytes[position] ^= 1 << UInt8(stream.integer(below: 8))
        case 1: for index in position..<position + length { bytes[index] = UInt8(truncatingIfNeeded: stream.next()) }
        case 2: bytes.removeLast(bytes.count - position)
        case 3: bytes.insert(contentsOf: Array(bytes[position..<position + length]), at: position)
        case 4: bytes.removeSubrange(position..<position + length)
        case 5: bytes.insert(contentsOf: Array("99999999999999".utf8.prefix(length)), at: position)
        default: for index in position..<position + length { bytes[index] = stream.uniform() < 0.5 ? 0xFF : 0 }
        }
    }
}
