import Calibration
import EclipseFiles
import Foundation
import Reservoir

/// The error of some vectors of a summary, which says nothing of errors itself.
struct VectorError {
    /// A keyword, or a vector with its well.
    let name: String
    let relative: Double
    /// In the METRIC unit of the vector.
    let absolute: Double

    func applies(to key: VectorKey) -> Bool { key.description == name || key.keyword == name }
}

func readVectorErrors(_ section: Section) -> [VectorError] {
    section.sections(
        "errors", "Errors of single vectors of a summary file; `noise` holds for the others. The last that fits counts."
    ) { entry -> VectorError? in
        let name = entry.text("vector", "Keyword or vector, such as WBHP or WBHP:P1.")
        let relative = entry.number(
            "relative", .fraction, .notNegative, default: 0, "Standard deviation as a fraction of the value.")
        let absolute = entry.number(
            "absolute", .none, .notNegative, default: 0,
            "Smallest standard deviation, in the vector's METRIC unit: sm3/day, sm3, bar or a fraction.")
        if !entry.isDescribing, relative == 0, absolute == 0 {
            entry.report(.other("leaves the error at zero; give 'relative' or 'absolute'"))
        }
        return name.map { VectorError(name: $0, relative: relative, absolute: absolute) }
    }.compactMap(\.self)
}

/// Takes observations from the summary of a simulator: at the case's report times, with errors from the case.
struct SummaryReader {
    let path: String
    /// Where problems are reported.
    let section: Section
    /// Of the case [s].
    let reportTimes: [Double]

    /// Whether a file is one half of a summary, by its name.
    static func reads(_ path: String) -> Bool {
        ["SMSPEC", "UNSMRY"].contains((path as NSString).pathExtension.uppercased())
    }

    /// The vectors `keys` at those report times that the summary reaches; between its steps by linear interpolation.
    /// - Parameters:
    ///   - keys: the vectors wanted.
    ///   - names: what the user calls them: each keyword or vector must be in the file at least once.
    func observations(
        of keys: [VectorKey], named names: [String], errors: [VectorError], noise: NoiseSettings
    ) -> [Observation]? {
        guard let series = series(of: keys, named: names), let last = series.times.last,
            let first = series.times.first
        else { return nil }
        // Times are stored in single precision.
        let slack = 1e-6 * last
        let times = reportTimes.filter { $0 >= first - slack && $0 <= last + slack }
        guard !times.isEmpty else {
            let (from, to) = ((first / Unit.day).short, (last / Unit.day).short)
            section.report(
                "file", .other("names \(path), whose steps from day \(from) to \(to) meet no report time of the case"))
            return nil
        }
        let layout = DataLayout(
            entries: series.keys.flatMap { key in times.map { DataLayout.Entry(key: key, time: $0) } })
        let values = series.values.flatMap { row in
            times.map { Self.value(at: min(max($0, first), last), series.times, row) }
        }
        let usual = noise.errors(of: values, layout: layout)
        return layout.entries.indices.map { index in
            let key = layout.entries[index].key
            let own = errors.last { $0.applies(to: key) }
            let error = own.map {
                max($0.relative * abs(values[index]), $0.absolute * key.quantity.metricFactor)
            }
            let sound = error.map { $0 > 0 ? $0 : usual[index] } ?? usual[index]
            return Observation(key: key, time: layout.entries[index].time, value: values[index], error: sound)
        }
    }

    /// The vectors over the summary's own steps, counted from the start of the case.
    func series(of keys: [VectorKey], named names: [String] = []) -> ProductionSeries? {
        let file: SummaryFile
        do {
            file = try SummaryFile(contentsOf: URL(fileURLWithPath: path))
        } catch {
            section.report("file", .other("names \(path): \(error)"))
            return nil
        }
        let held = keys.filter { file.series[$0] != nil }
        let missing = names.filter { name in !held.contains { $0.description == name || $0.keyword == name } }
        guard missing.isEmpty, !held.isEmpty else {
            let lacking = missing.isEmpty ? keys.map(\.description) : missing
            section.report(
                "file", .other("names \(path), which lacks \(lacking.prefix(8).joined(separator: ", "))"))
            return nil
        }
        var shift = 0.0
        if let start = section.context.startDate, let theirs = file.start {
            shift = CalendarDate(theirs).seconds - start.seconds
        }
        return ProductionSeries(
            times: file.series.times.map { $0 + shift }, keys: held, values: held.compactMap { file.series[$0] })
    }

    private static func value(at time: Double, _ times: [Double], _ row: [Double]) -> Double {
        let slack = 1e-6 * abs(times[times.count - 1])
        guard let next = times.firstIndex(where: { $0 >= time - slack }) else { return row[row.count - 1] }
        if next == 0 || abs(times[next] - time) <= slack { return row[next] }
        let weight = (time - times[next - 1]) / (times[next] - times[next - 1])
        return row[next - 1] + weight * (row[next] - row[next - 1])
    }
}

extension ObservationPlan {
    /// Whether ``file`` is the summary of a simulator rather than a table.
    public var isSummary: Bool { SummaryReader.reads(file) }

    /// Whether ``file`` and ``truthFile`` are tables, which can be written as well as read.
    public var isTable: Bool {
        [file, truthFile].compactMap(\.self).allSatisfy { !SummaryReader.reads($0) && !SeriesDocument.reads($0) }
    }
}
