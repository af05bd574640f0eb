import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Multigrid as a preconditioner for what pressure equations look like: a plane grid of rough conductances.
@Suite struct AlgebraicMultigridTests {
    private struct Problem {
        let pattern: SymmetricPattern
        let pairs: [(Int, Int)]
        let conductance: [Double], diagonal: [Double]

        /// Log-normal conductances of a standard deviation in natural logarithm; one cell held.
        init(size: Int, deviation: Double) {
            let order = size * size
            var pairs: [(Int, Int)] = []
            for cell in 0..<order {
                if cell % size + 1 < size { pairs.append((cell, cell + 1)) }
                if cell + size < order { pairs.append((cell, cell + size)) }
            }
            self.pairs = pairs
            pattern = SymmetricPattern(order: order, pairs: pairs)
            var stream = RandomStream(seed: 11, purpose: "conductance")
            let conductance = pairs.map { _ in exp(deviation * stream.normal()) }
            var diagonal = [Double](repeating: 0, count: order)
            for (pair, value) in zip(pairs, conductance) {
                diagonal[pair.0] += value
                diagonal[pair.1] += value
            }
            diagonal[order / 2] += 1
            (self.conductance, self.diagonal) = (conductance, diagonal)
        }

        var values: [Double] {
            var values = [Double](repeating: 0, count: pattern.entryCount)
            for (node, value) in diagonal.enumerated() { values[pattern.entry(node, node)!] = value }
            for (pair, value) in zip(pairs, conductance) { values[pattern.entry(pair.0, pair.1)!] = -value }
            return values
        }

        func times(_ x: [Double]) -> [Double] {
            var y = zip(diagonal, x).map(*)
            for (pair, value) in zip(pairs, conductance) {
                y[pair.0] -= value * x[pair.1]
                y[pair.1] -= value * x[pair.0]
            }
            return y
        }

        /// Iterations that conjugate gradients need to reduce the residual a million times, and what it is then.
        func solve(with multigrid: AlgebraicMultigrid) -> (iterations: Int, reduction: Double) {
            var stream = RandomStream(seed: 12, purpose: "right-hand side")
            let b = stream.normals(pattern.order)
            let scale = b.reduce(0) { $0 + abs($1) }
            let solution = WorkArray(repeating: 0.0, count: pattern.order)
            let outcome = ConjugateGradients(order: pattern.order).solve(
                solution, rightHandSide: WorkArray(b), tolerance: 1e-6 * scale, maximumIterations: 200,
                multiply: { $1.copy(from: WorkArray(times($0.elements))) },
                precondition: { multigrid.approximate($0, into: $1) })
            let residual = zip(b, times(solution.elements)).reduce(0) { $0 + abs($1.0 - $1.1) }
            return (outcome.iterations, residual / scale)
        }
    }

    private func multigrid(_ problem: Problem) -> AlgebraicMultigrid {
        let multigrid = AlgebraicMultigrid(pattern: problem.pattern)
        multigrid.setUp(WorkArray(problem.values))
        return multigrid
    }

    /// A deviation of 4 spans more than seven orders of magnitude in nearly all of ten thousand faces.
    @Test(arguments: [0.0, 1, 4])
    func thatIterationsHardlyGrowWithTheGrid(deviation: Double) {
        let found = [50, 200].map { size in
            let problem = Problem(size: size, deviation: deviation)
            let result = problem.solve(with: multigrid(problem))
            // Recomputed from the solution; the recursion of the residual loses a few digits to rounding.
            #expect(result.reduction < 1.1e-6, "\(size)")
            return result.iterations
        }
        // Without a coarse correction the number of iterations would grow with the size, here fourfold.
        #expect(found[0] <= 30 && found[1] <= 2 * found[0], "\(found)")
    }

    @Test func thatTheHierarchyStaysSmall() {
        // The classical coarsening keeps the sum over levels of a five-point grid near 2.2.
        #expect(multigrid(Problem(size: 100, deviation: 1)).operatorComplexity < 3.5)
    }

    /// Conjugate gradients need a symmetric preconditioner.
    @Test func thatTheCycleIsSymmetric() {
        let problem = Problem(size: 40, deviation: 2)
        let multigrid = multigrid(problem)
        var stream = RandomStream(seed: 13, purpose: "vectors")
        let vectors = [stream.normals(1600), stream.normals(1600)]
        let images = vectors.map { vector in
            let image = WorkArray(repeating: 0.0, count: 1600)
            multigrid.approximate(WorkArray(vector), into: image)
            return image.elements
        }
        func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        let scale = product(vectors[0], images[0])
        // Single precision, 6e-8, in sums of 1600 terms and a dozen operations each.
        expectClose(
            product(vectors[0], images[1]), product(vectors[1], images[0]), tolerance: 1e-4 * scale)
    }
}
