import LinearAlgebra

/// Pressures of the last two solutions, from which the next is foreseen: a start that saves iterations and changes no
/// result beyond their tolerance.
final class PressureHistory {
    private let earlier: WorkArray<Double>
    private var depth = 0
    private var lastStep = 0.0

    init(count: Int) { earlier = WorkArray(repeating: 0, count: count) }

    /// Forgets what was; to be called when wells change.
    func reset() { depth = 0 }

    /// Takes in the latest solution, and writes what follows from it in a straight line.
    ///
    /// - Parameter step: from the latest solution to the one sought [s].
    /// - Returns: whether there was enough to go by.
    func foresee(
        _ result: borrowing WorkArray<Double>, from latest: borrowing WorkArray<Double>, after step: Double
    ) -> Bool {
        let (known, old, new) = (latest.base, earlier.base, result.base)
        let isKnown = depth > 1 && lastStep > 0
        let factor = isKnown ? step / lastStep : 0
        for node in 0..<latest.count {
            new[node] = known[node] + factor * (known[node] - old[node])
            old[node] = known[node]
        }
        lastStep = step
        depth += 1
        return isKnown
    }
}
