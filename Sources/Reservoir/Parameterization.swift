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
