public import Foundation

/// Writes the figures of a report as files for papers.
public struct FigureWriter: Sendable {
    let gnuplot: Gnuplot
    let folder: URL
    let formats: [Gnuplot.Format]

    /// - Parameters:
    ///   - folder: made if it is not there.
    ///   - formats: every figure is written once in each.
    public init(gnuplot: Gnuplot, folder: URL, formats: [Gnuplot.Format] = Gnuplot.Format.allCases) {
        (self.gnuplot, self.folder, self.formats) = (gnuplot, folder, formats)
    }

    /// - Returns: the files written, in the report's order.
    public func write(_ report: CalibrationReport) throws(GnuplotError) -> [URL] { try write(report.figures) }
    public func write(_ quality: TrainingQualityPanel) throws(GnuplotError) -> [URL] { try write(quality.figures) }
    public func write(_ preview: PriorPreview) throws(GnuplotError) -> [URL] { try write(preview.figures) }
    public func write(_ summary: ValidationSummary) throws(GnuplotError) -> [URL] { try write(summary.figures) }

    func write(_ figures: [NamedFigure]) throws(GnuplotError) -> [URL] {
        var taken: Set<String> = []
        var files: [URL] = []
        for named in figures {
            let name = Self.unique(Self.fileName(named.name), among: &taken)
            for format in formats {
                let file = folder.appendingPathComponent("\(name).\(format.rawValue)")
                try save(gnuplot.draw(named.figure, format: format), to: file)
                files.append(file)
            }
        }
        return files
    }

    private func save(_ picture: Data, to file: URL) throws(GnuplotError) {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try picture.write(to: file, options: .atomic)
        } catch {
            throw .notWritten(path: file.path, message: error.localizedDescription)
        }
    }

    /// Letters and digits of ASCII, the rest as single hyphens: safe in every file system and in LaTeX.
    static func fileName(_ name: String) -> String {
        let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return words.isEmpty ? "figure" : words.joined(separator: "-")
    }

    private static func unique(_ name: String, among taken: inout Set<String>) -> String {
        var candidate = name, number = 2
        while !taken.insert(candidate).inserted {
            candidate = "\(name)-\(number)"
            number += 1
        }
        return candidate
    }
}
