import Foundation
import LinearAlgebra
import Reservoir

@testable import FlowSimulation

/// Small models that several tests share.
enum SmallModels {
    static func fluids(
        displacing: Fluids.Displacing = .water, viscosityRatio: Double = 4, compressibility: Double = 0,
        densities: (displacing: Double, oil: Double) = (1000, 800)
    ) throws -> Fluids {
        Fluids(
            displacing: displacing,
            displacingPhase: try FluidPhase(
                surfaceDensity: densities.displacing, viscosity: 0.5e-3, compressibility: compressibility),
            oil: try FluidPhase(
                surfaceDensity: densities.oil, viscosity: 0.5e-3 * viscosityRatio, compressibility: compressibility),
            referencePressure: 200 * Unit.bar)
    }

    /// A quarter five-spot: an injector on rate in one corner, a producer on pressure in the other. Times in days.
    static func fiveSpot(
        size: Int = 12, rate: Double = 60, days: [Double] = [50, 100, 200, 300, 400], compressibility: Double = 0
    ) throws -> ReservoirModel {
        ReservoirModel(
            grid: try .uniform(columns: size, rows: size, width: 10, height: 10, thickness: 10, depth: 1000),
            rock: Rock(
                compressibility: compressibility, referencePressure: 200 * Unit.bar,
                saturationFunctions: [.corey(try CoreyCurves(connate: 0.2, residualOil: 0.2))]),
            fluids: try fluids(compressibility: compressibility),
            initial: .uniform(pressure: 200 * Unit.bar, saturation: 0.2),
            wells: [
                Well(name: "INJ", role: .injector, completions: [.init(column: 0, row: 0)]),
                Well(name: "PROD", role: .producer, completions: [.init(column: size - 1, row: size - 1)])
            ],
            schedule: Schedule(
                reportTimes: days.map { $0 * Unit.day },
                events: [
                    .init(
                        time: 0, well: "INJ",
                        control: WellControl(rates: [.displacing: rate * Unit.cubicMetrePerDay])),
                    .init(time: 0, well: "PROD", control: WellControl(bottomHolePressure: 100 * Unit.bar))
                ]))
    }

    static func homogeneous(_ model: ReservoirModel, millidarcy: Double = 100, porosity: Float = 0.2) -> Realization {
        let field = [Float](repeating: Float(millidarcy * Unit.millidarcy), count: model.grid.cellCount)
        return Realization(
            porosity: Array(repeating: porosity, count: field.count), permeabilityX: field, permeabilityY: field)
    }

    /// Log-normal permeability without correlation; its standard deviation is in natural logarithm.
    static func rough(_ model: ReservoirModel, seed: UInt64 = 1, deviation: Double = 1.5) -> Realization {
        var realization = homogeneous(model)
        var stream = RandomStream(seed: seed, purpose: "rough permeability")
        for cell in realization.permeabilityX.indices {
            let factor = Float(exp(deviation * stream.normal()))
            realization.permeabilityX[cell] *= factor
            realization.permeabilityY[cell] *= factor
        }
        return realization
    }
}
