import Reservoir

/// Puts realizations through a forward model, several at once, each only once.
public struct EnsembleSimulation: Sendable {
    /// Simulations between two writes of the cache: few enough that a killed run loses little, many enough that the
    /// threads seldom wait for each other.
    static let chunk = 64

    public let forwardModel: any ForwardModel
    public let pool: WorkerPool
    public let cache: SimulationCache?

    public init(forwardModel: any ForwardModel, pool: WorkerPool, cache: SimulationCache? = nil) {
        (self.forwardModel, self.pool, self.cache) = (forwardModel, pool, cache)
    }

    /// - Parameter finished: called after each realization, from any thread.
    /// - Returns: one outcome per realization, in order.
    /// - Throws: if the forward model cannot start at all, the cache cannot be written, or the user asked to stop.
    public func run(
        _ realizations: [Realization], finished: @escaping @Sendable () -> Void = {}
    ) throws -> [Result<ProductionSeries, SimulationFailure>] {
        var outcomes = [Result<ProductionSeries, SimulationFailure>?](repeating: nil, count: realizations.count)
        let keys = cache == nil ? [] : realizations.map(SimulationCache.key(of:))
        if let cache {
            for index in realizations.indices {
                outcomes[index] = cache.outcome(of: keys[index])
                if outcomes[index] != nil { finished() }
            }
        }
        let missing = realizations.indices.filter { outcomes[$0] == nil }
        for start in stride(from: 0, to: missing.count, by: Self.chunk) {
            let indices = Array(missing[start..<min(start + Self.chunk, missing.count)])
            let results = try simulate(indices.map { realizations[$0] }, finished: finished)
            // A stop on request reaches the programs that simulate as well: their end is no failure to remember.
            if results.contains(where: { (try? $0.get()) == nil }) { try Interruption.check() }
            for (index, result) in zip(indices, results) { outcomes[index] = result }
            try cache?.store(zip(indices, results).map { (keys[$0], $1) })
        }
        return outcomes.compactMap(\.self)
    }

    private func simulate(
        _ realizations: [Realization], finished: @escaping @Sendable () -> Void
    ) throws -> [Result<ProductionSeries, SimulationFailure>] {
        try pool.map(realizations, makeContext: { try forwardModel.makeSimulator() }, finished: finished) {
            (simulator, realization) in
            do throws(SimulationFailure) {
                return .success(try simulator.simulate(realization))
            } catch {
                return .failure(error)
            }
        }
    }
}
