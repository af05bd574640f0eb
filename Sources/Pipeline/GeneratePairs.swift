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

    public func run(count: Int) throws -> TrainingSetStore {
        let store = try store()
        let missing = store.blocks.missingBlocks(ofMembers: count)
        guard !missing.isEmpty else { return store }
        let prior = try project.priorModel()
        let simulation = EnsembleSimulation(forwardModel: try project.forwardModel(), pool: project.pool)
        let members = missing.reduce(0) { $0 + store.blocks.members(ofBlock: $1, count: count).count }
        try project.console.task("Simulating training pairs", unit: "simulations", total: members) { task in
            for block in missing {
                let realizations = store.blocks.members(ofBlock: block, count: count).map(prior.realization)
                let results = try simulation.run(realizations) { task.advance() }
                let outcomes = results.map { result -> TrainingBlock.Outcome in
                    switch result {
                    case .success(let series): .production(series)
                    case .failure(let failure): .failure(failure)
                    }
                }
                try store.write(TrainingBlock(realizations: realizations, outcomes: outcomes), number: block)
            }
        }
        return store
    }

    /// The series of the pairs that came through.
    func series() throws -> [ProductionSeries] {
        let store = try store()
        return try store.blocks.completeBlocks.flatMap { try store.read(block: $0).outcomes.compactMap(\.production) }
    }
}
