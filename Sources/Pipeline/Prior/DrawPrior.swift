import CaseFiles
import Foundation
import PriorModels
import Reports
import Reservoir
import Storage

/// Stage `prior`: draws realizations and streams them to disk, block by block, in constant memory.
public struct DrawPrior {
    static let blockSize = 256

    let project: Project

    /// Digest of all that decides what the realizations are; their number does not belong to it, since realization `i`
    /// is the same whatever is drawn beside it.
    var digest: String { Digest.of(project.settings.prior, project.settings.reservoir.grid, project.seed) }

    func store() throws -> EnsembleStore {
        let grid = project.settings.reservoir.grid
        return try EnsembleStore(
            folder: try project.workspace.prepare(.prior).path, rows: grid.rows, columns: grid.columns,
            blockSize: Self.blockSize, seed: project.seed, settingsDigest: digest, onConflict: .replace)
    }

    /// Draws the first `count` realizations, keeping the blocks that are there already.
    /// - Throws: ``StorageError`` if the results cannot be written, a cancellation after an interrupt.
    public func run(count: Int) throws -> EnsembleStore {
        let store = try store()
        let missing = store.blocks.missingBlocks(ofMembers: count) { (try? store.read(block: $0))?.count ?? 0 }
        guard !missing.isEmpty else { return store }
        let prior = try project.priorModel()
        let members = missing.reduce(0) { $0 + $1.members.count }
        try project.console.task("Drawing the prior", unit: "realizations", total: members) { task in
            for block in missing {
                let drawn = try project.pool.map(Array(block.members), makeContext: {}, finished: { task.advance() }) {
                    _, index in
                    prior.realization(index)
                }
                try store.write(drawn, block: block.number)
            }
        }
        return store
    }
}

/// What is told of realizations that were drawn.
struct DrawnPrior: Encodable {
    let folder: String
    let realizations: Int
}
