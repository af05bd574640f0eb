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
    /// How much of the emulator's error counts as noise when a wave is chosen, 0 to 1. With all of it a wave spreads over
    /// everything that the emulator cannot exclude; with less it goes for the best predicted, where the emulator then
    /// learns.
    public var errorShare: Double

    /// At most this many first waves approach the data by Kalman updates of an ensemble, before an emulator is good for
    /// anything there; and the size of that ensemble.
    public var approachWaves: Int, approachSize: Int

    public init(
        waveSize: Int = 100, waves: Int = 15, rawProposals: Int = 50, priorDraws: Int = 250, capacity: Int = 1_000,
        chainSteps: Int = 60, errorShare: Double = 1, approachWaves: Int = 0, approachSize: Int = 150
    ) {
        (self.approachWaves, self.approachSize) = (approachWaves, approachSize)
        self.errorShare = errorShare
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
        try require(approachWaves >= 0, "approach waves", "\(approachWaves)", "must not be negative")
        try require(approachSize >= 4, "approach size", "\(approachSize)", "must be at least 4")
        try require(errorShare >= 0 && errorShare <= 1, "error share", "\(errorShare)", "must be within 0 to 1")
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
    /// Where the chains on the emulator stand, `[chains][networkDimension]`.
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
        if let approach = try approach(space) { return approach }
        let emulator = try space.emulator(capacity: settings.capacity)
        try advanceChains(try EmulatorPosterior(emulator, errorShare: settings.errorShare), space)
        return chains.enumerated().map { chain, point in
            // Detail is drawn from its prior.
            let detail = space.priorLatent("detail of waves", wave, chain).dropFirst(point.count)
            return Draw(source: .latent(point + detail), origin: .emulator, iteration: wave)
        }
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

    /// The ensemble of a first wave, moved towards the data by one Kalman update whose inflation the misfit controls; the
    /// first one starts from the nearest pairs that are known. `nil` once the data are reached or the waves are spent.
    ///
    /// These members are no sample of anything: they tell the emulator what the data are like near the observed ones.
    private mutating func approach(_ space: SamplingSpace) throws -> [Draw]? {
        guard wave <= settings.approachWaves else { return nil }
        let last = space.history.filter { $0.origin == .update && $0.iteration == wave - 1 }
        var ensemble = Emulator.Pairs()
        if last.isEmpty {
            guard wave == 1 else { return nil }
            ensemble = space.pairs().nearest(settings.approachSize)
        } else {
            for candidate in last {
                guard let latent = candidate.latent, let data = candidate.data else { continue }
                ensemble.append(latent: latent, residual: space.observed.whitened(prediction: data))
            }
        }
        guard ensemble.count >= 4 else { return nil }
        let inverse = MisfitControl.inverseInflation(ensemble.residuals)
        guard inverse < 1 else { return nil }
        let noise = (0..<ensemble.count).map { member in
            var stream = space.stream("approach noise", wave, member)
            return stream.normals(space.dataCount)
        }
        let moved = try EnsembleUpdate(inflation: 1 / inverse, tapers: false)
            .updated(points: ensemble.latents, residuals: ensemble.residuals, noise: noise)
        return moved.map { Draw(source: .latent($0), origin: .update, iteration: wave) }
    }

    private mutating func advanceChains(_ posterior: EmulatorPosterior, _ space: SamplingSpace) throws {
        let wave = wave
        if chains.isEmpty, settings.approachWaves > 0 {
            chains = space.networkParts(space.pairs().nearest(settings.waveSize).latents)
        }
        if chains.isEmpty {
            let start = (0..<settings.waveSize).map { space.priorLatent("chain start", $0) }
            chains = try posterior.sample(
                space.networkParts(start), stepsPerStage: 10, finalSteps: settings.chainSteps
            ) { stage, chain in space.stream("first chains", stage, chain) }
        } else {
            let outcome = try posterior.walked(Matrix(chains), steps: settings.chainSteps, size: stepSize) { chain in
                space.stream("chains", wave, chain)
            }
            (chains, stepSize) = (outcome.points.rowArrays, outcome.size)
        }
    }
}
