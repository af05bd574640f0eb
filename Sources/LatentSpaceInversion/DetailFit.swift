import Foundation
import LinearAlgebra

/// The weights of a ``DetailField`` that are most probable given what the decoder leaves out of one channel.
///
/// Minimises `Σ_x ℓ(c(x) + a g(x)) + ½|w|²` with `g = Σ_j w_j φ_j`: `ℓ` is the cross-entropy with the facies of the cell for a
/// channel of logarithms of odds, and the square of what is left of a standardised property, in units of half the strength `a`.
/// Both are convex; the descent is Nesterov's, with steps as long as the curvature met on the way allows (Beck and Teboulle, 2009,
/// SIAM J. Imaging Sciences 2, 183), which is far less than its bound where most cells are decided.
struct DetailFit {
    private static let mostIterations = 300
    /// Of the gradient's norm at the start, what is left at the end.
    private static let tolerance = 1e-3
    /// What may be left of a property, in units of the strength.
    private static let remainder: Float = 0.5

    let field: DetailField
    let strength: Float
    let isFacies: Bool

    /// What is to be met: the decoder's channel, as logarithm of the odds or standardised, and its target, 0 or 1 or
    /// standardised, `[cells]`.
    private struct Goal {
        let channel: [Float], target: [Float]
        let active: [Bool]
    }

    /// - Parameters:
    ///   - channel: the decoder's, as logarithm of the odds or standardised, `[cells]`.
    ///   - target: 0 or 1, or standardised, `[cells]`.
    /// - Returns: `[field.dimension]`
    func weights(channel: [Float], target: [Float], active: [Bool]) -> [Double] {
        let goal = Goal(channel: channel, target: target, active: active)
        var weights = [Double](repeating: 0, count: field.dimension)
        var ahead = weights
        var curvature = 1.0, age = 1.0
        var (value, gradient) = objective(ahead, goal)
        var reached = value
        let start = gradient.squaredNorm
        for _ in 0..<Self.mostIterations where gradient.squaredNorm > Self.tolerance * Self.tolerance * start {
            var next = weights, found = value
            while true {
                next = zip(ahead, gradient).map { $0 - $1 / curvature }
                found = objective(next, goal).value
                // Single precision of a sum over all cells is no reason to shorten steps.
                if found <= value - gradient.squaredNorm / (2 * curvature) + 1e-6 * abs(value) { break }
                curvature *= 2
            }
            let older = age
            age = (1 + (1 + 4 * age * age).squareRoot()) / 2
            // Momentum that leads uphill starts anew.
            if found > reached { age = 1 }
            let momentum = found > reached ? 0 : (older - 1) / age
            ahead = zip(next, weights).map { $0 + momentum * ($0 - $1) }
            (weights, reached) = (next, found)
            (value, gradient) = objective(ahead, goal)
        }
        return weights
    }

    private func objective(_ weights: [Double], _ goal: Goal) -> (value: Double, gradient: [Double]) {
        let values = field.values(weights)
        var sum = weights.squaredNorm / 2
        var slopes = [Float](repeating: 0, count: values.count)
        for cell in values.indices where goal.active[cell] {
            let reached = goal.channel[cell] + strength * values[cell], target = goal.target[cell]
            if isFacies {
                // `ln(1 + eˣ) − t x`, without overflow.
                sum += Double(max(reached, 0) - target * reached + log1p(exp(-abs(reached))))
                slopes[cell] = strength * (logistic(reached) - target)
            } else {
                let left = (reached - target) / (strength * Self.remainder)
                sum += Double(left * left / 2)
                slopes[cell] = left / Self.remainder
            }
        }
        return (sum, zip(field.projections(slopes), weights).map(+))
    }
}
