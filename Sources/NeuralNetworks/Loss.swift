import CKernels
import Foundation

/// A loss of one worker's share of a batch, element by element.
package enum Loss: Sendable {
    /// `-t ln s(x) - (1 - t) ln(1 - s(x))` with `s` the logistic function: outputs are logits, targets in `0...1`.
    case crossEntropy
    /// `(x - t)²`
    case squaredError

    /// The weighted sum of losses; fills `gradient` with `scale` times its derivative.
    /// - Parameters:
    ///   - firstTarget: the chunk of the targets that belongs to the first of the outputs; of images.
    ///   - weights: one per element of the shape, `[pixel][channel]`.
    package func evaluate(
        _ c: PassContext, shape: Shape, output: AlignedFloats, targets: AlignedFloats, firstTarget: Int = 0,
        weights: AlignedFloats, scale: Float, gradient: AlignedFloats
    ) -> Double {
        precondition(firstTarget == 0 || !shape.isFlat, "flat data of all chunks lie among each other")
        let targets = targets.pointer + firstTarget * shape.count * 16
        var sum = 0.0
        for chunk in 0..<c.chunks {
            let mask = c.mask(chunk: chunk)
            if shape.isFlat {
                for feature in 0..<shape.count {
                    let offset = feature * c.lanes + chunk * 16
                    sum += part(c, offset, 1, output, targets, weights.pointer + feature, mask, scale, gradient)
                }
            } else {
                let offset = chunk * shape.count * 16
                sum += part(c, offset, shape.count, output, targets, weights.pointer, mask, scale, gradient)
            }
        }
        return sum
    }

    private func part(
        _ c: PassContext, _ offset: Int, _ elements: Int, _ output: AlignedFloats, _ targets: Floats,
        _ weights: Floats, _ mask: SIMD16<Float>, _ scale: Float, _ gradient: AlignedFloats
    ) -> Double {
        var mask = mask
        return withUnsafePointer(to: &mask) {
            $0.withMemoryRebound(to: Float.self, capacity: 16) { mask in
                let (x, t, g) = (output.pointer + offset, targets + offset, gradient.pointer + offset)
                return switch self {
                case .crossEntropy: c.kernels.cross_entropy(x, t, weights, mask, scale, Int64(elements), g)
                case .squaredError: c.kernels.squared_error(x, t, weights, mask, scale, Int64(elements), g)
                }
            }
        }
    }
}

/// The Kullback-Leibler divergence of `N(μ, σ²)` from `N(0, 1)`, summed over latents and samples:
/// `½ Σ (μ² + σ² - ln σ² - 1)` (Kingma and Welling, 2014, appendix B).
///
/// - Parameters:
///   - features: means then log variances, `[2 n][lanes]`.
///   - gradient: `scale` times the derivative is added.
package func klDivergence(
    _ c: PassContext, features: AlignedFloats, latents: Int, scale: Float, gradient: AlignedFloats
) -> Double {
    var sum = 0.0
    let bound = VariationalSamplingKernel.bound
    for latent in 0..<latents {
        for sample in 0..<c.samples {
            let i = latent * c.lanes + sample
            let j = i + latents * c.lanes
            let mean = features.pointer[i]
            let logVariance = min(max(features.pointer[j], -bound), bound)
            let variance = exp(logVariance)
            sum += 0.5 * Double(mean * mean + variance - logVariance - 1)
            gradient.pointer[i] += scale * mean
            if abs(features.pointer[j]) < bound { gradient.pointer[j] += scale * 0.5 * (variance - 1) }
        }
    }
    return sum
}
