import Reservoir

/// One realization a calibration had simulated, and what came of it.
public struct Candidate: Equatable, Sendable, Codable {
    /// Which realization this is.
    public enum Source: Equatable, Sendable, Codable {
        /// Decoded from a latent, `[dimension]`.
        case latent([Double])
        /// The prior's realization of this index.
        case prior(Int)
        /// Properties on the grid, as ``FieldVector`` lays them out.
        case fields([Float])
    }

    /// What led to it.
    public enum Origin: String, Equatable, Sendable, Codable, CaseIterable {
        case prior, proposal, update, move, emulator, gradient
    }

    /// Position in the order of simulation.
    public let index: Int
    public let source: Source
    public let origin: Origin
    /// Step, stage or wave of the method, from 0.
    public let iteration: Int
    /// Simulated data in the layout of the observations and in their units; `nil` before simulation and after failure.
    public internal(set) var data: [Double]?
    public internal(set) var mismatch: Mismatch?
    public internal(set) var failure: String?

    public var latent: [Double]? {
        if case .latent(let latent) = source { latent } else { nil }
    }

    /// Squared distance from the centre of the prior in latent space; 0 for a candidate without latent.
    var squaredNorm: Double { latent?.reduce(0) { $0 + $1 * $1 } ?? 0 }
}

/// What a sampler asks to have simulated.
struct Draw: Equatable, Sendable {
    var source: Candidate.Source
    var origin: Candidate.Origin
    var iteration: Int
}

/// What a sampler gets back: residuals in units of the noise, `nil` if the simulation failed.
struct Evaluation: Sendable {
    /// Of the candidate.
    let index: Int
    let residual: [Double]?
}
