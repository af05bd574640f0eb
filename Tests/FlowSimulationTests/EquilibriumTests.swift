import Reservoir
import TestSupport
import Testing

@testable import FlowSimulation

/// A section in vertical equilibrium with all wells shut must stay as it is.
@Suite struct EquilibriumTests {
    private func section(_ functions: SaturationFunctions, compressibility: Double) throws -> ReservoirModel {
        var model = try SmallModels.fiveSpot(compressibility: compressibility)
        model.grid = try .uniform(
            orientation: .section, columns: 6, rows: 20, width: 10, height: 2, thickness: 10, depth: 1000)
        model.rock.saturationFunctions = [functions]
        model.initial = .equilibrium(
            datumDepth: 1000, pressure: 200 * Unit.bar, contactDepth: 1020, contactCapillaryPressure: 0)
        model.wells = [Well(name: "P", role: .producer, completions: [.init(column: 0, row: 0)])]
        model.schedule = Schedule(
            reportTimes: [100 * Unit.day, 1000 * Unit.day], events: [.init(time: 0, well: "P", control: .shut)])
        return model
    }

    private static let capillary = [0.2, 0.4, 0.6, 0.8].map { 3e4 * (0.8 - $0) / 0.6 }

    private func functions(withCapillaryPressure: Bool) throws -> SaturationFunctions {
        guard withCapillaryPressure else { return .corey(try CoreyCurves(connate: 0.2, residualOil: 0.2)) }
        return .table(
            try SaturationTable(
                saturation: [0.2, 0.4, 0.6, 0.8], displacing: [0, 0.1, 0.4, 1], oil: [1, 0.4, 0.1, 0],
                capillaryPressure: EquilibriumTests.capillary))
    }

    @Test(arguments: [false, true], [0, 1e-9])
    func thatEquilibriumStaysAtRest(withCapillaryPressure: Bool, compressibility: Double) throws {
        let model = try section(
            functions(withCapillaryPressure: withCapillaryPressure), compressibility: compressibility)
        let result = try FlowSimulator(FlowModel(reservoir: model)).run(
            SmallModels.homogeneous(model), mapTimes: [1000 * Unit.day])
        let start = try FlowModel(reservoir: model).initialFields()
        let end = try #require(result.maps.first)
        let pressureChange = zip(end.pressure, start.pressure).map { abs($0 - $1) }.max()!
        let saturationChange = zip(end.saturation, start.saturation).map { abs($0 - $1) }.max()!
        // One rounding of the pressure is 3.7e-9 Pa; the saturation answers to that with 1e-13 by capillary pressure.
        #expect(pressureChange < 1e-8)
        #expect(saturationChange < 2e-13)
        #expect(result.effort.cuts == 0)
        // The contact is inside: both phases are there.
        #expect(start.saturation.min()! < 0.25 && start.saturation.max()! > 0.75)
    }

    @Test func thatThePhasesSeparateUnderGravity() throws {
        var model = try section(functions(withCapillaryPressure: false), compressibility: 0)
        model.initial = .uniform(pressure: 200 * Unit.bar, saturation: 0.5)
        model.schedule.reportTimes = [10_000 * Unit.day]
        let result = try FlowSimulator(FlowModel(reservoir: model)).run(
            SmallModels.homogeneous(model, millidarcy: 1000), mapTimes: model.schedule.reportTimes)
        let end = try #require(result.maps.first)
        let rows = (0..<20).map { row in end.saturation[row * 6] }
        // Water has filled the lower half up to residual oil and left the upper half at connate saturation.
        expectClose(rows[0], 0.2, tolerance: 0.02)
        expectClose(rows[19], 0.8, tolerance: 0.02)
        expectClose(end.saturation.reduce(0, +) / 120, 0.5, tolerance: 1e-9)
        // Pressure and transport agree to 2e-3 of a flow that has all but ended.
        for row in 1..<20 { #expect(rows[row] >= rows[row - 1] - 1e-3) }
    }
}
