import ArgumentParser
import FlowSimulation
import Foundation
import LinearAlgebra
import Reservoir

struct FlowScalingBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow-scaling",
        abstract: "Time of one simulation against the number of cells, with the exponent.",
        discussion: """
            A five-spot over a field of smooth log-normal permeability, 40 reports. Each grid halves the cells of the one before
            it, the field stays as large. Time is that of the processor on one core.
            """)

    @Option(help: "Cells along each side, several with commas.")
    var sizes = "50,100,200,400,1000"
    @Option(help: "How the pressure equation is solved.")
    var solver: SimulatorSettings.PressureSolver = .automatic
    @Option(help: "Runs of each grid up to 200 to time; the fastest counts.")
    var repeats = 3

    struct Measurement: Encodable {
        let size: Int, cells: Int
        let seconds: Double
        let microsecondsPerCell: Double
        /// Largest resident memory of the process so far [GB].
        let gigabytes: Double
        let pressureSteps: Int, transportSteps: Int, factorizations: Int, gradientIterations: Int
        let massBalanceError: Double
    }

    struct Outcome: Encodable {
        let solver: String
        let grids: [Measurement]
        /// Slope of the logarithm of time over that of cells: by least squares, and between the first and the last grid.
        let exponent: Double, exponentOfEnds: Double
    }

    func run() throws {
        let sides = sizes.split(separator: ",").compactMap { Int($0) }
        guard sides.count >= 2, sides.allSatisfy({ $0 >= 10 }) else {
            throw ValidationError("--sizes is '\(sizes)' but must be two numbers from 10 up at least")
        }
        let grids = try sides.map(measure)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let x = grids.map { log(Double($0.cells)) }
        let y = grids.map { log($0.seconds) }
        let meanX = x.reduce(0, +) / Double(x.count)
        let meanY = y.reduce(0, +) / Double(y.count)
        var (product, square) = (0.0, 0.0)
        for (a, b) in zip(x, y) {
            product += (a - meanX) * (b - meanY)
            square += (a - meanX) * (a - meanX)
        }
        let outcome = Outcome(
            solver: solver.rawValue, grids: grids, exponent: product / square,
            exponentOfEnds: (y[y.count - 1] - y[0]) / (x[x.count - 1] - x[0]))
        print(String(decoding: try encoder.encode(outcome), as: UTF8.self))
    }

    private func measure(_ size: Int) throws -> Measurement {
        let model = try FlowScalingBenchmark.model(size: size)
        var settings = SimulatorSettings()
        settings.pressureSolver = solver
        let simulator = try FlowSimulator(FlowModel(reservoir: model, settings: settings))
        let realization = FlowScalingBenchmark.realization(size: size)
        var fastest = Double.infinity
        var result = try timed(simulator, realization, &fastest)
        for _ in 1..<(size <= 200 ? max(repeats, 1) : 1) { result = try timed(simulator, realization, &fastest) }
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        let effort = result.effort
        return Measurement(
            size: size, cells: size * size, seconds: fastest,
            microsecondsPerCell: 1e6 * fastest / Double(size * size), gigabytes: Double(usage.ru_maxrss) / 1e6,
            pressureSteps: effort.pressureSteps, transportSteps: effort.transportSteps,
            factorizations: effort.factorizations, gradientIterations: effort.gradientIterations,
            massBalanceError: result.massBalance.relativeError)
    }

    private func timed(
        _ simulator: FlowSimulator, _ realization: Realization, _ fastest: inout Double
    ) throws -> FlowResult {
        let start = processorTime(CLOCK_THREAD_CPUTIME_ID)
        let result = try simulator.run(realization)
        fastest = min(fastest, processorTime(CLOCK_THREAD_CPUTIME_ID) - start)
        return result
    }

    /// One square kilometre with an injector in the middle and producers in the corners, half a pore volume in 2,000 days.
    static func model(size: Int) throws -> ReservoirModel {
        var model = try FlowReferenceCase.channels.model()
        let cell = 1000 / Double(size)
        model.grid = try .uniform(columns: size, rows: size, width: cell, height: cell, thickness: 10, depth: 1000)
        let last = size - 1
        for (well, place) in [(size / 2, size / 2), (0, 0), (last, 0), (0, last), (last, last)].enumerated() {
            model.wells[well].completions = [.init(column: place.0, row: place.1)]
            // Below the equivalent radius of the finest cells.
            model.wells[well].radius = 0.1
        }
        model.schedule.reportTimes = (1...40).map { Double($0) * 50 * Unit.day }
        return model
    }

    /// A sum of plane waves of random direction and phase with lengths from 50 to 500 m: the same field on every grid.
    static func realization(size: Int) -> Realization {
        var stream = RandomStream(seed: 1, purpose: "scaling")
        let waves = (0..<40).map { _ -> (Double, Double, Double) in
            let length = 50 * exp(stream.uniform() * log(10.0))
            let angle = 2 * Double.pi * stream.uniform()
            let number = 2 * Double.pi / length
            return (number * cos(angle), number * sin(angle), 2 * Double.pi * stream.uniform())
        }
        let cell = 1000 / Double(size)
        let field = (0..<size * size).map { index -> Float in
            let x = (Double(index % size) + 0.5) * cell
            let y = (Double(index / size) + 0.5) * cell
            var sum = 0.0
            for wave in waves { sum += cos(wave.0 * x + wave.1 * y + wave.2) }
            // The sum of 40 waves has a variance of 20; the logarithm gets a standard deviation of 2.
            return Float(100 * exp(2 * sum / 20.0.squareRoot()) * Unit.millidarcy)
        }
        return Realization(
            porosity: Array(repeating: 0.2, count: field.count), permeabilityX: field, permeabilityY: field)
    }
}

extension SimulatorSettings.PressureSolver: ExpressibleByArgument {}
