import LinearAlgebra
import Reservoir

/// The pressure equation as a network: cells joined by faces, wells joined to cells by completions.
///
/// Each well is a node of its own, so that a rate target of a well with many completions is one more equation of a
/// symmetric positive definite matrix instead of a dense block. The pattern is the same whatever the wells do.
///
///     face:        u   = g (p₁ − p₂) + h                 [m³/s]
///     completion:  q   = w (p_bh + head − p_cell)        [m³/s], into the reservoir
///     cell:        Σu_out + c p = Σq + s
///     well:        p_bh given, or Σq given
final class PressureSystem {
    enum WellEquation: Equatable {
        case shut
        case pressure(Double)
        /// Volume into the reservoir at its conditions [m³/s]; negative for production.
        case rate(Double)
    }

    let cellCount: Int, wellCount: Int, faceCount: Int
    /// `g` [m³/(Pa·s)] and `h` [m³/s] of each face.
    let conductance: WorkArray<Double>, faceConstant: WorkArray<Double>
    /// `c` [m³/(Pa·s)] and `s` [m³/s] of each cell.
    let storage: WorkArray<Double>, source: WorkArray<Double>
    /// `w` [m³/(Pa·s)] and `head` [Pa] of each completion.
    let wellConductance: WorkArray<Double>, head: WorkArray<Double>
    /// Whether ``faceConstant`` holds up differences of pressure at rest.
    private let isHeld: Bool
    var wellEquations: [WellEquation]
    /// Results: `u` of each face from its first to its second cell, `q` of each completion.
    let flux: WorkArray<Double>, completionFlow: WorkArray<Double>

    private let completionsOfWell: [Range<Int>]
    /// Cells on both sides of each face.
    let first: WorkArray<Int32>, second: WorkArray<Int32>
    private let completionCell: WorkArray<Int32>, completionWell: WorkArray<Int32>
    private let faceEntry: WorkArray<Int32>, completionEntry: WorkArray<Int32>, diagonalEntry: WorkArray<Int32>
    private let diagonal: WorkArray<Double>, residual: WorkArray<Double>, values: WorkArray<Double>
    /// `w` where a well's node is an unknown joined to its cells, zero where its pressure is given.
    private let coupling: WorkArray<Double>
    private let correction: WorkArray<Double>
    /// Whether some completion conducts between a well and its cells, `[wells]`.
    private let isJoined: WorkArray<Bool>
    private let preconditioner: PressurePreconditioner
    private let gradients: ConjugateGradients
    private var hasFactor = false
    private var refactorNext = false
    /// Solves and their iterations since the preconditioner was built.
    private var sinceBuilt = (solves: 0, iterations: 0)
    /// Since ``reset()``.
    private(set) var solves = 0, factorizations = 0, gradientIterations = 0

    init(
        _ topology: FlowTopology, isHeld: Bool, solver: SimulatorSettings.PressureSolver
    ) throws(FactorizationError) {
        self.isHeld = isHeld
        (cellCount, wellCount, faceCount) = (topology.cellCount, topology.wellCount, topology.faces.count)
        let completions = topology.completions
        completionsOfWell = topology.completionRange
        func zeros(_ count: Int) -> WorkArray<Double> { WorkArray(repeating: 0, count: count) }
        conductance = zeros(faceCount)
        faceConstant = zeros(faceCount)
        flux = zeros(faceCount)
        storage = zeros(cellCount)
        source = zeros(cellCount)
        wellConductance = zeros(completions.count)
        head = zeros(completions.count)
        completionFlow = zeros(completions.count)
        coupling = zeros(completions.count)
        wellEquations = Array(repeating: .shut, count: wellCount)
        first = WorkArray(topology.faces.map { Int32($0.first) })
        second = WorkArray(topology.faces.map { Int32($0.second) })
        completionCell = WorkArray(completions.map { Int32($0.cell) })
        completionWell = WorkArray(completions.map { Int32($0.well) })
        let (cells, order) = (cellCount, cellCount + wellCount)
        let pairs =
            topology.faces.map { ($0.first, $0.second) } + completions.map { ($0.cell, cells + $0.well) }
        let pattern = SymmetricPattern(order: order, pairs: pairs)
        let entries = pairs.map { Int32(pattern.entry($0.0, $0.1) ?? -1) }
        precondition(!entries.contains(-1), "the pattern lacks one of the pairs it was made of")
        faceEntry = WorkArray(Array(entries.prefix(topology.faces.count)))
        completionEntry = WorkArray(Array(entries.dropFirst(topology.faces.count)))
        diagonalEntry = WorkArray(Array(pattern.columnStart.prefix(order)))
        diagonal = zeros(order)
        residual = zeros(order)
        correction = zeros(order)
        isJoined = WorkArray(repeating: false, count: wellCount)
        values = zeros(pattern.entryCount)
        preconditioner = try PressurePreconditioner(pattern, solver: solver)
        gradients = ConjugateGradients(order: order)
    }

    /// Forgets numbers of an earlier realization; what is analysed of the pattern stays.
    func reset() {
        (hasFactor, refactorNext) = (false, false)
        (solves, factorizations, gradientIterations) = (0, 0, 0)
    }

    /// Solves for the pressures of cells and wells, starting from those given.
    ///
    /// - Parameter tolerance: sum of the volume errors of all cells over what flows through the wells.
    /// - Throws: ``SimulationFailure`` if the matrix is singular or the iteration does not converge.
    func solve(_ pressure: borrowing WorkArray<Double>, tolerance: Double) throws(SimulationFailure) {
        solves += 1
        assemble(pressure)
        if !hasFactor || refactorNext { try refactor() }
        var outcome = iterate(pressure, tolerance: tolerance, limit: preconditioner.limits.old, isNew: false)
        if !outcome.converged {
            try refactor()
            outcome = iterate(pressure, tolerance: tolerance, limit: preconditioner.limits.new, isNew: true)
        }
        guard outcome.converged else {
            throw SimulationFailure("the pressure equation did not converge (volume error \(outcome.residual) m3/s)")
        }
        // The mean cost of a solve, building included, is least when the next solve would cost more than it.
        sinceBuilt.solves += 1
        sinceBuilt.iterations += outcome.iterations
        refactorNext = outcome.iterations * sinceBuilt.solves > preconditioner.cost + sinceBuilt.iterations
        meetRates()
    }

    /// A well on a rate that has no solution: nothing it is connected to holds a pressure or gives way.
    var strandedWell: Int? {
        var neighbours = [[Int]](repeating: [], count: cellCount + wellCount)
        for face in 0..<faceCount where conductance[face] > 0 {
            neighbours[Int(first[face])].append(Int(second[face]))
            neighbours[Int(second[face])].append(Int(first[face]))
        }
        var reached = (0..<cellCount).map { storage[$0] > 0 } + Array(repeating: false, count: wellCount)
        for k in 0..<wellConductance.count where wellConductance[k] > 0 {
            let (cell, well) = (Int(completionCell[k]), Int(completionWell[k]))
            switch wellEquations[well] {
            case .shut: continue
            case .pressure: reached[cell] = true
            case .rate:
                neighbours[cell].append(cellCount + well)
                neighbours[cellCount + well].append(cell)
            }
        }
        var next = reached.indices.filter { reached[$0] }
        while let node = next.popLast() {
            for other in neighbours[node] where !reached[other] {
                reached[other] = true
                next.append(other)
            }
        }
        return (0..<wellCount).first { well in
            guard case .rate = wellEquations[well] else { return false }
            return isJoined[well] && !reached[cellCount + well]
        }
    }

    /// Scales the completions of a well on rate so that the rate is met exactly, not to the tolerance of the iteration.
    private func meetRates() {
        for well in 0..<wellCount {
            guard case .rate(let rate) = wellEquations[well] else { continue }
            var sum = 0.0
            for k in completionsOfWell[well] { sum += completionFlow[k] }
            guard sum * rate > 0 else { continue }
            for k in completionsOfWell[well] { completionFlow[k] *= rate / sum }
        }
    }

    /// Corrects the pressures until the volume errors, recomputed from the flows themselves, are small enough.
    private func iterate(
        _ pressure: borrowing WorkArray<Double>, tolerance: Double, limit: Int, isNew: Bool
    ) -> ConjugateGradients.Outcome {
        var iterations = 0
        // What flows through the wells is not known before the first solution: the goal is set again until it stays.
        while true {
            evaluateFlow(pressure)
            let error = evaluateResidual(pressure)
            let goal = max(tolerance * throughput, roundingError(pressure))
            if error <= goal || iterations >= limit || !error.isFinite {
                return .init(iterations: iterations, residual: error, converged: error <= goal)
            }
            // Somewhat lower, so that rounding between two ways to sum up does not call for another round.
            let outcome = gradients.solve(
                correction, rightHandSide: residual, tolerance: 0.9 * goal, maximumIterations: limit - iterations,
                multiply: multiply, precondition: { preconditioner.apply($0, into: $1, isNew: isNew) })
            iterations += max(outcome.iterations, 1)
            gradientIterations += outcome.iterations
            for node in 0..<cellCount + wellCount { pressure[node] += correction[node] }
        }
    }

    /// Half of what passes the completions in either direction [m³/s]: what the tolerance is relative to.
    private var throughput: Double {
        var sum = 0.0
        for k in 0..<completionFlow.count { sum += abs(completionFlow[k]) }
        return sum / 2
    }

    /// The sum of volume errors that rounding of the pressures alone makes [m³/s]: no iteration gets below it.
    private func roundingError(_ pressure: borrowing WorkArray<Double>) -> Double {
        let (d, p) = (diagonal.base, pressure.base)
        let terms = interleavedSum(cellCount + wellCount) { d[$0] * abs(p[$0]) }
        return max(.ulpOfOne * terms, .leastNormalMagnitude)
    }

    /// Sets ``residual`` to what does not balance in each cell and well; returns the sum of magnitudes [m³/s].
    ///
    /// From differences of pressure: the product of matrix and pressures would lose as many digits as the pressure
    /// itself is larger than its differences.
    private func evaluateResidual(_ pressure: borrowing WorkArray<Double>) -> Double {
        let (r, p, u, q) = (residual.base, pressure.base, flux.base, completionFlow.base)
        for cell in 0..<cellCount { r[cell] = source[cell] - storage[cell] * p[cell] }
        for face in 0..<faceCount {
            r[Int(first[face])] -= u[face]
            r[Int(second[face])] += u[face]
        }
        for well in 0..<wellCount {
            if case .rate(let rate) = wellEquations[well], isJoined[well] {
                r[cellCount + well] = rate
            } else {
                r[cellCount + well] = 0
            }
        }
        for k in 0..<completionFlow.count {
            r[Int(completionCell[k])] += q[k]
            if coupling[k] != 0 { r[cellCount + Int(completionWell[k])] -= q[k] }
        }
        return interleavedSum(cellCount + wellCount) { abs(r[$0]) }
    }

    private func refactor() throws(SimulationFailure) {
        values.fill(0)
        for node in 0..<cellCount + wellCount { values[Int(diagonalEntry[node])] = diagonal[node] }
        for face in 0..<faceCount { values[Int(faceEntry[face])] = -conductance[face] }
        for k in 0..<coupling.count { values[Int(completionEntry[k])] = -coupling[k] }
        do { try preconditioner.build(values) } catch {
            throw SimulationFailure("the pressure equation has no unique solution: \(error)")
        }
        (hasFactor, refactorNext, sinceBuilt) = (true, false, (0, 0))
        factorizations += 1
    }

    /// Sets the matrix, and the pressures of wells that are given one.
    private func assemble(_ pressure: borrowing WorkArray<Double>) {
        let (d, g) = (diagonal.base, conductance.base)
        for cell in 0..<cellCount { d[cell] = storage[cell] }
        for face in 0..<faceCount {
            d[Int(first[face])] += g[face]
            d[Int(second[face])] += g[face]
        }
        for well in 0..<wellCount { d[cellCount + well] = 0 }
        for k in 0..<coupling.count {
            let (cell, well) = (Int(completionCell[k]), Int(completionWell[k]))
            coupling[k] = 0
            guard wellEquations[well] != .shut else { continue }
            d[cell] += wellConductance[k]
            d[cellCount + well] += wellConductance[k]
            if case .rate = wellEquations[well] { coupling[k] = wellConductance[k] }
        }
        for well in 0..<wellCount {
            isJoined[well] = d[cellCount + well] > 0
            if !isJoined[well] { d[cellCount + well] = 1 }
            if case .pressure(let target) = wellEquations[well] { pressure[cellCount + well] = target }
        }
        // Each cell is tied to its present pressure by 1e-12 of its own conductances: too little to be seen in any
        // rate, and enough to give cells that no well can reach a pressure.
        for cell in 0..<cellCount { d[cell] += d[cell] > 0 ? 1e-12 * d[cell] : 1 }
        // Where no well and no compressibility tells the level of pressure, the first cell keeps what it has: the flow
        // is the same whatever the level.
        if wellEquations.allSatisfy({ $0 == .shut }), storage[0] == 0 { d[0] *= 2 }
    }

    private func multiply(_ x: borrowing WorkArray<Double>, _ y: borrowing WorkArray<Double>) {
        let (input, output, d, g) = (x.base, y.base, diagonal.base, conductance.base)
        let (a, b) = (first.base, second.base)
        for node in 0..<cellCount + wellCount { output[node] = d[node] * input[node] }
        for face in 0..<faceCount {
            let (i, j) = (Int(a[face]), Int(b[face]))
            output[i] -= g[face] * input[j]
            output[j] -= g[face] * input[i]
        }
        for k in 0..<coupling.count where coupling[k] != 0 {
            let (cell, node) = (Int(completionCell[k]), cellCount + Int(completionWell[k]))
            output[cell] -= coupling[k] * input[node]
            output[node] -= coupling[k] * input[cell]
        }
    }

    private func evaluateFlow(_ pressure: borrowing WorkArray<Double>) {
        let (p, u, g, h) = (pressure.base, flux.base, conductance.base, faceConstant.base)
        for face in 0..<faceCount {
            let (a, b) = (p[Int(first[face])], p[Int(second[face])])
            u[face] = g[face] * (a - b) + h[face]
            // Where gravity holds the difference, what is left of it may be rounding of the pressures. That must not
            // move anything: in long steps the splitting of pressure and transport would amplify it.
            if isHeld, abs(u[face]) <= 4 * .ulpOfOne * g[face] * (abs(a) + abs(b)) { u[face] = 0 }
        }
        for k in 0..<completionFlow.count {
            let (cell, well) = (Int(completionCell[k]), Int(completionWell[k]))
            completionFlow[k] =
                wellEquations[well] == .shut ? 0 : wellConductance[k] * (p[cellCount + well] + head[k] - p[cell])
        }
    }
}
