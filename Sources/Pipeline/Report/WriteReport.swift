import Calibration
import CaseFiles
import Foundation
import NeuralNetworks
import Reports
import Reservoir
import Storage

/// Stage `report`: the page, the tables and the figures of a calibration.
struct WriteReport {
    let project: Project

    /// Writes everything; returns the files for the user to open.
    func run(_ report: CalibrationReport, accepted: AcceptedFiles, figures: Bool) throws {
        let folder = try project.workspace.prepare(.report)
        try Files.write(report.page(), to: folder.appending(path: "index.html").path)
        try Files.write(report.rankingCSV, to: folder.appending(path: "ranking.csv").path)
        try Files.write(report.vectorsCSV, to: folder.appending(path: "vectors.csv").path)
        try Files.write(report.breakdownCSV, to: folder.appending(path: "mismatch.csv").path)
        try Files.write(report.comparisonCSV, to: folder.appending(path: "methods.csv").path)
        try accepted.write(to: folder.path)
        try writeFigures(of: report, asked: figures, to: folder.appending(path: "figures", directoryHint: .isDirectory))
    }

    /// SVG in any case, so that a figure is at hand; all formats if `asked`. Only then must there be gnuplot.
    private func writeFigures(of report: CalibrationReport, asked: Bool, to folder: URL) throws {
        let gnuplot: Gnuplot
        do throws(GnuplotError) {
            gnuplot = try Gnuplot.locate()
        } catch {
            if asked { throw error }
            return project.console.note("no figures beside the page: \(error)")
        }
        // Those of an earlier run may show other realizations.
        try? FileManager.default.removeItem(at: folder)
        _ = try FigureWriter(gnuplot: gnuplot, folder: folder, formats: asked ? Gnuplot.Format.allCases : [.svg])
            .write(report)
    }
}

extension Project {
    var timeAxis: TimeAxis {
        if case .rays = settings.forwardModel { return .index(label: "receiver") }
        guard let start = settings.startDate else { return .days }
        return .dates(start: Date(timeIntervalSince1970: start.seconds))
    }

    func provenance() -> Reports.Provenance {
        let records = workspace.records
        let stages = Stage.allCases.compactMap { stage in
            records[stage].map { Reports.Provenance.Stage(name: stage.title, seconds: $0.seconds) }
        }
        return Reports.Provenance(
            version: Version.current, seed: seed, threads: pool.threads, started: Date(), stages: stages,
            forwardModel: settings.forwardModel.title,
            facts: [
                .init("case file", settings.file), .init("vector instructions", KernelVariant.current.name),
                .init("observations", settings.observations.file)
            ],
            settings: (try? Files.readText(settings.file)) ?? "")
    }
}
