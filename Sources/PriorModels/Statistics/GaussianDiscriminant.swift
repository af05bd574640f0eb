import Foundation
import LinearAlgebra

/// Tells classes apart by the normal distribution of their features (quadratic discriminant analysis).
///
///     class(x) = argmax_c  ln n_c − ½ ln det Σ_c − ½ (x − μ_c)ᵀ Σ_c⁻¹ (x − μ_c)
///
/// A part of each class's covariance is replaced by that of all classes together, so that few samples suffice.
/// Source: Friedman (1989), J. Amer. Statist. Assoc. 84, 165-175 (regularized discriminant analysis).
struct GaussianDiscriminant: Sendable {
    private struct Member: Sendable {
        let mean: [Double]
        let factor: CholeskyFactor
        /// What does not depend on the sample.
        let constant: Double
    }

    private let members: [Member]
    /// Features are centred and brought to unit deviation, so that one small ridge suits all.
    private let centre: [Double], scale: [Double]

    private static let pooledShare = 0.2, ridge = 1e-3

    /// - Parameter classes: `[classes][samples][features]`; each class needs a sample.
    init(_ classes: [[[Double]]]) throws(FactorizationError) {
        let all = classes.flatMap(\.self)
        let count = all[0].count
        let centre = Self.mean(all)
        let scale = (0..<count).map { feature in
            let squares = all.reduce(0) { $0 + ($1[feature] - centre[feature]) * ($1[feature] - centre[feature]) }
            let deviation = (squares / Double(all.count)).squareRoot()
            return deviation > 1e-12 ? 1 / deviation : 0
        }
        (self.centre, self.scale) = (centre, scale)
        let scaled = classes.map { $0.map { Self.scaled($0, centre, scale) } }
        let means = scaled.map(Self.mean)
        var pooled = Matrix(rows: count, columns: count)
        let scatters = zip(scaled, means).map { Self.scatter($0, about: $1) }
        for scatter in scatters { pooled = pooled + scatter }
        pooled = (1 / Double(all.count)) * pooled
        var members: [Member] = []
        for (number, samples) in scaled.enumerated() {
            let own = (1 / Double(samples.count)) * scatters[number]
            var covariance = (1 - Self.pooledShare) * own + Self.pooledShare * pooled
            for i in 0..<count { covariance[i, i] += Self.ridge }
            let factor = try CholeskyFactor(covariance)
            members.append(
                Member(
                    mean: means[number], factor: factor,
                    constant: log(Double(samples.count)) - 0.5 * factor.logDeterminant))
        }
        self.members = members
    }

    /// The most probable class.
    func classify(_ features: [Double]) -> Int {
        let x = Self.scaled(features, centre, scale)
        let scores = members.map { member in
            let gap = zip(x, member.mean).map { $0 - $1 }
            return member.constant - 0.5 * zip(gap, member.factor.solve(gap)).reduce(0) { $0 + $1.0 * $1.1 }
        }
        return scores.indices.max { scores[$0] < scores[$1] } ?? 0
    }

    private static func scaled(_ x: [Double], _ centre: [Double], _ scale: [Double]) -> [Double] {
        x.indices.map { (x[$0] - centre[$0]) * scale[$0] }
    }

    private static func mean(_ samples: [[Double]]) -> [Double] {
        var sum = [Double](repeating: 0, count: samples[0].count)
        for sample in samples { for feature in sum.indices { sum[feature] += sample[feature] } }
        return sum.map { $0 / Double(samples.count) }
    }

    private static func scatter(_ samples: [[Double]], about mean: [Double]) -> Matrix {
        let centred = Matrix(samples.map { sample in sample.indices.map { sample[$0] - mean[$0] } })
        return centred.times(centred, transposed: true)
    }
}
