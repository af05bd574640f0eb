import Foundation

/// `1 / (1 + exp(-x))`
func logistic(_ x: Float) -> Float { 1 / (1 + exp(-x)) }

/// `ln(p / (1 − p))`, held finite where `p` is 0 or 1.
func logarithmOfOdds(_ probability: Float) -> Float {
    let held = min(max(probability, 1e-6), 1 - 1e-6)
    return log(held / (1 - held))
}

/// The derivative of ``logarithmOfOdds(_:)``.
func slopeOfLogarithmOfOdds(_ probability: Float) -> Float {
    let isHeld = probability <= 1e-6 || probability >= 1 - 1e-6
    return isHeld ? 0 : 1 / (probability * (1 - probability))
}

/// `σ²` of an encoder's log variance, held in the range that sampling holds it in.
func exponentialOfLogVariance(_ x: Float) -> Float { exp(min(max(x, -10), 10)) }
