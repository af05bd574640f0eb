/// Preconditioned conjugate gradients for symmetric positive definite systems; owns its work space.
///
/// Source: Barrett et al. (1994), *Templates for the Solution of Linear Systems*, figure 2.5.
public final class ConjugateGradients {
    public struct Outcome: Equatable, Sendable {
        public let iterations: Int
        /// Sum of the residual's magnitudes, as computed from `b − A x` by the recursion.
        public let residual: Double
        public let converged: Bool

        public init(iterations: Int, residual: Double, converged: Bool) {
            (self.iterations, self.residual, self.converged) = (iterations, residual, converged)
        }
    }

    private let order: Int
    private let residual: WorkArray<Double>, direction: WorkArray<Double>
    private let image: WorkArray<Double>, preconditioned: WorkArray<Double>

    public init(order: Int) {
        self.order = order
        residual = WorkArray(repeating: 0, count: order)
        direction = WorkArray(repeating: 0, count: order)
        image = WorkArray(repeating: 0, count: order)
        preconditioned = WorkArray(repeating: 0, count: order)
    }

    /// Writes into `solution` what it finds, from zero, until the residual's magnitudes sum up to at most `tolerance`.
    ///
    /// - Parameters:
    ///   - multiply: writes `A x` of its first argument into its second.
    ///   - precondition: writes an approximation of `A⁻¹ r` of its first argument into its second.
    public func solve(
        _ solution: borrowing WorkArray<Double>, rightHandSide: borrowing WorkArray<Double>,
        tolerance: Double, maximumIterations: Int,
        multiply: (borrowing WorkArray<Double>, borrowing WorkArray<Double>) -> Void,
        precondition: (borrowing WorkArray<Double>, borrowing WorkArray<Double>) -> Void
    ) -> Outcome {
        let (x, r, p, q, z) = (solution.base, residual.base, direction.base, image.base, preconditioned.base)
        solution.fill(0)
        residual.copy(from: rightHandSide)
        // What an earlier solve left need not be finite, and nothing times that is not nothing.
        direction.fill(0)
        var norm = interleavedSum(order) { abs(r[$0]) }
        var product = 0.0
        for iteration in 0..<maximumIterations {
            if norm <= tolerance { return Outcome(iterations: iteration, residual: norm, converged: true) }
            precondition(residual, preconditioned)
            let next = interleavedSum(order) { r[$0] * z[$0] }
            let beta = iteration == 0 ? 0 : next / product
            product = next
            for i in 0..<order { p[i] = z[i] + beta * p[i] }
            multiply(direction, image)
            let curvature = interleavedSum(order) { p[$0] * q[$0] }
            guard curvature > 0, curvature.isFinite else {
                return Outcome(iterations: iteration, residual: norm, converged: false)
            }
            let step = product / curvature
            for i in 0..<order {
                x[i] += step * p[i]
                r[i] -= step * q[i]
            }
            norm = interleavedSum(order) { abs(r[$0]) }
        }
        return Outcome(iterations: maximumIterations, residual: norm, converged: norm <= tolerance)
    }
}
