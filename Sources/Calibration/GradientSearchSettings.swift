import Reservoir

/// Settings of searches that follow sensitivities.
public struct GradientSearchSettings: Equatable, Sendable, Codable {
    /// Searches under way at a time; matches from starts of their own to end up with are twice as many.
    public var searches: Int
    /// Steps of one search at most, at each sharpness of facies.
    public var iterations: Int
    /// What finding the sensitivities at one latent counts against the budget, in simulations: a simulation and the
    /// sweeps back through it take about as long as so many.
    public var sensitivityCost: Int
    /// Proposals of the network that are simulated first, for searches to start from the nearest.
    public var proposals: Int
    /// Mosaics of training pairs and proposals that are simulated at most, for searches to start from the nearest; see
    /// ``RealizationMosaics``.
    public var mosaics: Int
    /// Whether searches may change what the decoder leaves out: the boundaries of bodies, and properties within them.
    public var detail: Bool

    public init(
        searches: Int = 8, iterations: Int = 20, sensitivityCost: Int = 5, proposals: Int = 64, mosaics: Int = 288,
        detail: Bool = true
    ) {
        (self.proposals, self.mosaics, self.detail) = (proposals, mosaics, detail)
        (self.searches, self.iterations, self.sensitivityCost) = (searches, iterations, sensitivityCost)
    }

    func validate() throws(ParameterError) {
        try require(searches >= 1, "searches", "\(searches)", "must be at least 1")
        try require(iterations >= 1, "iterations", "\(iterations)", "must be at least 1")
        try require(proposals >= 0, "proposals", "\(proposals)", "must not be negative")
        try require(mosaics >= 0, "mosaics", "\(mosaics)", "must not be negative")
        try require(sensitivityCost >= 1, "sensitivity cost", "\(sensitivityCost)", "must be at least 1 simulation")
    }
}
