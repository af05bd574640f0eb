import Dispatch
import LinearAlgebra
import Synchronization

/// Runs independent work on several threads and returns results in the order of the items.
///
/// Each thread makes one context (a simulator with its work space) and keeps it for all its items. Results depend on
/// the items only, so the number of threads never shows.
public struct WorkerPool: Sendable {
    public let threads: Int

    public init(threads: Int) {
        precondition(threads >= 1, "\(threads) threads")
        BLAS.useOneThread()
        self.threads = threads
    }

    /// - Parameters:
    ///   - makeContext: called once on each thread that takes part.
    ///   - finished: called after each item, from any thread.
    /// - Throws: what `makeContext` or `body` throws first, or ``Interruption`` if the user asked to stop; items already
    ///   begun are finished before.
    public func map<Item: Sendable, Context, Result: Sendable>(
        _ items: [Item], makeContext: @Sendable () throws -> Context,
        finished: @Sendable () -> Void = {}, _ body: @Sendable (Context, Item) throws -> Result
    ) throws -> [Result] {
        let state = Mutex(PoolState<Result>(results: Array(repeating: nil, count: items.count)))
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(threads, max(items.count, 1))) { _ in
            do {
                var index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < items.count else { return }
                let context = try makeContext()
                while index < items.count {
                    try Interruption.check()
                    let result = try body(context, items[index])
                    state.withLock { $0.results[index] = result }
                    finished()
                    index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                }
            } catch {
                next.store(items.count, ordering: .relaxed)
                state.withLock { $0.failure = $0.failure ?? error }
            }
        }
        return try state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.results.compactMap(\.self)
        }
    }

    /// Calls `body` for each index below `count`, in any order.
    public func loop(_ count: Int, _ body: @Sendable (Int) -> Void) {
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(threads, max(count, 1))) { _ in
            while case let index = next.wrappingAdd(1, ordering: .relaxed).oldValue, index < count { body(index) }
        }
    }
}

private struct PoolState<Result> {
    var results: [Result?]
    var failure: (any Error)?
}
