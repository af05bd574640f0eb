import Foundation

/// One number of each realization, over many of them.
public struct StatisticSummary: Equatable, Sendable {
    /// Realizations that had such a number.
    public let count: Int
    public let mean: Double
    /// Of ``mean``; `nil` of a single realization.
    public let standardError: Double?
    /// Quantiles 0.1 and 0.9 between realizations.
    public let low: Double, high: Double

    /// - Parameter values: NaN where a realization has none.
    public init(_ values: [Double]) {
        let known = values.filter { !$0.isNaN }.sorted()
        count = known.count
        mean = known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
        let mean = self.mean
        let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        standardError =
            known.count > 1 ? (squares / Double(known.count - 1) / Double(known.count)).squareRoot() : nil
        (low, high) = (Self.quantile(known, 0.1), Self.quantile(known, 0.9))
    }

    private static func quantile(_ sorted: [Double], _ p: Double) -> Double {
        guard let last = sorted.last else { return .nan }
        let place = p * Double(sorted.count - 1)
        let index = Int(place)
        guard index + 1 < sorted.count else { return last }
        return sorted[index] + (place - Double(index)) * (sorted[index + 1] - sorted[index])
    }
}
