import Reservoir

/// How latents are found whose simulated data match the observed.
public enum CalibrationMethod: String, Equatable, Sendable, Codable, CaseIterable {
    /// Raw latent-space inversion: what the network proposes is simulated, nothing is refined.
    case proposal
    /// Ensemble smoother with multiple data assimilation in latent space.
    case ensembleSmoother = "es-mda"
    /// Sequential Monte Carlo: tempering with preconditioned Crank-Nicolson moves. Targets the posterior.
    case sequentialMonteCarlo = "smc"
    /// Waves of simulations near the observation, each retraining a local emulator of the data that steers the next.
    case localRetraining = "local-retraining"
    /// Gauss-Newton searches along the simulator's sensitivities, then more from what they found.
    case gradientSearch = "gradient"
    /// Draws from the prior; the accepted ones are kept. Targets the posterior.
    case rejection
    /// Ensemble smoother with multiple data assimilation on the grid's properties themselves.
    case modelSpaceEnsembleSmoother = "es-mda-model-space"
}

/// Settings of one calibration, whatever the method. Each method reads its own part.
public struct CalibrationSettings: Equatable, Sendable, Codable {
    public var method: CalibrationMethod
    /// Simulations that may be spent on one observation set.
    public var budget: Int
    /// Stop early at this many accepted and distinct realizations; `nil`: spend what the method asks for. Sequential
    /// Monte Carlo goes its path to the end in any case: before that it has sampled no posterior.
    public var wantedDistinct: Int?
    public var acceptance: AcceptanceRule
    /// Two realizations are distinct if they differ by this fraction of what two draws of the prior differ on average.
    public var distinctness: Double
    public var proposal: ProposalSettings
    public var smoother: EnsembleSmootherSettings
    public var sequential: SequentialMonteCarloSettings
    public var retraining: LocalRetrainingSettings
    public var gradient: GradientSearchSettings

    public init(
        method: CalibrationMethod = .ensembleSmoother, budget: Int = 3_000, wantedDistinct: Int? = nil,
        acceptance: AcceptanceRule = .standard, distinctness: Double = 0.1,
        proposal: ProposalSettings = ProposalSettings(),
        smoother: EnsembleSmootherSettings = EnsembleSmootherSettings(),
        sequential: SequentialMonteCarloSettings = SequentialMonteCarloSettings(),
        retraining: LocalRetrainingSettings = LocalRetrainingSettings(),
        gradient: GradientSearchSettings = GradientSearchSettings()
    ) {
        (self.method, self.budget, self.wantedDistinct) = (method, budget, wantedDistinct)
        (self.acceptance, self.distinctness) = (acceptance, distinctness)
        (self.proposal, self.smoother) = (proposal, smoother)
        (self.sequential, self.retraining, self.gradient) = (sequential, retraining, gradient)
    }

    /// Whether the method moves what the decoder leaves out. Those that learn from an ensemble would see noise in many more latents
    /// than they can learn.
    public var movesDetail: Bool {
        switch method {
        case .gradientSearch: gradient.detail
        case .sequentialMonteCarlo: sequential.detail
        case .proposal, .ensembleSmoother, .localRetraining, .rejection, .modelSpaceEnsembleSmoother: false
        }
    }

    /// - Throws: ``ParameterError`` naming the first setting out of range.
    public func validated() throws(ParameterError) -> CalibrationSettings {
        try require(budget >= 1, "budget", "\(budget)", "must be at least 1 simulation")
        if let wantedDistinct {
            try require(wantedDistinct >= 1, "wanted realizations", "\(wantedDistinct)", "must be at least 1")
        }
        _ = try acceptance.validated()
        try require(distinctness >= 0 && distinctness < 1, "distinctness", "\(distinctness)", "must be within 0 to 1")
        try proposal.validate()
        try smoother.validate()
        try sequential.validate()
        try retraining.validate()
        try gradient.validate()
        return self
    }
}

/// How raw latents are drawn around the observed data.
public struct ProposalSettings: Equatable, Sendable, Codable {
    public enum Spread: Equatable, Sendable, Codable {
        /// The data perturbed by their noise and encoded, plus a draw of the regression's own residual.
        case noiseAndResidual
        /// As published, but about the model's latents instead of the data's: uniform within `±radius` of what the regression
        /// makes of the observed data, in prior standard deviations.
        case box(radius: Double)
    }

    public var spread: Spread
    /// Simulations of the raw method.
    public var count: Int

    public init(spread: Spread = .noiseAndResidual, count: Int = 200) { (self.spread, self.count) = (spread, count) }

    func validate() throws(ParameterError) {
        try require(count >= 1, "proposal count", "\(count)", "must be at least 1")
        if case .box(let radius) = spread {
            try require(radius > 0 && radius.isFinite, "proposal radius", "\(radius)", "must be positive")
        }
    }
}

/// Ensemble smoother with multiple data assimilation (Emerick and Reynolds, 2013).
public struct EnsembleSmootherSettings: Equatable, Sendable, Codable {
    public enum Inflation: Equatable, Sendable, Codable {
        /// `α = steps` in each step.
        case equal
        /// Each step's `α` is the previous one's over `ratio`; inverses sum to one.
        case geometric(ratio: Double)
        /// Chosen from the spread of the mismatch until the inverses sum to one (Iglesias and Yang, 2021); the number
        /// of steps follows.
        case misfitControlled
    }

    public enum Start: String, Equatable, Sendable, Codable, CaseIterable {
        case prior, proposal
    }

    public var ensembleSize: Int
    public var steps: Int
    public var inflation: Inflation
    /// Damps correlations between latents and data that an ensemble of this size cannot tell from none.
    public var taperSpuriousCorrelations: Bool
    /// Where the ensemble starts. From `proposal` the data are used twice, so that the spread comes out too small.
    public var start: Start

    public init(
        ensembleSize: Int = 200, steps: Int = 4, inflation: Inflation = .equal,
        taperSpuriousCorrelations: Bool = false, start: Start = .prior
    ) {
        (self.ensembleSize, self.steps, self.inflation) = (ensembleSize, steps, inflation)
        (self.taperSpuriousCorrelations, self.start) = (taperSpuriousCorrelations, start)
    }

    func validate() throws(ParameterError) {
        try require(ensembleSize >= 4, "ensemble size", "\(ensembleSize)", "must be at least 4")
        try require(steps >= 1 && steps <= 100, "steps", "\(steps)", "must be within 1 to 100")
        if case .geometric(let ratio) = inflation {
            try require(ratio > 1 && ratio.isFinite, "inflation ratio", "\(ratio)", "must be above 1")
        }
    }
}
