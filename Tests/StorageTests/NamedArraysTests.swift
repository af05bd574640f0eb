import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Storage

struct NamedArraysTests {
    private let provenance = Provenance(format: "lsi-test", version: 2, seed: .max, settingsDigest: "abc")

    private var document: NamedArrays {
        NamedArrays(
            arrays: [
                "encoder/0/weights": StoredArray((0..<24).map { Float($0) / 7 }, shape: [2, 3, 4]),
                "encoder/0/bias": StoredArray([Double.pi, -0.0, .infinity]),
                "labels": StoredArray([UInt8](0...255)),
                "index": StoredArray([Int64.min, 0, .max]),
                "scalar": StoredArray([2.5] as [Double], shape: []),
                "empty": StoredArray([] as [Float], shape: [0, 5]),
                "large": StoredArray((0..<700_000).map { Float($0 % 100) }, shape: [7, 100_000])
            ],
            texts: ["history": String(repeating: "déjà vu; ", count: 20_000), "nothing": ""])
    }

    @Test func thatWhatIsWrittenIsReadBitForBit() throws {
        let scratch = try ScratchFolder()
        let path = scratch.file("net.h5")
        try document.write(to: path, provenance: provenance)
        let (read, origin) = try NamedArrays.read(path, format: "lsi-test", version: 2)
        #expect(read.arrays == document.arrays)
        #expect(read.texts["history"] == document.texts["history"])
        #expect(read.texts["nothing"] == "")
        #expect(origin == provenance)
        // Values that repeat every hundred shrink.
        #expect(try Files.read(path).count < 700_000)
    }

    @Test func thatTheSameDocumentGivesTheSameBytes() throws {
        let scratch = try ScratchFolder()
        try document.write(to: scratch.file("a.h5"), provenance: provenance)
        // Long enough for a stored time of a second's resolution to differ.
        Thread.sleep(forTimeInterval: 1.1)
        try document.write(to: scratch.file("b.h5"), provenance: provenance)
        #expect(try Files.read(scratch.file("a.h5")) == Files.read(scratch.file("b.h5")))
    }

    @Test func thatTruncationAndCorruptionAreFoundAndTheRemedyIsNamed() throws {
        let scratch = try ScratchFolder()
        let path = scratch.file("net.h5")
        try document.write(to: path, provenance: provenance)
        let sound = try Files.read(path)
        func message(_ bytes: [UInt8]) throws -> String? {
            try Files.write(bytes, to: path)
            return storageMessage { _ = try NamedArrays.read(path, format: "lsi-test", version: 2) }
        }
        let remedy = "delete it and run again: it will be made anew"
        #expect(try message(sound.dropLast(1)) == "\(path): is truncated, or not a file that lsi wrote; \(remedy)")
        #expect(try message([]) == "\(path): is truncated, or not a file that lsi wrote; \(remedy)")
        var corrupt = sound
        corrupt[sound.count / 2] ^= 4
        #expect(try message(corrupt) == "\(path): is corrupt: its checksum does not match; \(remedy)")
    }

    @Test func thatAnotherFormatOrANewerVersionIsRefused() throws {
        let scratch = try ScratchFolder()
        let path = scratch.file("net.h5")
        try document.write(to: path, provenance: provenance)
        #expect(
            storageMessage { _ = try NamedArrays.read(path, format: "lsi-network", version: 2) }
                == "\(path): is of format lsi-test instead of lsi-network; name another file")
        #expect(
            storageMessage { _ = try NamedArrays.read(path, format: "lsi-test", version: 1) }
                == "\(path): is of version 2 of lsi-test; this program knows 1 to 1; "
                + "use a newer lsi, or delete the file and run again")
    }

    @Test func thatAMissingOrMisshapenArrayIsNamed() {
        let document = NamedArrays(arrays: ["a": StoredArray([1, 2] as [Float]), "b": StoredArray([1] as [Float])])
        #expect(
            storageMessage { _ = try document.floats("c", shape: [2], path: "net.h5") }
                == "net.h5: has no dataset c; it has a, b")
        #expect(
            storageMessage { _ = try document.floats("a", shape: [2, 2], path: "net.h5") }
                == "net.h5: its dataset a has shape [2] instead of [2, 2]; "
                + "it belongs to other settings; delete it and run again")
    }

    @Test func thatManyTasksMayWriteAndReadAtOnce() async throws {
        let scratch = try ScratchFolder()
        let folder = scratch.path
        let document = NamedArrays(arrays: ["a": StoredArray((0..<5000).map { Double($0) })])
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for task in 0..<16 {
                group.addTask { [provenance] in
                    let path = "\(folder)/\(task).h5"
                    try document.write(to: path, provenance: provenance)
                    return try NamedArrays.read(path, format: "lsi-test", version: 2).0.arrays == document.arrays
                }
            }
            for try await same in group { #expect(same) }
        }
    }

    @Test func thatADamagedFileOfOursNeverReachesTheLibraryUnnoticed() throws {
        let scratch = try ScratchFolder()
        let path = scratch.file("net.h5")
        let small = NamedArrays(arrays: ["a": StoredArray((0..<50).map { Float($0) })], texts: ["t": "x"])
        try small.write(to: path, provenance: provenance)
        let mutator = Mutator(valid: try Files.read(path), seed: 11)
        let count = FuzzCampaign.rounds ?? 300
        var damaged = 0
        for round in 0..<count {
            let input = mutator.input(round)
            guard input != mutator.valid else { continue }
            damaged += 1
            try Data(input).write(to: URL(fileURLWithPath: path))
            #expect(throws: StorageError.self) { try NamedArrays.read(path, format: "lsi-test", version: 2) }
        }
        #expect(damaged > count / 2)
    }
}
