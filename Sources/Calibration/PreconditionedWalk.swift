import Foundation
import LinearAlgebra

/// A random walk that leaves the standard normal prior unchanged and steps in each direction as far as the data allow:
///
///     z' = √(1 − s²) z + s ξ   in each eigendirection of the data's sensitivity,  s = min(1, b / √(1 + λ))
///
/// `λ` is the eigenvalue of `Jᵀ C_D⁻¹ J`: where the data say nothing the step is a preconditioned Crank-Nicolson one of
/// size `b`; where they say much it shrinks with the posterior. Being reversible under the prior, it is accepted by the
/// likelihood ratio alone. Source: Law (2014), J. Computational and Applied Mathematics 262, 127, operator-weighted pCN.
struct PreconditionedWalk: Sendable {
    /// One direction per row.
    private let directions: Matrix
    private let scales: [Double]

    /// - Parameter power: of the likelihood, with which `λ` is multiplied.
    init(sensitivity: SymmetricEigen, power: Double = 1) {
        directions = sensitivity.vectors.transposed
        scales = sensitivity.values.map { 1 / (1 + power * max($0, 0)).squareRoot() }
    }

    /// - Parameters:
    ///   - points: `[count x dimension]`
    ///   - sizes: `b` of each point.
    ///   - normals: standard normal draws, `[count x dimension]`.
    func proposals(from points: Matrix, sizes: [Double], normals: Matrix) -> Matrix {
        var rotated = points.times(directions, otherTransposed: true)
        let width = points.columns
        for row in 0..<points.rows {
            for k in 0..<width {
                let s = min(1, sizes[row] * scales[k])
                let index = row * width + k
                rotated.elements[index] =
                    (1 - s * s).squareRoot() * rotated.elements[index] + s * normals.elements[index]
            }
        }
        return rotated.times(directions)
    }
}

/// Runs many chains in step under a potential `U`: each is reversible for `N(0, I) · e^(−U)`.
struct ChainRunner {
    let walk: PreconditionedWalk
    /// Potentials of latents, `[count x dimension]` -> `[count]`.
    let potential: (Matrix) -> [Double]
    /// The stream of each chain; chain `i` draws from its own, so that chains do not depend on one another.
    let stream: (Int) -> RandomStream

    struct Outcome {
        var points: Matrix
        var potentials: [Double]
        /// Fraction of steps accepted.
        var acceptance: Double
        var size: Double
    }

    /// - Parameters:
    ///   - size: `b`. Each step of each chain takes it or, with probability 1/2, a third of it; a mixture of reversible
    ///     steps is reversible.
    ///   - adapts: whether `b` follows the acceptance, towards 0.3. A run that must be reversible does not adapt.
    func run(from start: Matrix, steps: Int, size: Double, adapts: Bool) -> Outcome {
        var streams = (0..<start.rows).map(stream)
        var result = Outcome(points: start, potentials: potential(start), acceptance: 0, size: size)
        let width = start.columns
        for step in 0..<steps {
            var normals: [Double] = []
            normals.reserveCapacity(start.rows * width)
            var sizes: [Double] = []
            for chain in streams.indices {
                sizes.append(result.size * (streams[chain].uniform() < 0.5 ? 1 : 1 / 3.0))
                for _ in 0..<width { normals.append(streams[chain].normal()) }
            }
            let proposed = walk.proposals(
                from: result.points, sizes: sizes, normals: Matrix(rows: start.rows, columns: width, elements: normals))
            let potentials = potential(proposed)
            var accepted = 0
            for chain in streams.indices {
                let threshold = log(1 - streams[chain].uniform())
                guard threshold <= result.potentials[chain] - potentials[chain] else { continue }
                accepted += 1
                result.potentials[chain] = potentials[chain]
                result.points.elements.replaceSubrange(
                    chain * width..<(chain + 1) * width,
                    with: proposed.elements[chain * width..<(chain + 1) * width])
            }
            let rate = Double(accepted) / Double(max(start.rows, 1))
            result.acceptance += rate / Double(steps)
            if adapts {
                result.size *= exp((rate - 0.3) * 2 / Double(step + 2).squareRoot())
                result.size = min(max(result.size, 1e-3), 2)
            }
        }
        return result
    }
}
