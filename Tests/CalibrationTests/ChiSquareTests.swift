import Foundation
import TestSupport
import Testing

@testable import Calibration

@Suite struct ChiSquareTests {
    // Table of percentage points: Abramowitz and Stegun (1964), table 26.8, given to five or six digits.
    @Test(arguments: [
        (1.0, 0.99, 6.63490), (1.0, 0.005, 3.92704e-5), (2.0, 0.5, 1.38629), (5.0, 0.95, 11.0705),
        (10.0, 0.99, 23.2093), (10.0, 0.005, 2.15586), (30.0, 0.99, 50.8922), (30.0, 0.005, 13.7867),
        (100.0, 0.99, 135.807), (100.0, 0.005, 67.3276), (100.0, 0.5, 99.3341)
    ])
    func thatQuantilesAgreeWithTheTable(degrees: Double, probability: Double, tabulated: Double) {
        // The table is rounded to six significant digits.
        expectClose(
            ChiSquare(degreesOfFreedom: degrees).quantile(probability), tabulated, tolerance: 6e-6 * tabulated)
    }

    @Test func thatTwoDegreesOfFreedomGiveTheExponentialDistribution() {
        let distribution = ChiSquare(degreesOfFreedom: 2)
        for x in [0.01, 0.5, 2, 7.9, 20, 60] {
            // lgamma, exp and log each err by about one ulp of values below 60.
            expectClose(distribution.survival(x) / exp(-x / 2), 1, tolerance: 1e-13)
            expectClose(distribution.cumulative(x), 1 - exp(-x / 2), tolerance: 1e-14)
        }
    }

    @Test(arguments: [1.0, 3, 17, 128, 400, 5_000])
    func thatTheQuantileInvertsTheDistribution(degrees: Double) {
        let distribution = ChiSquare(degreesOfFreedom: degrees)
        for probability in [1e-6, 0.005, 0.3, 0.5, 0.9, 0.99, 1 - 1e-9] {
            let x = distribution.quantile(probability)
            // Rounding in `shape * log(x) - x` grows with the shape: a few ulp of 5,000 · ln 5,000 at most.
            expectClose(distribution.cumulative(x), probability, tolerance: 1e-11)
        }
    }

    @Test func thatTheNormalQuantileAgreesWithKnownValues() {
        // To 16 digits by high-precision tables; one Halley step leaves rounding of erfc only.
        expectClose(StandardNormal.quantile(0.975), 1.959_963_984_540_054, tolerance: 1e-14)
        expectClose(StandardNormal.quantile(0.001), -3.090_232_306_167_813, tolerance: 1e-13)
    }
}
