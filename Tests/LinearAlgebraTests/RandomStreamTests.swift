import LinearAlgebra
import TestSupport
import Testing

@Suite struct RandomStreamTests {
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
