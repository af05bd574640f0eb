import Foundation
import NeuralNetworks

/// A training between two epochs: continuing from it gives what an uninterrupted run gives, bit for bit.
public struct TrainingCheckpoint: Sendable {
    static let formatVersion = 2

    public let stored: StoredArrays

    /// Epochs made so far.
    public let epoch: Int

    struct Header: Codable {
        var formatVersion: Int
        var settings: TrainingSettings
        var seed: UInt64
        var pairs: Int, realizations: Int
        var history: [EpochReport]
        var restarts: [TrainingRestart]
        var stopping: StoredStopping
        var rateFactor: Double
        var steps: [Int]
        var momentCount: Int
    }

    /// ``EarlyStopping`` with an infinity that JSON can hold.
    struct StoredStopping: Codable {
        var best: Double?
        var epochsSinceBest: Int
    }

    /// - Throws: ``StoredArraysError`` if the text is not that of a checkpoint.
    public init(stored: StoredArrays) throws(StoredArraysError) {
        self.stored = stored
        epoch = try Self.header(stored).history.count
    }

    init(_ training: DualTraining, set: TrainingSet) throws(StoredArraysError) {
        let state = training.optimizerState
        let header = Header(
            formatVersion: Self.formatVersion, settings: training.settings, seed: training.seed, pairs: set.pairCount,
            realizations: set.realizations.count, history: training.history, restarts: training.restarts,
            stopping: StoredStopping(
                best: training.stopping.best.isFinite ? training.stopping.best : nil,
                epochsSinceBest: training.stopping.epochsSinceBest),
            rateFactor: training.rateFactor, steps: state.steps, momentCount: state.moments.count)
        var arrays: [String: [Float]] = [:]
        for (name, weights) in zip(DualNetworks.names, training.storage.weights) {
            arrays.store(weights, "current", name)
        }
        for (name, weights) in zip(DualNetworks.names, training.bestWeights) { arrays.store(weights, "best", name) }
        for (index, moment) in state.moments.enumerated() { arrays["moment \(index)"] = moment }
        stored = StoredArrays(metadata: try encodeJSON(header), arrays: arrays)
        epoch = header.history.count
    }

    private static func header(_ stored: StoredArrays) throws(StoredArraysError) -> Header {
        let header: Header = try decodeJSON(stored.metadata)
        guard header.formatVersion == formatVersion else {
            throw StoredArraysError("format version \(header.formatVersion), not \(formatVersion)")
        }
        return header
    }

    /// Puts `training` where it stood.
    /// - Throws: ``TrainingError/foreignCheckpoint(_:)`` if it belongs to other settings or another training set.
    func restore(_ training: DualTraining, set: TrainingSet) throws(TrainingError) {
        do {
            let header = try Self.header(stored)
            // More epochs or patience than before would move the schedule: they count as other settings.
            guard header.settings == training.settings, header.seed == training.seed else {
                throw TrainingError.foreignCheckpoint("its settings or seed differ")
            }
            guard header.pairs == set.pairCount, header.realizations == set.realizations.count else {
                throw TrainingError.foreignCheckpoint("its training set had another size")
            }
            let current = try weights("current", like: training), best = try weights("best", like: training)
            let moments = (0..<header.momentCount).compactMap { stored.arrays["moment \($0)"] }
            training.storage.restore(current)
            training.bestWeights = best
            training.optimizerState = (moments, header.steps)
            training.history = header.history
            training.restarts = header.restarts
            training.rateFactor = header.rateFactor
            training.stopping = EarlyStopping(
                patience: training.settings.patience, best: header.stopping.best ?? .infinity,
                epochsSinceBest: header.stopping.epochsSinceBest)
        } catch let error as StoredArraysError {
            throw .foreignCheckpoint(error.reason)
        } catch let error as TrainingError {
            throw error
        } catch {
            throw .foreignCheckpoint("\(error)")
        }
    }

    private func weights(_ kind: String, like training: DualTraining) throws(StoredArraysError) -> [NetworkWeights] {
        var result: [NetworkWeights] = []
        for (name, present) in zip(DualNetworks.names, training.storage.weights) {
            let weights = try stored.arrays.weights(kind, name)
            guard weights.parameters.count == present.parameters.count, weights.state.count == present.state.count
            else {
                throw StoredArraysError("\(name) has another size")
            }
            result.append(weights)
        }
        return result
    }
}

extension [String: [Float]] {
    mutating func store(_ weights: NetworkWeights, _ kind: String, _ name: String) {
        self["\(kind) \(name) weights"] = weights.parameters
        self["\(kind) \(name) statistics"] = weights.state
    }

    func weights(_ kind: String, _ name: String) throws(StoredArraysError) -> NetworkWeights {
        guard let parameters = self["\(kind) \(name) weights"], let state = self["\(kind) \(name) statistics"] else {
            throw StoredArraysError("the weights of the \(name) are missing")
        }
        return NetworkWeights(parameters: parameters, state: state)
    }
}

func encodeJSON(_ value: some Encodable) throws(StoredArraysError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch {
        throw StoredArraysError("\(error)")
    }
}

func decodeJSON<Value: Decodable>(_ text: String) throws(StoredArraysError) -> Value {
    do { return try JSONDecoder().decode(Value.self, from: Data(text.utf8)) } catch {
        throw StoredArraysError("its description is damaged (\(error))")
    }
}
