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
    public func run(count: Int) throws -> EnsembleStore {
        let store = try store()
        let missing = store.blocks.missingBlocks(ofMembers: count) + incompleteBlocks(store, count: count)
        guard !missing.isEmpty else { return store }
        let prior = try project.priorModel()
        let members = missing.reduce(0) { $0 + store.blocks.members(ofBlock: $1, count: count).count }
        try project.console.task("Drawing the prior", unit: "realizations", total: members) { task in
            for block in missing {
                let indices = Array(store.blocks.members(ofBlock: block, count: count))
                let drawn = try project.pool.map(indices, makeContext: {}, finished: { task.advance() }) { _, index in
                    prior.realization(index)
                }
                try store.write(drawn, block: block)
            }
        }
        return store
    }

    /// A last block that was written when fewer realizations were asked for.
    private func incompleteBlocks(_ store: EnsembleStore, count: Int) -> [Int] {
        guard let last = store.blocks.completeBlocks.last, last * Self.blockSize < count,
            let held = try? store.read(block: last)
        else { return [] }
        return held.count < store.blocks.members(ofBlock: last, count: count).count ? [last] : []
    }
}

/// What is told of realizations that were drawn.
struct DrawnPrior: Encodable {
    let folder: String
    let realizations: Int
}
