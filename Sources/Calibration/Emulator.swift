import Foundation
import LinearAlgebra

/// A local approximation of the simulated data of a latent, in units of the noise: a base prediction (a network's, or
/// none) corrected by Gaussian-process regression on simulated pairs.
///
/// It decides what is worth simulating, never what is accepted. All principal components of the data share one kernel,
/// whose shape is chosen by the leave-one-out error of the pairs nearest to the observed data.
struct Emulator: Sendable {
    /// Residuals predicted without correction, `[count][dimension]` -> `[count][data]`.
    typealias Base = @Sendable ([[Double]]) -> [[Double]]

    /// Pairs to learn from; residuals in units of the noise.
    struct Pairs: Sendable {
        var latents: [[Double]] = []
        var residuals: [[Double]] = []
        var count: Int { latents.count }

        mutating func append(latent: [Double], residual: [Double]) {
            latents.append(latent)
            residuals.append(residual)
        }

        func mapResiduals(_ map: ([Double]) -> [Double]) -> Pairs {
            Pairs(latents: latents, residuals: residuals.map(map))
        }

        /// The `count` pairs whose data are nearest to the observed, nearest first.
        func nearest(_ count: Int) -> Pairs {
            let misfits = residuals.map { $0.squaredNorm }
            let order = latents.indices.sorted { (misfits[$0], $0) < (misfits[$1], $1) }.prefix(count)
            return Pairs(latents: order.map { latents[$0] }, residuals: order.map { residuals[$0] })
        }
    }

    private let base: Base?
    private let kernel: EmulatorKernel
    /// `K⁻¹ Y` in principal components, `[pairs x components]`.
    private let coefficients: Matrix
    /// `[components x data]`
    private let components: Matrix
    /// `[data]`
    private let offset: [Double]
    /// Covariance of the leave-one-out error near the observed data, `[data x data]`.
    let errorCovariance: Matrix
    var shape: EmulatorKernel.Shape { kernel.shape }

    /// - Parameters:
    ///   - pairs: at least four.
    ///   - nearCount: how many of the pairs nearest to the data the error is judged on.
    init(fitting pairs: Pairs, base: Base?, nearCount: Int = 150) throws {
        let sorted = pairs.nearest(pairs.count)
        let regression = EmulatorRegression(sorted, base: base, nearCount: nearCount)
        let sensitivity = try regression.sensitivity()
        let shape = try regression.bestShape(sensitivity: sensitivity)
        let fit = try regression.fit(shape, sensitivity: sensitivity)
        self.base = base
        (kernel, coefficients) = (fit.kernel, fit.coefficients)
        (components, offset) = (regression.components, regression.offset)
        errorCovariance = regression.errorCovariance(fit)
    }

    /// Predicted residuals in units of the noise, `[count x data]`.
    func residuals(_ latents: Matrix) -> Matrix {
        var result = kernel.cross(latents).times(coefficients).times(components)
        let data = result.columns
        let basis = base.map { $0(latents.rowArrays) }
        for row in 0..<result.rows {
            for column in 0..<data {
                result.elements[row * data + column] += offset[column] + (basis?[row][column] ?? 0)
            }
        }
        return result
    }
}

/// The steps of fitting an ``Emulator``, over pairs sorted from near to far.
struct EmulatorRegression {
    struct Fit {
        let kernel: EmulatorKernel
        let coefficients: Matrix
        /// Leave-one-out errors in principal components, `[pairs x components]`.
        let leaveOneOut: Matrix
    }

    let components: Matrix
    let offset: [Double]
    private let latents: Matrix
    /// In principal components, `[pairs x components]`.
    private let targets: Matrix
    private let remoteness: [Double]
    private let nearCount: Int
    /// The kernel's shape is chosen on at most this many of the nearest pairs.
    private static let shapePairs = 400

    init(_ pairs: Emulator.Pairs, base: Emulator.Base?, nearCount: Int) {
        latents = Matrix(pairs.latents)
        self.nearCount = min(nearCount, pairs.count)
        let misfits = pairs.residuals.map { $0.squaredNorm }
        let near = max(misfits[self.nearCount - 1], 1e-12)
        let remoteness = misfits.map { max($0 / near, 1) }
        var corrections = pairs.residuals
        if let predicted = base?(pairs.latents) {
            for i in corrections.indices { for j in corrections[i].indices { corrections[i][j] -= predicted[i][j] } }
        }
        let data = corrections[0].count
        let total = remoteness.reduce(0) { $0 + 1 / $1 }
        var offset = [Double](repeating: 0, count: data)
        for (row, distance) in zip(corrections, remoteness) {
            for j in 0..<data { offset[j] += row[j] / (distance * total) }
        }
        var centred = Matrix(rows: corrections.count, columns: data)
        var weighted = centred
        for i in corrections.indices {
            let weight = (1 / (remoteness[i] * total)).squareRoot()
            for j in 0..<data {
                centred[i, j] = corrections[i][j] - offset[j]
                weighted[i, j] = centred[i, j] * weight
            }
        }
        components = EmulatorRegression.principalComponents(weighted)
        targets = centred.times(components, otherTransposed: true)
        (self.remoteness, self.offset) = (remoteness, offset)
    }

    /// Directions of the data that hold all but a negligible part of the variance: one thousandth of the noise.
    private static func principalComponents(_ weighted: Matrix) -> Matrix {
        let covariance = weighted.times(weighted, transposed: true)
        guard let eigen = try? SymmetricEigen(covariance) else { return .identity(weighted.columns) }
        var dropped = 0
        var left = 0.0
        while dropped < eigen.values.count - 1, left + max(eigen.values[dropped], 0) < 1e-3 * Double(weighted.columns) {
            left += max(eigen.values[dropped], 0)
            dropped += 1
        }
        let all = eigen.vectors.transposed
        let kept = (dropped..<all.rows).flatMap { all.row($0) }
        return Matrix(rows: all.rows - dropped, columns: all.columns, elements: kept)
    }

    /// `JᵀJ` of a ridge regression of the data on the latents, pairs weighted by nearness.
    func sensitivity() throws -> SymmetricEigen {
        let dimension = latents.columns
        var weighted = latents.centredColumns(scaledBy: 1)
        var weightedTargets = targets
        for i in 0..<latents.rows {
            let weight = 1 / remoteness[i].squareRoot()
            for j in 0..<dimension { weighted[i, j] *= weight }
            for j in 0..<targets.columns { weightedTargets[i, j] *= weight }
        }
        var gram = weighted.times(weighted, transposed: true)
        let trace = (0..<dimension).reduce(0) { $0 + gram[$1, $1] }
        for i in 0..<dimension { gram[i, i] += 0.1 * trace / Double(dimension) + 1e-12 }
        do {
            let slopes = try CholeskyFactor(gram).solve(weighted.times(weightedTargets, transposed: true))
            return try SymmetricEigen(slopes.times(slopes, otherTransposed: true))
        } catch {
            throw CalibrationError.factorization(error)
        }
    }

    func fit(_ shape: EmulatorKernel.Shape, sensitivity: SymmetricEigen, pairs: Int? = nil) throws -> Fit {
        let count = min(pairs ?? latents.rows, latents.rows)
        let latents = latents.firstRows(count)
        let kernel = EmulatorKernel(shape, latents: latents, sensitivity: sensitivity)
        do {
            let factor = try CholeskyFactor(kernel.gram(remoteness: remoteness))
            let coefficients = factor.solve(targets.firstRows(count))
            let inverse = factor.solve(.identity(count))
            // Leaving out pair i changes its prediction by α_i / (K⁻¹)_ii (Rasmussen and Williams, eq. 5.12).
            var errors = coefficients
            for i in 0..<count { for c in 0..<errors.columns { errors[i, c] /= inverse[i, i] } }
            return Fit(kernel: kernel, coefficients: coefficients, leaveOneOut: errors)
        } catch {
            throw CalibrationError.factorization(error)
        }
    }

    /// Goes through the shape's parameters in turn, twice, and keeps what lowers the leave-one-out error.
    func bestShape(sensitivity: SymmetricEigen) throws -> EmulatorKernel.Shape {
        var best = EmulatorKernel.Shape()
        var lowest = try score(best, sensitivity)
        func attempt(_ shape: EmulatorKernel.Shape) throws {
            guard shape != best else { return }
            let value = try score(shape, sensitivity)
            if value < lowest { (best, lowest) = (shape, value) }
        }
        for _ in 0..<2 {
            for value in [1e-4, 1e-3, 1e-2, 0.1, 0.5] {
                var shape = best
                shape.nugget = value
                try attempt(shape)
            }
            for value in [0.02, 0.1, 0.3, 0.6, 0.9] {
                var shape = best
                shape.nonlinear = value
                try attempt(shape)
            }
            for value in [0.5, 1, 2, 4.0] {
                var shape = best
                shape.length = value
                try attempt(shape)
            }
            for value in [0.01, 0.1, 1] {
                var shape = best
                shape.isotropy = value
                try attempt(shape)
            }
            for value in [0, 0.5, 1] {
                var shape = best
                shape.locality = value
                try attempt(shape)
            }
        }
        return best
    }

    /// Squared leave-one-out error, pairs weighted by nearness.
    private func score(_ shape: EmulatorKernel.Shape, _ sensitivity: SymmetricEigen) throws -> Double {
        let errors = try fit(shape, sensitivity: sensitivity, pairs: EmulatorRegression.shapePairs).leaveOneOut
        var sum = 0.0
        for i in 0..<errors.rows {
            var square = 0.0
            for c in 0..<errors.columns { square += errors[i, c] * errors[i, c] }
            sum += square / remoteness[i]
        }
        return sum
    }

    func errorCovariance(_ fit: Fit) -> Matrix {
        let near = fit.leaveOneOut.firstRows(nearCount)
        let projected = near.times(components)
        return (1 / Double(nearCount)) * projected.times(projected, transposed: true)
    }
}

extension Matrix {
    func firstRows(_ count: Int) -> Matrix {
        count == rows
            ? self : Matrix(rows: count, columns: columns, elements: Array(elements[..<(count * columns)]))
    }
}
