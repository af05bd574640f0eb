import Foundation
import Reservoir

/// How much the realizations of an ensemble differ, cell by cell, in one number: the mean over cells of their standard
/// deviation. An ensemble that has collapsed onto one map has none of it.
///
/// With facies the deviation of a cell is that of an indicator, `√((1 − Σ p_f²)/2)` with the probability `p_f` of each
/// facies; for two facies `√(p (1 − p))`. Without facies it is that of `ln k_x`.
public enum EnsembleSpread {
    /// - Parameters:
    ///   - realizations: of one grid, all with facies or all without; not empty.
    ///   - weights: one per realization; `nil`: equal.
    ///   - active: cells that count, `[cells]`; `nil`: all.
    public static func mean(of realizations: [Realization], weights: [Double]? = nil, active: [Bool]? = nil) -> Double {
        precondition(!realizations.isEmpty, "the spread of no realization")
        let raw = weights ?? Array(repeating: 1, count: realizations.count)
        let sum = raw.reduce(0, +)
        precondition(raw.count == realizations.count && sum > 0, "\(raw.count) weights, sum \(sum)")
        let shares = raw.map { $0 / sum }
        let deviations =
            realizations.allSatisfy { $0.facies != nil }
            ? ofFacies(realizations, shares) : ofPermeability(realizations, shares)
        let counted = active.map { active in zip(deviations, active).filter(\.1).map(\.0) } ?? deviations
        return counted.reduce(0, +) / Double(max(counted.count, 1))
    }

    private static func ofFacies(_ realizations: [Realization], _ shares: [Double]) -> [Double] {
        let cells = realizations[0].cellCount
        let codes = Set(realizations.flatMap { $0.facies ?? [] })
        var squares = [Double](repeating: 0, count: cells)
        for code in codes {
            var probability = [Double](repeating: 0, count: cells)
            for (realization, share) in zip(realizations, shares) {
                guard let facies = realization.facies else { continue }
                for cell in 0..<cells where facies[cell] == code { probability[cell] += share }
            }
            for cell in 0..<cells { squares[cell] += probability[cell] * probability[cell] }
        }
        return squares.map { (max(1 - $0, 0) / 2).squareRoot() }
    }

    private static func ofPermeability(_ realizations: [Realization], _ shares: [Double]) -> [Double] {
        let cells = realizations[0].cellCount
        // Deviations from the first realization: what is common to all cancels before it is squared.
        let first = realizations[0].permeabilityX.map { log(Double(max($0, 1e-24))) }
        var (means, squares) = ([Double](repeating: 0, count: cells), [Double](repeating: 0, count: cells))
        for (realization, share) in zip(realizations, shares) {
            for cell in 0..<cells {
                let value = log(Double(max(realization.permeabilityX[cell], 1e-24))) - first[cell]
                means[cell] += share * value
                squares[cell] += share * value * value
            }
        }
        return zip(means, squares).map { max($1 - $0 * $0, 0).squareRoot() }
    }
}
