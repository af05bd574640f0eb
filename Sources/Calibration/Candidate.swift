import LinearAlgebra
import Reservoir

/// One realization a calibration had simulated, and what came of it.
public struct Candidate: Equatable, Sendable, Codable {
    /// Which realization this is.
    public enum Source: Equatable, Sendable, Codable {
        /// Decoded from a latent, `[dimension]`.
        case latent([Double])
        /// Decoded from a latent, before facies are cut: a step on the way to a realization, and none itself.
        case smooth([Double], sharpness: Double)
        /// The prior's realization of this index.
        case prior(Int)
        /// Properties on the grid, as ``FieldVector`` lays them out.
        case fields([Float])
    }

    /// What led to it.
    public enum Origin: String, Equatable, Sendable, Codable, CaseIterable {
        case prior, proposal, mosaic, update, move, emulator, gradient
    }

    /// Position in the order of simulation.
    public let index: Int
    public let source: Source
    public let origin: Origin
    /// Step, stage or wave of the method, from 0.
    public let iteration: Int
    /// Of a search and those that start from what it found, which are alike, or, below zero, of mosaics that are; `nil`: of none.
    public let family: Int?
    /// Simulated data in the layout of the observations and in their units; `nil` before simulation and after failure.
    public internal(set) var data: [Double]?
    public internal(set) var mismatch: Mismatch?
    public internal(set) var failure: String?

    public var latent: [Double]? {
        if case .latent(let latent) = source { latent } else { nil }
    }

    /// Squared distance from the centre of the prior in latent space; 0 for a candidate without latent.
    var squaredNorm: Double { latent?.squaredNorm ?? 0 }
}

/// What a sampler asks to have simulated.
struct Draw: Equatable, Sendable {
    var source: Candidate.Source
    var origin: Candidate.Origin
    var iteration: Int
    var family: Int?
}

/// What a sampler gets back: residuals in units of the noise, `nil` if the simulation failed.
struct Evaluation: Sendable {
    /// Of the candidate.
    let index: Int
    let residual: [Double]?
}

extension Candidate.Source {
    private enum CodingKeys: String, CodingKey { case latent, sharpness, prior, fields }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let latent = try container.decodeIfPresent(Packed<Double>.self, forKey: .latent)?.wrappedValue {
            let sharpness = try container.decodeIfPresent(Double.self, forKey: .sharpness)
            self = sharpness.map { .smooth(latent, sharpness: $0) } ?? .latent(latent)
        } else if let fields = try container.decodeIfPresent(Packed<Float>.self, forKey: .fields)?.wrappedValue {
            self = .fields(fields)
        } else {
            self = .prior(try container.decode(Int.self, forKey: .prior))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .latent(let latent): try container.encode(Packed(wrappedValue: latent), forKey: .latent)
        case .smooth(let latent, let sharpness):
            try container.encode(Packed(wrappedValue: latent), forKey: .latent)
            try container.encode(sharpness, forKey: .sharpness)
        case .prior(let index): try container.encode(index, forKey: .prior)
        case .fields(let fields): try container.encode(Packed(wrappedValue: fields), forKey: .fields)
        }
    }
}
