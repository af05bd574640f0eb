import Foundation
import Reservoir
import Testing

@testable import Storage

struct StoreTests {
    private let keys = [VectorKey("WOPR", "P1"), VectorKey("WBHP", "I1"), VectorKey("FOPT")]

    private func block(_ number: Int) -> TrainingBlock {
        let realizations = randomRealizations(3, cells: 12, seed: UInt64(number))
        let outcomes = (0..<3).map { member -> TrainingBlock.Outcome in
            if member == 1 { return .failure(SimulationFailure("the pressure solve failed")) }
            let values = keys.indices.map { key in [Double(number), Double(member), Double(key) / 3] }
            return .production(ProductionSeries(times: [1, 2.5, 4], keys: keys, values: values))
        }
        return TrainingBlock(realizations: realizations, outcomes: outcomes)
    }

    private func open(
        _ folder: String, seed: UInt64 = 7, conflict: BlockStore.Conflict = .refuse
    ) throws -> TrainingSetStore {
        try TrainingSetStore(
            folder: folder, rows: 3, columns: 4, blockSize: 3, seed: seed, settingsDigest: "d", onConflict: conflict)
    }

    @Test func thatATrainingSetComesBackAsItWasAndResumes() throws {
        let scratch = try ScratchFolder()
        let store = try open(scratch.file("set"))
        try store.write(block(0), number: 0)
        try store.write(block(2), number: 2)
        let again = try open(scratch.file("set"))
        #expect(again.blocks.completeBlocks == [0, 2])
        let missing = again.blocks.missingBlocks(ofMembers: 11) { _ in 3 }
        #expect(missing.map(\.number) == [1, 3] && missing.map(\.members) == [3..<6, 9..<11])
        #expect(again.blocks.members(ofBlock: 3, count: 11) == 9..<11)
        #expect(try again.read(block: 2) == block(2))
    }

    @Test(arguments: [
        ("k", ".", "k"), ("a/b/c", "a/b", "c"), ("/k", "/", "k"), ("k/", ".", "k"), ("a//b//", "a", "b"),
        ("./k", ".", "k")
    ])
    func thatPathsOfAnyLengthHaveAParent(path: String, parent: String, name: String) {
        #expect(Files.parent(of: path) == parent)
        #expect(Files.name(of: path) == name)
    }

    /// Whatever was asked for before, and wherever a run was killed.
    @Test func thatAShortBlockIsMadeAnewBeforeThoseThatFollowIt() throws {
        let scratch = try ScratchFolder()
        let store = try open(scratch.file("set"))
        for number in 0..<2 { try store.write(block(number), number: number) }
        func missing(_ count: Int, held: Int) -> [Range<Int>] {
            store.blocks.missingBlocks(ofMembers: count) { _ in held }.map(\.members)
        }
        // Block 1 was written for five members.
        #expect(missing(5, held: 2).isEmpty && missing(4, held: 2).isEmpty)
        #expect(missing(11, held: 2) == [3..<6, 6..<9, 9..<11])
        // Unreadable, it is made anew too.
        #expect(missing(5, held: 0) == [3..<5])
        // A block that was lost before others comes back whole, however few are wanted now.
        try store.write(block(2), number: 2)
        try FileManager.default.removeItem(atPath: store.blocks.path(ofBlock: 1))
        #expect(missing(4, held: 3) == [3..<6])
    }

    @Test func thatAnEnsembleComesBackAsItWas() throws {
        let scratch = try ScratchFolder()
        let store = try EnsembleStore(
            folder: scratch.path, rows: 3, columns: 4, blockSize: 5, seed: 1, settingsDigest: "d")
        let realizations = randomRealizations(5, cells: 12)
        try store.write(realizations, block: 4)
        #expect(try store.read(block: 4) == realizations)
        let (file, provenance) = try EnsembleFile.read(store.blocks.path(ofBlock: 4))
        #expect(file.first == 20 && provenance.seed == 1)
    }

    @Test func thatRealizationsWithoutFaciesAndWithEqualPermeabilitiesComeBack() throws {
        let scratch = try ScratchFolder()
        let realizations = [
            Realization(porosity: [0.1, 0.2], permeabilityX: [1, 2], permeabilityY: [1, 2]),
            Realization(porosity: [0.3, 0.1], permeabilityX: [3, 4], permeabilityY: [3, 4])
        ]
        let path = scratch.file("a.h5")
        try EnsembleFile(realizations: realizations, rows: 1, columns: 2).write(to: path, seed: 0, settingsDigest: "")
        #expect(try EnsembleFile.read(path).0.realizations == realizations)
        #expect(try NamedArrays.importing(path).arrays.keys.sorted() == ["permeability_x", "porosity"])
    }

    @Test func thatOtherSettingsAreRefusedOrReplacedAsAsked() throws {
        let scratch = try ScratchFolder()
        let folder = scratch.file("set")
        try open(folder).write(block(0), number: 0)
        #expect(
            storageMessage { _ = try open(folder, seed: 8) }
                == "\(folder): holds results of other settings or another seed; "
                + "delete the folder or choose another one")
        #expect(try open(folder).blocks.completeBlocks == [0])
        #expect(try open(folder, seed: 8, conflict: .replace).blocks.completeBlocks.isEmpty)
        #expect(try BlockStore.manifest(in: folder).provenance.seed == 8)
    }

    @Test func thatATruncatedBlockIsNamedAndDeletingItLetsItBeRedone() throws {
        let scratch = try ScratchFolder()
        let store = try open(scratch.file("set"))
        try store.write(block(0), number: 0)
        let path = store.blocks.path(ofBlock: 0)
        try Files.write(try Files.read(path).dropLast(100), to: path)
        #expect(
            storageMessage { _ = try store.read(block: 0) }
                == "\(path): is truncated, or not a file that lsi wrote; "
                + "delete this file and run again: this block will be redone")
        try Files.remove(path)
        #expect(store.blocks.missingBlocks(ofMembers: 3) { _ in 3 }.map(\.number) == [0])
    }

    @Test func thatABlockOfAnotherSetIsRefused() throws {
        let scratch = try ScratchFolder()
        let (a, b) = (try open(scratch.file("a")), try open(scratch.file("b"), seed: 8))
        try a.write(block(0), number: 0)
        try Files.write(try Files.read(a.blocks.path(ofBlock: 0)), to: b.blocks.path(ofBlock: 0))
        #expect(
            storageMessage { _ = try b.read(block: 0) }
                == "\(b.blocks.path(ofBlock: 0)): comes from other settings than its folder; "
                + "delete this file and run again: this block will be redone")
    }

    @Test func thatADamagedManifestIsNamed() throws {
        let scratch = try ScratchFolder()
        try Files.write("{\"blockSize\": 0}", to: scratch.file("manifest.json"))
        #expect(
            storageMessage { _ = try BlockStore.manifest(in: scratch.path) }
                == "\(scratch.file("manifest.json")): is not a manifest; delete the folder and run again")
    }
}
