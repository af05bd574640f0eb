import Foundation
import LinearAlgebra

/// Weights of a sample.
public enum Weights {
    /// `exp(l_i) / Σ exp(l_j)`, safe against overflow. Minus infinity is a weight of zero; if all are, weights are equal.
    public static func normalised(logarithms: [Double]) -> [Double] {
        guard let largest = logarithms.max(), largest > -.infinity else {
            return logarithms.map { _ in 1 / Double(max(logarithms.count, 1)) }
        }
        let raw = logarithms.map { exp($0 - largest) }
        let sum = raw.reduce(0, +)
        return raw.map { $0 / sum }
    }

    /// `(Σ w)² / Σ w²` (Kong, 1992).
    public static func effectiveSampleSize(_ weights: [Double]) -> Double {
        let sum = weights.reduce(0, +)
        let squares = weights.squaredNorm
        return squares > 0 ? sum * sum / squares : 0
    }
}
