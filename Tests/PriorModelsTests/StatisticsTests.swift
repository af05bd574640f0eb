import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import PriorModels

@Test func thatConnectedBodiesShareFacesNotCorners() {
    // Two bodies: an L of four cells and a pair that touches it at a corner only.
    let map: [Bool] = [
        1, 0, 0, 0,
        1, 1, 0, 0,
        1, 0, 1, 1
    ].map { $0 == 1 }
    let bodies = ConnectedBodies(map, columns: 4, rows: 3)
    #expect(bodies.sizes == [0, 4, 2])
    expectClose(bodies.largestShare, 4.0 / 6, tolerance: 1e-15)
    #expect(bodies.crosses(.y) && !bodies.crosses(.x))
    // One step along x: the pair in the second row and that in the third; two steps: (1, 3) and (3, 3) in two bodies.
    #expect(bodies.connectivity(LagSequence(.x, columns: 4, rows: 3)) == [1, 0])
    #expect(ConnectedBodies([false, false], columns: 2, rows: 1).largestShare.isNaN)
}

@Test func thatAVariogramIsHalfTheMeanSquaredDifference() {
    let values: [Float] = [1, 2, 4, .nan, 0, 0, 3, 3]
    let lags = LagSequence(.x, columns: 4, rows: 2)
    #expect(lags.steps == [1, 2])
    // Steps of one: 1, 2 in the first row; 0, 3, 0 in the second. Steps of two: 3; 3, 3.
    let found = experimentalVariogram(values, lags, columns: 4, rows: 2)
    expectClose(found[0], 0.5 * (1 + 4 + 0 + 9 + 0) / 5, tolerance: 1e-15)
    expectClose(found[1], 0.5 * (9 + 9 + 9) / 3, tolerance: 1e-15)
    // Diagonals: (0, 5), (1, 6), (2, 7) down to the right and (1, 4), (2, 5) up; the fourth cell counts for nothing.
    let down = experimentalVariogram(values, LagSequence(.diagonal, columns: 4, rows: 2), columns: 4, rows: 2)
    expectClose(down[0], 0.5 * (1 + 1 + 1) / 3, tolerance: 1e-15)
    let up = experimentalVariogram(values, LagSequence(.antidiagonal, columns: 4, rows: 2), columns: 4, rows: 2)
    expectClose(up[0], 0.5 * (4 + 16) / 2, tolerance: 1e-15)
}

@Test func thatDirectionsFollowTheAzimuth() throws {
    let grid = try makeGrid(columns: 10, rows: 10)
    for (azimuth, direction) in [
        (0.0, LatticeDirection.y), (44, .diagonal), (90, .x), (135, .antidiagonal), (-45, .antidiagonal), (179, .y)
    ] { #expect(LatticeDirection.nearest(to: azimuth, on: grid) == direction, "\(azimuth)") }
    #expect(LatticeDirection.antidiagonal.name(on: grid) == "along 135°")
}

@Test func thatASummaryLeavesOutWhatIsNotANumber() {
    let summary = StatisticSummary([3, .nan, 1, 2])
    #expect(summary.count == 3 && summary.mean == 2)
    expectClose(summary.standardError ?? 0, (1.0 / 3).squareRoot(), tolerance: 1e-15)
    expectClose(summary.low, 1.2, tolerance: 1e-15)
    expectClose(summary.high, 2.8, tolerance: 1e-15)
    #expect(StatisticSummary([.nan]).mean.isNaN)
}

@Test func thatTheStatisticsOfAGaussianPriorMeetTheirTargets() throws {
    let rock = try RockProperties(
        permeability: 1e-13, logStandardDeviation: 0.8, porosity: 0.2, porosityStandardDeviation: 0.02,
        correlation: 0.7, variogram: Variogram(.exponential, majorRange: 150, minorRange: 80, azimuth: 45))
    let prior = PriorSettings.gaussian(try GaussianPrior(rock: rock))
    let grid = try makeGrid(columns: 50, rows: 40)
    let model = try PriorModel(settings: prior, grid: grid, seed: 2)
    let statistics = PriorStatistics(prior, grid: grid)
    let samples = (0..<300).map { statistics.measure(model.realization($0)) }
    #expect(statistics.quantities.count == 5)
    for (number, quantity) in statistics.quantities.enumerated() {
        let found = StatisticSummary(samples.map { $0.values[number] })
        let target = try #require(quantity.target)
        // Single precision, of logarithms near five.
        let tolerance = confidentErrors * (found.standardError ?? 1) + 1e-6
        expectClose(found.mean, target, tolerance: tolerance, "\(quantity.name)")
    }
    #expect(statistics.curves.map(\.title).contains("ln(permeability), along 45°"))
    for (number, curve) in statistics.curves.enumerated() {
        let target = try #require(curve.target)
        for lag in curve.lags.indices {
            let found = StatisticSummary(samples.map { $0.curves[number][lag] })
            expectClose(
                found.mean, target[lag], tolerance: confidentErrors * (found.standardError ?? 1) + 1e-5,
                "\(curve.title), lag \(lag)")
        }
    }
}
