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
    var wellEquations: [WellEquation]
    /// Results: `u` of each face from its first to its second cell, `q` of each completion.
    let flux: WorkArray<Double>, completionFlow: WorkArray<Double>

    private let completionsOfWell: [Range<Int>]
    private let first: WorkArray<Int32>, second: WorkArray<Int32>
    private let completionCell: WorkArray<Int32>, completionWell: WorkArray<Int32>
    private let faceEntry: WorkArray<Int32>, completionEntry: WorkArray<Int32>, diagonalEntry: WorkArray<Int32>
    private let diagonal: WorkArray<Double>, rightHandSide: WorkArray<Double>, values: WorkArray<Double>
    /// `w` where a well's node is an unknown joined to its cells, zero where its pressure is given.
    private let coupling: WorkArray<Double>
    private let factor: SparseCholesky
    private let gradients: ConjugateGradients
    private var hasFactor = false
    private var refactorNext = false
    /// Since ``reset()``.
    private(set) var solves = 0, factorizations = 0, gradientIterations = 0

    init(_ topology: FlowTopology) throws(FactorizationError) {
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
        rightHandSide = zeros(order)
        values = zeros(pattern.entryCount)
        factor = try SparseCholesky(analyzing: pattern)
        gradients = ConjugateGradients(order: order)
    }

    /// Forgets numbers of an earlier realization; what is analysed of the pattern stays.
    func reset() {
        (hasFactor, refactorNext) = (false, false)
        (solves, factorizations, gradientIterations) = (0, 0, 0)
    }

    /// Solves for the pressures of cells and wells, starting from those given.
    ///
    /// - Parameters:
    ///   - tolerance: sum of the volume errors of all cells over what flows through the wells.
    ///   - previous: where storage-free cells that no well can reach stay.
    /// - Throws: ``SimulationFailure`` if the matrix is singular or the iteration does not converge.
    func solve(_ pressure: borrowing WorkArray<Double>, tolerance: Double) throws(SimulationFailure) {
        solves += 1
        assemble(pressure)
        if !hasFactor || refactorNext { try refactor() }
        var outcome = iterate(pressure, tolerance: tolerance, limit: 12, precondition: factor.approximate)
        if !outcome.converged {
            try refactor()
            outcome = iterate(pressure, tolerance: tolerance, limit: 60, precondition: factor.solve)
        }
        guard outcome.converged else {
            throw SimulationFailure("the pressure equation did not converge (volume error \(outcome.residual) m3/s)")
        }
        if outcome.iterations > 7 { refactorNext = true }
        evaluateFlow(pressure)
        meetRates()
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

    private func iterate(
        _ pressure: borrowing WorkArray<Double>, tolerance: Double, limit: Int,
        precondition: (borrowing WorkArray<Double>, borrowing WorkArray<Double>) -> Void
    ) -> ConjugateGradients.Outcome {
        evaluateFlow(pressure)
        var outcome: ConjugateGradients.Outcome
        var iterations = 0
        // What flows through the wells is not known before the first solution: the goal is set again until it stays.
        var goal = throughput(pressure)
        repeat {
            outcome = gradients.solve(
                pressure, rightHandSide: rightHandSide, tolerance: tolerance * goal,
                maximumIterations: limit - iterations, multiply: multiply, precondition: precondition)
            iterations += max(outcome.iterations, 1)
            gradientIterations += outcome.iterations
            evaluateFlow(pressure)
            let flow = throughput(pressure)
            if flow >= 0.5 * goal { break }
            goal = flow
        } while iterations < limit
        return .init(iterations: iterations, residual: outcome.residual, converged: outcome.converged)
    }

    /// What the tolerance is relative to: half of what passes the completions in either direction [m³/s]. Where next to
    /// nothing does, a residual of some roundings of the terms it is the sum of must do.
    private func throughput(_ pressure: borrowing WorkArray<Double>) -> Double {
        var sum = 0.0
        for k in 0..<completionFlow.count { sum += abs(completionFlow[k]) }
        var terms = 0.0
        for node in 0..<cellCount + wellCount { terms += diagonal[node] * abs(pressure[node]) }
        return max(sum / 2, 1e-12 * terms, .leastNormalMagnitude)
    }

    private func refactor() throws(SimulationFailure) {
        values.fill(0)
        for node in 0..<cellCount + wellCount { values[Int(diagonalEntry[node])] = diagonal[node] }
        for face in 0..<faceCount { values[Int(faceEntry[face])] = -conductance[face] }
        for k in 0..<coupling.count { values[Int(completionEntry[k])] = -coupling[k] }
        do { try factor.factorize(values) } catch {
            throw SimulationFailure("the pressure equation has no unique solution: \(error)")
        }
        (hasFactor, refactorNext) = (true, false)
        factorizations += 1
    }

    private func assemble(_ pressure: borrowing WorkArray<Double>) {
        let (d, b, g, h) = (diagonal.base, rightHandSide.base, conductance.base, faceConstant.base)
        for cell in 0..<cellCount { (d[cell], b[cell]) = (storage[cell], source[cell]) }
        for face in 0..<faceCount {
            let (i, j) = (Int(first[face]), Int(second[face]))
            d[i] += g[face]
            d[j] += g[face]
            b[i] -= h[face]
            b[j] += h[face]
        }
        for well in 0..<wellCount { (d[cellCount + well], b[cellCount + well]) = (0, 0) }
        for k in 0..<coupling.count { assembleCompletion(k) }
        for well in 0..<wellCount { assembleWell(well, pressure) }
        pinLooseCells(pressure)
        anchorClosedSystem(pressure)
    }

    /// Where no well and no compressibility tells the level of pressure, the first cell keeps what it has: the flow is
    /// the same whatever the level.
    private func anchorClosedSystem(_ pressure: borrowing WorkArray<Double>) {
        guard wellEquations.allSatisfy({ $0 == .shut }), storage[0] == 0 else { return }
        rightHandSide[0] += diagonal[0] * pressure[0]
        diagonal[0] *= 2
    }

    private func assembleCompletion(_ k: Int) {
        let (cell, well) = (Int(completionCell[k]), Int(completionWell[k]))
        let node = cellCount + well
        let w = wellConductance[k]
        coupling[k] = 0
        switch wellEquations[well] {
        case .shut: return
        case .pressure(let target):
            rightHandSide[cell] += w * (target + head[k])
            diagonal[node] += w
        case .rate:
            coupling[k] = w
            rightHandSide[cell] += w * head[k]
            rightHandSide[node] -= w * head[k]
            diagonal[node] += w
        }
        diagonal[cell] += w
    }

    private func assembleWell(_ well: Int, _ pressure: borrowing WorkArray<Double>) {
        let node = cellCount + well
        let isLoose = diagonal[node] == 0
        if isLoose { diagonal[node] = 1 }
        switch wellEquations[well] {
        case .pressure(let target): rightHandSide[node] = diagonal[node] * target
        case .rate(let rate) where !isLoose: rightHandSide[node] += rate
        case .rate, .shut: rightHandSide[node] = diagonal[node] * pressure[node]
        }
    }

    /// Ties each cell to its present pressure by 1e-12 of its own conductances: too little to be seen in any rate, and
    /// enough to give cells that no well can reach a pressure.
    private func pinLooseCells(_ pressure: borrowing WorkArray<Double>) {
        for cell in 0..<cellCount {
            let tie = diagonal[cell] > 0 ? 1e-12 * diagonal[cell] : 1
            diagonal[cell] += tie
            rightHandSide[cell] += tie * pressure[cell]
        }
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
        for face in 0..<faceCount { u[face] = g[face] * (p[Int(first[face])] - p[Int(second[face])]) + h[face] }
        for k in 0..<completionFlow.count {
            let (cell, well) = (Int(completionCell[k]), Int(completionWell[k]))
            completionFlow[k] =
                wellEquations[well] == .shut ? 0 : wellConductance[k] * (p[cellCount + well] + head[k] - p[cell])
        }
    }
}
