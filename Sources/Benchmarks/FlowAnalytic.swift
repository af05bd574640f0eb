import FlowSimulation
import Foundation
import Reports
import Reservoir

/// One-dimensional displacement against its exact solution, on three grids.
enum FlowAnalytic {
    /// Profile and water cut over the exact ones, and the order in which they converge.
    static func displacement() throws -> (table: SimulatorComparison.Table, section: SimulatorComparison.Section) {
        let exact = BuckleyLeverett()
        let grids = [50, 100, 200]
        let found = try grids.map { try run(cells: $0) }
        let errors = found.map { result in
            let cells = result.profile.count
            let profile = result.profile.enumerated().map { cell, value in
                // Mean of the exact profile over the cell.
                let mean =
                    (0..<40).map {
                        exact.saturation(at: (Double(cell) + (Double($0) + 0.5) / 40) / Double(cells), injected: 0.25)
                    }.reduce(0, +) / 40
                return abs(value - mean)
            }
            let cut = zip(result.cut, result.injected).map { abs($0 - exact.waterCut(injected: $1)) }
            return (profile.reduce(0, +) / Double(cells), cut.reduce(0, +) / Double(cut.count))
        }
        let rows = grids.indices.map { index in
            func order(_ value: (Int) -> Double) -> String {
                index == 0 ? "–" : String(format: "%.2f", log2(value(index - 1) / value(index)))
            }
            return [
                "\(grids[index]) cells", String(format: "%.4f", errors[index].0), order { errors[$0].0 },
                String(format: "%.4f", errors[index].1), order { errors[$0].1 }
            ]
        }
        let places = (0...400).map { Double($0) / 400 }
        let names = grids.map { "lsi, \($0) cells" }
        var profiles = zip(names, found).suffix(2).map { name, result in
            let count = Double(result.profile.count)
            return SimulatorComparison.Curve(
                name: name, author: name == names.last ? .own : .peer,
                x: result.profile.indices.map { (Double($0) + 0.5) / count }, y: result.profile)
        }
        profiles.append(
            .init(
                name: "exact", author: .analytic, x: places,
                y: places.map { exact.saturation(at: $0, injected: 0.25) }))
        var cuts = zip(names, found).suffix(2).map { name, result in
            SimulatorComparison.Curve(
                name: name, author: name == names.last ? .own : .peer, x: result.injected, y: result.cut)
        }
        let times = (1...400).map { Double($0) / 400 * 1.5 }
        cuts.append(
            .init(name: "exact", author: .analytic, x: times, y: times.map { exact.waterCut(injected: $0) }))
        return (
            SimulatorComparison.Table(
                title: "Order of convergence",
                note:
                    "Mean absolute error of saturation when a quarter of the pore volume is in, and of water cut up to one "
                    + "and a half pore volumes. A shock and a contact carried upstream-weighted converge with orders of 1 "
                    + "and 1/2.",
                columns: ["Displacement", "Profile", "Order", "Water cut", "Order"], rows: rows),
            SimulatorComparison.Section(
                title: "Buckley and Leverett", text: "A tube flooded from one end, against the exact solution.",
                panels: [
                    .init(
                        title: "Profile at 0.25 pore volumes", xLabel: "part of the length", yLabel: "saturation",
                        curves: profiles),
                    .init(title: "Water cut", xLabel: "pore volumes injected", yLabel: "–", curves: cuts)
                ])
        )
    }

    private static func run(cells: Int) throws -> (profile: [Double], cut: [Double], injected: [Double]) {
        let days = (1...120).map { Double($0) * 5 }
        var model = try FlowReferenceCase.buckleyLeverett.model()
        // 100 m x 10 m x 10 m at 5 m³/day; porosity 0.2, so 2,000 m³ of pores. Nothing is compressible.
        model.grid = try .uniform(
            columns: cells, rows: 1, width: 100 / Double(cells), height: 10, thickness: 10, depth: 1000)
        for (well, column) in [(0, 0), (1, cells - 1)] {
            (model.wells[well].radius, model.wells[well].completions) = (0.05, [.init(column: column, row: 0)])
        }
        model.rock.compressibility = 0
        (model.fluids.displacingPhase.compressibility, model.fluids.oil.compressibility) = (0, 0)
        model.schedule.reportTimes = days.map { $0 * Unit.day }
        model.schedule.events[0].control.rates = [.displacing: 5 * Unit.cubicMetrePerDay]
        var settings = SimulatorSettings()
        settings.substepVolume = 0.1 / Double(cells)
        let permeability = [Float](repeating: Float(1000 * Unit.millidarcy), count: cells)
        let result = try FlowSimulator(FlowModel(reservoir: model, settings: settings)).run(
            Realization(
                porosity: Array(repeating: 0.2, count: cells), permeabilityX: permeability, permeabilityY: permeability),
            mapTimes: [100 * Unit.day])
        return (
            result.maps.first?.saturation ?? [], result.series[VectorKey("WWCT", "PROD")] ?? [],
            days.map { $0 * 5 / 2000 }
        )
    }
}

/// Displacement in one dimension for Corey exponents of 2, end saturations of 0.2 and an oil four times as viscous.
/// Source: Buckley and Leverett (1942), Trans. AIME 146; the front by the tangent of Welge (1952), Trans. AIME 195.
struct BuckleyLeverett {
    /// `f′` at normalised saturation `s`, with `f = s² / (s² + (1 − s)²/4)`.
    private func slope(_ s: Double) -> Double {
        let total = s * s + (1 - s) * (1 - s) / 4
        return s * (1 - s) / 2 / (total * total)
    }

    /// Normalised saturation at `x`, as a part of the length, when `injected` pore volumes are in.
    private func normalised(at x: Double, injected: Double) -> Double {
        // Where f(s)/s = f′(s): s² (1 + 1/4) = 1/4.
        let front = 0.2.squareRoot()
        let speed = x / (injected / 0.6)
        guard speed < slope(front) else { return 0 }
        var (low, high) = (front, 1.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if slope(middle) > speed { low = middle } else { high = middle }
        }
        return low
    }

    func saturation(at x: Double, injected: Double) -> Double { 0.2 + 0.6 * normalised(at: x, injected: injected) }

    func waterCut(injected: Double) -> Double {
        let s = normalised(at: 1, injected: injected)
        return s * s / (s * s + (1 - s) * (1 - s) / 4)
    }
}
