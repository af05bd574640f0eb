@testable import LinearAlgebra
import TestSupport
import Testing

@Suite struct RandomStreamTests {
    /// Known answers of the Random123 distribution (kat_vectors, philox4x32 with 10 rounds).
    @Test func thatPhiloxGivesThePublishedBlocks() {
        #expect(
            Philox.block(counter: .zero, key: (0, 0))
                == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        #expect(
            Philox.block(
                counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: (0xa409_3822, 0x299f_31d0))
                == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    }

    @Test func thatStreamsOfDifferentIndexOrPurposeDiffer() {
        var streams = [
            RandomStream(seed: 1, purpose: "prior", index: 0), RandomStream(seed: 1, purpose: "prior", index: 1),
            RandomStream(seed: 1, purpose: "noise", index: 0), RandomStream(seed: 2, purpose: "prior", index: 0),
            RandomStream(seed: 1, purpose: "prior", index: 1 << 32)
        ]
        let first = streams.indices.map { streams[$0].next() }
        #expect(Set(first).count == first.count)
    }

    @Test func thatNormalsHaveZeroMeanAndUnitVariance() {
        var stream = RandomStream(seed: 7, purpose: "test")
        let draws = stream.normals(40_000)
        let mean = draws.reduce(0, +) / 40_000
        let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 40_000
        // Five standard errors: 1/sqrt(n) for the mean, sqrt(2/n) for the variance.
        expectClose(mean, 0, tolerance: 5 / 200)
        expectClose(variance, 1, tolerance: 5 * 2.0.squareRoot() / 200)
    }
}
