import LinearAlgebra
import Testing

/// Sparse systems, solved and compared with the product by the matrix itself.
struct SparseCholeskyTests {
    /// A weighted graph's Laplacian plus a small diagonal: weights over two orders of magnitude.
    struct System {
        let pattern: SymmetricPattern
        let pairs: [(Int, Int)]
        let weights: [Double], diagonal: [Double]

        init(order: Int, pairs: [(Int, Int)], seed: UInt64) {
            var stream = RandomStream(seed: seed, purpose: "weights")
            pattern = SymmetricPattern(order: order, pairs: pairs)
            self.pairs = pairs
            weights = pairs.map { _ in stream.uniform(0.1, 10) }
            diagonal = (0..<order).map { _ in stream.uniform(0.1, 1) }
        }

        var values: WorkArray<Double> {
            var values = [Double](repeating: 0, count: pattern.entryCount)
            for (node, value) in diagonal.enumerated() { values[pattern.entry(node, node)!] += value }
            for (pair, weight) in zip(pairs, weights) {
                values[pattern.entry(pair.0, pair.1)!] -= weight
                for node in [pair.0, pair.1] { values[pattern.entry(node, node)!] += weight }
            }
            return WorkArray(values)
        }

        func times(_ x: [Double]) -> [Double] {
            var y = zip(diagonal, x).map(*)
            for (pair, weight) in zip(pairs, weights) {
                let flow = weight * (x[pair.0] - x[pair.1])
                y[pair.0] += flow
                y[pair.1] -= flow
            }
            return y
        }
    }

    /// Plane grids, alone and with joins across them; all with all; nothing joined at all; one unknown.
    static let graphs: [(order: Int, pairs: [(Int, Int)])] = {
        func grid(_ columns: Int, _ rows: Int) -> [(Int, Int)] {
            (0..<columns * rows).flatMap { node -> [(Int, Int)] in
                let right = node % columns + 1 < columns ? [(node, node + 1)] : []
                let below = node / columns + 1 < rows ? [(node, node + columns)] : []
                return right + below
            }
        }
        let joins: [(Int, Int)] = (0..<40).map { (21 * $0, 902 - 7 * $0) }
        let all: [(Int, Int)] = (0..<15).flatMap { a in (0..<a).map { (a, $0) } }
        return [
            (900, grid(30, 30)), (35, grid(7, 5)), (903, grid(43, 21) + joins), (15, all), (9, []), (1, [])
        ]
    }()

    private func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).map { abs($0 - $1) }.max()! / b.map(abs).max()!
    }

    @Test(arguments: 0..<6)
    func thatFactorsSolveInBothPrecisions(graph: Int) throws {
        let (order, pairs) = Self.graphs[graph]
        let cholesky = try SparseCholesky(analyzing: SymmetricPattern(order: order, pairs: pairs))
        // Twice, since what is known of the pattern is kept.
        for seed in [4, 5] as [UInt64] {
            let system = System(order: order, pairs: pairs, seed: seed)
            try cholesky.factorize(system.values)
            var stream = RandomStream(seed: seed, purpose: "solution")
            let wanted = stream.normals(order)
            let rightHandSide = WorkArray(system.times(wanted))
            let found = WorkArray(repeating: 0.0, count: order)
            cholesky.solve(rightHandSide, into: found)
            // Rounding times a condition number of at most 280 / 0.1, where all are joined; of grids 80 / 0.1. Factors in single
            // precision round 1e9 times as much, and errors do not all add up.
            #expect(largestDifference(found.elements, wanted) < 1e-12)
            cholesky.approximate(rightHandSide, into: found)
            #expect(largestDifference(found.elements, wanted) < 1e-4)
        }
    }
}
