import Foundation
import Reservoir
import TestSupport
import Testing

@testable import PriorModels

/// One straight channel of 200 m along x, on 60 x 60 cells of 10 m that are 5 m thick.
private func makeStraight(thickness: Distribution?, data: [HardDatum] = []) throws -> PriorModel {
    let bodies = try ChannelBodies(
        width: .constant(200), thickness: thickness, amount: .count(1...1), facies: makeFacies())
    let meander = try Meander(wavelength: .constant(500), sinuosity: .constant(1), azimuth: .constant(90))
    return try PriorModel(
        settings: .channels(ChannelPrior(bodies: bodies, meander: meander)), grid: makeGrid(columns: 60, rows: 60),
        hardData: [HardDatum(column: 30, row: 30, facies: 1)] + data, seed: 3)
}

/// What part of its thickness a channel cell has of sand: porosity is 0.10 in mud and 0.15 in sand.
private func sandShare(_ porosity: Float) -> Double { (Double(porosity) - 0.1) / 0.05 }

@Test func thatAChannelThinsToItsBanksAsAParabola() throws {
    let model = try makeStraight(thickness: .constant(4))
    for index in 0..<10 {
        let realization = model.realization(index)
        let facies = try #require(realization.facies)
        for column in [0, 17, 40] {
            let cells = (0..<60).map { $0 * 60 + column }.filter { facies[$0] == 1 }
            // Twenty cells sample 4 m / 5 m (1 - r²), whose mean over the width is two thirds of 0.8.
            let shares = cells.map { sandShare(realization.porosity[$0]) }
            expectClose(shares.reduce(0, +) / Double(shares.count), 0.8 * 2 / 3, tolerance: 0.02)
            // The distance to the centre line from the parabola itself: neighbours are one cell of 10 m apart.
            let offsets = shares.map { 100 * max(1 - $0 / 0.8, 0).squareRoot() }
            for (first, second) in zip(offsets, offsets.dropFirst()) where min(first, second) > 15 {
                expectClose(abs(first - second), 10, tolerance: 0.2)
            }
            for cell in cells {
                // Layers conduct in proportion to their thickness: 1e-14 m² of sand on 1e-15 m² of mud.
                let share = sandShare(realization.porosity[cell])
                expectClose(
                    Double(realization.permeabilityX[cell]), 1e-14 * share + 1e-15 * (1 - share), tolerance: 1e-18)
            }
        }
    }
}

@Test func thatThicknessIsDrawnForEachChannel() throws {
    let model = try makeStraight(thickness: .uniform(2, 4))
    let thickest = try (0..<300).map { index in
        let realization = model.realization(index)
        let facies = try #require(realization.facies)
        let cells = facies.indices.filter { facies[$0] == 1 }
        return 5 * (cells.map { sandShare(realization.porosity[$0]) }.max() ?? 0)
    }
    // A centre line lies up to half a cell from a cell's centre: (5 m / 100 m)² of the thickness are missing at most.
    let (mean, error) = meanWithError(thickest)
    expectClose(mean, 3, tolerance: confidentErrors * error + 0.0025 * 3)
    let spread = meanWithError(thickest.map { ($0 - mean) * ($0 - mean) })
    expectClose(spread.mean, 1.0 / 3, tolerance: confidentErrors * spread.error + 0.01)
}

@Test func thatChannelsThickerThanTheirCellsFillThem() throws {
    let (thick, plain) = (try makeStraight(thickness: .constant(1e6)), try makeStraight(thickness: nil))
    for index in 0..<5 {
        let (a, b) = (thick.realization(index), plain.realization(index))
        #expect(a.porosity.filter { $0 == 0.15 }.count == a.facies?.filter { $0 == 1 }.count)
        #expect(b.porosity.filter { $0 == 0.15 }.count == b.facies?.filter { $0 == 1 }.count)
    }
}

@Test func thatWhatIsMeasuredIsNotThinned() throws {
    let datum = HardDatum(column: 12, row: 30, facies: 1, porosity: 0.15)
    let model = try makeStraight(thickness: .constant(1), data: [datum])
    for index in 0..<10 { #expect(model.realization(index).porosity[30 * 60 + 12] == 0.15) }
}

@Test func thatASectionHasNoChannelThickness() throws {
    let bodies = try ChannelBodies(
        width: .constant(200), thickness: .constant(2), amount: .count(1...1), facies: makeFacies())
    let meander = try Meander(wavelength: .constant(500), sinuosity: .constant(1), azimuth: .constant(90))
    let section = try Grid.uniform(
        orientation: .section, columns: 60, rows: 60, width: 10, height: 10, thickness: 5, depth: 1000)
    #expect(throws: ParameterError.self) {
        try PriorModel(settings: .channels(ChannelPrior(bodies: bodies, meander: meander)), grid: section, seed: 1)
    }
    #expect(throws: ParameterError.self) {
        try ChannelBodies(width: .constant(200), thickness: .constant(0), amount: .count(1...1), facies: makeFacies())
    }
}
