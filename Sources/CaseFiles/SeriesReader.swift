import Foundation
import Reservoir
import Storage

/// Reads well vectors from CSV in the column convention of ERT's bulk observations: one value a line.
///
///     keyword,value,error,date
///     WOPR:P1,412.5,20.6,2020-03-01
///
/// `time` in days may stand for `date`, and the well in a column of its own. Values are in METRIC units. YAML with the same
/// names is read as such a table, see ``SeriesDocument``.
struct SeriesReader {
    /// Vectors that the forward model makes.
    let known: [VectorKey]
    let wells: [String]
    /// Of the schedule [s].
    let end: Double
    let context: ReadingContext

    private struct Columns {
        let keyword: Int, value: Int
        let error: Int?, date: Int?, time: Int?, well: Int?
    }

    private struct Datum {
        let line: Int
        let key: VectorKey
        let time: Double, value: Double
        let error: Double?
    }

    /// The observations in file order; `nil` if there is a problem, which the context then holds.
    func readObservations(_ path: String) -> [Observation]? {
        table(path).flatMap { observations(in: $0, path) }
    }

    /// - Parameter path: named in problems.
    func observations(in table: CSVTable, _ path: String) -> [Observation]? {
        read(table, path, needsError: true)?.compactMap { datum in
            datum.error.map { Observation(key: datum.key, time: datum.time, value: datum.value, error: $0) }
        }
    }

    /// The vectors as a series over all times that occur; NaN where a vector has no value.
    func readSeries(_ path: String) -> ProductionSeries? {
        guard let data = table(path).flatMap({ read($0, path, needsError: false) }) else { return nil }
        let times = Set(data.map(\.time)).sorted()
        let index = Dictionary(uniqueKeysWithValues: times.enumerated().map { ($1, $0) })
        var keys: [VectorKey] = []
        var rows: [VectorKey: [Double]] = [:]
        for datum in data {
            if rows[datum.key] == nil {
                keys.append(datum.key)
                rows[datum.key] = Array(repeating: .nan, count: times.count)
            }
            if let position = index[datum.time] { rows[datum.key]?[position] = datum.value }
        }
        return ProductionSeries(times: times, keys: keys, values: keys.map { rows[$0] ?? [] })
    }

    private func table(_ path: String) -> CSVTable? {
        do throws(StorageError) {
            let text = try Files.readText(path)
            return SeriesDocument.reads(path)
                ? SeriesDocument(context: context, path: path).table(of: text)
                : try CSVTable(parsing: text, path: path)
        } catch {
            report(path, error.line, "", .other("\(error.reason); \(error.advice)"))
            return nil
        }
    }

    private func read(_ table: CSVTable, _ path: String, needsError: Bool) -> [Datum]? {
        let before = context.problems.count
        guard let columns = columns(of: table, path, needsError: needsError) else { return nil }
        let data = table.rows.compactMap { datum($0, columns, path, table) }
        checkOrder(data, path)
        if table.rows.isEmpty { report(path, table.header.line, "", .other("holds no value below its header")) }
        return context.problems.count == before ? data : nil
    }

    private func columns(of table: CSVTable, _ path: String, needsError: Bool) -> Columns? {
        let names = ["keyword", "value", "error", "date", "time", "well"]
        for (position, name) in table.header.fields.enumerated() {
            if !names.contains(name.lowercased()) {
                report(
                    path, table.header.line, name,
                    .unknownField(suggestion: nearestName(to: name, among: names)))
            } else if table.column(name) != position {
                report(path, table.header.line, name, .other("is a column twice; remove one"))
            }
        }
        let wanted = needsError ? ["keyword", "value", "error"] : ["keyword", "value"]
        let missing = wanted.filter { table.column($0) == nil }
        for name in missing { report(path, table.header.line, name, .missing) }
        let (date, time) = (table.column("date"), table.column("time"))
        if date == nil && time == nil {
            report(path, table.header.line, "date", .other("is missing but it or 'time' must be given"))
        }
        guard missing.isEmpty, date != nil || time != nil, let keyword = table.column("keyword"),
            let value = table.column("value")
        else { return nil }
        return Columns(
            keyword: keyword, value: value, error: needsError ? table.column("error") : nil, date: date, time: time,
            well: table.column("well"))
    }

    private func datum(_ row: CSVTable.Row, _ columns: Columns, _ path: String, _ table: CSVTable) -> Datum? {
        guard row.fields.count == table.header.fields.count else {
            report(
                path, row.line, "",
                .other("has \(row.fields.count) values but the header names \(table.header.fields.count) columns"))
            return nil
        }
        let key = key(row, columns, path)
        let time = time(row, columns, path)
        let factor = key?.quantity.metricFactor ?? 1
        let value = number(row, columns.value, "value", path).map { $0 * factor }
        var error: Double?
        if let column = columns.error {
            guard let found = number(row, column, "error", path) else { return nil }
            if found <= 0 {
                report(path, row.line, "error", .wrong(found: row.fields[column], requirement: "must be positive"))
            }
            error = found * factor
        }
        guard let key, let time, let value else { return nil }
        return Datum(line: row.line, key: key, time: time, value: value, error: error)
    }

    private func key(_ row: CSVTable.Row, _ columns: Columns, _ path: String) -> VectorKey? {
        let written = VectorKey(named: row.fields[columns.keyword])
        let ownColumn = columns.well.map { row.fields[$0] }.flatMap { $0.isEmpty ? nil : $0 }
        if let inKeyword = written.well, let ownColumn, inKeyword != ownColumn {
            report(
                path, row.line, "well", .wrong(found: "'\(ownColumn)'", requirement: "the keyword says '\(inKeyword)'"))
            return nil
        }
        let key = VectorKey(written.keyword.uppercased(), written.well ?? ownColumn)
        if known.contains(key) { return key }
        if let well = key.well, !wells.contains(well) {
            let nearest = nearestName(to: well, among: wells).map { "; did you mean '\($0)'?" } ?? ""
            report(
                path, row.line, "well", .wrong(found: "'\(well)'", requirement: "must be a well of the case" + nearest))
            return nil
        }
        let names = known.filter { $0.well == key.well }.map(\.keyword)
        let nearest = nearestName(to: key.keyword, among: names).map { "; did you mean '\($0)'?" } ?? ""
        let place = key.well.map { "of well \($0)" } ?? "of the field (a well's is written like WOPR:P1)"
        report(
            path, row.line, "keyword",
            .wrong(found: "'\(key.keyword)'", requirement: "must be a vector \(place)" + nearest))
        return nil
    }

    private func time(_ row: CSVTable.Row, _ columns: Columns, _ path: String) -> Double? {
        if let column = columns.date, !row.fields[column].isEmpty { return date(row, column, path) }
        guard let column = columns.time else {
            report(path, row.line, "date", .missing)
            return nil
        }
        guard let days = number(row, column, "time", path) else { return nil }
        return checked(days * Unit.day, "\(row.fields[column]) days", row, "time", path)
    }

    private func date(_ row: CSVTable.Row, _ column: Int, _ path: String) -> Double? {
        let text = row.fields[column]
        guard let date = CalendarDate(text) else {
            report(
                path, row.line, "date", .wrong(found: "'\(text)'", requirement: "must be a date such as 2020-01-31"))
            return nil
        }
        guard let start = context.startDate else {
            guard !context.startDateIsWrong else { return nil }
            report(path, row.line, "date", .other("needs a 'start_date' in the case to count from"))
            return nil
        }
        return checked(date.seconds - start.seconds, text, row, "date", path)
    }

    private func checked(
        _ time: Double, _ text: String, _ row: CSVTable.Row, _ field: String, _ path: String
    ) -> Double? {
        guard time > 0 else {
            let start = context.startDate.map { ", \($0)" } ?? ""
            report(path, row.line, field, .wrong(found: text, requirement: "must be after the start" + start))
            return nil
        }
        guard time <= end * (1 + 1e-9) else {
            let days = (end / Unit.day).short
            let last = context.startDate.map { "\($0.adding(seconds: end))" } ?? "\(days) days"
            report(
                path, row.line, field,
                .wrong(found: text, requirement: "must not be after the last report time, \(last)"))
            return nil
        }
        return time
    }

    private func number(_ row: CSVTable.Row, _ column: Int, _ field: String, _ path: String) -> Double? {
        let text = row.fields[column]
        if let value = Double(text), value.isFinite { return value }
        report(
            path, row.line, field,
            text.isEmpty ? .missing : .wrong(found: "'\(text)'", requirement: "must be a finite number"))
        return nil
    }

    /// Times of each vector must increase, so that nothing is measured twice and no line was misplaced.
    private func checkOrder(_ data: [Datum], _ path: String) {
        var last: [VectorKey: Datum] = [:]
        for datum in data {
            if let previous = last[datum.key], datum.time <= previous.time {
                let relation = datum.time == previous.time ? "the same time as" : "an earlier time than"
                report(
                    path, datum.line, "\(datum.key)",
                    .other("has \(relation) line \(previous.line); times of a vector must increase"))
            }
            last[datum.key] = datum
        }
    }

    private func report(_ path: String, _ line: Int?, _ field: String, _ reason: CaseFileError.Reason) {
        context.problems.append(CaseFileError.Problem(file: path, line: line, field: field, reason: reason))
    }
}
