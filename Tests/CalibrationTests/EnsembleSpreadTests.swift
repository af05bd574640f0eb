import Foundation
import Reservoir
import TestSupport
import Testing

@testable import Calibration

@Suite struct EnsembleSpreadTests {
    private func facies(_ codes: [UInt8]) -> Realization {
        let zeros = codes.map { _ in Float(0.2) }
        return Realization(facies: codes, porosity: zeros, permeabilityX: zeros, permeabilityY: zeros)
    }

    private func permeability(_ values: [Double]) -> Realization {
        let fields = values.map { Float($0) }
        return Realization(porosity: fields, permeabilityX: fields, permeabilityY: fields)
    }

    @Test func thatTwoFaciesSpreadAsABernoulliVariable() {
        // First cell: one of four differs, √(1/4 · 3/4); second: all agree.
        let ensemble = [facies([0, 1]), facies([0, 1]), facies([0, 1]), facies([1, 1])]
        expectClose(EnsembleSpread.mean(of: ensemble), (3.0 / 16).squareRoot() / 2, tolerance: 1e-15)
        expectClose(
            EnsembleSpread.mean(of: ensemble, active: [true, false]), (3.0 / 16).squareRoot(), tolerance: 1e-15)
    }

    @Test func thatPermeabilitySpreadsInLogarithms() {
        // ln k = ±1 around a mean: a deviation of one; single precision of k limits it.
        let ensemble = [permeability([exp(-30.0), 1e-13]), permeability([exp(-28.0), 1e-13])]
        expectClose(EnsembleSpread.mean(of: ensemble), 0.5, tolerance: 1e-6)
    }

    @Test func thatWeightsActLikeRepetition() {
        let (a, b) = (facies([0, 1, 0]), facies([1, 1, 2]))
        expectClose(
            EnsembleSpread.mean(of: [a, b], weights: [3, 1]), EnsembleSpread.mean(of: [a, a, a, b]), tolerance: 1e-15)
    }

    @Test func thatCopiesOfOneMapHaveNoSpread() {
        #expect(EnsembleSpread.mean(of: [facies([0, 1]), facies([0, 1])]) == 0)
        #expect(EnsembleSpread.mean(of: [permeability([1e-13, 3e-13]), permeability([1e-13, 3e-13])]) == 0)
    }
}
