import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import FlowSimulation

@Suite struct SensitivityTests {
    private enum Property { case permeability, porosity }

    /// An injector on rate, two producers on pressure, in rough rock.
    private func model(compressibility: Double) throws -> ReservoirModel {
        var model = try SmallModels.fiveSpot(
            size: 12, rate: 40, days: [40, 80, 120, 160, 200, 240], compressibility: compressibility)
        model.wells.append(Well(name: "P2", role: .producer, completions: [.init(column: 11, row: 0)]))
        model.schedule.events.append(
            .init(time: 0, well: "P2", control: WellControl(bottomHolePressure: 100 * Unit.bar)))
        return model
    }

    private func moved(_ base: Realization, _ direction: [Double], _ step: Double, _ property: Property) -> Realization
    {
        var result = base
        for cell in direction.indices {
            switch property {
            case .permeability:
                let factor = Float(exp(step * direction[cell]))
                result.permeabilityX[cell] *= factor
                result.permeabilityY[cell] *= factor
            case .porosity: result.porosity[cell] += Float(0.1 * step * direction[cell])
            }
        }
        return result
    }

    /// Relative difference between the adjoint's derivative in a random direction and a central difference.
    private func error(
        _ model: ReservoirModel, _ key: VectorKey, _ property: Property, days: Double
    ) throws -> Double {
        var settings = SimulatorSettings()
        settings.maximumTimeStep = days * Unit.day
        settings.pressureTolerance = 1e-8
        let simulator = try FlowSimulator(try FlowModel(reservoir: model, settings: settings))
        let layout = DataLayout(
            entries: model.schedule.reportTimes.map { DataLayout.Entry(key: key, time: $0) })
        let base = SmallModels.rough(model)
        var stream = RandomStream(seed: 2, purpose: "direction")
        let direction = stream.normals(model.grid.cellCount)
        let found = try simulator.sensitivity(of: base, at: layout)
        let step = 0.02
        let up = try layout.values(in: simulator.simulate(moved(base, direction, step, property)))
        let down = try layout.values(in: simulator.simulate(moved(base, direction, -step, property)))
        let slopes = property == .permeability ? found.byLogPermeability : found.byPorosity
        var (difference, size) = (0.0, 0.0)
        for index in layout.entries.indices {
            let expected = (up[index] - down[index]) / (2 * step)
            var foreseen = 0.0
            for cell in direction.indices {
                foreseen +=
                    Double(slopes[index * found.cellCount + cell]) * direction[cell]
                    * (property == .permeability ? 1 : 0.1)
            }
            difference += (foreseen - expected) * (foreseen - expected)
            size += expected * expected
        }
        return (difference / size).squareRoot()
    }

    /// The adjoint is that of a scheme of first order in time, so its error falls with the step; at a day what is left is
    /// a few per cent, where water breaks through.
    @Test(arguments: [0, 1e-9])
    func thatSensitivitiesApproachDifferencesAsStepsShrink(compressibility: Double) throws {
        let model = try model(compressibility: compressibility)
        for key in [
            VectorKey("WOPR", "PROD"), VectorKey("WWPR", "P2"), VectorKey("WBHP", "INJ"), VectorKey("WWCT", "P2")
        ] {
            let coarse = try error(model, key, .permeability, days: 20)
            let fine = try error(model, key, .permeability, days: 1)
            #expect(fine < 0.1, "\(key): \(fine)")
            #expect(fine < 0.7 * coarse || fine < 0.01, "\(key): \(coarse) then \(fine)")
        }
        for key in [VectorKey("WWPR", "P2"), VectorKey("WBHP", "INJ")] {
            let fine = try error(model, key, .porosity, days: 1)
            #expect(fine < 0.1, "porosity, \(key): \(fine)")
        }
    }

    @Test func thatSensitivitiesOfCombinationsAreCombinationsOfSensitivities() throws {
        let model = try model(compressibility: 0)
        let simulator = try FlowSimulator(try FlowModel(reservoir: model))
        let entries = [VectorKey("WOPR", "PROD"), VectorKey("WWCT", "P2"), VectorKey("WBHP", "INJ")].flatMap { key in
            model.schedule.reportTimes.map { DataLayout.Entry(key: key, time: $0) }
        }
        let layout = DataLayout(entries: entries)
        let base = SmallModels.rough(model)
        let each = try simulator.sensitivity(of: base, at: layout)
        var stream = RandomStream(seed: 6, purpose: "weights")
        // More than a block of them, one that ends early, and one of nothing.
        var weights = (0..<10).map { _ in stream.normals(entries.count) }
        weights[3] = entries.indices.map { $0 == 1 ? 2 : 0 }
        weights[5] = entries.map { _ in 0 }
        let sums = try simulator.sensitivity(of: base, at: layout, combinations: weights)
        #expect(sums.count == 10 && each.count == entries.count)
        for (sum, row) in weights.enumerated() {
            for values in [\DataSensitivity.byLogPermeability, \DataSensitivity.byPorosity] {
                for cell in 0..<base.cellCount {
                    var (expected, size) = (0.0, 1e-30)
                    for (datum, weight) in row.enumerated() {
                        let term = weight * Double(each[keyPath: values][datum * base.cellCount + cell])
                        expected += term
                        size += abs(term)
                    }
                    let found = Double(sums[keyPath: values][sum * base.cellCount + cell])
                    #expect(abs(found - expected) < 1e-5 * size, "sum \(sum), cell \(cell)")
                }
            }
        }
    }

    @Test func thatAVectorWithoutKnownSensitivityIsNamed() throws {
        let model = try model(compressibility: 0)
        let simulator = try FlowSimulator(try FlowModel(reservoir: model))
        let layout = DataLayout(entries: [.init(key: VectorKey("WOPT", "PROD"), time: 40 * Unit.day)])
        #expect {
            try simulator.sensitivity(of: SmallModels.homogeneous(model), at: layout)
        } throws: { "\($0)".contains("the sensitivity of WOPT:PROD is not known") }
    }

    @Test func thatEightRightHandSidesAreSolvedAsOneByOne() throws {
        let pattern = SymmetricPattern(order: 30, pairs: (0..<29).map { ($0, $0 + 1) } + (0..<24).map { ($0, $0 + 6) })
        let values = WorkArray<Double>(repeating: -1, count: pattern.entryCount)
        for node in 0..<30 { values[Int(pattern.columnStart[node])] = 4.5 + 0.1 * Double(node) }
        let factor = try SparseCholesky(analyzing: pattern)
        try factor.factorize(values)
        let lanes = WorkArray<SIMD8<Double>>(repeating: .zero, count: 30)
        let scratch = WorkArray<SIMD8<Double>>(repeating: .zero, count: 30)
        let one = WorkArray<Double>(repeating: 0, count: 30)
        for node in 0..<30 { for lane in 0..<8 { lanes[node][lane] = Double((node * 7 + lane * 3) % 11) } }
        factor.solve(lanes, scratch: scratch)
        for lane in 0..<8 {
            for node in 0..<30 { one[node] = Double((node * 7 + lane * 3) % 11) }
            factor.solve(one, into: one)
            // The same operations in the same order.
            for node in 0..<30 { expectClose(lanes[node][lane], one[node], tolerance: 1e-12) }
        }
    }
}
