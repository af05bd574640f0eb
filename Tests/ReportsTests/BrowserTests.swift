import Foundation
import Testing

@testable import Reports

/// Pages in a real browser. Skipped where there is none, or no plotting library.
@Suite(.serialized, .enabled(if: Browser.located != nil, "needs chromium and plotly.min.js"))
struct BrowserTests {
    @Test func thatAClickOnARealizationShowsItsMapsAndCurves() throws {
        let browser = try #require(Browser.located)
        let report = SyntheticReport.calibration()
        let chosen = report.members[2].realization
        let dom = try browser.dom(
            of: report.page(plots: .interactive(browser.library)), named: "calibration",
            running: """
                document.querySelector('tr[data-realization="\(chosen)"] button').click();
                document.querySelectorAll('#ranking-table th button')[3].click();
                document.querySelectorAll('#ranking-table th button')[3].click();
                document.querySelector('[data-show="WWCT"]').click();
                window.dispatchEvent(new Event('beforeprint'));
                """,
            reporting: """
                const curves = document.getElementById('detail-curve').data;
                return {
                    title: document.getElementById('detail-title').textContent,
                    maps: document.querySelectorAll('#detail-maps .js-plotly-plot').length,
                    curve: curves[curves.length - 1].name,
                    first: Array.from(document.querySelector('#ranking-table tbody').rows, (row) => row.cells[3].dataset.value)[0],
                    drawn: document.querySelectorAll('[data-figure].js-plotly-plot').length,
                    places: document.querySelectorAll('[data-figure]').length,
                    hidden: document.querySelectorAll('[data-group][hidden]').length,
                    overlaid: Array.from(document.querySelectorAll('[data-group="WWCT"] .js-plotly-plot')).every(
                        (plot) => plot.data[plot.data.length - 1].name === 'Realization \(chosen)'),
                    wide: document.documentElement.scrollWidth <= window.innerWidth
                };
                """)
        #expect(dom["title"] as? String == "Realization \(chosen)")
        #expect(dom["maps"] as? Int == 2)
        #expect(dom["curve"] as? String == "Realization \(chosen)")
        #expect(Double(dom["first"] as? String ?? "") == report.ranking.map(\.mismatch).filter(\.isFinite).max())
        #expect(dom["drawn"] as? Int == dom["places"] as? Int)
        #expect(dom["hidden"] as? Int == 2)
        #expect(dom["overlaid"] as? Bool == true)
        #expect(dom["wide"] as? Bool == true)
        #expect(dom["errors"] as? [String] == [])
    }

    @Test func thatThePageFitsAPhone() throws {
        let browser = try #require(Browser.located)
        let report = SyntheticReport.calibration()
        let chosen = report.members[1].realization
        let dom = try browser.dom(
            of: report.page(plots: .interactive(browser.library)), named: "calibration-phone", width: 390,
            running: "document.querySelector('tr[data-realization=\"\(chosen)\"] button').click();",
            reporting: """
                const outside = Array.from(document.querySelectorAll('main *')).filter((element) =>
                    element.getBoundingClientRect().right > 391 && !element.closest('.scroll, .drawing, nav, pre'));
                return {
                    width: window.innerWidth, wide: document.documentElement.scrollWidth,
                    outside: outside.slice(0, 5).map((element) => element.outerHTML.slice(0, 80)),
                    title: document.getElementById('detail-title').textContent
                };
                """)
        #expect(dom["width"] as? Int == 390)
        #expect(dom["wide"] as? Int ?? 999 <= 390)
        #expect(dom["outside"] as? [String] == [])
        #expect(dom["title"] as? String == "Realization \(chosen)\(report.members[1].role.map { " (\($0))" } ?? "")")
        #expect(dom["errors"] as? [String] == [])
    }

    @Test func thatTheOtherPagesDrawEverythingWithoutAnError() throws {
        let browser = try #require(Browser.located)
        let plots = PagePlots.interactive(browser.library)
        var none = SyntheticReport.calibration(accepted: 0, timeAxis: .days)
        (none.training, none.members) = (nil, [])
        let pages = [
            ("nothing-accepted", none.page(plots: plots)),
            ("training", SyntheticReport.training.page(provenance: SyntheticReport.provenance(), plots: plots)),
            ("prior", SyntheticReport.prior.page(plots: plots)),
            ("validation", SyntheticReport.validation.page(plots: plots))
        ]
        for (name, page) in pages {
            let dom = try browser.dom(
                of: page, named: name, running: "window.dispatchEvent(new Event('beforeprint'));",
                reporting: """
                    return {
                        drawn: document.querySelectorAll('[data-figure].js-plotly-plot').length,
                        places: document.querySelectorAll('[data-figure]').length
                    };
                    """)
            #expect(dom["drawn"] as? Int == dom["places"] as? Int, "\(name)")
            #expect(dom["errors"] as? [String] == [], "\(name)")
        }
    }
}

/// Headless Chromium, run once per page.
private struct Browser {
    let executable: String
    let library: PlotLibrary

    static let located: Browser? = {
        let paths = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let candidates = ["chromium", "chromium-browser", "google-chrome"].flatMap { name in
            paths.map { "\($0)/\(name)" }
        }
        guard let executable = candidates.first(where: FileManager.default.isExecutableFile(atPath:)),
            let library = try? PlotLibrary.locate()
        else { return nil }
        return Browser(executable: executable, library: library)
    }()

    /// Loads a page, runs a script in it and waits; the object that `report` returns, with the errors met under `errors`.
    /// - Parameter width: of the page [pixels]; a browser's own window does not become as narrow as a phone's.
    func dom(
        of page: String, named name: String, width: Int? = nil, running action: String, reporting report: String
    ) throws -> [String: Any] {
        let early = """
            <script>window.errorsMet = [];
            window.addEventListener('error', (event) => errorsMet.push(String(event.message)));
            window.addEventListener('unhandledrejection', (event) => errorsMet.push(String(event.reason)));
            for (const kind of ['error', 'warn']) { console[kind] = (...parts) => errorsMet.push(parts.join(' ')); }
            </script>
            """
        let late = """
            <script>setTimeout(() => { \(action) }, 500);
            setTimeout(() => {
                const report = (() => { \(report) })();
                report.errors = errorsMet;
                const result = document.createElement('pre');
                result.id = 'result';
                result.textContent = btoa(unescape(encodeURIComponent(JSON.stringify(report))));
                document.body.append(result);
                if (parent !== window) { parent.postMessage(result.textContent, '*'); }
            }, 4000);</script></body>
            """
        try PageFiles.keep(page, as: name)
        let tried = page.replacingOccurrences(of: "<head>", with: "<head>\(early)")
            .replacingOccurrences(of: "</body>\n</html>", with: "\(late)</html>")
        return try PageFiles.withFolder { folder in
            let file = folder.appendingPathComponent("page.html"), output = folder.appendingPathComponent("dom.html")
            try Data(tried.utf8).write(to: file)
            if let width {
                let frame = folder.appendingPathComponent("frame.html")
                try Data(Self.frame(width: width).utf8).write(to: frame)
                try run(frame, profile: folder.appendingPathComponent("profile"), output: output)
            } else {
                try run(file, profile: folder.appendingPathComponent("profile"), output: output)
            }
            let dom = try String(contentsOf: output, encoding: .utf8)
            let result = try #require(dom.firstMatch(of: /<pre id="result">([A-Za-z0-9+\/=]*)<\/pre>/))
            let data = try #require(Data(base64Encoded: String(result.1)))
            return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        }
    }

    /// Shows `page.html` beside it and takes over the result that it posts.
    private static func frame(width: Int) -> String {
        """
        <!DOCTYPE html><html><body style="margin:0">
        <iframe src="page.html" style="width:\(width)px;height:6000px;border:0"></iframe>
        <script>window.addEventListener('message', (event) => {
            const result = document.createElement('pre');
            result.id = 'result';
            result.textContent = event.data;
            document.body.append(result);
        });</script></body></html>
        """
    }

    private func run(_ file: URL, profile: URL, output: URL) throws {
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = [
            "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1400,1000", "--user-data-dir=\(profile.path)",
            "--virtual-time-budget=8000", "--dump-dom", file.absoluteString
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
    }
}
