/// A map from latent vectors to realizations, under which the prior is the standard normal distribution.
///
/// Calibration samples in this space. A trained model autoencoder is one (with whitened latents), a truncated
/// Karhunen-Loève basis another.
public protocol Parameterization: Sendable {
    /// Length of a latent vector.
    var dimension: Int { get }
    /// Realizations of latent vectors, in order; facies already cut.
    /// - Parameter latents: `[count][dimension]`
    func decode(_ latents: [[Double]]) -> [Realization]
}

/// A parameterization that also knows its realizations before facies are cut, which change smoothly with the latents.
public protocol SmoothParameterization: Parameterization {
    /// Whether there are facies to cut; if not, ``decodeSmooth(_:sharpness:)`` and ``decode(_:)`` are one.
    var hasFacies: Bool { get }
    /// The last so many latents stand for small details, each of one place: the data are nearly linear in them.
    var detailDimension: Int { get }
    /// Realizations of latent vectors, in order, in which properties change from facies to facies over a boundary that is the
    /// narrower the larger `sharpness` is. With growing sharpness they become those of ``decode(_:)``.
    /// - Parameters:
    ///   - latents: `[count][dimension]`
    ///   - sharpness: boundaries are `4 / sharpness` cells wide.
    func decodeSmooth(_ latents: [[Double]], sharpness: Double) -> [Realization]
    /// What the data change by from one realization to others, as slopes by what is in their cells foresee it: how cells follow
    /// the latents counts in full, only the data are taken for linear.
    /// - Returns: `[others][combinations]`
    func changes(from state: LatentState, to others: [LatentState], slopes: CellSlopes) -> [[Double]]
    /// Latents near those given whose cut realizations are foreseen to come nearer to the observed data.
    /// - Parameters:
    ///   - latents: `[count][dimension]`
    ///   - state: of what was simulated.
    ///   - offsets: what the data of `state` are off by, `[combinations]`.
    ///   - slopes: of the data about `state`.
    ///   - goal: of the sum of squares of the offsets, where there is no need to come nearer.
    func fitted(
        _ latents: [[Double]], from state: LatentState, offsets: [Double], slopes: CellSlopes, goal: Double
    ) -> [[Double]]
}

/// A realization by its latent and how far its facies are cut.
public struct LatentState: Sendable {
    public let latent: [Double]
    /// Boundaries are `4 / sharpness` cells wide; `nil`: facies are cut.
    public let sharpness: Double?

    public init(_ latent: [Double], sharpness: Double?) { (self.latent, self.sharpness) = (latent, sharpness) }
}
