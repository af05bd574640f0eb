import CKernels
import Foundation

/// Two threads that train together: the caller's and one helper's.
///
/// The split of work between them never depends on timing, and what they sum they sum in a fixed order, so results are
/// the same on one core or many. Unchecked: `task` is written before the helper is woken and read only by it.
package final class WorkerPair: @unchecked Sendable {
    private let wake = Gate(), done = Gate()
    private let arrivals = [Gate(), Gate()]
    private var task: (@Sendable () -> Void)?
    private var slots: [[Double]] = [[], []]
    private var samples: [lsi_samples?] = [nil, nil]

    package init() {
        // The helper holds the pair weakly between tasks, so that dropping the pair ends it.
        let (wake, done) = (wake, done)
        let helper = Thread { [weak self] in
            while true {
                wake.pass()
                guard let task = self?.task else { return }
                task()
                done.open()
            }
        }
        helper.stackSize = 8 << 20
        helper.start()
    }

    deinit {
        task = nil
        wake.open()
    }

    /// Runs `body(0)` and `body(1)` at the same time and returns when both are done.
    package func run(_ body: @escaping @Sendable (_ worker: Int) -> Void) {
        task = { body(1) }
        wake.open()
        body(0)
        done.pass()
    }

    /// Returns when both workers have come here.
    func meet(_ worker: Int) {
        arrivals[1 - worker].open()
        arrivals[worker].pass()
    }

    /// Both workers' samples, worker 0's first. What they point to must stay until the workers ``meet(_:)`` again.
    func exchange(_ own: lsi_samples, worker: Int) -> [lsi_samples] {
        samples[worker] = own
        meet(worker)
        return samples.compactMap { $0 }
    }

    /// The elementwise sum of both workers' values, worker 0's first; the same for both.
    func sum(_ values: [Double], worker: Int) -> [Double] {
        slots[worker] = values
        meet(worker)
        let total = zip(slots[0], slots[1]).map { $0 + $1 }
        meet(worker)
        return total
    }
}

extension WorkerPair {
    /// Runs `body(0)` and `body(1)` at the same time and returns both results, worker 0's first.
    package func map<Result: Sendable>(_ body: @escaping @Sendable (_ worker: Int) -> Result) -> (Result, Result) {
        let slots = ResultSlots<Result>()
        run { worker in slots.set(body(worker), worker) }
        return slots.both
    }
}

/// Unchecked: each worker writes its own slot, and they are read after both are done.
private final class ResultSlots<Result: Sendable>: @unchecked Sendable {
    private var first: Result?, second: Result?

    func set(_ value: Result, _ worker: Int) { if worker == 0 { first = value } else { second = value } }

    var both: (Result, Result) {
        guard let first, let second else { preconditionFailure("a worker left no result") }
        return (first, second)
    }
}
