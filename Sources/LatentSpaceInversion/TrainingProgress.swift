import Reservoir

/// Mean losses of one epoch. Reconstruction of the model is per cell and channel, of the data per standardised entry.
public struct EpochLosses: Equatable, Sendable, Codable {
    /// `d - Dec_d(Enc_d(d))`, mean square.
    public var data: Double
    /// `m` against `Dec_m(Reg(Enc_d(d)))`.
    public var modelFromData: Double
    /// `m` against `Dec_m(Enc_m(m))`.
    public var model: Double
    /// Kullback-Leibler divergence per latent; zero in a plain autoencoder.
    public var divergence: Double

    public init(data: Double, modelFromData: Double, model: Double, divergence: Double) {
        (self.data, self.modelFromData, self.model, self.divergence) = (data, modelFromData, model, divergence)
    }

    public var total: Double { data + modelFromData + model }
}

/// One line of the learning curve.
public struct EpochReport: Equatable, Sendable, Codable {
    /// 1-based.
    public let epoch: Int
    public let epochs: Int
    public let training: EpochLosses
    public let validation: EpochLosses
    /// Whether the validation loss is the least so far.
    public let isBest: Bool
    /// Wall time of this epoch [s].
    public let seconds: Double
}

/// An epoch whose loss or gradient was not finite: training went on from the best weights at a smaller rate.
public struct TrainingRestart: Equatable, Sendable, Codable, CustomStringConvertible {
    /// 1-based.
    public let epoch: Int
    /// From here on, at its peak.
    public let learningRate: Double

    public var description: String {
        "training diverged in epoch \(epoch); it goes on from the best weights at learning rate \(learningRate)"
    }
}

public enum TrainingError: Error, Sendable, CustomStringConvertible {
    /// The loss became infinite or not a number, also after restarting from the best weights with a smaller rate.
    case diverged(epoch: Int, learningRate: Double)
    case cancelled
    case invalid(ParameterError)
    /// The network does not fit the grid.
    case shape(String)
    /// The checkpoint belongs to other settings or another training set.
    case foreignCheckpoint(String)

    public var description: String {
        switch self {
        case .diverged(let epoch, let rate):
            "training diverged in epoch \(epoch) at learning rate \(rate): lower `learning rate`"
        case .cancelled: "training was cancelled"
        case .invalid(let error): error.description
        case .shape(let text): "the network does not fit: \(text)"
        case .foreignCheckpoint(let text): "the checkpoint cannot be continued: \(text)"
        }
    }
}

/// Named arrays and a JSON text: what any storage format can hold.
public struct StoredArrays: Equatable, Sendable {
    /// UTF-8 JSON.
    public var metadata: String
    public var arrays: [String: [Float]]

    public init(metadata: String, arrays: [String: [Float]]) { (self.metadata, self.arrays) = (metadata, arrays) }
}

/// Stored arrays that do not describe what they should.
public struct StoredArraysError: Error, Equatable, Sendable, CustomStringConvertible {
    public let reason: String
    public init(_ reason: String) { self.reason = reason }
    public var description: String { "the stored network cannot be read: \(reason)" }
}
