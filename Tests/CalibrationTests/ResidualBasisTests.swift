import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import Calibration

@Suite struct ResidualBasisTests {
    /// Residuals that vary in three directions, by 10 noises, but for a hundredth of a noise.
    private func basis() throws -> ResidualBasis {
        var stream = RandomStream(seed: 3, purpose: "residuals")
        let directions = (0..<3).map { _ in stream.normals(40) }
        var pairs = Emulator.Pairs()
        for _ in 0..<100 {
            let shares = stream.normals(3)
            let rest = stream.normals(40)
            let residual = (0..<40).map { datum in
                (0..<3).reduce(0.01 * rest[datum]) { $0 + 10 * shares[$1] * directions[$1][datum] }
            }
            pairs.append(latent: [0], residual: residual)
        }
        return try ResidualBasis(of: pairs)
    }

    @Test func thatAsManyComponentsAreKeptAsResidualsVaryIn() throws {
        #expect(try basis().components.count == 3)
    }

    @Test func thatCombinationsAreOrthonormalAndHoldTheResidual() throws {
        var stream = RandomStream(seed: 4, purpose: "residual")
        let residual = stream.normals(40)
        let rows = try basis().combinations(including: residual)
        #expect(rows.rows == 4)
        let product = rows.times(rows, otherTransposed: true)
        for i in 0..<4 { for j in 0..<4 { expectClose(product[i, j], i == j ? 1 : 0, tolerance: 1e-12) } }
        let shares = rows.times(residual)
        let back = Matrix(rows: 1, columns: 4, elements: shares).times(rows).elements
        for (a, b) in zip(back, residual) { expectClose(a, b, tolerance: 1e-12) }
        // What lies in the components already adds no row.
        #expect(try basis().combinations(including: basis().components[1]).rows == 3)
    }

    @Test func thatWithoutPairsEachDatumStandsForItself() throws {
        #expect(try ResidualBasis(of: Emulator.Pairs()).combinations(including: [1, 2, 3]) == .identity(3))
    }

    @Test(arguments: [nil, 25.0])
    func thatWeightsOfWhitenedResidualsAreThoseOfResiduals(correlationTime: Double?) throws {
        let observed = try ObservedData(
            (0..<8).map {
                Observation(
                    key: VectorKey("WOPR", $0 < 4 ? "P1" : "P2"), time: Double($0 % 4) * 10, value: 5,
                    error: 1 + 0.3 * Double($0))
            }, correlationTime: correlationTime)
        var stream = RandomStream(seed: 5, purpose: "weights")
        let (weights, residual) = (stream.normals(8), stream.normals(8))
        let expected = zip(weights, observed.whitened(residual: residual)).reduce(0) { $0 + $1.0 * $1.1 }
        let found = zip(observed.weights(whitened: weights), residual).reduce(0) { $0 + $1.0 * $1.1 }
        expectClose(found, expected, tolerance: 1e-12)
    }
}
