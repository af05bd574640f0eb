import Dispatch
import Synchronization

/// A door that one thread opens for another, once for each pass.
///
/// The workers of a training meet some hundred times a second, mostly within microseconds: waking a thread takes longer
/// than that, so who waits looks for a while before sleeping.
final class Gate: Sendable {
    /// Openings that nobody has passed yet; below zero: a thread sleeps.
    private let openings = Atomic<Int>(0)
    private let bell = DispatchSemaphore(value: 0)
    /// Some 50 µs: what falling asleep and being woken cost.
    private static let looks = 20_000

    /// What was written before is seen by who passes.
    func open() {
        if openings.wrappingAdd(1, ordering: .releasing).oldValue < 0 { bell.signal() }
    }

    /// Returns once it has been opened for this pass. One thread only.
    func pass() {
        var looks = 0
        while looks < Self.looks, openings.load(ordering: .relaxed) <= 0 { looks += 1 }
        if openings.wrappingSubtract(1, ordering: .acquiring).oldValue <= 0 { bell.wait() }
    }
}
