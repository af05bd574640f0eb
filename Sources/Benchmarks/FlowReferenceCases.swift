import Foundation
import FlowSimulation
import Reservoir
import Storage

/// The reference decks, built in code: two incompressible-like liquids on a uniform grid, Corey curves.
enum FlowReferenceCase: String, CaseIterable {
    case quarterFiveSpot = "A_QFS", channels = "B_CHAN", lognormal = "C_LOGN", section = "E_XSEC"
    case buckleyLeverett = "BL"

    var description: String {
        switch self {
        case .quarterFiveSpot: "homogeneous quarter five-spot, 50x50"
        case .channels: "channels, inverted five-spot, injector on rate, 100x100"
        case .lognormal: "log-normal permeability, 9 producers and 4 injectors on pressure, 100x100"
        case .section: "vertical section with gravity, 100x50"
        case .buckleyLeverett: "one-dimensional displacement, 200 cells"
        }
    }

    func model() throws -> ReservoirModel {
        switch self {
        case .quarterFiveSpot:
            try areal(
                columns: 50, rows: 50, step: 50,
                wells: [("INJ", .injector, 1, 1, .rate(250)), ("PROD", .producer, 50, 50, .pressure(100))])
        case .buckleyLeverett:
            try areal(
                columns: 200, rows: 1, step: 50,
                wells: [("INJ", .injector, 1, 1, .rate(10)), ("PROD", .producer, 200, 1, .pressure(100))])
        case .channels:
            try areal(
                columns: 100, rows: 100, step: 100,
                wells: [("INJ", .injector, 50, 50, .rate(500))]
                    + zip(["P1", "P2", "P3", "P4"], [(1, 1), (100, 1), (1, 100), (100, 100)]).map {
                        ($0, .producer, $1.0, $1.1, .pressure(100))
                    })
        case .lognormal:
            try areal(
                columns: 100, rows: 100, step: 50,
                wells: (0..<9).map {
                    ("P\($0 + 1)", .producer, [10, 50, 90][$0 % 3], [10, 50, 90][$0 / 3], .pressure(100))
                }
                    + (0..<4).map {
                        ("I\($0 + 1)", .injector, [30, 70][$0 % 2], [30, 70][$0 / 2], .pressure(300))
                    })
        case .section: try section()
        }
    }

    enum Target {
        /// [sm3/day]
        case rate(Double)
        /// [bar]
        case pressure(Double)

        var control: WellControl {
            switch self {
            case .rate(let rate):
                WellControl(rates: [.displacing: rate * Unit.cubicMetrePerDay], bottomHolePressure: 5000 * Unit.bar)
            case .pressure(let pressure): WellControl(bottomHolePressure: pressure * Unit.bar)
            }
        }
    }

    private func areal(
        columns: Int, rows: Int, step: Double, wells: [(String, Well.Role, Int, Int, Target)]
    ) throws -> ReservoirModel {
        ReservoirModel(
            grid: try .uniform(columns: columns, rows: rows, width: 10, height: 10, thickness: 10, depth: 1000),
            rock: try rock, fluids: try fluids(oilDensity: 800),
            initial: .uniform(pressure: 200 * Unit.bar, saturation: 0.2),
            wells: wells.map {
                Well(name: $0.0, role: $0.1, completions: [.init(column: $0.2 - 1, row: $0.3 - 1)], radius: 0.1)
            },
            schedule: Schedule(
                reportTimes: (1...40).map { Double($0) * step * Unit.day },
                events: wells.map { .init(time: 0, well: $0.0, control: $0.4.control) }))
    }

    private func section() throws -> ReservoirModel {
        func well(_ name: String, _ role: Well.Role, column: Int) -> Well {
            Well(
                name: name, role: role, completions: (0..<50).map { .init(column: column - 1, row: $0) }, radius: 0.1)
        }
        return ReservoirModel(
            grid: try .uniform(
                orientation: .section, columns: 100, rows: 50, width: 10, height: 1, thickness: 10, depth: 1000),
            rock: try rock, fluids: try fluids(oilDensity: 750),
            initial: .equilibrium(
                datumDepth: 1000, pressure: 200 * Unit.bar, contactDepth: 1400, contactCapillaryPressure: 0),
            wells: [well("INJ", .injector, column: 1), well("PROD", .producer, column: 100)],
            schedule: Schedule(
                reportTimes: (1...40).map { Double($0) * 50 * Unit.day },
                events: [
                    .init(time: 0, well: "INJ", control: Target.rate(50).control),
                    .init(time: 0, well: "PROD", control: Target.pressure(150).control)
                ]))
    }

    private var rock: Rock {
        get throws {
            Rock(
                compressibility: 1e-6 / Unit.bar, referencePressure: 200 * Unit.bar,
                saturationFunctions: [.corey(try CoreyCurves(connate: 0.2, residualOil: 0.2))])
        }
    }

    private func fluids(oilDensity: Double) throws -> Fluids {
        Fluids(
            displacing: .water,
            displacingPhase: try FluidPhase(
                surfaceDensity: 1000, viscosity: 0.5 * Unit.centipoise, compressibility: 1e-6 / Unit.bar),
            oil: try FluidPhase(
                surfaceDensity: oilDensity, viscosity: 2 * Unit.centipoise, compressibility: 1e-6 / Unit.bar),
            referencePressure: 200 * Unit.bar)
    }

    /// - Parameter folder: holds `<name>_PERMX.INC` for the heterogeneous ones.
    func realization(in folder: URL) throws -> Realization {
        let cells = try model().grid.cellCount
        var x = [Double](
            repeating: [.quarterFiveSpot: 100, .section: 200, .buckleyLeverett: 1000][self] ?? 0, count: cells)
        if self == .channels || self == .lognormal {
            let text = try Files.readText(folder.appending(path: "\(rawValue)_PERMX.INC").path)
            x = text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        }
        let ratio = self == .section ? 0.5 : 1
        return Realization(
            porosity: Array(repeating: 0.2, count: cells),
            permeabilityX: x.map { Float($0 * Unit.millidarcy) },
            permeabilityY: x.map { Float($0 * ratio * Unit.millidarcy) })
    }
}
