import Foundation
import Reservoir
import Testing

@testable import Reports

/// Figures for print. gnuplot is among the packages that the set-up installs.
@Suite struct FigureTests {
    @Test func thatEveryFigureOfAReportIsDrawnInEveryFormat() throws {
        let gnuplot = try Gnuplot.locate()
        try PageFiles.withFolder { folder in
            let writer = FigureWriter(gnuplot: gnuplot, folder: folder.appendingPathComponent("figures"))
            var report = SyntheticReport.calibration()
            report.vectors = Array(report.vectors.suffix(2))
            report.training = nil
            let files = try writer.write(report)
            #expect(files.count == report.figures.count * 3)
            for file in files {
                let picture = try Data(contentsOf: file)
                switch file.pathExtension {
                case "svg":
                    #expect(try XMLShape(of: picture).root == "svg")
                case "png": #expect(picture.prefix(8) == Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
                default: #expect(picture.prefix(5) == Data("%PDF-".utf8))
                }
                if let keep = ProcessInfo.processInfo.environment["LSI_KEEP_PAGES"] {
                    try picture.write(to: URL(fileURLWithPath: keep).appendingPathComponent(file.lastPathComponent))
                }
            }
        }
    }

    @Test func thatTextOfUsersReachesTheFigureAndNotGnuplot() throws {
        var chart = Chart(
            title: "it's `date` $x \\n; system('true')\nset output", x: Chart.Axis(label: "x"),
            y: Chart.Axis(label: "y"))
        chart.lines = [Chart.Line(name: "a", tone: .first, x: [0, 1], y: [0, 1])]
        let picture = try Gnuplot.locate().draw(.chart(chart), format: .svg)
        let text = String(decoding: picture, as: UTF8.self)
        #expect(text.contains("it's `date` $x \\n; system('true') set output"))
    }

    @Test func thatAFigureWithoutANumberIsStillDrawn() throws {
        let gnuplot = try Gnuplot.locate()
        var chart = Chart(title: "empty", x: Chart.Axis(label: "x"), y: Chart.Axis(label: "y"))
        chart.lines = [Chart.Line(name: "gone", tone: .first, x: [0, 1], y: [.nan, .infinity])]
        #expect(try !gnuplot.draw(.chart(chart), format: .svg).isEmpty)
        let map = MapPanel(
            title: "inactive", columns: 2, rows: 2, values: [.nan, .nan, .nan, .nan], quantity: .porosity)
        #expect(try !gnuplot.draw(.map(map), format: .png).isEmpty)
    }

    @Test func thatMissingGnuplotIsSaidWithWhatToInstall() {
        #expect(throws: GnuplotError.missing) { try Gnuplot.locate(environment: ["PATH": "/nowhere"]) }
        #expect(GnuplotError.missing.description.contains("apt-get install gnuplot-nox"))
    }

    @Test func thatAFailureOfGnuplotCarriesItsMessage() throws {
        let gnuplot = try Gnuplot.locate()
        #expect {
            try gnuplot.run("this is no command\n")
        } throws: { error in
            "\(error)".contains("invalid command")
        }
    }

    @Test func thatFileNamesAreSafeAndUnique() {
        #expect(FigureWriter.fileName("vector-WOPR:P 1/../é") == "vector-wopr-p-1")
        #expect(FigureWriter.fileName("···") == "figure")
    }
}

/// The root element of an XML document that is well formed.
private struct XMLShape {
    let root: String

    init(of data: Data) throws {
        let document = String(decoding: data, as: UTF8.self)
        let opening = try #require(document.firstMatch(of: /<([a-z]+)[\s>]/))
        root = String(opening.1)
        var open: [Substring] = []
        for tag in document.matches(of: /<(\/?)([A-Za-z:]+)((?:[^>"']|"[^"]*"|'[^']*')*)>/) {
            if tag.3.hasSuffix("/") { continue }
            if tag.1.isEmpty { open.append(tag.2) } else { try #require(open.popLast() == tag.2) }
        }
        try #require(open.isEmpty)
    }
}
