import Foundation

/// `1 / (1 + exp(-x))`
func logistic(_ x: Float) -> Float { 1 / (1 + exp(-x)) }

/// `σ²` of an encoder's log variance, held in the range that sampling holds it in.
func exponentialOfLogVariance(_ x: Float) -> Float { exp(min(max(x, -10), 10)) }
