import Foundation

/// The learning rate as training goes on, as a factor of the settings' rate.
public enum LearningRateSchedule: Equatable, Sendable, Codable {
    case constant
    /// From one down to `final` along half a cosine (Loshchilov and Hutter, 2017), after a linear rise over the first
    /// `warmUp` of all steps.
    case cosine(final: Double, warmUp: Double)
    /// Multiplied by `factor` after every `interval` of all steps.
    case steps(factor: Double, interval: Double)

    /// - Parameter progress: share of all steps already made, `0...1`.
    public func factor(at progress: Double) -> Double {
        switch self {
        case .constant: return 1
        case .cosine(let final, let warmUp):
            if progress < warmUp { return max(progress, 1e-3) / warmUp }
            let position = (progress - warmUp) / max(1 - warmUp, 1e-12)
            return final + (1 - final) * 0.5 * (1 + cos(.pi * min(position, 1)))
        case .steps(let factor, let interval): return pow(factor, (progress / max(interval, 1e-12)).rounded(.down))
        }
    }
}

/// Remembers the least validation loss and when to give up waiting for a lesser one.
public struct EarlyStopping: Equatable, Sendable, Codable {
    public let patience: Int
    public private(set) var best: Double
    public private(set) var epochsSinceBest: Int

    public init(patience: Int, best: Double = .infinity, epochsSinceBest: Int = 0) {
        (self.patience, self.best, self.epochsSinceBest) = (patience, best, epochsSinceBest)
    }

    /// Whether `loss` is the least so far.
    public mutating func record(_ loss: Double) -> Bool {
        if loss < best {
            (best, epochsSinceBest) = (loss, 0)
            return true
        }
        epochsSinceBest += 1
        return false
    }

    public var shouldStop: Bool { epochsSinceBest >= patience }
}
