import CaseFiles
import Foundation
import PriorModels
import Reports
import Reservoir
import Storage

/// Stage `generate`: simulates the first realizations of the prior; with them they are the training pairs.
public struct GeneratePairs {
    static let blockSize = 64

    let project: Project

    var digest: String {
        get throws { Digest.of(DrawPrior(project: project).digest, try project.forwardModel().settingsDigest) }
    }

    func store() throws -> TrainingSetStore {
        let grid = project.settings.reservoir.grid
        return try TrainingSetStore(
            folder: try project.workspace.prepare(.training).path, rows: grid.rows, columns: grid.columns,
            blockSize: Self.blockSize, seed: project.seed, settingsDigest: try digest, onConflict: .replace)
    }

    /// Simulates the first `count` realizations, keeping the blocks that are there already.
    /// - Throws: ``StorageError`` if the results cannot be written, a cancellation after an interrupt.
    public func run(count: Int) throws -> TrainingSetStore {
        let store = try store()
        let missing = store.blocks.missingBlocks(ofMembers: count) { (try? store.read(block: $0))?.outcomes.count ?? 0 }
        guard !missing.isEmpty else { return store }
        let prior = try project.priorModel()
        let simulation = EnsembleSimulation(forwardModel: try project.forwardModel(), pool: project.pool)
        let members = missing.reduce(0) { $0 + $1.members.count }
        try project.console.task("Simulating training pairs", unit: "simulations", total: members) { task in
            for block in missing {
                let realizations = block.members.map(prior.realization)
                let results = try simulation.run(realizations) { task.advance() }
                let outcomes = results.map { result -> TrainingBlock.Outcome in
                    switch result {
                    case .success(let series): .production(series)
                    case .failure(let failure): .failure(failure)
                    }
                }
                try store.write(TrainingBlock(realizations: realizations, outcomes: outcomes), number: block.number)
            }
        }
        return store
    }

    /// What came of the first `count` realizations, in order, whatever else is on disk; by default of the case's training pairs.
    /// - Parameter body: is given the index in the prior too.
    func forEachPair(
        among count: Int? = nil, _ body: (Int, Realization, TrainingBlock.Outcome) throws -> Void
    ) throws {
        let store = try store()
        let count = count ?? project.settings.training.pairs
        for number in 0..<count.dividedUp(by: Self.blockSize) {
            let block = try store.read(block: number)
            let members = store.blocks.members(ofBlock: number, count: count)
            for (index, (realization, outcome)) in zip(members, zip(block.realizations, block.outcomes)) {
                try body(index, realization, outcome)
            }
        }
    }

    /// How many of the first `count` simulations failed, and why the first of them did.
    func failures(among count: Int) throws -> (count: Int, reason: String?) {
        var (failed, first) = (0, String?.none)
        try forEachPair(among: count) { _, _, outcome in
            guard case .failure(let failure) = outcome else { return }
            failed += 1
            first = first ?? failure.reason
        }
        return (failed, first)
    }

    /// The series of the pairs that came through.
    func series() throws -> [ProductionSeries] {
        var found: [ProductionSeries] = []
        try forEachPair { _, _, outcome in if let series = outcome.production { found.append(series) } }
        return found
    }
}
