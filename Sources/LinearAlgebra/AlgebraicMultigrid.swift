/// An approximate inverse of a large sparse symmetric positive definite matrix of negative couplings: one cycle through a
/// hierarchy of ever coarser matrices, in time and memory proportional to the entries. A preconditioner for conjugate
/// gradients, where a factorization would be too expensive.
///
/// Gauss and Seidel forth before and back after each coarse correction make it symmetric. Held in single precision.
/// Source: Stüben (2001), J. Comput. Appl. Math. 128, 281-309.
public final class AlgebraicMultigrid {
    /// Below this order a level is solved by dense factors.
    private static let directOrder = 200
    private let pattern: SymmetricPattern
    private var levels: [MultigridLevel] = []
    private var bottom: DenseFactor?

    public init(pattern: SymmetricPattern) { self.pattern = pattern }

    /// Entries on all levels over those of the matrix itself [–].
    public var operatorComplexity: Double {
        guard let first = levels.first else { return 1 }
        return Double(levels.reduce(0) { $0 + $1.entryCount }) / Double(first.entryCount)
    }

    /// Builds the hierarchy for the matrix with these values, one per entry of the pattern.
    public func setUp(_ values: borrowing WorkArray<Double>) {
        precondition(values.count == pattern.entryCount, "\(values.count) values for \(pattern.entryCount) entries")
        (levels, bottom) = ([], nil)
        var matrix = SparseRows(pattern, values: values)
        while matrix.order > Self.directOrder {
            let coarsening = Coarsening(matrix)
            let isStalled = coarsening.coarseOrder == 0 || coarsening.coarseOrder > matrix.order * 9 / 10
            let next = isStalled ? nil : matrix.coarsened(by: coarsening)
            levels.append(MultigridLevel(matrix, isStalled ? nil : coarsening))
            guard let next else { return }
            matrix = next
        }
        levels.append(MultigridLevel(matrix, nil))
        bottom = DenseFactor(matrix)
    }

    /// Writes an approximation of `A⁻¹ rightHandSide`; both have one value per row.
    public func approximate(_ rightHandSide: borrowing WorkArray<Double>, into solution: borrowing WorkArray<Double>) {
        guard let finest = levels.first else { preconditionFailure("approximate before setUp") }
        // Scaled, since rates may lie outside the range of single precision.
        var largest = 0.0
        for i in 0..<pattern.order { largest = max(largest, abs(rightHandSide[i])) }
        let scale = largest > 0 ? 1 / largest : 1
        for i in 0..<pattern.order { finest.rightHandSide[i] = Float(rightHandSide[i] * scale) }
        cycle(0)
        for i in 0..<pattern.order { solution[i] = Double(finest.solution[i]) * largest }
    }

    private func cycle(_ depth: Int) {
        let level = levels[depth]
        guard depth + 1 < levels.count else {
            if let bottom { bottom.solve(level.rightHandSide, into: level.solution) } else { level.relax() }
            return
        }
        level.restrictResidual(into: levels[depth + 1].rightHandSide)
        cycle(depth + 1)
        level.correct(by: levels[depth + 1].solution)
    }
}

/// A matrix of the hierarchy with its interpolation from the next coarser one, in single precision.
final class MultigridLevel {
    let rightHandSide: WorkArray<Float>, solution: WorkArray<Float>
    var entryCount: Int { order + value.count }
    private let order: Int
    private let start: WorkArray<Int32>, column: WorkArray<Int32>
    /// Where in each row the entries right of the diagonal begin.
    private let upper: WorkArray<Int32>
    private let value: WorkArray<Float>, inverseDiagonal: WorkArray<Float>
    private let coarseStart: WorkArray<Int32>, coarse: WorkArray<Int32>
    private let weight: WorkArray<Float>

    /// - Parameter coarsening: `nil` on the coarsest level.
    init(_ matrix: SparseRows, _ coarsening: Coarsening?) {
        order = matrix.order
        let entries = Int(matrix.start[order])
        start = WorkArray(repeating: 0, count: order + 1)
        start.copy(from: matrix.start)
        column = WorkArray(repeating: 0, count: entries)
        column.base.update(from: matrix.column.base, count: entries)
        value = WorkArray(repeating: 0, count: entries)
        for k in 0..<entries { value[k] = Float(matrix.value[k]) }
        upper = WorkArray(repeating: 0, count: order)
        inverseDiagonal = WorkArray(repeating: 0, count: order)
        for i in 0..<order {
            var k = Int(start[i])
            while k < Int(start[i + 1]), Int(column[k]) < i { k += 1 }
            upper[i] = Int32(k)
            inverseDiagonal[i] = Float(1 / matrix.diagonal[i])
        }
        rightHandSide = WorkArray(repeating: 0, count: order)
        solution = WorkArray(repeating: 0, count: order)
        let count = coarsening.map { Int($0.start[matrix.order]) } ?? 0
        coarseStart = WorkArray(repeating: 0, count: order + 1)
        coarse = WorkArray(repeating: 0, count: count)
        weight = WorkArray(repeating: 0, count: count)
        guard let coarsening else { return }
        coarseStart.copy(from: coarsening.start)
        coarse.copy(from: coarsening.coarse)
        for k in 0..<count { weight[k] = Float(coarsening.weight[k]) }
    }

    /// Sets ``solution`` by a sweep forth from zero.
    private func sweepForth() {
        let (x, b, v) = (solution.base, rightHandSide.base, value.base)
        let (starts, uppers, columns, inverse) = (start.base, upper.base, column.base, inverseDiagonal.base)
        for i in 0..<order {
            var sum = b[i]
            for k in Int(starts[i])..<Int(uppers[i]) { sum -= v[k] * x[Int(columns[k])] }
            x[i] = sum * inverse[i]
        }
    }

    private func sweepBack() {
        let (x, b, v) = (solution.base, rightHandSide.base, value.base)
        let (starts, columns, inverse) = (start.base, column.base, inverseDiagonal.base)
        for i in stride(from: order - 1, through: 0, by: -1) {
            var sum = b[i]
            for k in Int(starts[i])..<Int(starts[i + 1]) { sum -= v[k] * x[Int(columns[k])] }
            x[i] = sum * inverse[i]
        }
    }

    /// The best that smoothing alone can do, on a level that could not be coarsened.
    func relax() {
        sweepForth()
        sweepBack()
    }

    /// Smooths from zero, and hands the residual to the coarser level.
    func restrictResidual(into target: borrowing WorkArray<Float>) {
        sweepForth()
        target.fill(0)
        let (x, v, r, w) = (solution.base, value.base, target.base, weight.base)
        let (starts, uppers, columns) = (start.base, upper.base, column.base)
        let (coarseStarts, coarses) = (coarseStart.base, coarse.base)
        for i in 0..<order {
            // After a sweep forth from zero all else cancels.
            var sum: Float = 0
            for k in Int(uppers[i])..<Int(starts[i + 1]) { sum -= v[k] * x[Int(columns[k])] }
            for k in Int(coarseStarts[i])..<Int(coarseStarts[i + 1]) { r[Int(coarses[k])] += w[k] * sum }
        }
    }

    /// Adds the coarse correction, and smooths.
    func correct(by correction: borrowing WorkArray<Float>) {
        let (x, c, w) = (solution.base, correction.base, weight.base)
        let (coarseStarts, coarses) = (coarseStart.base, coarse.base)
        for i in 0..<order {
            var sum = x[i]
            for k in Int(coarseStarts[i])..<Int(coarseStarts[i + 1]) { sum += w[k] * c[Int(coarses[k])] }
            x[i] = sum
        }
        sweepBack()
    }
}
