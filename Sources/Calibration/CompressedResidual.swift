import Foundation

/// Residuals in units of the noise as searches see them: `c asinh(r / c)`, which is `r` where it is small and grows as the
/// logarithm where it is large.
///
/// A realization in which water comes too early to a well is off there by tens of standard deviations, more than in all other
/// data together, and by how many changes as fast as water cut does. The logarithm is nearer to linear in the model, and leaves
/// other data something to say.
extension [Double] {
    /// `c`, in standard deviations of the noise: beyond it a residual is no noise.
    private static var scale: Double { 3 }

    var compressed: [Double] { map { Self.scale * asinh($0 / Self.scale) } }

    /// The derivative of ``compressed`` by the residual.
    var compressionSlopes: [Double] { map { 1 / (1 + ($0 / Self.scale) * ($0 / Self.scale)).squareRoot() } }
}
