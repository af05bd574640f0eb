import Calibration
import Foundation
import Reservoir
import Testing

/// A core of cells in series between two pressures. Tap `j` gives the rate through the cells up to it:
///
///     q_j = A Δp / (μ Σ_{i ≤ j} Δx / k_i)
struct CoreFlood: ForwardModel {
    let cells: Int
    var vectorKeys: [VectorKey] { [VectorKey("WWPR", "CORE")] }
    /// Not times here but the numbers of the taps.
    var reportTimes: [Double] { (1...cells).map(Double.init) }
    /// Results are kept under it: it changes with everything that changes results.
    var settingsDigest: String { "core-flood-1 \(cells)" }
    func makeSimulator() -> any ForwardSimulator { Simulator(model: self) }

    final class Simulator: ForwardSimulator {
        let model: CoreFlood
        init(model: CoreFlood) { self.model = model }

        func simulate(_ realization: Realization) throws(SimulationFailure) -> ProductionSeries {
            let (area, pressureDrop, viscosity, length) = (1e-3, 1e5, 1e-3, 0.05)
            var resistance = 0.0
            var rates: [Double] = []
            for permeability in realization.permeabilityX {
                guard permeability > 0 else { throw SimulationFailure("a cell lets nothing through") }
                resistance += viscosity * length / (area * Double(permeability))
                rates.append(pressureDrop / resistance)
            }
            return ProductionSeries(times: model.reportTimes, keys: model.vectorKeys, values: [rates])
        }
    }
}

/// A prior as a map from standard normal latents: permeability log-normal about 100 mD, independent from cell to cell.
struct LogNormalCore: Parameterization {
    let dimension: Int

    func decode(_ latents: [[Double]]) -> [Realization] {
        latents.map { latent in
            let permeability = latent.map { Float(100 * Unit.millidarcy * exp($0)) }
            return Realization(
                porosity: latent.map { _ in 0.2 }, permeabilityX: permeability, permeabilityY: permeability)
        }
    }
}

/// The ensemble that matches the measured rates.
func calibrateCore(_ measured: [Observation], seed: UInt64) throws -> CalibrationResult {
    let problem = CalibrationProblem(
        observed: try ObservedData(measured), parameterization: LogNormalCore(dimension: measured.count))
    let settings = CalibrationSettings(
        method: .ensembleSmoother, budget: 2_000, smoother: EnsembleSmootherSettings(start: .prior))
    let simulator = CoreFlood(cells: measured.count).makeSimulator()
    return try Calibrator.run(problem, settings: settings, seed: seed) { batch in
        batch.map { realization in
            do throws(SimulationFailure) {
                return .success(try simulator.simulate(realization))
            } catch {
                return .failure(error)
            }
        }
    }
}

struct ExtendingTests {
    @Test func thatTheWorkedExampleFindsCoresThatMatch() throws {
        let truth = LogNormalCore(dimension: 4).decode([[0.5, -1, 0.2, 1]])[0]
        let model = CoreFlood(cells: 4)
        let series = try model.makeSimulator().simulate(truth)
        // Darcy's law by hand for the first cell: k A Δp / (μ Δx).
        let first = Double(truth.permeabilityX[0]) * 1e-3 * 1e5 / (1e-3 * 0.05)
        #expect(abs(series.values[0][0] - first) < 1e-12 * first)
        let measured = zip(series.times, series.values[0]).map { time, rate in
            Observation(key: model.vectorKeys[0], time: time, value: 1.01 * rate, error: 0.03 * rate)
        }
        let result = try calibrateCore(measured, seed: 5)
        let accepted = result.ranking.accepted
        #expect(accepted.count > 20)
        for one in accepted.prefix(20) {
            let simulated = try #require(result.series[one.candidate]).values[0]
            // Accepted up to a chi-square of 13.3 with four data: no residual is beyond its root.
            for (rate, datum) in zip(simulated, measured) { #expect(abs(rate - datum.value) < 3.7 * datum.error) }
        }
    }

    @Test func thatTheGuideShowsThisExample() throws {
        let source = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
        let blocks = try Documentation.blocks(of: "Extending.md", language: "swift")
        #expect(blocks.count == 3)
        for block in blocks { #expect(source.contains(block), "\(block.prefix(60))") }
    }
}
