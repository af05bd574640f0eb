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
    private let values = WorkerSlots<[Double]>(), samples = WorkerSlots<lsi_samples>()

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
        samples.set(own, worker)
        meet(worker)
        let (first, second) = samples.both
        return [first, second]
    }

    /// The elementwise sum of both workers' values, worker 0's first; the same for both.
    func sum(_ values: [Double], worker: Int) -> [Double] {
        self.values.set(values, worker)
        meet(worker)
        let (first, second) = self.values.both
        let total = zip(first, second).map { $0 + $1 }
        meet(worker)
        return total
    }
}

extension WorkerPair {
    /// Runs `body(0)` and `body(1)` at the same time and returns both results, worker 0's first.
    package func map<Result: Sendable>(_ body: @escaping @Sendable (_ worker: Int) -> Result) -> (Result, Result) {
        let slots = WorkerSlots<Result>()
        run { worker in slots.set(body(worker), worker) }
        return slots.both
    }
}

/// A value of each worker. Not an array: two threads that write to one at the same time may each copy it first, and one
/// value is lost.
///
/// Unchecked: each worker writes its own, and they are read after both have come to the same point.
private final class WorkerSlots<Value>: @unchecked Sendable {
    private var first: Value?, second: Value?

    func set(_ value: Value, _ worker: Int) { if worker == 0 { first = value } else { second = value } }

    var both: (Value, Value) {
        guard let first, let second else { preconditionFailure("a worker left no value") }
        return (first, second)
    }
}
