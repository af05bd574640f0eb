import LinearAlgebra
import Reservoir

/// A calibration method as a state machine: it asks for batches of simulations and learns from their results.
///
/// The state is a value that can be stored between batches. Random numbers come from streams named by (seed, purpose,
/// position), so a stored state continues as if it had never stopped.
protocol Sampler: Codable, Sendable {
    /// The draws to simulate next; empty when the method has nothing more to ask.
    mutating func nextBatch(_ space: SamplingSpace) throws -> [Draw]
    /// - Parameter evaluations: one per draw of the last batch, in order.
    mutating func absorb(_ evaluations: [Evaluation], _ space: SamplingSpace) throws
    /// The posterior this method has sampled so far; `nil` for a method that targets none.
    var posterior: PosteriorEnsemble? { get }
    /// Whether what has been found so far is a result of this method for someone who wants so many distinct realizations; a path to
    /// the posterior must be gone to its end.
    func mayStop(wanting distinct: Int) -> Bool
    /// What was spent beside the simulations asked for, in simulations.
    var spentBeside: Int { get }
}

extension Sampler {
    func mayStop(wanting distinct: Int) -> Bool { true }
    var spentBeside: Int { 0 }
}

/// A weighted ensemble that targets the posterior.
public struct PosteriorEnsemble: Equatable, Sendable, Codable {
    /// Candidate indices; one may occur several times.
    public var members: [Int]
    /// One weight per member; they sum to one.
    public var weights: [Double]
    /// Which sampler it comes from and what it targets, in words for reports.
    public var method: String

    /// `1 / Σ w²` over distinct candidates.
    public var effectiveSampleSize: Double {
        var total: [Int: Double] = [:]
        for (member, weight) in zip(members, weights) { total[member, default: 0] += weight }
        // In one order: the sum must not depend on how a dictionary lies in memory.
        let squares = total.values.sorted().reduce(0) { $0 + $1 * $1 }
        return squares > 0 ? 1 / squares : 0
    }
}

/// The problem as a sampler sees it: latents, and residuals whose noise is standard normal.
struct SamplingSpace: Sendable {
    let problem: CalibrationProblem
    let seed: UInt64
    let budget: Int
    /// Everything simulated so far, in order.
    var history: [Candidate] = []

    var observed: ObservedData { problem.observed }
    var dimension: Int { problem.parameterization.dimension }
    var dataCount: Int { observed.count }

    func stream(_ purpose: String, _ index: Int, _ part: Int = 0) -> RandomStream {
        RandomStream(seed: seed, purpose: purpose, index: UInt64(index) << 32 | UInt64(part))
    }

    /// A draw of the standard normal prior.
    func priorLatent(_ purpose: String, _ index: Int, _ part: Int = 0) -> [Double] {
        var stream = stream(purpose, index, part)
        return stream.normals(dimension)
    }

    /// Why the last failed simulation failed.
    var lastFailure: String? { history.last { $0.failure != nil }?.failure }

    /// Length of the part of a latent that is the network's; the rest is detail.
    var networkDimension: Int { dimension - (problem.smooth?.detailDimension ?? 0) }

    /// The network's parts of latents, `[count][networkDimension]`: what emulators see. Detail is noise to them, since its weights are
    /// many more than could be learned of an ensemble.
    func networkParts(_ latents: [[Double]]) -> [[Double]] { latents.map { Array($0.prefix(networkDimension)) } }

    /// All pairs known beforehand and the first `count` candidates' (`nil`: all), in units of the noise.
    func pairs(candidates count: Int? = nil) -> Emulator.Pairs {
        var pairs = Emulator.Pairs()
        for pair in problem.knownPairs {
            pairs.append(latent: pair.latent, residual: observed.whitened(prediction: pair.data))
        }
        for candidate in history.prefix(count ?? history.count) {
            guard let latent = candidate.latent, let data = candidate.data else { continue }
            pairs.append(latent: latent, residual: observed.whitened(prediction: data))
        }
        return pairs
    }

    /// An emulator of what is known near the observation.
    /// - Parameters:
    ///   - capacity: learns from at most this many pairs, the nearest to the observed data.
    ///   - count: as in ``pairs(candidates:)``.
    func emulator(capacity: Int, candidates count: Int? = nil) throws -> Emulator {
        let pairs = pairs(candidates: count)
        guard pairs.count >= 10 else {
            throw CalibrationError.tooFewSimulated(
                succeeded: pairs.count, of: history.count, needed: 10, lastReason: lastFailure)
        }
        var base: Emulator.Base?
        if let proxy = problem.proxy {
            let observed = observed
            base = { latents in proxy.predict(latents).map { observed.whitened(prediction: $0) } }
        }
        var nearest = pairs.nearest(capacity)
        nearest.latents = networkParts(nearest.latents)
        return try Emulator(fitting: nearest, base: base)
    }
}
