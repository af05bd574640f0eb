import LinearAlgebra
import Reservoir

/// Settings of simulation in waves near the observation.
public struct LocalRetrainingSettings: Equatable, Sendable, Codable {
    /// Simulations between two fits of the emulator.
    public var waveSize: Int
    public var waves: Int
    /// Raw proposals of the network in the first wave.
    public var rawProposals: Int
    /// Draws of the prior in the first wave if fewer pairs than this are known beforehand.
    public var priorDraws: Int
    /// The emulator learns from at most this many pairs, those nearest to the observed data.
    public var capacity: Int
    /// Steps of each chain on the emulator between two waves.
    public var chainSteps: Int

    public init(
        waveSize: Int = 100, waves: Int = 15, rawProposals: Int = 50, priorDraws: Int = 250, capacity: Int = 1_000,
        chainSteps: Int = 60
    ) {
        (self.waveSize, self.waves, self.rawProposals) = (waveSize, waves, rawProposals)
        (self.priorDraws, self.capacity, self.chainSteps) = (priorDraws, capacity, chainSteps)
    }

    func validate() throws(ParameterError) {
        try require(waveSize >= 4, "wave size", "\(waveSize)", "must be at least 4")
        try require(waves >= 1, "waves", "\(waves)", "must be at least 1")
        try require(rawProposals >= 0, "raw proposals", "\(rawProposals)", "must not be negative")
        try require(priorDraws >= 10, "prior draws", "\(priorDraws)", "must be at least 10")
        try require(capacity >= 10, "emulator capacity", "\(capacity)", "must be at least 10 pairs")
        try require(chainSteps >= 1, "chain steps", "\(chainSteps)", "must be at least 1")
    }
}

/// Waves of simulations near the observation. After each wave an emulator of the data is fitted to all that is known
/// there, and the next wave is a sample of the posterior it predicts.
///
/// Each candidate is judged by the simulator, so the accepted ones are what they claim; as an ensemble they sample the
/// posterior only as well as the last emulators did.
struct LocalRetraining: Sampler {
    let settings: LocalRetrainingSettings
    private(set) var wave = 0
    /// Where the chains on the emulator stand.
    private var chains: [[Double]] = []
    private var stepSize = 0.5

    init(_ settings: LocalRetrainingSettings) { self.settings = settings }

    var isDone: Bool { wave > settings.waves }

    mutating func nextBatch(_ space: SamplingSpace) throws -> [Draw] {
        guard !isDone else { return [] }
        if wave == 0 {
            let first = try firstWave(space)
            if !first.isEmpty { return first }
            wave = 1
        }
        try advanceChains(try EmulatorPosterior(space.emulator(capacity: settings.capacity)), space)
        return chains.map { Draw(source: .latent($0), origin: .emulator, iteration: wave) }
    }

    mutating func absorb(_ evaluations: [Evaluation], _ space: SamplingSpace) throws {
        wave += 1
        guard evaluations.contains(where: { $0.residual != nil }) else {
            throw CalibrationError.tooFewSimulated(
                succeeded: 0, of: evaluations.count, needed: 1, lastReason: space.lastFailure)
        }
    }

    var posterior: PosteriorEnsemble? { nil }

    private func firstWave(_ space: SamplingSpace) throws -> [Draw] {
        var draws: [Draw] = []
        if space.problem.proposal != nil, settings.rawProposals > 0 {
            let latents = try ProposalDistribution(.noiseAndResidual, space, method: .localRetraining)
                .latents(settings.rawProposals)
            draws += latents.map { Draw(source: .latent($0), origin: .proposal, iteration: 0) }
        }
        if space.problem.knownPairs.count < settings.priorDraws {
            draws += (0..<settings.priorDraws).map {
                Draw(source: .latent(space.priorLatent("first wave", $0)), origin: .prior, iteration: 0)
            }
        }
        return draws
    }

    private mutating func advanceChains(_ posterior: EmulatorPosterior, _ space: SamplingSpace) throws {
        let wave = wave
        if chains.isEmpty {
            let start = (0..<settings.waveSize).map { space.priorLatent("chain start", $0) }
            chains = try posterior.sample(start, stepsPerStage: 10, finalSteps: settings.chainSteps) { stage, chain in
                space.stream("first chains", stage, chain)
            }
        } else {
            let outcome = try posterior.walked(Matrix(chains), steps: settings.chainSteps, size: stepSize) { chain in
                space.stream("chains", wave, chain)
            }
            (chains, stepSize) = (outcome.points.rowArrays, outcome.size)
        }
    }
}
