import Reservoir

/// How the dual autoencoder is shaped and trained. The defaults suit a channel or Gaussian prior on 100 x 100 cells.
public struct TrainingSettings: Equatable, Sendable, Codable {
    public enum Architecture: String, Codable, Sendable, CaseIterable {
        /// Residual convolutions sized from the grid; any grid size.
        case sizedFromGrid = "default"
        /// The published network for 28 x 28 images (Mohd-Razak, Jiang and Jafarpour, 2021).
        case published28 = "published-28"
        /// The published network for 100 x 100 cells.
        case published100 = "published-100"
    }

    /// How the three losses share the work.
    public enum Passes: String, Codable, Sendable, CaseIterable {
        /// The model autoencoder first, from all realizations; then data autoencoder and regression, from the pairs,
        /// with the regression's target in latent space. The decoder is not asked to draw what the data leave open.
        case staged
        /// One optimizer step on the sum of the three losses.
        case joint
        /// As published: one pass over all pairs for the data side, then one over all realizations for the model side.
        case alternating
    }

    public enum FaciesLoss: String, Codable, Sendable, CaseIterable {
        case crossEntropy = "cross-entropy"
        case squaredError = "squared-error"
    }

    public var architecture = Architecture.sizedFromGrid
    /// Whether the model encoder gives a mean and a variance, sampled in training (Kingma and Welling, 2014).
    public var isVariational = true
    /// Weight of the Kullback-Leibler term per latent, relative to the summed reconstruction loss of one realization.
    public var divergenceWeight = 1.0
    /// Length of `z_d`; `nil`: by the architecture.
    public var dataLatents: Int?
    /// Length of `z_m`; `nil`: by the architecture.
    public var modelLatents: Int?
    /// Channels of the widest resolution of the default architecture; `nil`: by the grid.
    public var width: Int?

    public var passes = Passes.staged
    public var faciesLoss = FaciesLoss.crossEntropy
    public var epochs = 12
    public var batch = 32
    public var learningRate = 2e-3
    /// Share of the pairs, and of the realizations without data, that no weight sees.
    public var validationFraction = 0.1
    /// Epochs without a better validation loss before training stops.
    public var patience = 4
    /// Upper bound of the gradient's Euclidean norm; larger ones are scaled down.
    public var gradientLimit = 5.0
    /// Decoupled weight decay (Loshchilov and Hutter, 2019).
    public var weightDecay = 1e-4
    /// Whether the data side learns from data with errors like those of the observations, drawn anew each time: its map
    /// then weighs data by what they are worth. Without it the map is that of exact data.
    public var usesNoisyData = false

    public init() {}

    /// - Throws: ``ParameterError`` naming the first setting out of range.
    public func validate() throws(ParameterError) {
        try require(epochs >= 1, "epochs", "\(epochs)", "must be at least 1")
        try require(batch >= 2, "batch", "\(batch)", "must be at least 2")
        try require(
            learningRate > 0 && learningRate <= 1, "learning rate", "\(learningRate)", "must be above 0 and at most 1")
        try require(
            validationFraction > 0 && validationFraction <= 0.5, "validation fraction", "\(validationFraction)",
            "must be above 0 and at most 0.5")
        try require(patience >= 1, "patience", "\(patience)", "must be at least 1")
        try require(gradientLimit > 0, "gradient limit", "\(gradientLimit)", "must be positive")
        try require(weightDecay >= 0 && weightDecay < 1, "weight decay", "\(weightDecay)", "must be in 0 ..< 1")
        try require(
            divergenceWeight >= 0 && divergenceWeight.isFinite, "divergence weight", "\(divergenceWeight)",
            "must not be negative")
        for (name, value) in [("data latents", dataLatents), ("model latents", modelLatents), ("width", width)] {
            try require(value.map { $0 >= 1 } ?? true, name, "\(value ?? 0)", "must be at least 1")
        }
    }
}
