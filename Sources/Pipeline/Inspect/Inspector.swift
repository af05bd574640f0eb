import Calibration
import CaseFiles
import EclipseFiles
import Foundation
import PriorModels
import Reservoir
import Storage

/// Looks into files and folders of every kind that lsi reads or writes.
public enum Inspector {
    /// - Throws: the error of the reader of that kind of file; ``PipelineError`` if the kind is not known.
    public static func inspect(_ path: String) throws -> Inspection {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw PipelineError(
                "cannot look into '\(path)'", reason: "there is no such file or folder", advice: "check the name")
        }
        if isFolder.boolValue { return try folder(path) }
        switch (path as NSString).pathExtension.lowercased() {
        case "yaml", "yml": return try caseFile(path)
        case "h5", "hdf5": return try arrays(path)
        case "npy": return array(try NPY.read(path))
        case "csv": return table(try CSVTable(reading: path))
        case "smspec", "unsmry": return try summary(path)
        case "data": return try deck(path)
        default:
            throw PipelineError(
                "cannot look into '\(path)'", reason: "its name ends in nothing that is known",
                advice: "known are case folders and results, .yaml, .h5, .npy, .csv, .SMSPEC and .DATA")
        }
    }

    private static func folder(_ path: String) throws -> Inspection {
        for (name, look) in [
            ("case.yaml", caseFile), ("stages.json", results), (ExportFolder.marker, export)
        ] where Files.exists("\(path)/\(name)") {
            return try look("\(path)/\(name)")
        }
        throw PipelineError(
            "cannot look into '\(path)'", reason: "it is neither a case, nor its results, nor an export",
            advice: "name a folder with a case.yaml, a stages.json or an ensemble.json, or a file")
    }
}

// MARK: - Cases and results

extension Inspector {
    private static func caseFile(_ path: String) throws -> Inspection {
        let one = try Case.read(path, observations: .ifPresent)
        let model = one.reservoir
        var result = Inspection(kind: "case")
        result.note("name", one.name)
        result.note("summary", one.summary)
        result.note("start", one.startDate?.description)
        result.note("grid", describe(model.grid))
        result.note("report times", describe(model.schedule))
        result.note("prior", one.prior.kind)
        result.note("forward model", one.forwardModel.title)
        result.note("seed", "\(one.seed)")
        result.note("training pairs", one.training.pairs)
        result.note("training realizations", one.training.realizations)
        result.note("method", one.calibration.method.rawValue)
        result.note("simulation budget", one.calibration.budget)
        result.note("observation file", fileNote(one.observations.file))
        result.note("truth file", one.observations.truthFile.map(fileNote))
        result.note("observations matched", one.measured?.history.count ?? 0)
        result.note("observations withheld", one.measured?.forecast.count ?? 0)
        result.listings.append(wells(model))
        if let measured = one.measured {
            let all = measured.history + measured.forecast
            var keys: [VectorKey] = []
            for one in all where !keys.contains(one.key) { keys.append(one.key) }
            result.listings.append(
                Inspection.Listing(
                    name: "observed vectors", columns: ["vector", "unit", "matched", "withheld"],
                    rows: keys.map { key in
                        [
                            .text("\(key)"), .text(key.quantity.metricUnit),
                            .count(measured.history.count { $0.key == key }),
                            .count(measured.forecast.count { $0.key == key })
                        ]
                    }))
        }
        result.listings += stages(Workspace(root: URL(filePath: one.outputFolder, directoryHint: .isDirectory)))
        return result
    }

    private static func fileNote(_ path: String) -> String {
        path + (Files.exists(path) ? "" : ", which does not exist yet")
    }

    private static func results(_ path: String) throws -> Inspection {
        let root = URL(filePath: Files.parent(of: path), directoryHint: .isDirectory)
        var result = Inspection(kind: "results")
        result.listings = stages(Workspace(root: root))
        guard !result.listings.isEmpty else {
            throw PipelineError(
                "cannot look into '\(path)'", reason: "it names no finished stage", advice: "run 'lsi run' on the case")
        }
        return result
    }

    private static func stages(_ workspace: Workspace) -> [Inspection.Listing] {
        let records = workspace.records
        guard !records.isEmpty else { return [] }
        let rows: [[Inspection.Value]] = Stage.allCases.compactMap { stage in
            guard let record = records[stage] else { return nil }
            return [
                .text(stage.title), .text(record.finished.formatted(.iso8601)), .number(record.seconds),
                .text("\(record.seed)"), .text(record.version)
            ]
        }
        return [
            Inspection.Listing(
                name: "finished stages", columns: ["stage", "finished", "seconds", "seed", "version"], rows: rows)
        ]
    }

    private static func export(_ path: String) throws -> Inspection {
        let folder = Files.parent(of: path)
        let table = try CSVTable(reading: "\(folder)/ensemble.csv")
        var result = Inspection(kind: "export")
        let status = table.column("status").map { column in table.rows.map { $0.fields[column] } } ?? []
        result.note("realizations", table.rows.count)
        result.note("accepted", status.count { $0 != "rejected" })
        result.note("holds", Files.names(in: folder).joined(separator: ", "))
        return result
    }

    private static func describe(_ grid: Grid) -> String {
        let inactive = grid.cellCount - grid.activeCount
        return "\(grid.columns) columns x \(grid.rows) rows, \(grid.orientation.rawValue)"
            + (inactive > 0 ? ", \(inactive) cells inactive" : "")
    }

    private static func describe(_ schedule: Schedule) -> String {
        let last = (schedule.reportTimes.last ?? 0) / Unit.day
        return "\(schedule.reportTimes.count), until day \(String(format: "%.6g", last))"
    }

    private static func wells(_ model: ReservoirModel) -> Inspection.Listing {
        Inspection.Listing(
            name: "wells", columns: ["well", "role", "column", "row", "completions"],
            rows: model.wells.map { well in
                [
                    .text(well.name), .text(well.role.rawValue), .count((well.completions.first?.column ?? -1) + 1),
                    .count((well.completions.first?.row ?? -1) + 1), .count(well.completions.count)
                ]
            })
    }
}

// MARK: - Single files

extension Inspector {
    private static func arrays(_ path: String) throws -> Inspection {
        let document = try NamedArrays.showing(path)
        var result = Inspection(kind: "HDF5 file")
        for (name, text) in document.texts.sorted(by: { $0.key < $1.key }) where text.utf8.count <= 200 {
            result.note(name, text)
        }
        result.listings.append(
            Inspection.Listing(
                name: "arrays", columns: ["array", "type", "shape", "smallest", "largest"],
                rows: document.arrays.sorted { $0.key < $1.key }.map { name, array in
                    [.text(name)] + describe(array)
                }))
        return result
    }

    private static func array(_ array: StoredArray) -> Inspection {
        var result = Inspection(kind: "NPY file")
        for (name, value) in zip(["type", "shape", "smallest", "largest"], describe(array)) {
            result.facts.append((name, value))
        }
        return result
    }

    private static func describe(_ array: StoredArray) -> [Inspection.Value] {
        let finite = array.doubles.filter(\.isFinite)
        let type =
            switch array.values {
            case .float: "float"
            case .double: "double"
            case .byte: "byte"
            case .integer: "integer"
            }
        return [
            .text(type), .text(array.shape.map { "\($0)" }.joined(separator: " x ")), .number(finite.min() ?? .nan),
            .number(finite.max() ?? .nan)
        ]
    }

    private static func table(_ table: CSVTable) -> Inspection {
        var result = Inspection(kind: "CSV file")
        result.note("columns", table.header.fields.joined(separator: ", "))
        result.note("rows", table.rows.count)
        return result
    }

    private static func summary(_ path: String) throws -> Inspection {
        let file = try SummaryFile(contentsOf: URL(filePath: path))
        var result = Inspection(kind: "summary")
        result.note("start", file.start?.description)
        result.note("steps", file.series.times.count)
        result.facts.append(("last day", .number((file.series.times.last ?? 0) / Unit.day)))
        result.note("not taken", file.skipped.prefix(20).joined(separator: ", "))
        result.listings.append(
            Inspection.Listing(
                name: "vectors", columns: ["vector", "unit", "smallest", "largest", "last"],
                rows: zip(file.series.keys, file.series.values).map { key, values in
                    let metric = values.map { $0 / key.quantity.metricFactor }
                    return [
                        .text("\(key)"), .text(key.quantity.metricUnit), .number(metric.min() ?? .nan),
                        .number(metric.max() ?? .nan), .number(metric.last ?? .nan)
                    ]
                }))
        return result
    }

    private static func deck(_ path: String) throws -> Inspection {
        let deck = try EclipseDeck(contentsOf: URL(filePath: path))
        var result = Inspection(kind: "Eclipse deck")
        result.note("title", deck.title)
        result.note("start", "\(deck.start)")
        result.note("grid", describe(deck.model.grid))
        result.note("phases", "oil and \(deck.model.fluids.displacing.rawValue)")
        result.note("report times", describe(deck.model.schedule))
        result.note("passed over", deck.ignored.map(\.keyword).joined(separator: ", "))
        result.listings.append(wells(deck.model))
        return result
    }
}

extension PriorSettings {
    /// The word of the case file for this type of prior.
    fileprivate var kind: String {
        switch self {
        case .gaussian: "gaussian"
        case .channels: "channels"
        case .belts: "belts"
        case .truncatedGaussian(let prior): prior.second == nil ? "truncated Gaussian" : "pluri-Gaussian"
        case .trainingImage(let prior): "training image of \(prior.image.columns) x \(prior.image.rows) pixels"
        case .imported(let ensemble): "imported, \(ensemble.count) realizations"
        case .mixture(let mixture): "mixture of \(mixture.scenarios.map(\.label).joined(separator: ", "))"
        }
    }
}
