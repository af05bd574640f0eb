import Reservoir
import TestSupport
import Testing

@testable import FlowSimulation

/// Both phases are accounted for, by nothing but the maps and series that a user gets.
@Suite struct MassBalanceTests {
    /// What the balance is tried on.
    enum Flood: CaseIterable {
        case incompressible, compressible, section, capillarySection, gas
    }

    private func model(_ flood: Flood) throws -> ReservoirModel {
        switch flood {
        case .incompressible: return try SmallModels.fiveSpot()
        case .compressible: return try SmallModels.fiveSpot(compressibility: 1e-8)
        case .section, .capillarySection:
            var model = try SmallModels.fiveSpot(rate: 20, compressibility: 1e-9)
            model.grid = try .uniform(
                orientation: .section, columns: 12, rows: 8, width: 10, height: 2, thickness: 10, depth: 1000)
            for (well, column) in [(0, 0), (1, 11)] {
                model.wells[well].completions = (0..<8).map { .init(column: column, row: $0) }
            }
            if flood == .capillarySection {
                model.rock.saturationFunctions = [
                    .table(
                        try SaturationTable(
                            saturation: [0.2, 0.4, 0.6, 0.8], displacing: [0, 0.1, 0.4, 1], oil: [1, 0.4, 0.1, 0],
                            capillaryPressure: [3e4, 2e4, 1e4, 0]))
                ]
            }
            return model
        case .gas:
            var model = try SmallModels.fiveSpot(rate: 60)
            model.fluids = Fluids(
                displacing: .gas,
                displacingPhase: try FluidPhase(
                    surfaceDensity: 0.9, viscosity: 0.05e-3, formationVolumeFactor: 0.5, compressibility: 1e-8),
                oil: try FluidPhase(
                    surfaceDensity: 800, viscosity: 1e-3, formationVolumeFactor: 1.2, compressibility: 1e-9),
                referencePressure: 200 * Unit.bar)
            model.initial = .uniform(pressure: 200 * Unit.bar, saturation: 0)
            model.rock.saturationFunctions = [.corey(try CoreyCurves(connate: 0, residualOil: 0.2))]
            return model
        }
    }

    /// Volumes of both phases in place at surface conditions [m³], by the formulae of Eclipse's PVTW and ROCK.
    private func inPlace(
        _ map: FlowMap, _ model: ReservoirModel, _ realization: Realization
    ) -> (displacing: Double, oil: Double) {
        func expansion(_ compressibility: Double, _ pressure: Double) -> Double {
            let x = compressibility * (pressure - 200 * Unit.bar)
            return 1 + x + x * x / 2
        }
        var sum = (displacing: 0.0, oil: 0.0)
        for cell in 0..<model.grid.cellCount {
            let p = map.pressure[cell]
            let (water, oil) = (model.fluids.displacingPhase, model.fluids.oil)
            let pores =
                Double(realization.porosity[cell]) * model.grid.bulkVolume(of: cell)
                * expansion(model.rock.compressibility, p)
            sum.displacing +=
                pores * map.saturation[cell] * expansion(water.compressibility, p) / water.formationVolumeFactor
            sum.oil += pores * map.oilSaturation[cell] * expansion(oil.compressibility, p) / oil.formationVolumeFactor
        }
        return sum
    }

    @Test(arguments: Flood.allCases)
    func thatWhatWellsMoveIsWhatMapsLose(flood: Flood) throws {
        let model = try model(flood)
        let realization = SmallModels.rough(model)
        let times = model.schedule.reportTimes
        let result = try FlowSimulator(FlowModel(reservoir: model)).run(realization, mapTimes: times)
        let letter = model.fluids.displacing == .water ? "W" : "G"
        let injected = try #require(result.series[VectorKey("W\(letter)IT", "INJ")])
        let displacingOut = try #require(result.series[VectorKey("W\(letter)PT", "PROD")])
        let oilOut = try #require(result.series[VectorKey("WOPT", "PROD")])
        let before = inPlace(result.maps[0], model, realization)
        for report in 1..<times.count {
            let after = inPlace(result.maps[report], model, realization)
            let through = injected[report] - injected[0]
            let displacing = after.displacing - before.displacing
            // The requirement; rounding of sums over a hundred cells and steps stays below 1e-11.
            let tolerance = 1e-8 * through
            expectClose(displacing, through - (displacingOut[report] - displacingOut[0]), tolerance: tolerance)
            expectClose(before.oil - after.oil, oilOut[report] - oilOut[0], tolerance: tolerance)
        }
        // Both phases have left in such amounts that neither balance is one of zeros.
        #expect(oilOut.last! > 0.05 * injected.last! && displacingOut.last! > 0.05 * injected.last!)
        #expect(result.massBalance.relativeError < 1e-11)
    }

    @Test func thatWhatIsInjectedIncompressiblyIsProduced() throws {
        let model = try SmallModels.fiveSpot()
        let series = try FlowSimulator(FlowModel(reservoir: model)).simulate(SmallModels.rough(model))
        let water = try #require(series[VectorKey("WWPT", "PROD")])
        let oil = try #require(series[VectorKey("WOPT", "PROD")])
        let injected = try #require(series[VectorKey("WWIT", "INJ")])
        for time in series.times.indices {
            expectClose(injected[time], 60 * series.times[time] / Unit.day, tolerance: 1e-9 * injected[time])
            expectClose(water[time] + oil[time], injected[time], tolerance: 1e-9 * injected[time])
        }
    }

    /// Where permeability spans many orders of magnitude, the flow through many cells turns from step to step. What enters them
    /// must find a way out all the same.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func thatPhasesFillThePoresWhereFlowTurns(seed: UInt64) throws {
        var model = try SmallModels.fiveSpot(
            size: 40, rate: 160, days: (1...40).map { Double($0) * 50 }, compressibility: 4e-10)
        model.fluids = try SmallModels.fluids(viscosityRatio: 10, compressibility: 4e-10)
        let maps = try FlowSimulator(FlowModel(reservoir: model)).run(
            SmallModels.rough(model, seed: seed, deviation: 6), mapTimes: model.schedule.reportTimes
        ).maps
        // The pressure of a map is that of the next solution. The tightest rock takes its rate at up to 18,000 bar, so that a
        // few hundred bar from one solution to the next change the volumes of phases and pores by up to 2.7 %; fluxes that
        // turn leave up to 1.8 pore volumes in a cell.
        for map in maps {
            let worst = zip(map.saturation, map.oilSaturation).map { abs($0 + $1 - 1) }.max()!
            #expect(worst < 0.05, "at \(map.time / Unit.day) days")
        }
    }
}
