import Reservoir

/// An ensemble of realizations on disk that need not fit in memory: blocks of ``EnsembleFile``, resumable.
public struct EnsembleStore: Sendable {
    public let blocks: BlockStore
    public let rows: Int, columns: Int

    /// Opens the ensemble of a folder, making it if need be; see ``BlockStore/init(folder:manifest:onConflict:)``.
    public init(
        folder: String, rows: Int, columns: Int, blockSize: Int, seed: UInt64, settingsDigest: String,
        onConflict conflict: BlockStore.Conflict = .refuse
    ) throws(StorageError) {
        (self.rows, self.columns) = (rows, columns)
        let provenance = Provenance(
            format: EnsembleFile.format, version: EnsembleFile.version, seed: seed, settingsDigest: settingsDigest)
        blocks = try BlockStore(
            folder: folder, manifest: BlockStore.Manifest(provenance: provenance, blockSize: blockSize),
            onConflict: conflict)
    }

    public func write(_ realizations: [Realization], block: Int) throws(StorageError) {
        let file = EnsembleFile(
            realizations: realizations, first: block * blocks.manifest.blockSize, rows: rows, columns: columns)
        let provenance = blocks.manifest.provenance
        try file.write(
            to: blocks.path(ofBlock: block), seed: provenance.seed, settingsDigest: provenance.settingsDigest)
    }

    /// - Throws: ``StorageError`` naming the file if it is damaged; deleting it lets the run redo it.
    public func read(block: Int) throws(StorageError) -> [Realization] {
        let (file, provenance) = try EnsembleFile.read(blocks.path(ofBlock: block))
        guard provenance == blocks.manifest.provenance, file.rows == rows, file.columns == columns else {
            throw StorageError(
                .unsuitable, path: blocks.path(ofBlock: block), reason: "comes from other settings than its folder",
                advice: "delete this file and run again: this block will be redone")
        }
        return file.realizations
    }
}
