import LinearAlgebra

/// The matrix of the pressure equation at one level of a trajectory, to be solved for eight right-hand sides at once.
///
/// It is symmetric, so that the adjoint equation has the same matrix.
final class AdjointPressure {
    typealias Lanes = SIMD8<Double>

    private let topology: FlowTopology
    private let faceEntry: [Int], completionEntry: [Int], diagonalEntry: [Int]
    private let values: WorkArray<Double>, scratch: WorkArray<Lanes>
    private let factor: SparseCholesky
    private var order: Int { topology.cellCount + topology.wellCount }

    init(_ topology: FlowTopology) throws(FactorizationError) {
        self.topology = topology
        let cells = topology.cellCount
        let pairs =
            topology.faces.map { ($0.first, $0.second) } + topology.completions.map { ($0.cell, cells + $0.well) }
        let order = cells + topology.wellCount
        let pattern = SymmetricPattern(order: order, pairs: pairs)
        let entries = pairs.map { pattern.entry($0.0, $0.1) ?? -1 }
        precondition(!entries.contains(-1), "the pattern lacks one of the pairs it was made of")
        faceEntry = Array(entries.prefix(topology.faces.count))
        completionEntry = Array(entries.dropFirst(topology.faces.count))
        diagonalEntry = pattern.columnStart.prefix(order).map { Int($0) }
        values = WorkArray(repeating: 0, count: pattern.entryCount)
        scratch = WorkArray(repeating: .zero, count: order)
        factor = try SparseCholesky(analyzing: pattern)
    }

    func factorize(_ level: FlowTrajectory.Level) throws(FactorizationError) {
        let cells = topology.cellCount
        values.fill(0)
        var diagonal = level.storage + Array(repeating: 0, count: topology.wellCount)
        for (index, face) in topology.faces.enumerated() {
            let g = level.conductance[index]
            diagonal[face.first] += g
            diagonal[face.second] += g
            values[faceEntry[index]] = -g
        }
        for (k, completion) in topology.completions.enumerated() {
            let w = level.wellConductance[k]
            diagonal[completion.cell] += w
            guard level.isOnRate(completion.well) else { continue }
            diagonal[cells + completion.well] += w
            values[completionEntry[k]] = -w
        }
        // As in the equation itself: a trace that ties down cells which no well can reach.
        for node in 0..<order { values[diagonalEntry[node]] = diagonal[node] > 0 ? (1 + 1e-12) * diagonal[node] : 1 }
        try factor.factorize(values)
    }

    /// Replaces right-hand sides by solutions, `[cells + wells]`.
    func solve(_ lanes: borrowing WorkArray<Lanes>) { factor.solve(lanes, scratch: scratch) }
}
