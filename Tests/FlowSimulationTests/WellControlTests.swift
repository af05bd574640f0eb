import Reservoir
import TestSupport
import Testing

@testable import FlowSimulation

/// Wells keep to their targets and limits, and change between them in either direction.
@Suite struct WellControlTests {
    /// An injector with a rate and a pressure limit; which of them binds changes as water fills the field.
    private func flood(viscosityRatio: Double, rate: Double, limit: Double) throws -> (ProductionSeries, [Bool]) {
        var model = try SmallModels.fiveSpot(days: (1...40).map { Double($0) * 20 })
        model.fluids = try SmallModels.fluids(viscosityRatio: viscosityRatio)
        model.schedule.events[0].control = WellControl(
            rates: [.displacing: rate * Unit.cubicMetrePerDay], bottomHolePressure: limit * Unit.bar)
        let series = try FlowSimulator(FlowModel(reservoir: model)).simulate(SmallModels.homogeneous(model))
        let rates = try #require(series[VectorKey("WWIR", "INJ")]).map { $0 / Unit.cubicMetrePerDay }
        let pressures = try #require(series[VectorKey("WBHP", "INJ")]).map { $0 / Unit.bar }
        let isOnRate = zip(rates, pressures).map { now, pressure in
            // One of both is met, and neither is broken.
            #expect(now <= rate * (1 + 1e-5) && pressure <= limit * (1 + 1e-5), "\(now) \(pressure)")
            #expect(now >= rate * (1 - 1e-5) || pressure >= limit * (1 - 1e-5), "\(now) \(pressure)")
            return now >= rate * (1 - 1e-5)
        }
        return (series, isOnRate)
    }

    @Test func thatAnInjectorGoesFromPressureToRateAsTheFieldFillsWithThinWater() throws {
        let (_, isOnRate) = try flood(viscosityRatio: 10, rate: 60, limit: 200)
        #expect(isOnRate.first == false && isOnRate.last == true)
        // Once, for good.
        #expect(zip(isOnRate, isOnRate.dropFirst()).count { $0 != $1 } == 1)
    }

    @Test func thatAnInjectorGoesFromRateToPressureAsTheFieldFillsWithThickWater() throws {
        let free = try flood(viscosityRatio: 0.2, rate: 60, limit: 1e4).0
        let pressure = try #require(free[VectorKey("WBHP", "INJ")]).map { $0 / Unit.bar }
        #expect(pressure[39] > pressure[0] + 5)
        let (_, isOnRate) = try flood(viscosityRatio: 0.2, rate: 60, limit: (pressure[0] + pressure[39]) / 2)
        #expect(isOnRate.first == true && isOnRate.last == false)
    }

    /// A producer limited in liquid, then in water: the second limit takes over when water has come.
    @Test func thatAProducerKeepsToTheTightestOfItsLimits() throws {
        var model = try SmallModels.fiveSpot(days: (1...40).map { Double($0) * 20 })
        model.schedule.events[0].control = WellControl(bottomHolePressure: 250 * Unit.bar)
        model.schedule.events[1].control = WellControl(
            rates: [.liquid: 50 * Unit.cubicMetrePerDay, .displacing: 30 * Unit.cubicMetrePerDay],
            bottomHolePressure: 50 * Unit.bar)
        let series = try FlowSimulator(FlowModel(reservoir: model)).simulate(SmallModels.homogeneous(model))
        let liquid = try #require(series[VectorKey("WLPR", "PROD")]).map { $0 / Unit.cubicMetrePerDay }
        let water = try #require(series[VectorKey("WWPR", "PROD")]).map { $0 / Unit.cubicMetrePerDay }
        let pressure = try #require(series[VectorKey("WBHP", "PROD")]).map { $0 / Unit.bar }
        for time in series.times.indices {
            let use = [liquid[time] / 50, water[time] / 30, 50 / pressure[time]].max()!
            expectClose(use, 1, tolerance: 1e-5, "\(liquid[time]) \(water[time]) \(pressure[time])")
        }
        expectClose(liquid[0], 50, tolerance: 1e-3)
        expectClose(water[39], 30, tolerance: 1e-3)
        #expect(liquid[39] < 45)
    }

    @Test func thatAScheduleShutsReopensAndRetargetsWells() throws {
        var model = try SmallModels.fiveSpot(days: [100, 200, 300, 400], compressibility: 1e-9)
        let day = Unit.day
        model.schedule.events += [
            .init(time: 100 * day, well: "INJ", control: .shut),
            .init(
                time: 200 * day, well: "INJ", control: WellControl(rates: [.displacing: 30 * Unit.cubicMetrePerDay])),
            .init(time: 250 * day, well: "PROD", control: WellControl(bottomHolePressure: 120 * Unit.bar))
        ]
        let series = try FlowSimulator(FlowModel(reservoir: model)).simulate(SmallModels.homogeneous(model))
        let injected = try #require(series[VectorKey("WWIT", "INJ")])
        for (report, volume) in [6000.0, 6000, 9000, 12000].enumerated() {
            expectClose(injected[report], volume, tolerance: 1e-9 * volume)
        }
        let rate = try #require(series[VectorKey("WWIR", "INJ")]).map { $0 / Unit.cubicMetrePerDay }
        // A rate at a report belongs to the control that ends there.
        for (report, value) in [60.0, 0, 30, 30].enumerated() { expectClose(rate[report], value, tolerance: 1e-6) }
        let pressure = try #require(series[VectorKey("WBHP", "PROD")]).map { $0 / Unit.bar }
        for (report, value) in [100.0, 100, 120, 120].enumerated() {
            expectClose(pressure[report], value, tolerance: 1e-9)
        }
    }
}
