import Foundation
import Reservoir
import TestSupport
import Testing

@testable import FlowSimulation

@Suite struct AnalyticTests {
    /// A tube of 100 m x 10 m x 10 m, flooded at `rate` [m³/day]; porosity 0.2, so 2,000 m³ of pores.
    private func tube(cells: Int, rate: Double, days: [Double]) throws -> ReservoirModel {
        var model = try SmallModels.fiveSpot(rate: rate, days: days)
        model.grid = try .uniform(
            columns: cells, rows: 1, width: 100 / Double(cells), height: 10, thickness: 10, depth: 1000)
        for (well, column) in [(0, 0), (1, cells - 1)] {
            // A radius below the equivalent radius of the finest cell.
            model.wells[well].radius = 0.05
            model.wells[well].completions = [.init(column: column, row: 0)]
        }
        return model
    }

    /// Buckley and Leverett (1942): the saturation that has travelled to `x` when `injected` pore volumes are in,
    /// for Corey exponents of 2, end saturations of 0.2 and a viscosity ratio of 4.
    private func buckleyLeverett(_ x: Double, injected: Double) -> Double {
        func flow(_ s: Double) -> Double { s * s / (s * s + (1 - s) * (1 - s) / 4) }
        func slope(_ s: Double) -> Double {
            let total = s * s + (1 - s) * (1 - s) / 4
            return s * (1 - s) / 2 / (total * total)
        }
        // Welge's tangent: f(s)/s = f'(s); in closed form s² (1 + 1/4) = 1/4.
        let front = (0.25 / 1.25).squareRoot()
        // Normalised saturation moves with f' per movable pore volume.
        let speed = x / (injected / 0.6)
        guard speed < slope(front) else { return 0.2 }
        var (low, high) = (front, 1.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if slope(middle) > speed { low = middle } else { high = middle }
        }
        return 0.2 + 0.6 * low
    }

    private func profileError(cells: Int) throws -> Double {
        // A quarter of a pore volume: the front stands at 0.25/0.6 * 1.618 = 0.67 of the length.
        let model = try tube(cells: cells, rate: 5, days: (1...40).map { Double($0) * 2.5 })
        var settings = SimulatorSettings()
        settings.substepVolume = 0.1 / Double(cells)
        let result = try FlowSimulator(FlowModel(reservoir: model, settings: settings)).run(
            SmallModels.homogeneous(model), mapTimes: [100 * Unit.day])
        let saturation = try #require(result.maps.first).saturation
        let errors = saturation.enumerated().map { cell, value in
            // Mean of the exact profile over the cell.
            let exact =
                (0..<40).map {
                    buckleyLeverett((Double(cell) + (Double($0) + 0.5) / 40) / Double(cells), injected: 0.25)
                }.reduce(0, +) / 40
            return abs(value - exact)
        }
        return errors.reduce(0, +) / Double(cells)
    }

    @Test func thatTheBuckleyLeverettProfileConvergesWithTheGrid() throws {
        let errors = try [50, 100, 200].map(profileError)
        // The explicit scheme at half its stability limit, computed apart from this code, has 0.0143, 0.0088 and 0.0051
        // with orders of 0.70 and 0.78: between 1/2 (of a contact) and 1 (of a shock). The implicit one has the factor
        // (1 + C)/(1 − C) of numerical diffusion on top, 1.6 at the Courant number C of about 1/4 used here.
        let orders = [log2(errors[0] / errors[1]), log2(errors[1] / errors[2])]
        #expect(errors[2] < 1.7 * 0.0051, "\(errors)")
        for order in orders { #expect(order > 0.6 && order < 1, "\(errors) \(orders)") }
    }

    @Test func thatWaterBreaksThroughWhenTheFrontArrives() throws {
        let model = try tube(cells: 400, rate: 5, days: (1...50).map { Double($0) * 4 })
        var settings = SimulatorSettings()
        settings.substepVolume = 0.0005
        let series = try FlowSimulator(FlowModel(reservoir: model, settings: settings)).simulate(
            SmallModels.homogeneous(model))
        let cut = try #require(series[VectorKey("WWCT", "PROD")])
        // Breakthrough at 0.6 / 1.618 = 0.371 pore volumes: day 148.3. Upwinding smears the front over some of the
        // 400 cells, less than 3 % of the length.
        let first = try #require(cut.firstIndex { $0 > 0.3 })
        expectClose(series.times[first] / Unit.day, 148.3, tolerance: 0.03 * 148.3)
        // Behind the front the water cut is exact: f(s) where f'(s) = 1/(injected/0.6), here at 0.5 pore volumes.
        let behind = buckleyLeverett(1, injected: 0.5)
        let s = (behind - 0.2) / 0.6
        let exact = s * s / (s * s + (1 - s) * (1 - s) / 4)
        expectClose(cut[49], exact, tolerance: 0.003)
    }

    /// Pressure drop between two wells of equal and opposite rate in a closed square, over `q μ/(2π k h)`, by images.
    ///
    /// Reflection makes the square a doubly periodic pattern of period `2L`; a row of wells of period `a` has the
    /// potential `−½ ln 2(cosh(2πy/a) − cos(2πx/a))`, and the rows sum up fast because the charges of each cancel.
    private func dimensionlessDrop(side: Double, inset: Double, radius: Double) -> Double {
        let period = 2 * side
        func potential(_ x: Double, _ y: Double) -> Double {
            var sum = 0.0
            for (well, strength) in [(inset, 1.0), (side - inset, -1.0)] {
                for (signX, signY) in [(1.0, 1.0), (1, -1), (-1, 1), (-1, -1)] {
                    for row in -6...6 {
                        let dx = 2 * .pi * (x - signX * well) / period
                        let dy = 2 * .pi * (y - signY * well - Double(row) * period) / period
                        sum -= strength * 0.5 * log(2 * (cosh(dy) - cos(dx)))
                    }
                }
            }
            return sum
        }
        return potential(inset + radius, inset) - potential(side - inset - radius, side - inset)
    }

    @Test func thatTheFiveSpotHasItsAnalyticPressureDrop() throws {
        let size = 33
        var model = try SmallModels.fiveSpot(size: size, days: [1])
        // Equal liquids with straight curves: one phase in all but name.
        model.fluids = try SmallModels.fluids(viscosityRatio: 1)
        model.rock.saturationFunctions = [
            .table(
                try SaturationTable(saturation: [0, 1], displacing: [0, 1], oil: [1, 0], capillaryPressure: [0, 0]))
        ]
        model.initial = .uniform(pressure: 200 * Unit.bar, saturation: 0)
        let rate = 10 * Unit.cubicMetrePerDay
        model.schedule.events[0].control = WellControl(rates: [.displacing: rate])
        let series = try FlowSimulator(FlowModel(reservoir: model)).simulate(SmallModels.homogeneous(model))
        let injector = try #require(series[VectorKey("WBHP", "INJ")])
        let producer = try #require(series[VectorKey("WBHP", "PROD")])
        let scale = rate * 0.5e-3 / (2 * .pi * 100 * Unit.millidarcy * 10)
        let exact = scale * dimensionlessDrop(side: 330, inset: 5, radius: 0.1)
        // Peaceman's radius is that of a well amid cells; beside a wall the discrete and the exact image differ by 0.04
        // each, of a drop of 34 in these units: 1 % covers the two images of two wells.
        expectClose(injector[0] - producer[0], exact, tolerance: 0.01 * exact)
    }
}
