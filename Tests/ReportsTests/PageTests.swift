import Foundation
import Reservoir
import Testing

@testable import Reports

/// Structure of the pages, without a browser. A stand-in takes the place of the plotting library, so that what is
/// tested is ours alone.
@Suite struct PageTests {
    private let library = PagePlots.interactive(PlotLibrary(source: "var Plotly = {};"))

    private var pages: [String] {
        [
            SyntheticReport.calibration().page(plots: library),
            SyntheticReport.calibration(accepted: 0).page(plots: library),
            SyntheticReport.training.page(provenance: SyntheticReport.provenance(), plots: library),
            SyntheticReport.prior.page(plots: library), SyntheticReport.validation.page(plots: library)
        ]
    }

    @Test func thatPagesNeedNothingFromOutside() {
        for page in pages {
            #expect(!page.contains("http://") && !page.contains("https://"))
            #expect(page.matches(of: /(?:src|href)="(?!data:|#)/).isEmpty)
            #expect(!page.contains("@import") && !page.contains("url("))
        }
    }

    @Test func thatEveryElementIsClosedInOrder() throws {
        let void: Set<Substring> = ["meta", "link", "br", "img", "input", "hr"]
        for page in pages {
            // What scripts and styles hold is not markup.
            let markup = page.replacing(/<(script|style)[^>]*>.*?<\/\1>/.dotMatchesNewlines(), with: "")
            var open: [Substring] = []
            for tag in markup.matches(of: /<(\/?)([a-z][a-z0-9]*)((?:[^>"]|"[^"]*")*)>/) where !void.contains(tag.2) {
                if tag.1.isEmpty { open.append(tag.2) } else { try #require(open.popLast() == tag.2) }
            }
            #expect(open.isEmpty)
        }
    }

    @Test func thatEveryPlaceHasItsFigureAndTheDataAreValid() throws {
        for page in pages {
            let data = try Self.data(of: page)
            let figures = try #require(data["figures"] as? [[String: Any]])
            let places = page.matches(of: /data-figure="([0-9]+)"/).compactMap { Int($0.1) }
            #expect(places.sorted() == Array(figures.indices))
        }
    }

    @Test func thatNoTextOfAUserBecomesMarkup() throws {
        let hostile = "<img src=x onerror=alert(1)>\"'&</script><script>alert(2)</script>"
        var report = SyntheticReport.calibration(named: hostile)
        report.caseDescription = hostile
        report.method = hostile
        report.warnings = [hostile]
        report.acceptance.noise = [hostile]
        report.acceptance.rule = hostile
        report.ranking[0].status = .rejected(why: hostile)
        report.ranking[0].scenario = hostile
        report.vectors[0].key = VectorKey(hostile, hostile)
        report.maps[0].title = hostile
        report.maps[0].wells[0].name = hostile
        report.members[0].maps[0].quantity = .facies(names: [hostile, hostile])
        report.breakdown?.wells[0] = hostile
        report.methods[0].name = hostile
        report.scenarios[0].name = hostile
        report.training?.architecture = hostile
        report.training?.curves[0].name = hostile
        report.provenance.settings = hostile
        report.provenance.facts = [Provenance.Fact(hostile, hostile)]
        let page = report.page(plots: library)
        #expect(!page.contains("<img") && !page.contains("<script>alert"))
        // The library, the data and the page's own script.
        #expect(page.matches(of: /<script/).count == 3 && page.matches(of: /<\/script>/).count == 3)
        #expect(page.contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;"))
        _ = try Self.data(of: page)
    }

    @Test func thatNumbersThatAreNoneBreakNeitherDataNorTables() throws {
        var report = SyntheticReport.calibration()
        report.mismatch = MismatchRange(best: .nan, median: .infinity, worst: .infinity)
        report.acceptance.threshold = .nan
        report.vectors[0].accepted = Fan(p10: [.nan], p50: [.infinity], p90: [-.infinity])
        report.vectors[0].times = [.nan]
        report.maps[0].values = report.maps[0].values.map { _ in .nan }
        report.maps[2].values[0] = -1
        let page = report.page(plots: library)
        _ = try Self.data(of: page)
        let tables = page.components(separatedBy: "<script")[0]
        #expect(!tables.contains(">nan") && !tables.contains(">inf") && !tables.contains("nan σ"))
    }

    @Test func thatTheFirstScreenAnswersTheFirstQuestions() throws {
        let page = SyntheticReport.calibration().page(plots: library)
        let summary = try #require(page.firstMatch(of: /<section id="summary">(.*?)<\/section>/.dotMatchesNewlines())).1
        for answer in [
            "60 of 300 simulated realizations match", "Proposed", "Simulated", "Failed", "Accepted", "Distinct",
            "chi-square", "The raw latent proposals reached the noise: 4 of 75", "The representation floor is"
        ] {
            #expect(summary.contains(answer), "\(answer)")
        }
        let none = SyntheticReport.calibration(accepted: 0).page(plots: library)
        #expect(none.contains("None of 300 simulated realizations matches the data within the noise."))
        #expect(none.contains("The representation floor of 1.4 σ lies above"))
        #expect(none.contains("ranked all the same"))
    }

    @Test func thatTheRankingShowsEveryRealizationAndLetsKnownOnesBeSelected() throws {
        let report = SyntheticReport.calibration()
        let page = report.page(plots: library)
        let table = try #require(page.firstMatch(of: /<table id="ranking-table".*?<\/table>/.dotMatchesNewlines()))
            .output
        #expect(table.matches(of: /<tr/).count == report.ranking.count + 1)
        #expect(table.matches(of: /data-realization="/).count == report.members.count)
        let members = try #require(Self.data(of: page)["members"] as? [String: Any])
        #expect(Set(members.keys) == Set(report.members.map { String($0.realization) }))
    }

    @Test func thatMapsOfAKindShareTheirColoursWhateverTheirTitles() {
        var uniform = SyntheticReport.channels(1)
        uniform.title = "another"
        uniform.values = uniform.values.map { _ in 0 }
        uniform.quantity = .facies(names: [])
        var varied = SyntheticReport.channels(2)
        varied.quantity = .facies(names: [])
        let scales = MapScale.shared(by: [uniform, varied, SyntheticReport.permeability(1)])
        #expect(scales.count == 2)
        #expect(scales[uniform.quantity.kind]?.facies == ["facies 0", "facies 1"])
    }

    @Test func thatMapsTravelToTheLastCell() throws {
        var map = SyntheticReport.channels(1)
        map.values[7] = .nan
        let json = map.json(scale: MapScale(of: [map])).text
        let decoded = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        let text = try #require(decoded?["cells"] as? String)
        let cells = try #require(Data(base64Encoded: text))
        #expect(cells.count == 1600 && cells[7] == 255)
        #expect(zip(cells, map.values).enumerated().allSatisfy { $0 == 7 || Float($1.0) == $1.1 })
    }

    @Test func thatAContinuousMapIsWithinOneStepOfItsRange() {
        let map = SyntheticReport.permeability(2)
        let scale = MapScale(of: [map])
        guard case .object(let members) = map.json(scale: scale),
            case .string(let text)? = members.first(where: { $0.0 == "cells" })?.1,
            let cells = Data(base64Encoded: text)
        else {
            Issue.record("no cells")
            return
        }
        // 254 steps over the range, rounded to the nearest: half a step, and a little for rounding in between.
        let step = (scale.high - scale.low) / 254
        for (byte, value) in zip(cells, map.drawnValues) {
            #expect(abs(scale.low + step * Double(byte) - value) <= step * (0.5 + 1e-9))
        }
    }

    @Test func thatWithoutTheLibraryThePageHoldsPicturesAndSaysWhy() throws {
        let missing = PlotLibraryError(searched: ["/nowhere/plotly.min.js"])
        var report = SyntheticReport.calibration()
        report.vectors = Array(report.vectors.prefix(1))
        report.members = []
        report.training = nil
        let page = report.page(plots: .still(try Gnuplot.locate(), note: missing.description))
        try PageFiles.keep(page, as: "still")
        #expect(page.contains("LSI_PLOTLY") && page.contains(".ci/setup"))
        // One vector, the histogram, three maps, the latent space.
        #expect(page.matches(of: /src="data:image\/svg\+xml;base64,/).count == 6)
        #expect(!page.contains("<script"))
    }

    @Test func thatTheLibraryIsFoundWhereTheSetUpPutsIt() throws {
        try PageFiles.withFolder { folder in
            let place = folder.appendingPathComponent("lsi/plotly.min.js")
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("Plotly".utf8).write(to: place)
            #expect(try PlotLibrary.locate(environment: ["XDG_CACHE_HOME": folder.path]).source == "Plotly")
            #expect(try PlotLibrary.locate(environment: ["LSI_PLOTLY": place.path]).source == "Plotly")
            #expect(throws: PlotLibraryError(searched: ["/nowhere.js"])) {
                try PlotLibrary.locate(environment: ["XDG_CACHE_HOME": folder.path, "LSI_PLOTLY": "/nowhere.js"])
            }
        }
    }

    @Test func thatALargeEnsembleGivesAPageThatABrowserCanHold() throws {
        var report = SyntheticReport.calibration(accepted: 500, simulated: 3000)
        let large = (1...100).map { index in
            MemberPanel(
                realization: report.ranking[index].realization,
                maps: [SyntheticReport.channels(index, columns: 100, rows: 100)], curves: report.members[0].curves)
        }
        report.members = large
        let clock = ContinuousClock()
        var size = 0
        let time = clock.measure { size = report.page(plots: library).utf8.count }
        // A map of 100 x 100 cells is 13.3 kB in base 64, nine curves of 40 six-digit numbers at most 3.6 kB, a row of
        // the ranking at most 800 bytes; the rest of the page half a megabyte.
        #expect(size < 100 * 17_000 + 3000 * 800 + 500_000, "\(size) bytes")
        // Takes 0.6 s on a busy core; ten times that is a sign of quadratic work.
        #expect(time < .seconds(6))
    }

    /// What the page's script reads.
    static func data(of page: String) throws -> [String: Any] {
        let block = try #require(
            page.firstMatch(of: /<script type="application\/json" id="report-data">(.*?)<\/script>/))
        return try #require(JSONSerialization.jsonObject(with: Data(block.1.utf8)) as? [String: Any])
    }
}
