import Foundation
import Reservoir

/// The vectors of wells and field in an Eclipse summary: `CASE.SMSPEC` and `CASE.UNSMRY`.
///
/// The reader is our own rather than OPM's `ESmry`, of Debian's libopm-common 2022.10, tried on three hostile files: with
/// a corrupt count in the `.SMSPEC` it asks for 17 GB, with one in the `.UNSMRY` it returns values and says nothing. Its
/// library also ties the build to one release of OPM, Boost and fmt, for a format of one record type.
public struct SummaryFile: Equatable, Sendable {
    /// When time is zero; `nil` if the file does not say.
    public let start: DeckDate?
    /// In SI units, over the time of every step that was stored. Of several rows at one time the last is kept.
    public let series: ProductionSeries
    /// Vectors that were left out, as the file names them: of blocks, groups and connections, and such whose unit is not
    /// known.
    public let skipped: [String]

    /// - Parameter url: the case without extension, or either of the two files.
    /// - Throws: ``SummaryFileError``, also for a file that is truncated or corrupt anywhere.
    public init(contentsOf url: URL) throws(SummaryFileError) {
        let isFile = ["SMSPEC", "UNSMRY"].contains(url.pathExtension.uppercased())
        let stem = isFile ? url.deletingPathExtension() : url
        // Lower-case names come from systems that do not tell the cases apart.
        let lower = isFile && url.pathExtension == url.pathExtension.lowercased()
        func bytes(_ suffix: String) throws(SummaryFileError) -> [UInt8] {
            let file = stem.appendingPathExtension(lower ? suffix.lowercased() : suffix)
            do {
                return try TextFile.bytes(of: file, named: file.lastPathComponent)
            } catch {
                throw SummaryFileError(file: file.lastPathComponent, message: error.problems[0].message)
            }
        }
        try self.init(
            specification: bytes("SMSPEC"), data: bytes("UNSMRY"), named: stem.lastPathComponent)
    }

    /// - Parameters:
    ///   - specification: contents of the `.SMSPEC` file.
    ///   - data: contents of the `.UNSMRY` file.
    ///   - name: what errors call the case.
    public init(specification: [UInt8], data: [UInt8], named name: String) throws(SummaryFileError) {
        let columns = try SummaryColumns(specification, file: "\(name).SMSPEC")
        let rows = try Self.rows(data, columns, file: "\(name).UNSMRY")
        start = columns.start
        skipped = columns.skipped
        series = ProductionSeries(
            times: rows.times, keys: columns.vectors.map(\.key),
            values: columns.vectors.indices.map { vector in rows.values.map { $0[vector] } })
    }

    /// The vectors `keys`, in that order.
    /// - Throws: ``ParameterError`` naming the first that the file lacks.
    public func series(of keys: [VectorKey]) throws(ParameterError) -> ProductionSeries {
        var values: [[Double]] = []
        for key in keys {
            guard let row = series[key] else {
                throw ParameterError(
                    parameter: "vector", found: "\(key)", requirement: "must be one that the summary holds")
            }
            values.append(row)
        }
        return ProductionSeries(times: series.times, keys: keys, values: values)
    }

    /// The steps in the file: time [s], and one value for each vector in SI.
    private static func rows(
        _ data: [UInt8], _ columns: SummaryColumns, file: String
    ) throws(SummaryFileError) -> (times: [Double], values: [[Double]]) {
        var reader = try UnformattedFile(data, file: file)
        var times: [Double] = []
        var values: [[Double]] = []
        while let array = try reader.next() {
            guard array.name == "PARAMS" else { continue }
            guard let numbers = array.reals, numbers.count == columns.count else {
                throw SummaryFileError(
                    file: file, message: "PARAMS has \(array.count) values where \(columns.count) vectors are declared")
            }
            let time = Double(numbers[columns.time]) * columns.timeFactor
            let row = columns.vectors.map { Double(numbers[$0.column]) * $0.factor }
            guard time.isFinite, row.allSatisfy(\.isFinite) else {
                throw SummaryFileError(file: file, message: "step \(values.count + 1) holds a value that is not finite")
            }
            guard let last = times.last, time <= last else {
                times.append(time)
                values.append(row)
                continue
            }
            guard time == last else {
                throw SummaryFileError(file: file, message: "time runs backward at step \(values.count + 1)")
            }
            values[values.count - 1] = row
        }
        guard !times.isEmpty else { throw SummaryFileError(file: file, message: "holds no steps") }
        return (times, values)
    }
}
