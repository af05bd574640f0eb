import CaseFiles
import Foundation
import PriorModels
import Reports
import Reservoir
import Storage

/// Looks at a prior: draws realizations, measures them, and lays some of them out on a page.
///
/// Realizations are measured as they come and then dropped, so that their number costs time but no memory.
struct PreviewPrior {
    /// Realizations measured unless a number is asked for.
    static let usualCount = 200
    private static let batch = 64
    /// Realizations shown of a prior, and of each of its scenarios.
    private static let shown = 10, shownOfScenario = 5

    let project: Project

    func preview(count: Int) throws -> PriorPreview {
        let settings = project.settings
        let (grid, prior) = (settings.reservoir.grid, settings.prior)
        let model = try project.priorModel()
        let scenarios = prior.labelledScenarios
        let plans = Dictionary(
            uniqueKeysWithValues: scenarios.map {
                ($0.label, PriorStatistics($0.prior, grid: grid, hardData: settings.hardData))
            })
        let overall = PriorStatistics(prior, grid: grid, hardData: settings.hardData)
        let maps = EnsembleMaps(settings.reservoir, faciesNames: prior.faciesNames)
        var whole = PriorTally(overall, maps: maps, most: Self.shown)
        var tallies = plans.mapValues { PriorTally($0, maps: maps, most: Self.shownOfScenario) }
        try project.console.task("Drawing the prior", unit: "realizations", total: count) { task in
            for start in stride(from: 0, to: count, by: Self.batch) {
                let indices = Array(start..<min(start + Self.batch, count))
                let drawn = try project.pool.map(indices, makeContext: {}, finished: { task.advance() }) { _, index in
                    let realization = model.realization(index)
                    let plan = realization.scenario.flatMap { plans[$0] } ?? overall
                    return (index: index, realization: realization, sample: plan.measure(realization))
                }
                for one in drawn {
                    let label = one.realization.scenario
                    whole.add(one.realization, sample: label == nil ? one.sample : nil, index: one.index)
                    if let label { tallies[label]?.add(one.realization, sample: one.sample, index: one.index) }
                }
            }
        }
        let shares = scenarios.map { scenario in
            share(of: scenario.label, tallies[scenario.label]?.count ?? 0, expected: scenario.probability, of: count)
        }
        return PriorPreview(
            caseName: settings.name, description: prior.title, sampleCount: count, realizations: whole.shown,
            maps: whole.maps, statistics: shares + (scenarios.isEmpty ? whole.statistics : []),
            variograms: scenarios.isEmpty ? whole.curves : [],
            scenarios: scenarios.compactMap { scenario in
                tallies[scenario.label].map { $0.scenario(scenario.label, scenario.prior.title) }
            },
            notes: notes(count), provenance: project.provenance())
    }

    private func share(of label: String, _ found: Int, expected: Double, of count: Int) -> StatisticRow {
        StatisticRow(
            name: "Share of \(label)", target: expected, measured: Double(found) / Double(count),
            standardError: (expected * (1 - expected) / Double(count)).squareRoot(), unit: "–")
    }

    private func notes(_ count: Int) -> [String] {
        var notes: [String] = []
        let known = project.settings.hardData.count
        if known > 0 {
            notes.append(
                "Realizations honour \(known) hard data; targets are those of the prior without them, so that "
                    + "differences near the wells are meant to be.")
        }
        if count < 50 {
            notes.append("Only \(count) realizations were measured: standard errors are rough.")
        }
        return notes
    }
}

extension Project {
    /// Writes the page of the prior, and its figures if asked for; returns the table for the terminal.
    public func previewPrior(count: Int? = nil, figures: Bool, asJSON: Bool) throws -> String {
        let preview = try PreviewPrior(project: self).preview(count: count ?? PreviewPrior.usualCount)
        let folder = workspace.root.appending(path: "preview", directoryHint: .isDirectory)
        try Files.createFolder(folder.path)
        let page = folder.appending(path: "index.html")
        try Files.write(preview.page(), to: page.path)
        if figures {
            let writer = FigureWriter(
                gnuplot: try Gnuplot.locate(), folder: folder.appending(path: "figures", directoryHint: .isDirectory))
            _ = try writer.write(preview)
        }
        console.note("preview: \(page.path)")
        return asJSON ? preview.summaryJSON : preview.terminalText(style: .detect(descriptor: 1))
    }
}
