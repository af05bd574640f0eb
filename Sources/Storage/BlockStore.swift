import Foundation

/// A folder of numbered HDF5 blocks with a manifest: how long results reach the disk in constant memory and survive a
/// kill.
///
/// Each block is written whole or not at all, so a run resumes with the blocks that are missing. Blocks may be written in
/// any order and by several tasks or processes at once. The manifest never changes after it was made.
public struct BlockStore: Sendable {
    public struct Manifest: Equatable, Sendable, Codable {
        public var provenance: Provenance
        /// Members in each block but perhaps the last.
        public var blockSize: Int

        public init(provenance: Provenance, blockSize: Int) {
            (self.provenance, self.blockSize) = (provenance, blockSize)
        }
    }

    /// What to do with a folder that holds blocks of other settings.
    public enum Conflict: Sendable {
        case refuse, replace
    }

    public let folder: String
    public let manifest: Manifest

    /// Opens the store of a folder, making it if need be.
    /// - Throws: ``StorageError`` of kind `unsuitable` if the folder's blocks come from other settings, seed, version or
    ///   block size and `conflict` is `refuse`; with `replace` they are deleted.
    public init(
        folder: String, manifest: Manifest, onConflict conflict: Conflict = .refuse
    ) throws(StorageError) {
        (self.folder, self.manifest) = (folder, manifest)
        try Files.createFolder(folder)
        Files.removeLeftovers(in: folder)
        if let found = try? Self.manifest(in: folder), found == manifest { return }
        let isEmpty = !Files.exists(Self.manifestPath(in: folder)) && completeBlocks.isEmpty
        guard isEmpty || conflict == .replace else {
            throw StorageError(
                .unsuitable, path: folder, reason: "holds results of other settings or another seed",
                advice: "delete the folder or choose another one")
        }
        // The manifest goes first: blocks without one are never taken for results.
        try Files.remove(Self.manifestPath(in: folder))
        for block in completeBlocks { try Files.remove(path(ofBlock: block)) }
        try Files.write(jsonText(manifest) + "\n", to: Self.manifestPath(in: folder))
    }

    /// The manifest of a folder, to look before opening.
    /// - Throws: ``StorageError`` of kind `missing` if there is none.
    public static func manifest(in folder: String) throws(StorageError) -> Manifest {
        let path = manifestPath(in: folder)
        guard let manifest = parseJSON(Manifest.self, try Files.readText(path)), manifest.blockSize > 0 else {
            throw StorageError(
                .damaged, path: path, reason: "is not a manifest", advice: "delete the folder and run again")
        }
        return manifest
    }

    /// The numbers of the blocks on disk, ascending.
    public var completeBlocks: [Int] {
        Files.names(in: folder).compactMap { name in
            guard name.hasPrefix("block-"), name.hasSuffix(".h5") else { return nil }
            return Int(name.dropFirst(6).dropLast(3))
        }.sorted()
    }

    /// A block to be written, and its members.
    public struct MissingBlock: Equatable, Sendable {
        public let number: Int
        public let members: Range<Int>
    }

    /// What an ensemble of `count` members still lacks, in the order to write it.
    ///
    /// Only the last block on disk may be short, having been written when fewer members were wanted. It is made anew before any
    /// that follow it, and a block before others is whole, so that none is short behind others even after a kill.
    /// - Parameter held: number of members in a block on disk; zero if it cannot be read.
    public func missingBlocks(ofMembers count: Int, held: (Int) -> Int) -> [MissingBlock] {
        let onDisk = completeBlocks
        let last = onDisk.last ?? -1
        var known = Set(onDisk)
        if last >= 0, held(last) < members(ofBlock: last, count: count).count { known.remove(last) }
        let wanted = 0..<(count + manifest.blockSize - 1) / manifest.blockSize
        return wanted.filter { !known.contains($0) }.map { number in
            MissingBlock(
                number: number, members: members(ofBlock: number, count: max(count, last * manifest.blockSize)))
        }
    }

    /// The members of a block in an ensemble of `count`.
    public func members(ofBlock block: Int, count: Int) -> Range<Int> {
        let start = min(block * manifest.blockSize, count)
        return start..<min(start + manifest.blockSize, count)
    }

    public func path(ofBlock block: Int) -> String {
        let digits = "\(block)"
        return "\(folder)/block-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).h5"
    }

    func write(_ document: NamedArrays, block: Int) throws(StorageError) {
        try document.write(to: path(ofBlock: block), provenance: manifest.provenance)
    }

    func read(block: Int) throws(StorageError) -> NamedArrays {
        let path = path(ofBlock: block)
        let (document, provenance) = try NamedArrays.read(
            path, format: manifest.provenance.format, version: manifest.provenance.version,
            remedy: "delete this file and run again: this block will be redone")
        guard provenance == manifest.provenance else {
            throw StorageError(
                .unsuitable, path: path, reason: "comes from other settings than its folder",
                advice: "delete this file and run again: this block will be redone")
        }
        return document
    }

    private static func manifestPath(in folder: String) -> String { folder + "/manifest.json" }
}
