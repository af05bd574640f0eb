import Foundation

/// The weights of a ``DetailField`` that are most probable given what the decoder leaves out of one channel.
///
/// Minimises `Σ_x ℓ(c(x) + a g(x)) + ½|w|²` with `g = Σ_j w_j φ_j`: `ℓ` is the cross-entropy with the facies of the cell for a
/// channel of logarithms of odds, and the square of what is left of a standardised property, in units of half the strength `a`.
/// Both are convex; the descent is Nesterov's for strongly convex functions (2004, Introductory Lectures on Convex Optimization,
/// section 2.2.1).
struct DetailFit {
    private static let iterations = 120
    /// What may be left of a property, in units of the strength.
    private static let remainder: Float = 0.5

    let field: DetailField
    let strength: Float
    let isFacies: Bool
    private let step: Double, momentum: Double

    init(_ field: DetailField, strength: Float, isFacies: Bool) {
        (self.field, self.strength, self.isFacies) = (field, strength, isFacies)
        // `‖Φ‖² ≤ ‖Φ‖₁ ‖Φ‖_∞`
        let acrossCells = field.projections([Float](repeating: 1, count: field.rows * field.columns)).max() ?? 0
        let acrossBumps = Double(field.values([Double](repeating: 1, count: field.dimension)).max() ?? 0)
        let curvature =
            isFacies ? Double(strength * strength) / 4 : 1 / Double(Self.remainder * Self.remainder)
        let largest = 1 + curvature * acrossCells * acrossBumps
        step = 1 / largest
        momentum = (largest.squareRoot() - 1) / (largest.squareRoot() + 1)
    }

    /// - Parameters:
    ///   - channel: the decoder's, as logarithm of the odds or standardised, `[cells]`.
    ///   - target: 0 or 1, or standardised, `[cells]`.
    /// - Returns: `[field.dimension]`
    func weights(channel: [Float], target: [Float], active: [Bool]) -> [Double] {
        var weights = [Double](repeating: 0, count: field.dimension)
        var ahead = weights
        for _ in 0..<Self.iterations {
            let values = field.values(ahead)
            let slopes = values.indices.map { cell -> Float in
                guard active[cell] else { return 0 }
                let value = channel[cell] + strength * values[cell]
                return isFacies
                    ? strength * (logistic(value) - target[cell])
                    : (value - target[cell]) / (strength * Self.remainder * Self.remainder)
            }
            let gradient = field.projections(slopes)
            let next = ahead.indices.map { ahead[$0] - step * (gradient[$0] + ahead[$0]) }
            ahead = next.indices.map { next[$0] + momentum * (next[$0] - weights[$0]) }
            weights = next
        }
        return weights
    }
}
