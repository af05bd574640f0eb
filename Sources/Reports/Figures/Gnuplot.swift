public import Foundation

/// The gnuplot program, which draws figures for print. Each figure is one process.
public struct Gnuplot: Sendable {
    public enum Format: String, CaseIterable, Sendable {
        case svg, pdf, png
    }

    let executable: String

    /// - Throws: ``GnuplotError/missing`` if no directory of `PATH` holds gnuplot.
    public static func locate(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(GnuplotError) -> Gnuplot {
        for directory in (environment["PATH"] ?? "").split(separator: ":") where directory.hasPrefix("/") {
            let candidate = "\(directory)/gnuplot"
            if FileManager.default.isExecutableFile(atPath: candidate) { return Gnuplot(executable: candidate) }
        }
        throw .missing
    }

    /// - Parameter scale: shared with other maps; `nil`: the map's own.
    func draw(
        _ figure: Figure, scale: MapScale? = nil, format: Format, isTitled: Bool = true
    ) throws(GnuplotError) -> Data {
        var script = GnuplotScript(format: format, figure: figure, isTitled: isTitled)
        switch figure {
        case .chart(let chart): script.add(chart)
        case .map(let map): script.add(map, scale: scale ?? MapScale(of: [map]))
        }
        let picture = try run(script.text)
        return format == .svg ? Self.withSharpCells(picture) : picture
    }

    /// Cells of a map are embedded as one pixel each; browsers would blur them.
    private static func withSharpCells(_ picture: Data) -> Data {
        let text = String(decoding: picture, as: UTF8.self)
        return Data(text.replacingOccurrences(of: "<image ", with: "<image style='image-rendering:pixelated' ").utf8)
    }

    /// What gnuplot writes to its standard output for a script.
    func run(_ script: String) throws(GnuplotError) -> Data {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lsi-figure-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            return try process(script, in: folder)
        } catch let error as GnuplotError {
            throw error
        } catch {
            throw .failed(message: "\(error)")
        }
    }

    /// Script and complaints go through files, so that only one pipe can fill up.
    private func process(_ script: String, in folder: URL) throws -> Data {
        let file = folder.appendingPathComponent("figure.gp"), complaints = folder.appendingPathComponent("errors.txt")
        try Data(script.utf8).write(to: file)
        try Data().write(to: complaints)
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = ["--default-settings", file.path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: complaints)
        try process.run()
        let picture = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0, !picture.isEmpty else {
            let text = String(decoding: (try? Data(contentsOf: complaints)) ?? Data(), as: UTF8.self)
            throw GnuplotError.failed(message: text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return picture
    }
}

public enum GnuplotError: Error, Equatable, Sendable, CustomStringConvertible {
    case missing
    case failed(message: String)
    case notWritten(path: String, message: String)

    public var description: String {
        switch self {
        case .missing:
            "gnuplot is not on the PATH; figures need it: apt-get install gnuplot-nox (Debian), brew install gnuplot"
        case .failed(let message): "gnuplot could not draw a figure: \(message)"
        case .notWritten(let path, let message): "cannot write the figure \(path): \(message)"
        }
    }
}
