import Reservoir

/// Realizations in one HDF5 file: a block of a prior ensemble, the accepted ensemble, an export.
///
/// Layout: see ``NamedArrays`` and `RealizationArrays`; the attributes `first`, `rows` and `columns` say which members of
/// the whole ensemble these are and on what grid.
public struct EnsembleFile: Equatable, Sendable {
    public static let format = "lsi-ensemble"
    static let version = 1

    public var realizations: [Realization]
    /// Number of the first realization within the whole ensemble.
    public var first: Int
    public var rows: Int, columns: Int

    /// - Precondition: every realization has `rows * columns` cells; all of them have facies or none.
    public init(realizations: [Realization], first: Int = 0, rows: Int, columns: Int) {
        precondition(realizations.allSatisfy { $0.cellCount == rows * columns }, "a realization off the grid")
        (self.realizations, self.first, self.rows, self.columns) = (realizations, first, rows, columns)
    }

    /// - Parameter more: arrays and texts to keep beside the realizations; those of this layout go before them.
    public func write(
        to path: String, seed: UInt64, settingsDigest: String, beside more: NamedArrays = NamedArrays()
    ) throws(StorageError) {
        var document = more
        RealizationArrays.store(realizations, rows: rows, columns: columns, in: &document)
        document.texts["first"] = "\(first)"
        document.texts["rows"] = "\(rows)"
        document.texts["columns"] = "\(columns)"
        try document.write(
            to: path,
            provenance: Provenance(
                format: Self.format, version: Self.version, seed: seed, settingsDigest: settingsDigest))
    }

    public static func read(_ path: String) throws(StorageError) -> (EnsembleFile, Provenance) {
        let (document, provenance) = try NamedArrays.read(path, format: format, version: version)
        let first = try integer("first", of: document, path: path)
        let rows = try integer("rows", of: document, path: path)
        let columns = try integer("columns", of: document, path: path)
        let count = try document.array("porosity", path: path).shape.first ?? 0
        let realizations = try RealizationArrays.load(
            count: count, rows: rows, columns: columns, from: document, path: path)
        let file = EnsembleFile(realizations: realizations, first: first, rows: rows, columns: columns)
        return (file, provenance)
    }
}

func integer(_ name: String, of document: NamedArrays, path: String) throws(StorageError) -> Int {
    guard let value = document.texts[name].flatMap({ Int($0) }), value >= 0 else {
        throw StorageError(
            .damaged, path: path, reason: "its attribute \(name) is missing or not a number",
            advice: "delete it and run again: it will be made anew")
    }
    return value
}
