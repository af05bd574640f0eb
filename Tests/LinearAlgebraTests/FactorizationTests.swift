import LinearAlgebra
import TestSupport
import Testing

@Suite struct FactorizationTests {
    /// A random `order x order` matrix and its Gram matrix plus the identity: well conditioned, positive definite.
    private func positiveDefinite(_ order: Int) -> Matrix {
        var stream = RandomStream(seed: 3, purpose: "matrix")
        let a = Matrix(rows: order, columns: order, elements: stream.normals(order * order))
        return a.times(a, otherTransposed: true) + Matrix.identity(order)
    }

    @Test func thatCholeskySolvesTheSystem() throws {
        let a = positiveDefinite(12)
        var stream = RandomStream(seed: 3, purpose: "right-hand side")
        let b = stream.normals(12)
        let residual = zip(a.times(try CholeskyFactor(a).solve(b)), b).map { abs($0 - $1) }.max()!
        // Condition number below 100, entries below 50: rounding stays below 1e-12.
        expectClose(residual, 0, tolerance: 1e-12)
    }

    @Test func thatCholeskyRefusesAnIndefiniteMatrix() {
        #expect(throws: FactorizationError.notPositiveDefinite(order: 2)) {
            try CholeskyFactor(Matrix([[1, 2], [2, 1]]))
        }
    }

    @Test func thatEigenvectorsRebuildTheMatrix() throws {
        let a = positiveDefinite(8)
        let eigen = try SymmetricEigen(a)
        var scaled = eigen.vectors
        for i in 0..<8 { for j in 0..<8 { scaled[i, j] *= eigen.values[j] } }
        let difference = (scaled.times(eigen.vectors, otherTransposed: true) - a).elements.map(abs).max()!
        expectClose(difference, 0, tolerance: 1e-11)
    }

    @Test func thatSingularValuesRebuildATallMatrix() throws {
        var stream = RandomStream(seed: 5, purpose: "tall")
        let a = Matrix(rows: 9, columns: 4, elements: stream.normals(36))
        let svd = try SingularValues(a)
        var scaled = svd.u
        for i in 0..<9 { for j in 0..<4 { scaled[i, j] *= svd.values[j] } }
        let difference = (scaled.times(svd.vTransposed) - a).elements.map(abs).max()!
        expectClose(difference, 0, tolerance: 1e-13)
    }
}
