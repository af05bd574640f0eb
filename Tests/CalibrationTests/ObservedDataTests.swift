import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import Calibration

@Suite struct ObservedDataTests {
    private let rate = VectorKey("WOPR", "P1")
    private let cut = VectorKey("WWCT", "P1")

    private func observations() -> [Observation] {
        // Two vectors interleaved, times out of order, on purpose.
        [
            Observation(key: rate, time: 30, value: 10, error: 2),
            Observation(key: cut, time: 10, value: 0, error: 0.1),
            Observation(key: rate, time: 10, value: 12, error: 1),
            Observation(key: cut, time: 40, value: 0.3, error: 0.2),
            Observation(key: rate, time: 20, value: 11, error: 0.5)
        ]
    }

    /// `C_D` written out from its definition.
    private func covariance(_ observations: [Observation], time: Double) -> Matrix {
        var result = Matrix(rows: observations.count, columns: observations.count)
        for i in observations.indices {
            for j in observations.indices where observations[i].key == observations[j].key {
                result[i, j] =
                    observations[i].error * observations[j].error
                    * exp(-abs(observations[i].time - observations[j].time) / time)
            }
        }
        return result
    }

    @Test func thatTheWhitenedResidualGivesTheQuadraticFormOfTheCovariance() throws {
        let observed = try ObservedData(observations(), correlationTime: 15)
        let residual = [1.0, -0.3, 0.4, 0.25, -2]
        let solved = try CholeskyFactor(covariance(observations(), time: 15)).solve(residual)
        let expected = zip(residual, solved).reduce(0) { $0 + $1.0 * $1.1 }
        let found = observed.whitened(residual: residual).reduce(0) { $0 + $1 * $1 }
        // The condition number of C_D is below 1e3, so rounding stays below 1e3 ulp of a value near 40.
        expectClose(found, expected, tolerance: 1e-11)
    }

    @Test func thatPerturbationsHaveTheCovarianceOfTheNoise() throws {
        let observed = try ObservedData(observations(), correlationTime: 15)
        let draws = 40_000
        var stream = RandomStream(seed: 4, purpose: "noise")
        let sample = (0..<draws).map { _ in observed.perturbed(from: &stream) }
        let found = moments(sample).covariance
        let expected = covariance(observations(), time: 15)
        for i in 0..<5 {
            for j in 0..<5 {
                // Standard error of a covariance: at most √2 σ_i σ_j / √draws; 4.5 of them for 25 entries.
                let tolerance = 4.5 * 1.42 * observed.errors[i] * observed.errors[j] / Double(draws).squareRoot()
                expectClose(found[i, j], expected[i, j], tolerance: tolerance)
            }
        }
    }

    @Test func thatWhiteningIsUndoneByItsInverse() throws {
        let observed = try ObservedData(observations(), correlationTime: 7)
        let residual = [1.0, -0.3, 0.4, 0.25, -2]
        for (a, b) in zip(observed.residual(whitened: observed.whitened(residual: residual)), residual) {
            expectClose(a, b, tolerance: 1e-14)
        }
    }

    @Test func thatAnObservationWithoutErrorIsRefused() {
        let problem = #expect(throws: ParameterError.self) {
            try ObservedData([Observation(key: rate, time: 86_400, value: 1, error: 0)])
        }
        #expect(
            problem?.description
                == "error of WOPR:P1 at 1.0 days: is 0.0 but must be positive; "
                + "a measurement without error cannot be weighed against others")
    }

    @Test func thatAVectorObservedTwiceAtOneTimeIsRefused() {
        #expect(throws: ParameterError.self) {
            try ObservedData([
                Observation(key: rate, time: 5, value: 1, error: 1), Observation(key: rate, time: 5, value: 2, error: 1)
            ])
        }
    }

    @Test func thatErrorsAreRelativeWithAFloorOfTheVectorsLargestValue() throws {
        let layout = DataLayout(entries: [
            .init(key: rate, time: 1), .init(key: rate, time: 2), .init(key: rate, time: 3), .init(key: cut, time: 1),
            .init(key: VectorKey("WWCT", "P2"), time: 1)
        ])
        let errors = try NoiseSettings(relative: 0.05, floorFraction: 0.02)
            .errors(of: [100, -10, 0, 0, 0.5], layout: layout)
        // 5 % of 100; the floor of 2 % of 100; the same for zero; P1's cut is zero throughout, so P2's scale; 5 % of 0.5.
        for (found, expected) in zip(errors, [5, 2, 2, 0.01, 0.025]) {
            expectClose(found, expected, tolerance: 1e-15)
        }
    }

    /// Wells are measured by the same meter: one that makes little water is not measured the better for it.
    @Test func thatTheFloorIsThatOfTheLargestWell() throws {
        let layout = DataLayout(entries: [
            .init(key: rate, time: 1), .init(key: VectorKey(rate.keyword, "P2"), time: 1), .init(key: cut, time: 1)
        ])
        let errors = try NoiseSettings(relative: 0.05, floorFraction: 0.02).errors(of: [100, 3, 0.5], layout: layout)
        for (found, expected) in zip(errors, [5, 2, 0.025]) { expectClose(found, expected, tolerance: 1e-15) }
    }

    @Test func thatTracesOfWaterAreNoScaleOfTheirOwn() throws {
        let layout = DataLayout(entries: [
            .init(key: cut, time: 1), .init(key: cut, time: 2), .init(key: VectorKey("WWCT", "P2"), time: 1),
            .init(key: VectorKey("WOPR", "P1"), time: 1)
        ])
        // P1's water cut stays below a thousandth of P2's, and every oil rate far below one unit: 1 sm3/day.
        let errors = try NoiseSettings(relative: 0.05, floorFraction: 0.02)
            .errors(of: [1e-12, 0, 0.5, 1e-20], layout: layout)
        for (found, expected) in zip(errors, [0.01, 0.01, 0.025, 0.02 / Unit.day]) {
            expectClose(found, expected, tolerance: 1e-12 * expected)
        }
        let relativeOnly = try NoiseSettings(relative: 0.05, floorFraction: 0).errors(
            of: [1e-12, 0, 0.5, 1e-20], layout: layout)
        for (found, expected) in zip(relativeOnly, [0.025, 0.025, 0.025, 0.05 / Unit.day]) {
            expectClose(found, expected, tolerance: 1e-12 * expected)
        }
    }
}
