import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import Calibration

@Suite struct MismatchTests {
    private let layout = DataLayout(entries: [
        .init(key: VectorKey("WOPR", "P1"), time: 1), .init(key: VectorKey("WOPR", "P1"), time: 2),
        .init(key: VectorKey("WOPR", "P2"), time: 1), .init(key: VectorKey("WWCT", "P2"), time: 1),
        .init(key: VectorKey("FOPT"), time: 2)
    ])

    @Test func thatTheMismatchSplitsByTypeWellAndVector() {
        let mismatch = Mismatch(whitenedResidual: [1, 2, 3, 4, 5], layout: layout)
        #expect(mismatch.value == 55.0 / 10)
        #expect(mismatch.byType["WOPR"] == .init(count: 3, chiSquare: 14))
        #expect(mismatch.byType["FOPT"] == .init(count: 1, chiSquare: 25))
        #expect(mismatch.byWell == ["P1": .init(count: 2, chiSquare: 5), "P2": .init(count: 2, chiSquare: 25)])
        #expect(mismatch.byVector["WWCT:P2"]?.value == 8)
        #expect(mismatch.worstVector?.name == "FOPT")
    }

    @Test func thatTheTruthIsAcceptedAsOftenAsTheRuleSays() throws {
        let count = 60
        let layout = DataLayout(entries: (0..<count).map { .init(key: VectorKey("WBHP", "I"), time: Double($0)) })
        let test = AcceptanceTest(rule: .standard, dataCount: count)
        var stream = RandomStream(seed: 8, purpose: "truths")
        let draws = 20_000
        var (accepted, overfit) = (0, 0)
        for _ in 0..<draws {
            let mismatch = Mismatch(whitenedResidual: stream.normals(count), layout: layout).value
            if test.accepts(mismatch) { accepted += 1 }
            if test.isOverfit(mismatch) { overfit += 1 }
        }
        // Four standard errors of a binomial frequency: √(0.01 · 0.99 / 20,000) = 7.0e-4, and 5.0e-4.
        expectClose(Double(accepted) / Double(draws), 0.99, tolerance: 2.8e-3)
        expectClose(Double(overfit) / Double(draws), 0.005, tolerance: 2e-3)
    }

    @Test func thatTheFiveSigmaRuleIsItsFormula() {
        expectClose(AcceptanceRule.standardDeviations(5).threshold(count: 200), 0.5 + 5 / 20, tolerance: 1e-15)
        #expect(
            AcceptanceRule.standardDeviations(5).threshold(count: 200) > AcceptanceRule.standard.threshold(count: 200))
    }

    @Test func thatAnImpossibleQuantileIsRefused() {
        #expect(throws: ParameterError.self) { try AcceptanceRule.chiSquareQuantile(1).validated() }
        #expect(throws: ParameterError.self) { try AcceptanceRule.standardDeviations(.nan).validated() }
    }
}
