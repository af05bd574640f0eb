import Reservoir
import Storage
import Synchronization

/// Simulated series on disk, found by the realization they belong to.
///
/// Calibration methods ask for the same simulations in the same order when they run again; with the cache a run that
/// was killed repeats its finished part in no time. A failed simulation is kept as a failure.
public final class SimulationCache: Sendable {
    typealias Outcome = Result<ProductionSeries, SimulationFailure>

    private struct State {
        var outcomes: [String: Outcome] = [:]
        var nextFile = 0
    }

    private static let format = "lsi-simulations"
    /// 2: failures of version 1 may be those of a realization simulated before.
    private static let version = 2
    private let folder: String
    private let provenance: Storage.Provenance
    private let state = Mutex(State())

    /// Opens the cache of a folder, making it if need be. Files of another forward model are deleted; so is a file that
    /// was damaged, since its simulations can be repeated.
    public init(folder: String, forwardModel: any ForwardModel) throws {
        self.folder = folder
        provenance = Storage.Provenance(
            format: Self.format, version: Self.version, seed: 0, settingsDigest: forwardModel.settingsDigest)
        try Files.createFolder(folder)
        Files.removeLeftovers(in: folder)
        for name in Files.names(in: folder).sorted() where name.hasPrefix("simulations-") {
            let path = "\(folder)/\(name)"
            guard let (document, found) = try? NamedArrays.read(path, format: Self.format, version: Self.version),
                found == provenance, let entries = try? Self.entries(of: document, path: path)
            else {
                try Files.remove(path)
                continue
            }
            let number = Int(name.dropFirst(12).dropLast(3)) ?? 0
            state.withLock { state in
                state.outcomes.merge(entries) { old, _ in old }
                state.nextFile = max(state.nextFile, number + 1)
            }
        }
    }

    public var count: Int { state.withLock(\.outcomes.count) }

    func outcome(of key: String) -> Outcome? { state.withLock { $0.outcomes[key] } }

    /// Keeps outcomes, on disk too before this returns.
    func store(_ new: [(key: String, outcome: Outcome)]) throws {
        guard !new.isEmpty else { return }
        let number = state.withLock { state in
            for (key, outcome) in new { state.outcomes[key] = outcome }
            defer { state.nextFile += 1 }
            return state.nextFile
        }
        let digits = "\(number)"
        let path = "\(folder)/simulations-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).h5"
        try Self.document(new).write(to: path, provenance: provenance)
    }

    /// Digest of what the forward model sees of a realization.
    static func key(of realization: Realization) -> String {
        var parts: [UInt8] = []
        for field in [realization.porosity, realization.permeabilityX, realization.permeabilityY] {
            field.withUnsafeBytes { parts.append(contentsOf: $0) }
        }
        // Rays may see facies that all other properties leave alike.
        parts += realization.facies ?? []
        for (code, shares) in (realization.faciesShares ?? [:]).sorted(by: { $0.key < $1.key }) {
            parts.append(code)
            shares.withUnsafeBytes { parts.append(contentsOf: $0) }
        }
        return Digest.ofBytes(parts)
    }

    private static func document(_ new: [(key: String, outcome: Outcome)]) -> NamedArrays {
        let sample = new.lazy.compactMap { try? $0.outcome.get() }.first
        let times = sample?.times ?? [], keys = sample?.keys ?? []
        var values: [Double] = []
        var failures: [String: String] = [:]
        for (key, outcome) in new {
            switch outcome {
            case .success(let series): values += series.values.joined()
            case .failure(let failure):
                failures[key] = failure.reason
                values += Array(repeating: .nan, count: keys.count * times.count)
            }
        }
        return NamedArrays(
            arrays: [
                "times": StoredArray(times), "values": StoredArray(values, shape: [new.count, keys.count, times.count])
            ],
            texts: [
                "vectors": JSONText.of(keys.map(\.description)), "keys": JSONText.of(new.map(\.key)),
                "failures": JSONText.of(failures)
            ])
    }

    private static func entries(of document: NamedArrays, path: String) throws -> [String: Outcome] {
        let keys = try JSONText.value([String].self, document.texts["keys"])
        let vectors = try JSONText.value([String].self, document.texts["vectors"]).map(VectorKey.init(named:))
        let failures = try JSONText.value([String: String].self, document.texts["failures"])
        let times = try document.array("times", path: path).doubles
        let values = try document.doubles("values", shape: [keys.count, vectors.count, times.count], path: path)
        var result: [String: Outcome] = [:]
        for (member, key) in keys.enumerated() {
            if let reason = failures[key] {
                result[key] = .failure(SimulationFailure(reason))
                continue
            }
            let rows = vectors.indices.map { row in
                let start = (member * vectors.count + row) * times.count
                return Array(values[start..<start + times.count])
            }
            result[key] = .success(ProductionSeries(times: times, keys: vectors, values: rows))
        }
        return result
    }
}
