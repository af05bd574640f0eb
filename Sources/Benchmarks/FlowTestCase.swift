import EclipseFiles
import FlowSimulation
import Foundation
import Reservoir
import Storage

/// A model that both simulators run, and where a better solution of it is found.
struct FlowTestCase {
    let name: String
    let description: String
    let model: ReservoirModel
    let realization: Realization
    /// A deck to give to the peer as it is; `nil`: one is written of the model.
    var deck: URL?
    /// Solutions by others, in columns named as summary vectors, best first; those that are not there are passed over.
    var solutions: [URL] = []

    /// The reference decks in a folder.
    static func references(in folder: URL) throws -> [FlowTestCase] {
        try FlowReferenceCase.allCases.map { test in
            let name = test.rawValue
            return FlowTestCase(
                name: name, description: test.description, model: try test.model(),
                realization: try test.realization(in: folder), deck: folder.appending(path: "\(name).DATA"),
                solutions: [folder.appending(path: "CONVERGED_\(name).csv")])
        }
    }
}

/// Summary vectors as written by the reference: a column per vector, a row per time in days, METRIC units.
struct SummaryTable {
    private let names: [String]
    private let rows: [[Double]]

    init(_ file: URL) throws {
        let lines = try Files.readText(file.path).split(whereSeparator: \.isNewline)
        names = lines[0].split(separator: ",").map(String.init)
        rows = lines.dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
    }

    /// Writes a series as such a table.
    static func write(_ series: ProductionSeries, to file: URL) throws {
        var text = "TIME," + series.keys.map { "\($0)" }.joined(separator: ",") + "\n"
        for (row, time) in series.times.enumerated() {
            let values = zip(series.keys, series.values).map { $1[row] / $0.quantity.metricFactor }
            text += ([time / Unit.day] + values).map { "\($0)" }.joined(separator: ",") + "\n"
        }
        try Data(text.utf8).write(to: file, options: .atomic)
    }

    /// The vectors among `keys` that the table holds, in SI units.
    func series(of keys: [VectorKey]) -> ProductionSeries {
        let found = keys.compactMap { key in names.firstIndex(of: "\(key)").map { (key, $0) } }
        return ProductionSeries(
            times: rows.map { $0[0] * Unit.day }, keys: found.map(\.0),
            values: found.map { key, column in rows.map { $0[column] * key.quantity.metricFactor } })
    }
}
