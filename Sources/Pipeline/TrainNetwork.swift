import Calibration
import CaseFiles
import Foundation
import LatentSpaceInversion
import Reports
import Reservoir
import Storage

/// What the stages after training need of it.
struct PreparedTraining: Sendable {
    let inversion: TrainedInversion
    let quality: StoredQuality
    /// Latents of the training pairs with their data; they cost no further simulation.
    let knownPairs: [SimulatedPair]
    /// Those pairs' realizations.
    let realizations: EncodedRealizations
    let digest: String
}

/// Stage `train`: the dual autoencoder learns from the training pairs, and from realizations without data beside them.
struct TrainNetwork {
    static let format = "lsi-network", checkpointFormat = "lsi-training"
    static let heldOutForFloor = 50
    /// Raised when networks on disk are no longer what would be trained, or written, now.
    static let networkVersion = 2

    let project: Project

    var digest: String {
        get throws {
            let training = project.settings.training
            let observed = try project.observed()
            return Digest.of(
                Self.networkVersion, try GeneratePairs(project: project).digest, training.pairs, training.realizations,
                training.settings,
                observed.layout.entries, project.settings.observations.noise,
                training.settings.usesNoisyData ? observed.errors : [], project.seed)
        }
    }

    /// Trains, or continues from the last checkpoint; the networks are written when they are done.
    func run() throws {
        let folder = try project.workspace.prepare(.network)
        let (set, pairs) = try trainingSet()
        let settings = project.settings.training.settings
        let trainer = try DualAutoencoderTrainer(settings: settings, seed: project.seed)
        let checkpoint = TrainingCheckpointFile(
            path: folder.appending(path: "checkpoint.h5").path, seed: project.seed, digest: try digest)
        let resumed = checkpoint.read()
        let outcome = try project.console.task(
            "Training", unit: "epochs", total: settings.epochs, alreadyDone: resumed?.epoch ?? 0
        ) { task in
            var failure: (any Error)?
            let outcome = try trainer.train(
                set, resumingFrom: resumed,
                onEpoch: { report in task.advance(note: report.lossText) },
                onRestart: { restart in project.console.note("\(restart)") },
                onCheckpoint: { state in
                    do { try checkpoint.write(state) } catch { failure = failure ?? error }
                },
                isCancelled: { Interruption.isRequested || failure != nil })
            if let failure { throw failure }
            return outcome
        }
        let floor = try representationFloor(outcome, pairs)
        let quality = StoredQuality(
            outcome.quality, floor: floor.plain, detailedFloor: floor.detailed, pairs: set.pairCount,
            realizations: set.realizations.count)
        try write(outcome.inversion, quality, to: folder)
        checkpoint.remove()
    }

    /// Reads what ``run()`` left.
    func prepared() throws -> PreparedTraining {
        let path = project.workspace.folder(.network).appending(path: "network.h5").path
        let (document, _) = try NamedArrays.read(path, format: Self.format, version: 1)
        let inversion = try TrainedInversion(stored: document.storedArrays(prefix: "inversion"))
        let quality = try StoredQuality(document, path: path)
        let (realizations, data) = try pairs(layout: inversion.layout)
        let latents = try inversion.encodeModel(realizations)
        let known = zip(latents, data).map { SimulatedPair(latent: $0, data: $1) }
        return PreparedTraining(
            inversion: inversion, quality: quality, knownPairs: known,
            realizations: try EncodedRealizations(realizations, encoding: inversion.encoding), digest: try digest)
    }

    private func write(_ inversion: TrainedInversion, _ quality: StoredQuality, to folder: URL) throws {
        var document = NamedArrays(try inversion.stored(), prefix: "inversion")
        quality.store(in: &document)
        try document.write(
            to: folder.appending(path: "network.h5").path,
            provenance: Storage.Provenance(
                format: Self.format, version: 1, seed: project.seed, settingsDigest: try digest))
    }

    /// The simulated realizations that came through, with their data in the layout of the observations.
    private func pairs(layout: DataLayout) throws -> (realizations: [Realization], data: [[Double]]) {
        var realizations: [Realization] = []
        var data: [[Double]] = []
        try GeneratePairs(project: project).forEachPair { _, realization, outcome in
            guard let series = outcome.production else { return }
            realizations.append(realization)
            data.append(try layout.values(in: series))
        }
        return (realizations, data)
    }

    private func trainingSet() throws -> (TrainingSet, [Realization]) {
        let layout = try project.observed().layout
        let (paired, data) = try pairs(layout: layout)
        let encoding = try RealizationEncoding(
            fitting: Array(paired.prefix(500)), on: project.settings.reservoir.grid)
        var encoded = try EncodedRealizations(paired, encoding: encoding)
        let plan = project.settings.training
        let store = try DrawPrior(project: project).store()
        for block in store.blocks.completeBlocks {
            let members = store.blocks.members(ofBlock: block, count: plan.realizations)
            guard members.upperBound > plan.pairs, !members.isEmpty else { continue }
            let realizations = try store.read(block: block)
            for (index, realization) in zip(members, realizations) where index >= plan.pairs {
                try encoded.append(realization)
            }
        }
        let errors = plan.settings.usesNoisyData ? try project.observed().errors.map { Float($0) } : nil
        let set = try TrainingSet(
            realizations: encoded, data: data.map { $0.map { Float($0) } }, layout: layout, dataErrors: errors)
        return (set, paired)
    }

    /// Held-out realizations and what the autoencoder makes of them, alone and with detail, all simulated: their mismatch in
    /// noise units.
    private func representationFloor(
        _ outcome: TrainingOutcome, _ pairs: [Realization]
    ) throws -> (plain: FloorMeasurement, detailed: FloorMeasurement) {
        let held = Array(outcome.quality.heldOutPairs.prefix(Self.heldOutForFloor)).map { pairs[$0] }
        let layout = outcome.inversion.layout
        let simulation = EnsembleSimulation(forwardModel: try project.forwardModel(), pool: project.pool)
        let rebuilt = Array(outcome.quality.reconstructions.prefix(held.count))
        let inversion = DetailedInversion(outcome.inversion, errors: outcome.quality.modelReconstruction)
        let detailed = inversion.decode(try inversion.encode(held))
        return try project.console.task(
            "Simulating the representation floor", unit: "simulations", total: 3 * held.count
        ) { task in
            let truths = try simulation.run(held) { task.advance() }
            func floor(_ copies: [Realization]) throws -> FloorMeasurement {
                var mismatches: [Mismatch] = []
                for (truth, copy) in zip(truths, try simulation.run(copies, finished: { task.advance() })) {
                    guard let truth = try? truth.get(), let copy = try? copy.get() else { continue }
                    let observed = try ObservedData(
                        values: try layout.values(in: truth), layout: layout,
                        noise: project.settings.observations.noise)
                    mismatches.append(Mismatch(prediction: try layout.values(in: copy), observed: observed))
                }
                return FloorMeasurement(mismatches)
            }
            return (try floor(rebuilt), try floor(detailed))
        }
    }
}

/// The checkpoint of a training on disk.
private struct TrainingCheckpointFile {
    let path: String
    let seed: UInt64
    let digest: String

    private var provenance: Storage.Provenance {
        Storage.Provenance(format: TrainNetwork.checkpointFormat, version: 1, seed: seed, settingsDigest: digest)
    }

    /// `nil` if there is none, or it is of no use any more: then training starts again.
    func read() -> TrainingCheckpoint? {
        guard let (document, found) = try? NamedArrays.read(path, format: TrainNetwork.checkpointFormat, version: 1),
            found == provenance, let stored = try? document.storedArrays(prefix: "training")
        else { return nil }
        return try? TrainingCheckpoint(stored: stored)
    }

    func write(_ state: TrainingCheckpoint) throws {
        try NamedArrays(state.stored, prefix: "training").write(to: path, provenance: provenance)
    }

    func remove() { try? Files.remove(path) }
}

extension NamedArrays {
    init(_ stored: StoredArrays, prefix: String) {
        self.init()
        texts["\(prefix)_metadata"] = stored.metadata
        for (name, values) in stored.arrays { arrays["\(prefix)/\(name)"] = StoredArray(values) }
    }

    func storedArrays(prefix: String) throws(StorageError) -> StoredArrays {
        var result: [String: [Float]] = [:]
        for (name, array) in arrays where name.hasPrefix(prefix + "/") {
            result[String(name.dropFirst(prefix.count + 1))] = array.floats
        }
        return StoredArrays(metadata: texts["\(prefix)_metadata"] ?? "", arrays: result)
    }
}

extension EpochReport {
    var lossText: String {
        String(
            format: "loss %.4f (validation %.4f)%@", training.total, validation.total, isBest ? "" : ", best before")
    }
}

extension Int {
    func dividedUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
}
