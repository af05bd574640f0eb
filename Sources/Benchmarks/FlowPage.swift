import FlowSimulation
import Foundation
import Pipeline
import Reports
import Reservoir

/// The comparison as a page: errors and times side by side, and the curves over each other.
struct FlowPage {
    let results: [FlowComparison]
    let peer: FlowPeer?
    let started: Date

    var text: String {
        let analytic = try? FlowAnalytic.displacement()
        let comparison = SimulatorComparison(
            name: "Flow simulator", lead: lead, tables: [table] + (analytic.map { [$0.table] } ?? []),
            sections: results.map(section) + (analytic.map { [$0.section] } ?? []),
            provenance: Provenance(
                version: Version.current, seed: 0, threads: 1, started: started,
                forwardModel: "built-in two-phase simulator", facts: facts))
        return comparison.page()
    }

    private var lead: String {
        "The built-in simulator against OPM Flow, converged solutions and analytic ones. Errors are root mean squares over "
            + "report times, divided by each vector's peak, mean over wells."
    }

    private var facts: [Provenance.Fact] {
        var facts = [Provenance.Fact("Time", "processor time of one core; of the whole process for OPM Flow")]
        if let peer { facts.append(.init("Peer", peer.version)) }
        return facts
    }

    private var table: SimulatorComparison.Table {
        func percent(_ value: Double?) -> String { value.map { String(format: "%.2f", $0) } ?? "–" }
        let rows = results.map { result in
            let found = result.measurement
            func pair(_ keyword: String) -> [String] {
                [percent(found.errors?.rootMeanSquare[keyword]), percent(found.peerErrors?.rootMeanSquare[keyword])]
            }
            let displacing = result.test.model.fluids.displacing == .water ? "WWPR" : "WGPR"
            var row = [found.name]
            row += pair("WOPR")
            row += pair(displacing)
            row += [percent(found.errors?.finalOil), percent(found.peerErrors?.finalOil)]
            row.append(String(format: "%.3f", found.seconds))
            row.append(found.peerSeconds.map { String(format: "%.1f", $0) } ?? "–")
            row.append(found.ratio.map { String(format: "%.0f", $0) } ?? "–")
            row.append(String(format: "%.0e", found.massBalanceError))
            row.append(found.reference ?? "–")
            return row
        }
        return SimulatorComparison.Table(
            title: "Errors and times",
            note:
                "Errors in per cent. FOPT: cumulative oil at the end. Where the reference is OPM Flow's own run it has no "
                + "error of its own.",
            columns: [
                "Case", "Oil rate", "Flow", "Water or gas rate", "Flow", "FOPT", "Flow", "Time [s]", "Flow [s]",
                "Ratio",
                "Mass balance", "Reference"
            ], rows: rows)
    }

    // MARK: Curves

    private func section(_ result: FlowComparison) -> SimulatorComparison.Section {
        SimulatorComparison.Section(
            title: result.test.name,
            text: result.test.description + (result.peerFailure.map { "; OPM Flow: \($0)" } ?? ""),
            panels: keys(result).map { panel($0, result) })
    }

    /// The field's rates, those of the two wells that produce most, and the pressure of an injector.
    private func keys(_ result: FlowComparison) -> [VectorKey] {
        let model = result.test.model
        let letter = model.fluids.displacing == .water ? "W" : "G"
        func total(_ well: Well) -> Double { result.own.series[VectorKey("WOPT", well.name)]?.last ?? 0 }
        let producers = model.wells.filter { $0.role == .producer }.sorted { total($0) > total($1) }.prefix(2)
        let injector = model.wells.first { $0.role == .injector }
        return [VectorKey("FOPR"), VectorKey("F\(letter)PR")]
            + (producers.count > 1
                ? producers.flatMap { [VectorKey("WOPR", $0.name), VectorKey("W\(letter)PR", $0.name)] } : [])
            + (injector.map { [VectorKey("WBHP", $0.name)] } ?? []) + [VectorKey("FPR")]
    }

    private func panel(_ key: VectorKey, _ result: FlowComparison) -> SimulatorComparison.Panel {
        var curves: [SimulatorComparison.Curve] = []
        func add(_ name: String, _ author: SimulatorComparison.Author, _ series: ProductionSeries?) {
            guard let series, let values = series[key] else { return }
            curves.append(
                .init(
                    name: name, author: author, x: series.times.map { $0 / Unit.day },
                    y: values.map { $0 / key.quantity.metricFactor }))
        }
        add("OPM Flow", .peer, result.peer?.series)
        add("lsi", .own, result.own.series)
        if let reference = result.reference, reference.name != "OPM Flow" {
            add(reference.name, .reference, reference.series)
        }
        let unit =
            switch key.quantity {
            case .rate: "m³/day"
            case .total: "m³"
            case .pressure: "bar"
            case .fraction, .other: "–"
            }
        return SimulatorComparison.Panel(title: "\(key)", xLabel: "days", yLabel: unit, curves: curves)
    }
}
