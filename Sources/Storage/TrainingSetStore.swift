import Reservoir

/// Realizations and what the forward model made of them, some hundred at a time.
public struct TrainingBlock: Equatable, Sendable {
    /// A simulated member: its production, or why there is none.
    public enum Outcome: Equatable, Sendable {
        case production(ProductionSeries)
        case failure(SimulationFailure)

        public var production: ProductionSeries? {
            if case .production(let series) = self { series } else { nil }
        }
    }

    public var realizations: [Realization]
    /// One per realization.
    public var outcomes: [Outcome]

    public init(realizations: [Realization], outcomes: [Outcome]) {
        precondition(realizations.count == outcomes.count, "\(outcomes.count) outcomes of \(realizations.count)")
        (self.realizations, self.outcomes) = (realizations, outcomes)
    }
}

/// A training set on disk: blocks of pairs, resumable (see ``BlockStore``).
///
/// A block holds what ``EnsembleFile`` holds and `production` `[members, vectors, times]` in SI units and double
/// precision (so that a resumed run is the run itself), `times` [s], the attribute `vectors` (JSON list of names such as
/// `WOPR:P1`) and `failures` (JSON object from position in the block to reason).
public struct TrainingSetStore: Sendable {
    public static let format = "lsi-training-set"
    static let version = 1

    public let blocks: BlockStore
    public let rows: Int, columns: Int

    /// Opens the training set of a folder, making it if need be; see ``BlockStore/init(folder:manifest:onConflict:)``.
    public init(
        folder: String, rows: Int, columns: Int, blockSize: Int, seed: UInt64, settingsDigest: String,
        onConflict conflict: BlockStore.Conflict = .refuse
    ) throws(StorageError) {
        (self.rows, self.columns) = (rows, columns)
        let provenance = Provenance(
            format: Self.format, version: Self.version, seed: seed, settingsDigest: settingsDigest)
        blocks = try BlockStore(
            folder: folder, manifest: BlockStore.Manifest(provenance: provenance, blockSize: blockSize),
            onConflict: conflict)
    }

    /// - Precondition: the block is not empty; its realizations fit the grid and its series share keys and times.
    public func write(_ block: TrainingBlock, number: Int) throws(StorageError) {
        var document = NamedArrays()
        RealizationArrays.store(block.realizations, rows: rows, columns: columns, in: &document)
        let first = block.outcomes.lazy.compactMap(\.production).first
        let keys = first?.keys ?? []
        let times = first?.times ?? []
        let filler = [Double](repeating: .nan, count: keys.count * times.count)
        var failures: [String: String] = [:]
        var production: [Double] = []
        for (position, outcome) in block.outcomes.enumerated() {
            switch outcome {
            case .production(let series):
                precondition(series.keys == keys && series.times == times, "series of unlike layout in one block")
                production += series.values.joined()
            case .failure(let failure):
                failures["\(position)"] = failure.reason
                production += filler
            }
        }
        document.arrays["times"] = StoredArray(times)
        document.arrays["production"] = StoredArray(
            production, shape: [block.outcomes.count, keys.count, times.count])
        document.texts["vectors"] = jsonText(keys.map(\.description))
        document.texts["failures"] = jsonText(failures)
        try blocks.write(document, block: number)
    }

    /// - Throws: ``StorageError`` naming the file if it is damaged; deleting it lets the run redo it.
    public func read(block number: Int) throws(StorageError) -> TrainingBlock {
        let path = blocks.path(ofBlock: number)
        let document = try blocks.read(block: number)
        let keys = (document.texts["vectors"].flatMap { parseJSON([String].self, $0) } ?? []).map(
            VectorKey.init(named:))
        let failures = document.texts["failures"].flatMap { parseJSON([String: String].self, $0) } ?? [:]
        let times = try document.array("times", path: path).doubles
        let count = try document.array("production", path: path).shape.first ?? 0
        let production = try document.doubles(
            "production", shape: [count, keys.count, times.count], path: path)
        let realizations = try RealizationArrays.load(
            count: count, rows: rows, columns: columns, from: document, path: path)
        let outcomes = (0..<count).map { member -> TrainingBlock.Outcome in
            if let reason = failures["\(member)"] { return .failure(SimulationFailure(reason)) }
            let values = keys.indices.map { key in
                let start = (member * keys.count + key) * times.count
                return Array(production[start..<start + times.count])
            }
            return .production(ProductionSeries(times: times, keys: keys, values: values))
        }
        return TrainingBlock(realizations: realizations, outcomes: outcomes)
    }
}

extension VectorKey {
    /// From a name as in `description`: `WOPR:P1`, `FOPT`.
    public init(named name: String) {
        let parts = name.split(separator: ":", maxSplits: 1)
        self.init(String(parts.first ?? ""), parts.count > 1 ? String(parts[1]) : nil)
    }
}
