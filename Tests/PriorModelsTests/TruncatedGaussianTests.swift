import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import PriorModels

private typealias Share = TruncatedGaussianPrior.Share

private func truncated() throws -> TruncatedGaussianPrior {
    try TruncatedGaussianPrior(
        groups: [
            [Share(code: 0, proportion: 0.5)], [Share(code: 1, proportion: 0.2)], [Share(code: 2, proportion: 0.3)]
        ], facies: makeFacies(["mud", "silt", "sand"]),
        first: Variogram(.spherical, majorRange: 150, minorRange: 70, azimuth: 90))
}

private func pluriGaussian() throws -> TruncatedGaussianPrior {
    try TruncatedGaussianPrior(
        groups: [
            [Share(code: 2, proportion: 0.4)], [Share(code: 1, proportion: 0.25), Share(code: 0, proportion: 0.35)]
        ], facies: makeFacies(["mud", "silt", "sand"]), first: Variogram(.exponential, majorRange: 120),
        second: Variogram(.matern(smoothness: 1.5), majorRange: 100))
}

@Test(arguments: [false, true])
func thatCutFieldsHaveTheirProportionsAndIndicatorVariograms(isPlural: Bool) throws {
    let prior = isPlural ? try pluriGaussian() : try truncated()
    let grid = try makeGrid(columns: 40, rows: 40)
    let model = try PriorModel(settings: .truncatedGaussian(prior), grid: grid, seed: 3)
    let statistics = PriorStatistics(.truncatedGaussian(prior), grid: grid)
    let samples = (0..<400).map { statistics.measure(model.realization($0)) }
    var checked = 0
    for (number, quantity) in statistics.quantities.enumerated() {
        guard quantity.name.hasPrefix("Proportion"), let target = quantity.target else { continue }
        let found = StatisticSummary(samples.map { $0.values[number] })
        expectClose(
            found.mean, target, tolerance: confidentErrors * (found.standardError ?? 1), "\(quantity.name)")
        checked += 1
    }
    #expect(checked == 3)
    for (number, curve) in statistics.curves.enumerated() {
        guard curve.kind == .variogram else { continue }
        let target = try #require(curve.target)
        for lag in curve.lags.indices {
            let found = StatisticSummary(samples.map { $0.curves[number][lag] })
            // The embedding's own error is below 1e-5.
            expectClose(
                found.mean, target[lag], tolerance: confidentErrors * (found.standardError ?? 1) + 1e-5,
                "\(curve.title), lag \(lag)")
            checked += 1
        }
    }
    #expect(checked > 100)
}

@Test func thatFaciesTouchOnlyTheirNeighboursInOrder() throws {
    // A smooth field on small cells never steps over the middle interval: its gradient has a standard deviation of
    // sqrt(6) / range, 0.02 a cell, and the interval is 0.5 wide.
    let prior = try TruncatedGaussianPrior(
        groups: [
            [Share(code: 0, proportion: 0.4)], [Share(code: 1, proportion: 0.2)], [Share(code: 2, proportion: 0.4)]
        ], facies: makeFacies(["mud", "silt", "sand"]), first: Variogram(.gaussian, majorRange: 1000))
    let model = try PriorModel(
        settings: .truncatedGaussian(prior), grid: makeGrid(columns: 60, rows: 60), seed: 1)
    for index in 0..<40 {
        let facies = try #require(model.realization(index).facies)
        for (a, b) in zip(facies, facies.dropFirst()).enumerated().filter({ $0.offset % 60 != 59 }).map(\.element) {
            #expect(abs(Int(a) - Int(b)) <= 1)
        }
    }
}

@Test(arguments: [false, true])
func thatCutFieldsHonourFaciesAtWells(isPlural: Bool) throws {
    let prior = isPlural ? try pluriGaussian() : try truncated()
    let grid = try makeGrid(columns: 40, rows: 40)
    // Neighbours that agree and that differ, and others apart.
    let data = [(3, 3, 0), (4, 3, 2), (5, 3, 2), (20, 20, 1), (20, 22, 0), (35, 10, 2), (10, 35, 1)]
        .map { HardDatum(column: $0.0, row: $0.1, facies: UInt8($0.2)) }
    let model = try PriorModel(settings: .truncatedGaussian(prior), grid: grid, hardData: data, seed: 3)
    for index in 0..<60 {
        let facies = try #require(model.realization(index).facies)
        for datum in data { #expect(facies[datum.row * 40 + datum.column] == datum.facies) }
    }
}

@Test func thatConditionedCutFieldsHaveTheProbabilitiesOfRejectionSampling() throws {
    // Two wells of sand and mud close to a cell between them: the exact answer by keeping those of many unconditional
    // realizations that happen to honour the wells.
    let grid = try makeGrid(columns: 9, rows: 1)
    let prior = PriorSettings.truncatedGaussian(try truncated())
    let data = [HardDatum(column: 1, row: 0, facies: 2), HardDatum(column: 6, row: 0, facies: 0)]
    let free = try PriorModel(settings: prior, grid: grid, seed: 5)
    var kept: [[UInt8]] = []
    for index in 0..<20_000 {
        guard let facies = free.realization(index).facies else { continue }
        if facies[1] == 2 && facies[6] == 0 { kept.append(facies) }
    }
    let model = try PriorModel(settings: prior, grid: grid, hardData: data, seed: 6)
    let drawn = (0..<3000).compactMap { model.realization($0).facies }
    #expect(kept.count > 500)
    for cell in 0..<9 where cell != 1 && cell != 6 {
        for code: UInt8 in 0...2 {
            let exact = Double(kept.count { $0[cell] == code }) / Double(kept.count)
            let found = Double(drawn.count { $0[cell] == code }) / Double(drawn.count)
            let variance = exact * (1 - exact) * (1 / Double(kept.count) + 1 / Double(drawn.count))
            expectClose(found, exact, tolerance: confidentErrors * variance.squareRoot() + 1e-3, "\(cell), \(code)")
        }
    }
}

@Test func thatBivariateNormalProbabilitiesAreThoseKnownInClosedForm() {
    for r in [-0.9, -0.3, 0, 0.2, 0.7, 0.99] {
        // Sheppard (1899).
        expectClose(BivariateNormal.cumulative(0, 0, r), 0.25 + asin(r) / (2 * .pi), tolerance: 1e-9)
    }
    expectClose(
        BivariateNormal.cumulative(0.7, -0.4, 0), StandardNormal.cumulative(0.7) * StandardNormal.cumulative(-0.4),
        tolerance: 1e-15)
    expectClose(BivariateNormal.cumulative(0.7, 2, 1), StandardNormal.cumulative(0.7), tolerance: 1e-15)
    #expect(BivariateNormal.cumulative(.infinity, 0.3, 0.5) == StandardNormal.cumulative(0.3))
    #expect(BivariateNormal.cumulative(-.infinity, 0.3, 0.5) == 0)
    // Both in a half line at full correlation: the probability of the half line.
    expectClose(
        BivariateNormal.probability(of: 0.5 ... .infinity, correlation: 1), StandardNormal.cumulative(-0.5),
        tolerance: 1e-15)
}

@Test func thatImpossibleProportionsAreRefused() throws {
    let facies = try makeFacies(["mud", "silt", "sand"])
    let variogram = try Variogram(.spherical, majorRange: 100)
    func message(_ groups: [[Share]], second: Variogram? = nil) -> String {
        do {
            _ = try TruncatedGaussianPrior(groups: groups, facies: facies, first: variogram, second: second)
            return "nothing"
        } catch { return error.description }
    }
    let three = [0.5, 0.3, 0.2].enumerated().map { Share(code: UInt8($0), proportion: $1) }
    #expect(message(three.map { [$0] }) == "nothing")
    #expect(
        message([[three[0]], [three[1]], [Share(code: 2, proportion: 0.4)]])
            == "proportions: is a sum of 1.2 but must sum to 1")
    #expect(
        message([[Share(code: 0, proportion: 1)], [Share(code: 1, proportion: -0.2)], [three[2]]]).contains(
            "must be above 0 and below 1"))
    #expect(
        message([[Share(code: 0, proportion: 0.8)], [three[2]]])
            == "proportions: is of facies 0, 2 but must be given for each facies once: 0, 1, 2")
    #expect(message([[three[0], three[1]], [three[2]]]).contains("second variogram: is missing"))
    #expect(message(three.map { [$0] }, second: variogram).contains("second variogram: is given"))
}
