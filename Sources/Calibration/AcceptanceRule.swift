import Foundation
import Reservoir

/// When a realization counts as matching the data within its noise.
public enum AcceptanceRule: Equatable, Sendable, Codable {
    /// `2 N_d O` up to this quantile of chi-square with `N_d` degrees of freedom.
    case chiSquareQuantile(Double)
    /// `O ≤ 1/2 + k / √(2 N_d)`; the looser rule of reservoir practice has `k = 5`.
    case standardDeviations(Double)

    public static let standard = AcceptanceRule.chiSquareQuantile(0.99)
    /// Below this quantile a match is closer than the noise allows: probably overfitted.
    public static let overfitQuantile = 0.005

    /// - Throws: ``ParameterError`` if the quantile or the number of standard deviations makes no sense.
    public func validated() throws(ParameterError) -> AcceptanceRule {
        switch self {
        case .chiSquareQuantile(let quantile):
            try require(quantile > 0.5 && quantile < 1, "acceptance quantile", "\(quantile)", "must be within 0.5 to 1")
        case .standardDeviations(let count):
            try require(count > 0 && count.isFinite, "acceptance", "\(count) sigma", "must be positive")
        }
        return self
    }

    /// The largest mismatch `O` that is accepted with `count` data.
    public func threshold(count: Int) -> Double {
        switch self {
        case .chiSquareQuantile(let quantile):
            ChiSquare(degreesOfFreedom: Double(count)).quantile(quantile) / (2 * Double(count))
        case .standardDeviations(let factor):
            0.5 + factor / (2 * Double(count)).squareRoot()
        }
    }

    /// The mismatch `O` below which a match with `count` data is flagged as overfitted.
    public static func overfitThreshold(count: Int) -> Double {
        ChiSquare(degreesOfFreedom: Double(count)).quantile(overfitQuantile) / (2 * Double(count))
    }
}

extension AcceptanceRule: CustomStringConvertible {
    public var description: String {
        switch self {
        case .chiSquareQuantile(let quantile): "2 N O within the \(quantile) quantile of chi-square(N)"
        case .standardDeviations(let factor): "O within 1/2 + \(factor) / sqrt(2 N)"
        }
    }
}

/// The acceptance rule applied to a given number of data.
public struct AcceptanceTest: Equatable, Sendable, Codable {
    public let rule: AcceptanceRule
    public let dataCount: Int
    /// Largest `O` accepted, and `O` below which a match is flagged as overfitted.
    public let threshold: Double, overfitThreshold: Double

    public init(rule: AcceptanceRule, dataCount: Int) {
        (self.rule, self.dataCount) = (rule, dataCount)
        threshold = rule.threshold(count: dataCount)
        overfitThreshold = AcceptanceRule.overfitThreshold(count: dataCount)
    }

    public func accepts(_ mismatch: Double) -> Bool { mismatch <= threshold }
    public func isOverfit(_ mismatch: Double) -> Bool { mismatch < overfitThreshold }
}
