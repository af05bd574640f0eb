import LinearAlgebra
import Reservoir

/// Latents of one kind, damped with one weight on average.
struct LatentBlock {
    let latents: Range<Int>
    let damping: Double
}

/// The data about one latent to first order, `r(z) ≈ r(z₀) + J (z − z₀)`, in units of the noise.
///
/// `J = Wᵀ S + Σ v uᵀ`: sensitivities of a few combinations of the data, and what simulations have shown since. Single
/// precision is more than the linearisation is worth.
struct LocalModel: Sendable, Codable {
    let data: Int, dimension: Int
    /// `W`, `[combinations][data]`, and `S`, `[combinations][dimension]`.
    @Packed private var combinations: [Float]
    @Packed private var sensitivities: [Float]
    private var corrections: [Correction] = []
    /// What the slopes are of.
    private let place: SensitivityPoint
    /// Slopes of the combinations by what is in the cells. Too much for a checkpoint; see ``lacking``.
    private(set) var byCell: CellSlopes?
    /// Of squared slopes over their mean: no latent moves freely because nothing is known of it.
    private static let leastShare = 1e-6
    /// Square of a move so short that the simulator's own roughness is as large as what the data show of it.
    private static let shortest = 0.003

    /// What a simulation has shown of the error of slopes: the product of a column and a row.
    struct Correction: Sendable, Codable {
        /// `v`, `[data]`, and `u`, `[dimension]`.
        @Packed var slopes: [Float]
        @Packed var direction: [Float]
    }

    private enum CodingKeys: CodingKey { case data, dimension, combinations, sensitivities, corrections, place }

    /// - Parameters:
    ///   - slopes: of combinations of the data in units of the noise, at `place`. What the combinations do not see counts as
    ///     flat.
    ///   - combinations: orthonormal, `[combinations x data]`.
    init(_ slopes: LatentSlopes, at place: SensitivityPoint, of combinations: Matrix) {
        (data, dimension) = (combinations.columns, slopes.byLatent.columns)
        (self.place, byCell) = (place, slopes.byCell)
        _combinations = Packed(wrappedValue: combinations.elements.map { Float($0) })
        _sensitivities = Packed(wrappedValue: slopes.byLatent.elements.map { Float($0) })
    }

    /// Where slopes by cell are to be found again, after a checkpoint; `nil` if they are there.
    var lacking: SensitivityPoint? { byCell == nil ? place : nil }
    mutating func find(_ slopes: LatentSlopes) { byCell = slopes.byCell }

    /// `J`, `[data x dimension]`
    var jacobian: Matrix {
        let columns = corrections.flatMap(\.slopes), rows = corrections.flatMap(\.direction)
        func matrix(_ values: [Float], columns: Int) -> Matrix {
            Matrix(rows: values.count / columns, columns: columns, elements: values.map { Double($0) })
        }
        return matrix(combinations + columns, columns: data)
            .times(matrix(sensitivities + rows, columns: dimension), transposed: true)
    }

    /// `−(I + λ M + JᵀJ)⁻¹ (z − z* + Jᵀ r)`: the damped Gauss-Newton step of `½|r|² + ½|z − z*|²`, with `M` the diagonal of
    /// what damping weighs a latent's steps with: in proportion to its slopes, since what the data see most is where they curve
    /// most. Levenberg's identity and Marquardt's squares of the slopes lie on either side of it.
    /// Source: Oliver, Reynolds and Liu (2008), Inverse Theory for Petroleum Reservoir Characterization and History Matching,
    /// section 8.5.
    /// - Parameter blocks: latents outside all of them are not damped.
    /// - Returns: a step for each damping.
    func step(
        residual: [Double], fromAnchor: [Double], dampings: [Double], blocks: [LatentBlock]
    ) throws(CalibrationError) -> [[Double]] {
        let j = jacobian
        let weights = Self.weights(j, blocks)
        let pull = Matrix(rows: 1, columns: data, elements: residual).times(j).elements
        let gradient = zip(fromAnchor, pull).map(+)
        var steps: [[Double]] = []
        for damping in dampings {
            // Latents are many more than data: (D + JᵀJ)⁻¹ = D⁻¹ − D⁻¹Jᵀ (I + J D⁻¹ Jᵀ)⁻¹ J D⁻¹.
            let inverse = weights.map { 1 / (1 + damping * $0) }
            var scaled = j
            for row in 0..<data {
                for k in 0..<dimension { scaled.elements[row * dimension + k] *= inverse[k] }
            }
            let factor: CholeskyFactor
            do { factor = try CholeskyFactor(.identity(data) + scaled.times(j, otherTransposed: true)) } catch {
                throw .factorization(error)
            }
            let seen = factor.solve(Matrix(rows: data, columns: 1, elements: scaled.times(gradient)))
            let back = Matrix(rows: 1, columns: data, elements: seen.elements).times(scaled).elements
            steps.append(gradient.indices.map { back[$0] - inverse[$0] * gradient[$0] })
        }
        return steps
    }

    /// `M_kk`: the length of column `k` of `J` over the root mean square of its block's, times the block's weight.
    static func weights(_ jacobian: Matrix, _ blocks: [LatentBlock]) -> [Double] {
        var squares = [Double](repeating: 0, count: jacobian.columns)
        for row in 0..<jacobian.rows {
            for k in squares.indices { squares[k] += jacobian[row, k] * jacobian[row, k] }
        }
        var result = squares.map { _ in 0.0 }
        for block in blocks where !block.latents.isEmpty {
            let mean = squares[block.latents].reduce(0, +) / Double(block.latents.count)
            for k in block.latents {
                result[k] = block.damping * (mean > 0 ? max(squares[k] / mean, leastShare) : 1).squareRoot()
            }
        }
        return result
    }

    /// `J m`
    func change(over move: [Double]) -> [Double] {
        func dot(_ values: ArraySlice<Float>, _ vector: [Double]) -> Double {
            zip(values, vector).reduce(0) { $0 + Double($1.0) * $1.1 }
        }
        var result = [Double](repeating: 0, count: data)
        func add(_ share: Double, of column: ArraySlice<Float>) {
            for (row, value) in column.enumerated() { result[row] += share * Double(value) }
        }
        for combination in 0..<combinations.count / max(data, 1) {
            let share = dot(sensitivities[combination * dimension..<(combination + 1) * dimension], move)
            add(share, of: combinations[combination * data..<(combination + 1) * data])
        }
        for correction in corrections { add(dot(correction.direction[...], move), of: correction.slopes[...]) }
        return result
    }

    // MARK: Cells

    /// As ``change(over:)`` as cells foresee it: only the data are taken for linear; `nil` if nothing is known of cells.
    /// - Returns: `[others][data]`
    func changes(
        from state: LatentState, to others: [LatentState], _ smooth: (any SmoothParameterization)?
    ) -> [[Double]]? {
        guard let byCell, let smooth else { return nil }
        return smooth.changes(from: state, to: others, slopes: byCell).map { changes in
            var result = [Double](repeating: 0, count: data)
            for (row, change) in changes.enumerated() {
                for index in 0..<data { result[index] += change * Double(combinations[row * data + index]) }
            }
            return result
        }
    }

    /// Latents near `points` whose cut realizations are foreseen to come as near to the data as `goal`, of `|r|²`; the points
    /// themselves if nothing is known of cells.
    /// - Parameter residual: of `state`.
    func fitted(
        _ points: [[Double]], from state: LatentState, residual: [Double], goal: Double,
        _ smooth: (any SmoothParameterization)?
    ) -> [[Double]] {
        guard let byCell, let smooth else { return points }
        let offsets = stride(from: 0, to: combinations.count, by: data).map { start in
            residual.indices.reduce(0) { $0 + Double(combinations[start + $1]) * residual[$1] }
        }
        return smooth.fitted(
            points, from: state, offsets: offsets, slopes: byCell,
            goal: max(goal - residual.squaredNorm + offsets.squaredNorm, 0))
    }

    // MARK: Learning

    /// Makes the slope along `move` what was seen (Broyden, 1965, Mathematics of Computation 19, 577).
    /// - Returns: what was added to the slopes; `nil` if there was no move.
    @discardableResult
    mutating func learn(move: [Double], change: [Double]) -> Correction? {
        let square = move.squaredNorm
        guard square > 0 else { return nil }
        let weight = 1 / (square + Self.shortest)
        let correction = Correction(
            slopes: zip(change, self.change(over: move)).map { Float(($0 - $1) * weight) },
            direction: move.map { Float($0) })
        corrections.append(correction)
        return correction
    }

    mutating func add(_ correction: Correction) { corrections.append(correction) }
}
