import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import PriorModels

/// Channels of 60 to 100 m with levees of half their width and up to six splays.
private func makeFlanked(splays: ClosedRange<Int> = 0...6) throws -> PriorSettings {
    .channels(
        ChannelPrior(
            bodies: try ChannelBodies(
                width: .uniform(60, 100), amount: .proportion(.constant(0.2)),
                levees: .init(width: .uniform(0.3, 0.6)),
                splays: .init(count: splays, length: .uniform(80, 160), breadth: .uniform(80, 140)),
                facies: makeFacies(["mud", "sand", "levee", "splay"])),
            meander: try Meander(
                wavelength: .uniform(400, 700), sinuosity: .constant(1.25), azimuth: .constant(90))))
}

private func neighbours(of cell: Int, columns: Int, rows: Int) -> [Int] {
    let (row, column) = (cell / columns, cell % columns)
    return [(row, column - 1), (row, column + 1), (row - 1, column), (row + 1, column)]
        .filter { (0..<rows).contains($0.0) && (0..<columns).contains($0.1) }.map { $0.0 * columns + $0.1 }
}

@Test func thatLeveesLineTheirChannels() throws {
    let model = try PriorModel(settings: makeFlanked(splays: 0...0), grid: makeGrid(columns: 100, rows: 100), seed: 1)
    for index in 0..<20 {
        let facies = try #require(model.realization(index).facies)
        // Where levees are at least 18 m wide and cells 10 m, mud never touches a channel across a face.
        for cell in facies.indices where facies[cell] == 1 {
            #expect(!neighbours(of: cell, columns: 100, rows: 100).contains { facies[$0] == 0 })
        }
        let levees = Double(facies.count { $0 == 2 }) / 10_000
        #expect(facies.count { $0 == 1 } == 2000)
        // Two ridges of 0.3 to 0.6 widths, less where channels lie side by side and where rims cut them off.
        #expect(levees > 0.04 && levees < 1.2 * 0.2 + 0.02, "\(levees)")
        #expect(!facies.contains(3))
    }
}

@Test func thatSplaysReachFromAChannelIntoTheMud() throws {
    let model = try PriorModel(settings: makeFlanked(splays: 3...3), grid: makeGrid(columns: 100, rows: 100), seed: 2)
    var sizes: [Double] = []
    for index in 0..<20 {
        let facies = try #require(model.realization(index).facies)
        let bodies = ConnectedBodies(facies.map { $0 == 1 || $0 == 3 }, columns: 100, rows: 100)
        let splays = facies.indices.filter { facies[$0] == 3 }
        sizes.append(Double(splays.count))
        // Every splay cell belongs to a body that has a channel in it, but where its neck leaves the grid or is
        // narrower than a cell.
        let fed = Set(facies.indices.filter { facies[$0] == 1 }.map { bodies.labels[$0] })
        let attached = splays.count { fed.contains(bodies.labels[$0]) }
        #expect(Double(attached) >= 0.9 * Double(splays.count), "\(attached) of \(splays.count)")
        #expect(facies.count { $0 == 1 } == 2000)
    }
    // Three lobes of about 120 x 110 m, half a rectangle's area each, are 200 cells, less what channels cover.
    let found = meanWithError(sizes)
    #expect(found.mean > 80 && found.mean < 260, "\(found.mean)")
}

@Test func thatAllFaciesOfChannelsAreHonouredAtWells() throws {
    let grid = try makeGrid(columns: 100, rows: 100)
    let data = (0..<16).map { number in
        HardDatum(column: 12 + 25 * (number % 4), row: 12 + 25 * (number / 4), facies: UInt8((number + number / 4) % 4))
    }
    let model = try PriorModel(settings: makeFlanked(), grid: grid, hardData: data, seed: 3)
    var lone = 0
    for index in 0..<30 {
        let facies = try #require(model.realization(index).facies)
        for datum in data {
            let cell = datum.row * 100 + datum.column
            #expect(facies[cell] == datum.facies)
            if !neighbours(of: cell, columns: 100, rows: 100).contains(where: { facies[$0] == datum.facies }) {
                lone += 1
            }
        }
    }
    // A well stands in a body, not in a speck: at most one in twenty alone.
    #expect(lone <= 16 * 30 / 20, "\(lone)")
}

@Test func thatFlanksNeedTheirFacies() throws {
    let two = try makeFacies()
    let levees = try ChannelBodies.Levees(width: .constant(0.4))
    let error = #expect(throws: ParameterError.self) {
        try ChannelBodies(width: .constant(60), amount: .count(2...2), levees: levees, facies: two)
    }
    #expect(error?.description == "facies: is without code 2 (levee) but must define its properties")
    #expect(throws: ParameterError.self) { try ChannelBodies.Levees(width: .constant(0)) }
    #expect(throws: ParameterError.self) {
        try ChannelBodies.Splays(count: -1...2, length: .constant(50), breadth: .constant(50))
    }
    // A code that is in the table but that nothing draws.
    let four = try makeFacies(["mud", "sand", "levee", "splay"])
    let bodies = try ChannelBodies(width: .constant(60), amount: .count(2...2), levees: levees, facies: four)
    let meander = try Meander(wavelength: .constant(500), sinuosity: .constant(1.2), azimuth: .constant(90))
    let splay = #expect(throws: ParameterError.self) {
        try PriorModel(
            settings: .channels(ChannelPrior(bodies: bodies, meander: meander)), grid: makeGrid(columns: 40, rows: 40),
            hardData: [HardDatum(column: 3, row: 3, facies: 3)], seed: 1)
    }
    #expect(
        splay?.description
            == "hard data at cell (4, 4): is facies 3 but must be one that this prior draws: 0, 1, 2")
}
