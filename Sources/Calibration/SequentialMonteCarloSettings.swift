import Reservoir

/// Settings of sequential Monte Carlo.
public struct SequentialMonteCarloSettings: Equatable, Sendable, Codable {
    public enum Start: String, Equatable, Sendable, Codable, CaseIterable {
        /// Particles start from the prior and are tempered by powers of the exact likelihood.
        case prior
        /// Particles start from the posterior an emulator predicts and are led from there to the exact one.
        case emulator
    }

    public enum Screening: String, Equatable, Sendable, Codable, CaseIterable {
        /// Moves run on an emulator first; the simulator decides about where they end.
        case delayedAcceptance = "delayed-acceptance"
        /// Every step of a move is simulated.
        case none
    }

    public var particles: Int
    public var start: Start
    public var screening: Screening
    /// Effective sample size that each step of the path keeps, as a fraction of the particles.
    public var keptFraction: Double
    /// Moves of each particle at each step of the path, and after its end.
    public var movesPerStage: Int, finalMoves: Int
    /// Steps on the emulator in a first move; later moves adapt their number.
    public var chainSteps: Int
    /// Whether what the decoder leaves out is sampled beside the latents.
    public var detail: Bool
    /// Waves of simulations that prepare the emulator, if the particles start from it.
    public var preparation: LocalRetrainingSettings

    public init(
        particles: Int = 150, start: Start = .emulator, screening: Screening = .delayedAcceptance,
        keptFraction: Double = 0.5, movesPerStage: Int = 1, finalMoves: Int = 4, chainSteps: Int = 30,
        detail: Bool = true, preparation: LocalRetrainingSettings = LocalRetrainingSettings(waves: 8)
    ) {
        (self.particles, self.start, self.screening) = (particles, start, screening)
        (self.keptFraction, self.movesPerStage, self.finalMoves) = (keptFraction, movesPerStage, finalMoves)
        (self.chainSteps, self.detail, self.preparation) = (chainSteps, detail, preparation)
    }

    func validate() throws(ParameterError) {
        try require(particles >= 10, "particles", "\(particles)", "must be at least 10")
        try require(
            keptFraction > 0 && keptFraction < 1, "kept fraction", "\(keptFraction)", "must be between 0 and 1")
        try require(movesPerStage >= 1, "moves per stage", "\(movesPerStage)", "must be at least 1")
        try require(finalMoves >= 1, "final moves", "\(finalMoves)", "must be at least 1")
        try require(chainSteps >= 1, "chain steps", "\(chainSteps)", "must be at least 1")
        try preparation.validate()
    }
}
