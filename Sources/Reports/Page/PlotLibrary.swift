import Foundation

/// The drawing library that pages embed, read from where `.ci/setup` or a Python installation has put it.
public struct PlotLibrary: Sendable {
    /// Minified JavaScript that defines `Plotly`.
    let source: String

    /// Name of the environment variable that points to a `plotly.min.js` anywhere else.
    public static let variable = "LSI_PLOTLY"

    /// - Throws: ``PlotLibraryError`` if no place holds the library.
    public static func locate(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(PlotLibraryError) -> PlotLibrary {
        let places = candidates(environment)
        for place in places {
            guard let source = try? String(contentsOfFile: place, encoding: .utf8), source.contains("Plotly")
            else { continue }
            return PlotLibrary(source: source)
        }
        throw PlotLibraryError(searched: places)
    }

    private static func candidates(_ environment: [String: String]) -> [String] {
        // Who names a file means that file and no other.
        if let chosen = environment[variable], !chosen.isEmpty { return [chosen] }
        var caches: [String] = []
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { caches.append(cache) }
        if let home = environment["HOME"], home.hasPrefix("/") { caches.append("\(home)/.cache") }
        return caches.map { "\($0)/lsi/plotly.min.js" } + [
            "/usr/share/lsi/plotly.min.js", "/usr/lib/python3/dist-packages/plotly/package_data/plotly.min.js"
        ]
    }
}

public struct PlotLibraryError: Error, Equatable, Sendable, CustomStringConvertible {
    public let searched: [String]

    public var description: String {
        """
        plotly.min.js was not found, so pages hold still figures only; run .ci/setup, or point \
        \(PlotLibrary.variable) to the file (looked at: \(searched.joined(separator: ", ")))
        """
    }
}

/// How the figures of a page are drawn.
public enum PagePlots: Sendable {
    /// Zoom, hover and clicks; the library is embedded in the page.
    case interactive(PlotLibrary)
    /// Pictures by gnuplot, with a note why.
    case still(Gnuplot, note: String)
    /// Tables only, with a note why.
    case none(note: String)

    /// The best that this machine can do.
    public static func available(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> PagePlots {
        do {
            return .interactive(try PlotLibrary.locate(environment: environment))
        } catch let missing {
            do {
                return .still(try Gnuplot.locate(environment: environment), note: missing.description)
            } catch let noGnuplot {
                return .none(note: "\(missing.description); \(noGnuplot)")
            }
        }
    }
}
