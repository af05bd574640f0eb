import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import PriorModels

private func proportion(_ facies: [UInt8]) -> Double {
    Double(facies.count { $0 == ChannelBodies.channelCode }) / Double(facies.count)
}

@Test func thatMeanderingChannelsMeetTheirProportion() throws {
    let grid = try makeGrid(columns: 100, rows: 100)
    let prior = try makeChannels(amount: .proportion(.constant(0.28)))
    let model = try PriorModel(settings: .channels(prior), grid: grid, seed: 2)
    for index in 0..<40 {
        let facies = try #require(model.realization(index).facies)
        // Cells at equal distance come or go together: the four images of a point under reflection at most.
        expectClose(proportion(facies), 0.28, tolerance: 4e-4)
    }
}

@Test(arguments: [0.0, 45, 90, 135])
func thatBeltsMeetTheirProportionAndRunAlongTheirAzimuth(azimuth: Double) throws {
    let grid = try makeGrid(columns: 100, rows: 100)
    let model = try PriorModel(settings: .belts(makeBelts(azimuth: azimuth)), grid: grid, seed: 2)
    var proportions: [Double] = []
    var (along, across) = (0.0, 0.0)
    for index in 0..<30 {
        let facies = try #require(model.realization(index).facies)
        proportions.append(proportion(facies))
        along += sameFacies(facies, azimuth: azimuth)
        across += sameFacies(facies, azimuth: azimuth + 90)
    }
    let found = meanWithError(proportions)
    expectClose(found.mean, 0.3, tolerance: confidentErrors * found.error + 4e-4)
    #expect(along > 1.15 * across, "\(along) along, \(across) across")
}

/// How often two sand cells lie 12 cells apart in a direction, over how often they would if independent.
private func sameFacies(_ facies: [UInt8], azimuth: Double) -> Double {
    let angle = azimuth * .pi / 180
    let (dx, dy) = (Int((12 * sin(angle)).rounded()), Int((12 * cos(angle)).rounded()))
    var (both, first) = (0.0, 0.0)
    for row in 0..<100 where (0..<100).contains(row + dy) {
        for column in 0..<100 where (0..<100).contains(column + dx) && facies[row * 100 + column] == 1 {
            first += 1
            both += Double(facies[(row + dy) * 100 + column + dx])
        }
    }
    return both / first
}

@Test func thatEachMeanderingChannelCrossesTheWholeDomain() throws {
    let grid = try makeGrid(columns: 70, rows: 101)
    let domain = ChannelDomain(grid)
    let frame = FlowFrame(azimuth: 0, domain: domain)
    expectClose(frame.length, 1010, tolerance: 1e-9)
    for index in 0..<100 {
        var stream = RandomStream(seed: 1, purpose: "test", index: UInt64(index))
        let process = MeanderProcess(sinuosity: 1.6, wavelength: 400, irregularity: 0.2, width: 80)
        let course = process.course(length: frame.length, stream: &stream)
        #expect(course[0].x < -505 && course[course.count - 1].x > 505)
        // No gap: cut-offs join points at most 1.2 widths apart.
        for (a, b) in zip(course, course.dropFirst()) {
            let step = b - a
            #expect((step * step).sum() <= 96.0 * 96)
        }
    }
}

@Test(arguments: [1.1, 1.3])
func thatMeandersHaveTheirSinuosityAndTheirWavelength(sinuosity: Double) {
    // Long rivers without cut-offs: a width of 1 m.
    let process = MeanderProcess(sinuosity: sinuosity, wavelength: 500, irregularity: 0.1, width: 1)
    var (ratios, spacings): ([Double], [Double]) = ([], [])
    for index in 0..<60 {
        var stream = RandomStream(seed: 4, purpose: "test", index: UInt64(index))
        let course = process.course(length: 50_000, stream: &stream)
        var length = 0.0
        var crossings = 0.0
        var before = course[1] - course[0]
        length += (before * before).sum().squareRoot()
        for (a, b) in zip(course.dropFirst(), course.dropFirst(2)) {
            let step = b - a
            length += (step * step).sum().squareRoot()
            if before.y < 0 && step.y >= 0 { crossings += 1 }
            before = step
        }
        let straight = course[course.count - 1].x - course[0].x
        ratios.append(length / straight)
        spacings.append(straight / crossings)
    }
    let ratio = meanWithError(ratios)
    // The inverse of a mean is not the mean of inverses; over 50 km they differ by less than 0.5 %.
    expectClose(ratio.mean, sinuosity, tolerance: confidentErrors * ratio.error + 0.005 * sinuosity)
    let spacing = meanWithError(spacings)
    // Upcrossings of a discretely sampled Gaussian process with lag-one correlation r come at a rate of
    // arccos(r) / (2 pi) a step (Rice). For the autoregression of the process r = cos(k step) nearly, whence one
    // per wavelength; damping of 0.1 raises the rate of its rough direction by up to a tenth.
    expectClose(spacing.mean, 500, tolerance: 50 + confidentErrors * spacing.error)
}

@Test func thatFaciesAtWellsAreHonouredExactly() throws {
    let grid = try makeGrid(columns: 100, rows: 100)
    // Nine wells, and two neighbours that differ.
    let codes: [UInt8] = [1, 0, 0, 0, 1, 0, 0, 1, 1]
    var data = codes.enumerated().map { number, code in
        HardDatum(column: 10 + 40 * (number % 3), row: 10 + 40 * (number / 3), facies: code)
    }
    data.append(HardDatum(column: 30, row: 70, facies: 1))
    data.append(HardDatum(column: 31, row: 70, facies: 0))
    for settings in [PriorSettings.channels(try makeChannels()), .belts(try makeBelts(azimuth: 45))] {
        let model = try PriorModel(settings: settings, grid: grid, hardData: data, seed: 6)
        var sum = 0.0
        for index in 0..<30 {
            let facies = try #require(model.realization(index).facies)
            for datum in data { #expect(facies[datum.row * 100 + datum.column] == datum.facies) }
            sum += proportion(facies)
        }
        // Widths give way by up to 14 % where wells demand it, and with them the proportion.
        expectClose(sum / 30, 0.29, tolerance: 0.03)
    }
}

@Test func thatWidthsAreAsDrawnWhenChannelsAreCounted() throws {
    // One straight channel of 80 m on a grid of 10 m cells: 8 cells wide in every column.
    let bodies = try ChannelBodies(width: .constant(80), amount: .count(1...1), facies: makeFacies())
    let meander = try Meander(wavelength: .constant(500), sinuosity: .constant(1), azimuth: .constant(90))
    let model = try PriorModel(
        settings: .channels(ChannelPrior(bodies: bodies, meander: meander)), grid: makeGrid(columns: 60, rows: 60),
        hardData: [HardDatum(column: 30, row: 30, facies: 1)], seed: 1)
    for index in 0..<20 {
        let facies = try #require(model.realization(index).facies)
        for column in 0..<60 {
            let width = (0..<60).count { facies[$0 * 60 + column] == 1 }
            #expect(width >= 7 && width <= 9)
        }
    }
}

@Test func thatACoarseGridSeesTheSameChannels() throws {
    let fine = try PriorModel(
        settings: .channels(makeChannels(amount: .count(3...3))), grid: makeGrid(columns: 100, rows: 100), seed: 9)
    let coarseGrid = try Grid.uniform(columns: 20, rows: 20, width: 50, height: 50, thickness: 5, depth: 1000)
    let coarse = try PriorModel(settings: .channels(makeChannels(amount: .count(3...3))), grid: coarseGrid, seed: 9)
    for index in 0..<10 {
        let (a, b) = (fine.realization(index), coarse.realization(index))
        let (f, c) = (try #require(a.facies), try #require(b.facies))
        // A coarse cell has the facies of its centre, that is of the fine cell in its middle.
        for cell in 0..<400 { #expect(c[cell] == f[(cell / 20 * 5 + 2) * 100 + cell % 20 * 5 + 2]) }
    }
}

@Test func thatImpossibleChannelsAreRefused() throws {
    let grid = try makeGrid(columns: 20, rows: 20)
    #expect(throws: ParameterError.self) { try makeChannels(amount: .proportion(.constant(1.2))) }
    #expect(throws: ParameterError.self) { try makeChannels(amount: .proportion(.uniform(-0.1, 0.3))) }
    #expect(throws: ParameterError.self) { try makeChannels(sinuosity: 0.9) }
    #expect(throws: ParameterError.self) { try makeChannels(amount: .count(0...2)) }
    let error = #expect(throws: ParameterError.self) {
        try PriorModel(
            settings: .channels(makeChannels()), grid: grid, hardData: [HardDatum(column: 3, row: 3, facies: 7)],
            seed: 1)
    }
    #expect(error?.description.contains("must be one of the prior's facies 0, 1") == true)
}
