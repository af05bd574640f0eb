import Foundation

/// Collects the figures that a page's script draws while its sections are written.
struct PageBuilder {
    let plots: PagePlots
    private var figures: [JSONValue] = []

    init(plots: PagePlots) { self.plots = plots }

    var isInteractive: Bool {
        if case .interactive = plots { return true }
        return false
    }

    /// A place on the page for a figure.
    /// - Parameters:
    ///   - scale: shared with other maps; `nil`: the map's own.
    ///   - vector: index of the production vector it shows, so that a selected realization's curve can join it.
    mutating func place(
        _ figure: Figure, scale: MapScale? = nil, vector: Int? = nil
    ) -> Markup {
        """
        <figure class="plot"><figcaption>\(figure.title)</figcaption>\
        \(drawing(of: figure, scale: scale, vector: vector))</figure>

        """
    }

    private mutating func drawing(of figure: Figure, scale: MapScale?, vector: Int?) -> Markup {
        switch plots {
        case .interactive:
            var json: JSONValue
            switch figure {
            case .chart(let chart): json = chart.json
            case .map(let map): json = map.json(scale: scale ?? MapScale(of: [map]))
            }
            if let vector, case .object(let members) = json {
                json = .object(members + [("vector", .number(Double(vector)))])
            }
            figures.append(json)
            return "<div class=\"drawing\" data-figure=\"\(figures.count - 1)\"></div>"
        case .still(let gnuplot, _):
            do {
                let picture = try gnuplot.draw(figure, scale: scale, format: .svg, isTitled: false)
                let data = Markup(trusted: picture.base64EncodedString())
                return "<img alt=\"\(figure.title)\" src=\"data:image/svg+xml;base64,\(data)\">"
            } catch {
                return "<p class=\"muted\">\(error.description)</p>"
            }
        case .none: return "<p class=\"muted\">not drawn</p>"
        }
    }

    /// The whole page.
    /// - Parameters:
    ///   - title: of the window.
    ///   - data: for the script beside the figures, such as the realizations to select.
    func page(title: String, body: Markup, data: [(String, JSONValue)] = []) -> String {
        let payload = JSONValue.object([("figures", .array(figures))] + data)
        var scripts: Markup = ""
        var note: Markup = ""
        switch plots {
        case .interactive(let library):
            scripts = """
                <script>\(Markup(trusted: library.source))</script>
                <script type="application/json" id="report-data">\(Markup(trusted: payload.text))</script>
                <script>\(Markup(trusted: PageAssets.script))</script>
                """
        case .still(_, let why), .none(let why): note = "<p class=\"note\">\(why)</p>"
        }
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title)</title>
            <link rel="icon" href="data:,">
            <style>\(Markup(trusted: PageAssets.style))</style>
            </head>
            <body>
            \(note)
            \(body)
            \(scripts)
            </body>
            </html>

            """
        return page.text
    }
}
