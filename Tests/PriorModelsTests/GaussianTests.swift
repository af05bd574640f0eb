import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import PriorModels

private func makePrior(_ variogram: Variogram, correlation: Double = 0.7) throws -> GaussianPrior {
    try GaussianPrior(
        rock: RockProperties(
            permeability: 1e-13, logStandardDeviation: 0.8, permeabilityRatio: 0.1, porosity: 0.2,
            porosityStandardDeviation: 0.02, correlation: correlation, variogram: variogram))
}

private func variograms() throws -> [Variogram] {
    [
        try Variogram(.spherical, majorRange: 150, minorRange: 60, azimuth: 30),
        try Variogram(.exponential, majorRange: 100, nugget: 0.2),
        try Variogram(.gaussian, majorRange: 120, minorRange: 60, azimuth: 135),
        try Variogram(.matern(smoothness: 1.5), majorRange: 150, minorRange: 80, azimuth: 90),
        try Variogram(
            nugget: 0.1,
            structures: [
                .init(.spherical, contribution: 0.5, majorRange: 60),
                .init(.exponential, contribution: 0.4, majorRange: 300, minorRange: 100, azimuth: 45)
            ])
    ]
}

@Test(arguments: 0..<5)
func thatGaussianFieldsHaveTheMeanTheVarianceAndTheVariogramAskedFor(which: Int) throws {
    let variogram = try variograms()[which]
    // Odd and not square on purpose.
    let grid = try makeGrid(columns: 37, rows: 26)
    let lattice = try FieldLattice(grid)
    let embedding = try CirculantEmbedding(variogram, on: lattice)
    let lags = [(1, 0), (0, 1), (3, 3), (3, -3), (8, 0), (0, 8), (20, 10)]
    var means: [Double] = []
    var variances: [Double] = []
    var gammas = [[Double]](repeating: [], count: lags.count)
    for index in 0..<400 {
        var stream = RandomStream(seed: 3, purpose: "test", index: UInt64(index))
        let field = embedding.sample(&stream)
        means.append(field.reduce(0, +) / Double(field.count))
        variances.append(field.reduce(0) { $0 + $1 * $1 } / Double(field.count))
        for (position, lag) in lags.enumerated() {
            gammas[position].append(semivariance(field, columns: 37, rows: 26, lag: lag))
        }
    }
    // The mean over many independent fields lies within its standard error of the expectation; the embedding itself
    // adds an error that it states.
    for (values, expected) in [(means, 0.0), (variances, 1.0)] {
        let found = meanWithError(values)
        expectClose(found.mean, expected, tolerance: confidentErrors * found.error)
    }
    for (position, lag) in lags.enumerated() {
        let found = meanWithError(gammas[position])
        let expected = 1 - variogram.correlation(dx: 10 * Double(lag.0), dy: 10 * Double(lag.1))
        expectClose(
            found.mean, expected, tolerance: confidentErrors * found.error + embedding.correlationError, "lag \(lag)")
    }
}

private func semivariance(_ field: [Double], columns: Int, rows: Int, lag: (Int, Int)) -> Double {
    var sum = 0.0
    var count = 0.0
    for row in max(0, -lag.1)..<min(rows, rows - lag.1) {
        for column in 0..<columns - lag.0 {
            let step = field[(row + lag.1) * columns + column + lag.0] - field[row * columns + column]
            sum += step * step / 2
            count += 1
        }
    }
    return sum / count
}

@Test func thatAMaternVariogramOfSmoothnessOneHalfIsExponential() throws {
    let matern = try Variogram(.matern(smoothness: 0.5), majorRange: 100)
    // With 5 % left at the range the exponential is exp(ln(0.05) r). The integral for K_1/2 is good to 1e-12.
    for distance in [1.0, 10, 50, 100, 300] {
        expectClose(
            matern.correlation(dx: distance, dy: 0), pow(0.05, distance / 100), tolerance: 1e-11)
    }
}

@Test func thatAMaternVariogramOfSmoothnessThreeHalvesHasItsClosedForm() throws {
    let matern = MaternCorrelation(smoothness: 1.5)
    for r in [0.01, 0.1, 0.5, 1, 2] {
        let x = matern.scale * r
        expectClose(matern.value(at: r), (1 + x) * exp(-x), tolerance: 1e-11)
    }
    expectClose(matern.value(at: 1), 0.05, tolerance: 1e-12)
}

@Test func thatPermeabilityIsLogNormalAndCorrelatedWithPorosity() throws {
    let grid = try makeGrid(columns: 20, rows: 20)
    // Cells hardly correlated with each other, so that each is one more sample.
    let model = try PriorModel(
        settings: .gaussian(makePrior(Variogram(.spherical, majorRange: 15))), grid: grid, seed: 8)
    var (logs, squares, products, porosities): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
    for index in 0..<300 {
        let one = model.realization(index)
        let z = one.permeabilityX.map { log(Double($0) / 1e-13) / 0.8 }
        let p = one.porosity.map { (Double($0) - 0.2) / 0.02 }
        logs.append(z.reduce(0, +) / 400)
        squares.append(z.reduce(0) { $0 + $1 * $1 } / 400)
        porosities.append(p.reduce(0) { $0 + $1 * $1 } / 400)
        products.append(zip(z, p).reduce(0) { $0 + $1.0 * $1.1 } / 400)
        #expect(zip(one.permeabilityX, one.permeabilityY).allSatisfy { abs($0 * 0.1 - $1) <= 1e-6 * $1 })
    }
    for (values, expected) in [(logs, 0.0), (squares, 1), (porosities, 1), (products, 0.7)] {
        let found = meanWithError(values)
        // Porosity is cut at 0.001, ten standard deviations away: no effect.
        expectClose(found.mean, expected, tolerance: confidentErrors * found.error)
    }
}

@Test func thatConditionedFieldsHonourTheirDataAndHaveTheKrigingMoments() throws {
    let grid = try makeGrid(columns: 15, rows: 12)
    let variogram = try Variogram(.spherical, majorRange: 120, minorRange: 70, azimuth: 60)
    let data = [
        HardDatum(column: 3, row: 3, permeability: 3e-13, porosity: 0.23),
        HardDatum(column: 11, row: 8, permeability: 4e-14)
    ]
    let model = try PriorModel(settings: .gaussian(makePrior(variogram)), grid: grid, hardData: data, seed: 5)
    var samples: [[Double]] = [[], []]
    let count = 2000
    for index in 0..<count {
        let one = model.realization(index)
        // Single precision holds seven digits.
        expectClose(Double(one.permeabilityX[3 * 15 + 3]), 3e-13, tolerance: 3e-13 * 1e-6)
        expectClose(Double(one.permeabilityX[8 * 15 + 11]), 4e-14, tolerance: 4e-14 * 1e-6)
        expectClose(Double(one.porosity[3 * 15 + 3]), 0.23, tolerance: 1e-7)
        samples[0].append(log(Double(one.permeabilityX[5 * 15 + 6]) / 1e-13) / 0.8)
        samples[1].append((Double(one.porosity[5 * 15 + 6]) - 0.2) / 0.02)
    }
    // The textbook answer for ln k at (6, 5), by hand for three data: z_k, z_phi at the first and z_k at the second.
    let (a, b) = (variogram.correlation(dx: 30, dy: 20), variogram.correlation(dx: -50, dy: -30))
    let c = variogram.correlation(dx: 80, dy: 50)
    let known = [log(3.0) / 0.8, 0.03 / 0.02, log(0.4) / 0.8]
    let system = [[1, 0.7, c], [0.7, 1, 0.7 * c], [c, 0.7 * c, 1]]
    for (samples, side) in zip(samples, [[a, 0.7 * a, b], [0.7 * a, a, 0.7 * b]]) {
        let weights = solve3(system, side)
        let mean = zip(weights, known).reduce(0) { $0 + $1.0 * $1.1 }
        let variance = 1 - zip(weights, side).reduce(0) { $0 + $1.0 * $1.1 }
        let found = meanWithError(samples)
        expectClose(found.mean, mean, tolerance: confidentErrors * (variance / Double(count)).squareRoot())
        let spread = found.error * found.error * Double(count)
        // The variance of a sample variance of normals is 2 sigma^4 / n.
        expectClose(spread, variance, tolerance: confidentErrors * variance * (2 / Double(count)).squareRoot())
    }
}

/// Cramer's rule.
private func solve3(_ a: [[Double]], _ b: [Double]) -> [Double] {
    func determinant(_ m: [[Double]]) -> Double {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    }
    return (0..<3).map { column in
        var replaced = a
        for row in 0..<3 { replaced[row][column] = b[row] }
        return determinant(replaced) / determinant(a)
    }
}

@Test func thatAGridOfUnequalCellsReadsTheSameField() throws {
    // Columns of 10 and 20 m; the field on them must have the variogram of their distances.
    let widths = (0..<24).map { $0 % 3 == 0 ? 20.0 : 10.0 }
    let grid = try Grid(
        orientation: .areal, columnWidths: widths, rowHeights: [10, 10], thickness: Array(repeating: 1, count: 48),
        centreDepth: Array(repeating: 0, count: 48))
    let variogram = try Variogram(.exponential, majorRange: 100)
    let model = try PriorModel(settings: .gaussian(makePrior(variogram)), grid: grid, seed: 1)
    let gammas = (0..<1500).map { index in
        let k = model.realization(index).permeabilityX
        let step = log(Double(k[9] / k[3])) / 0.8
        return step * step / 2
    }
    let found = meanWithError(gammas)
    // Between the centres of columns 3 and 9 lie 80 m; each may be off by half a lattice spacing, 5 m.
    let slope = 3.0 / 100 * 10
    let expected = 1 - variogram.correlation(dx: 80, dy: 0)
    expectClose(found.mean, expected, tolerance: confidentErrors * found.error + slope * (1 - expected))
}

@Test func thatARangeTooLongToEmbedIsRefusedWithWhatToDo() throws {
    let grid = try makeGrid(columns: 30, rows: 30)
    let error = #expect(throws: ParameterError.self) {
        try PriorModel(
            settings: .gaussian(makePrior(Variogram(.gaussian, majorRange: 60_000))), grid: grid, seed: 1)
    }
    #expect(error?.description.contains("must be shorter") == true)
}

@Test func thatContradictoryOrMisplacedHardDataAreRefused() throws {
    let grid = try makeGrid(columns: 5, rows: 5, active: (0..<25).map { $0 != 7 })
    let prior = PriorSettings.gaussian(try makePrior(Variogram(.spherical, majorRange: 50)))
    let bad: [([HardDatum], String)] = [
        ([.init(column: 5, row: 0, permeability: 1e-13)], "must lie inside the grid of 5 x 5 cells"),
        ([.init(column: 2, row: 1, permeability: 1e-13)], "must lie in an active cell"),
        ([.init(column: 1, row: 1, porosity: 0.2), .init(column: 1, row: 1, porosity: 0.25)], "must agree"),
        ([.init(column: 1, row: 1, permeability: -1)], "must be positive"),
        ([.init(column: 1, row: 1, facies: 1)], "a Gaussian prior has no facies"),
        ([.init(column: 1, row: 1, porosity: 0.9)], "within the limits")
    ]
    for (data, text) in bad {
        let error = #expect(throws: ParameterError.self) {
            try PriorModel(settings: prior, grid: grid, hardData: data, seed: 1)
        }
        #expect(error?.description.contains(text) == true, "\(String(describing: error))")
    }
}
