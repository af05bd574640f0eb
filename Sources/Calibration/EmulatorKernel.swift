import Foundation
import LinearAlgebra

/// Covariance function of a Gaussian process over latents: a linear part plus a Matérn 3/2 part.
///
///     k(z, z') = (1 − f) (1 + z·z') / (1 + p) + f (1 + √3 ρ) e^(−√3 ρ),   ρ = |A (z − z')| / ℓ
///
/// `A` stretches latent space along the directions to which the data are sensitive, so that the many latents no datum
/// sees do not make every point far from every other. Source: Rasmussen and Williams (2006), section 4.2.
struct EmulatorKernel: Sendable {
    struct Shape: Equatable, Sendable {
        /// `f`, the part that is not linear.
        var nonlinear = 0.5
        /// `ℓ` in units of the root mean square distance of the pairs.
        var length = 2.0
        /// Variance of what the smooth part cannot explain, relative to the kernel's.
        var nugget = 1e-2
        /// Weight of a direction without sensitivity, relative to the most sensitive one.
        var isotropy = 0.1
        /// How much less pairs far from the observed data count: their nugget grows with `(χ² / χ²_near)^locality`.
        var locality = 0.5
    }

    let shape: Shape
    /// `A`, `[dimension x dimension]`, rows are stretched directions.
    private let stretch: Matrix
    private let length: Double
    private let latents: Matrix
    private let stretched: Matrix
    private let squares: [Double]

    /// - Parameters:
    ///   - latents: of the pairs, `[pairs x dimension]`.
    ///   - sensitivity: eigenvalues and eigenvectors of `JᵀJ`, the mean squared sensitivity of the data.
    init(_ shape: Shape, latents: Matrix, sensitivity: SymmetricEigen) {
        self.shape = shape
        self.latents = latents
        let largest = max(sensitivity.values.last ?? 1, 1e-30)
        let dimension = latents.columns
        var stretch = sensitivity.vectors.transposed
        for row in 0..<dimension {
            let factor = (max(sensitivity.values[row], 0) / largest + shape.isotropy).squareRoot()
            for column in 0..<dimension { stretch[row, column] *= factor }
        }
        self.stretch = stretch
        stretched = latents.times(stretch, otherTransposed: true)
        squares = EmulatorKernel.rowSquares(stretched)
        // Mean of |x_i − x_j|² is twice the total variance.
        let centred = stretched.centredColumns(scaledBy: 1)
        let variance = centred.elements.squaredNorm / Double(max(latents.rows, 1))
        length = shape.length * max(2 * variance, 1e-12).squareRoot()
    }

    /// `k` between each of `points`, `[count x dimension]`, and each pair, `[count x pairs]`.
    func cross(_ points: Matrix) -> Matrix {
        let moved = points.times(stretch, otherTransposed: true)
        return combine(
            inner: points.times(latents, otherTransposed: true),
            stretchedInner: moved.times(stretched, otherTransposed: true),
            pointSquares: EmulatorKernel.rowSquares(moved))
    }

    /// `k` between all pairs with the nugget on the diagonal.
    /// - Parameter remoteness: `χ² / χ²_near` of each pair, at least 1.
    func gram(remoteness: [Double]) -> Matrix {
        var result = combine(
            inner: latents.times(latents, otherTransposed: true),
            stretchedInner: stretched.times(stretched, otherTransposed: true), pointSquares: squares)
        for i in 0..<result.rows { result[i, i] += shape.nugget * pow(remoteness[i], shape.locality) }
        return result
    }

    private func combine(inner: Matrix, stretchedInner: Matrix, pointSquares: [Double]) -> Matrix {
        var result = inner.elements
        let products = stretchedInner.elements
        let pairs = squares.count
        let linear = (1 - shape.nonlinear) / Double(1 + latents.columns)
        let scale = 3 / (length * length)
        for row in pointSquares.indices {
            let own = pointSquares[row]
            let base = row * pairs
            for column in 0..<pairs {
                let squared = max(own + squares[column] - 2 * products[base + column], 0)
                let distance = (scale * squared).squareRoot()
                result[base + column] =
                    linear * (1 + result[base + column]) + shape.nonlinear * (1 + distance) * exp(-distance)
            }
        }
        return Matrix(rows: pointSquares.count, columns: pairs, elements: result)
    }

    private static func rowSquares(_ matrix: Matrix) -> [Double] {
        let columns = matrix.columns
        let elements = matrix.elements
        return (0..<matrix.rows).map { row in
            var sum = 0.0
            for index in row * columns..<(row + 1) * columns { sum += elements[index] * elements[index] }
            return sum
        }
    }
}
