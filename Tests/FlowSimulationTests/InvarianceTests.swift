import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import FlowSimulation

/// The same reservoir told in another way behaves the same.
///
/// The order of cells changes the order of sums, so results agree to the tolerance of the pressure solution and no
/// better; that is set low here. Up to 1.2e-7 of a peak was seen.
@Suite struct InvarianceTests {
    private static let tolerance = 2e-7

    /// A rough, anisotropic field of 9 by 7 cells with wells and cells of several sizes.
    private func model() throws -> ReservoirModel {
        var model = try SmallModels.fiveSpot()
        model.grid = try Grid(
            orientation: .areal, columnWidths: (0..<9).map { 10 + Double($0) },
            rowHeights: (0..<7).map { 20 - Double($0) },
            thickness: Array(repeating: 10, count: 63), centreDepth: Array(repeating: 1005, count: 63),
            active: (0..<63).map { $0 != 30 })
        model.wells = [
            Well(name: "INJ", role: .injector, completions: [.init(column: 1, row: 1)]),
            Well(name: "PROD", role: .producer, completions: [.init(column: 7, row: 5), .init(column: 6, row: 5)]),
            Well(name: "SIDE", role: .producer, completions: [.init(column: 7, row: 0)], skin: 1)
        ]
        model.schedule.events.append(
            .init(
                time: 0, well: "SIDE",
                control: WellControl(
                    rates: [.liquid: 20 * Unit.cubicMetrePerDay], bottomHolePressure: 120 * Unit.bar)))
        return model
    }

    private func realization(_ model: ReservoirModel, seed: UInt64) -> Realization {
        var realization = SmallModels.rough(model, seed: seed)
        var stream = RandomStream(seed: seed, purpose: "anisotropy")
        for cell in realization.permeabilityY.indices {
            realization.permeabilityY[cell] *= Float(exp(0.5 * stream.normal()))
        }
        return realization
    }

    private func series(_ model: ReservoirModel, _ realization: Realization) throws -> ProductionSeries {
        var settings = SimulatorSettings()
        settings.pressureTolerance = 1e-12
        return try FlowSimulator(FlowModel(reservoir: model, settings: settings)).simulate(realization)
    }

    /// Compares every vector of `found`, its values divided by `factor`, with those of `expected`.
    private func expectAlike(
        _ found: ProductionSeries, _ expected: ProductionSeries, factor: (VectorKey) -> Double = { _ in 1 },
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(Set(found.keys) == Set(expected.keys), sourceLocation: sourceLocation)
        for key in expected.keys {
            let (mine, theirs) = (try #require(found[key]), try #require(expected[key]))
            let peak = theirs.map(abs).max() ?? 0
            for time in theirs.indices {
                expectClose(
                    mine[time] / factor(key), theirs[time], tolerance: Self.tolerance * max(peak, 1e-9), "\(key)",
                    sourceLocation: sourceLocation)
            }
        }
    }

    /// The model and realization with cell (column, row) moved to `place`; `swaps` if rows become columns.
    private func moved(
        _ model: ReservoirModel, _ realization: Realization, swaps: Bool, columns: Int, rows: Int,
        place: (Int, Int) -> (Int, Int)
    ) throws -> (ReservoirModel, Realization) {
        let grid = model.grid
        var (changed, field) = (model, realization)
        var widths = [Double](repeating: 0, count: columns)
        var heights = [Double](repeating: 0, count: rows)
        var active = grid.active
        for cell in 0..<grid.cellCount {
            let (column, row) = place(grid.column(of: cell), grid.row(of: cell))
            let (width, height) = (grid.columnWidths[grid.column(of: cell)], grid.rowHeights[grid.row(of: cell)])
            let new = row * columns + column
            (widths[column], heights[row]) = swaps ? (height, width) : (width, height)
            active[new] = grid.active[cell]
            let (x, y) = (realization.permeabilityX[cell], realization.permeabilityY[cell])
            (field.permeabilityX[new], field.permeabilityY[new]) = swaps ? (y, x) : (x, y)
        }
        changed.grid = try Grid(
            orientation: grid.orientation, columnWidths: widths, rowHeights: heights, thickness: grid.thickness,
            centreDepth: grid.centreDepth, active: active)
        for well in changed.wells.indices {
            changed.wells[well].completions = model.wells[well].completions.map {
                let (column, row) = place($0.column, $0.row)
                return .init(column: column, row: row)
            }
        }
        return (changed, field)
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func thatAMirroredReservoirBehavesTheSame(seed: UInt64) throws {
        let model = try model()
        let field = realization(model, seed: seed)
        let mirrored = try moved(model, field, swaps: false, columns: 9, rows: 7) { (8 - $0, $1) }
        try expectAlike(series(mirrored.0, mirrored.1), series(model, field))
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func thatAReservoirTurnedByAQuarterBehavesTheSame(seed: UInt64) throws {
        let model = try model()
        let field = realization(model, seed: seed)
        let turned = try moved(model, field, swaps: true, columns: 7, rows: 9) { (6 - $1, $0) }
        try expectAlike(series(turned.0, turned.1), series(model, field))
    }

    @Test func thatASymmetricFloodStaysSymmetric() throws {
        let model = try SmallModels.fiveSpot(size: 11)
        let map = try #require(
            FlowSimulator(FlowModel(reservoir: model)).run(
                SmallModels.homogeneous(model), mapTimes: [200 * Unit.day]
            ).maps.first)
        // Pressures are as good as the default tolerance of a flow of 60 m³/day; saturations follow.
        for row in 0..<11 {
            for column in 0..<row {
                let (one, other) = (row * 11 + column, column * 11 + row)
                expectClose(map.saturation[one], map.saturation[other], tolerance: 1e-4)
            }
        }
        #expect(map.saturation.max()! > 0.5)
    }

    @Test func thatTheOrderOfWellsDoesNotMatter() throws {
        let model = try model()
        let field = realization(model, seed: 4)
        var reordered = model
        reordered.wells.reverse()
        reordered.wells[1].completions.reverse()
        reordered.schedule.events.reverse()
        // The bottom-hole pressure refers to the first completion, at the same depth here.
        try expectAlike(series(reordered, field), series(model, field))
    }

    /// Twice the length, a quarter of the viscosity and so on leave all dimensionless numbers alike.
    @Test func thatUnitsDoNotMatter() throws {
        let model = try model()
        let field = realization(model, seed: 5)
        let expected = try series(model, field)

        // Time runs thrice as fast: rates and mobilities grow by that.
        var fast = model
        fast.fluids = try SmallModels.fluids(viscosityRatio: 4)
        fast.fluids.displacingPhase.viscosity /= 3
        fast.fluids.oil.viscosity /= 3
        fast.schedule.reportTimes = model.schedule.reportTimes.map { $0 / 3 }
        for event in fast.schedule.events.indices {
            fast.schedule.events[event].control.rates = model.schedule.events[event].control.rates.mapValues { 3 * $0 }
        }
        try expectAlike(series(fast, field), expected) { $0.keyword.hasSuffix("R") && $0.keyword != "FPR" ? 3 : 1 }

        // Lengths grow tenfold, wells included: volumes by a thousand, flow at the same pressures by ten.
        var large = model
        large.grid = try Grid(
            orientation: .areal, columnWidths: model.grid.columnWidths.map { 10 * $0 },
            rowHeights: model.grid.rowHeights.map { 10 * $0 }, thickness: model.grid.thickness.map { 10 * $0 },
            centreDepth: model.grid.centreDepth, active: model.grid.active)
        for well in large.wells.indices { large.wells[well].radius *= 10 }
        large.schedule.reportTimes = model.schedule.reportTimes.map { 100 * $0 }
        for event in large.schedule.events.indices {
            large.schedule.events[event].control.rates = model.schedule.events[event].control.rates.mapValues {
                10 * $0
            }
        }
        try expectAlike(series(large, field), expected) { key in
            if ["WBHP", "WWCT", "FPR"].contains(key.keyword) { return 1 }
            return key.keyword.hasSuffix("T") ? 1000 : 10
        }
    }
}
