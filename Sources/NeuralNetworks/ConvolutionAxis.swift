/// How a convolution runs along one axis: positions that share a stride and a window of the input.
///
/// Convolutions, their adjoints, and convolutions of an enlarged image all take this form; a phase writes every
/// `outStride`-th position. `map[t]` names the window positions to which tap `t` of the kernel contributes.
struct ConvolutionAxis {
    let count: Int
    let inStride: Int, outStride: Int, outOffset: Int
    let origin: Int, window: Int
    let map: [[Int]]

    /// `out[i] = Σ_t w[t] in[stride i + t - pad]`
    static func gather(count: Int, kernel: Int, stride: Int, pad: Int) -> [ConvolutionAxis] {
        [
            ConvolutionAxis(
                count: count, inStride: stride, outStride: 1, outOffset: 0, origin: -pad, window: kernel,
                map: (0..<kernel).map { [$0] })
        ]
    }

    /// `out[o] = Σ_t w[t] in[(o + pad - t) / stride]` over the taps that divide; one phase per remainder of `o`.
    static func scatter(count: Int, kernel: Int, stride: Int, pad: Int) -> [ConvolutionAxis] {
        (0..<min(stride, count)).map { phase in
            let offsets = (0..<kernel).map { tap in
                (phase + pad - tap).isMultiple(of: stride) ? (phase + pad - tap) / stride : nil
            }
            return phased(count: count, factor: stride, phase: phase, offsets: offsets.map { $0.map { [$0] } ?? [] })
        }
    }

    /// `out[o] = Σ_t w[t] in[floor((o + t - pad) / factor)]`: a convolution of the image enlarged by `factor`.
    static func enlarged(count: Int, kernel: Int, factor: Int, pad: Int) -> [ConvolutionAxis] {
        (0..<min(factor, count)).map { phase in
            let offsets = (0..<kernel).map { tap in [floorDivide(phase + tap - pad, factor)] }
            return phased(count: count, factor: factor, phase: phase, offsets: offsets)
        }
    }

    /// The adjoint of ``enlarged(count:kernel:factor:pad:)``: `count` positions of the small image, each reading from
    /// the output's gradient at `factor i + v + pad - t` for all `v` in `0 ..< factor`.
    static func enlargedAdjoint(count: Int, kernel: Int, factor: Int, pad: Int) -> [ConvolutionAxis] {
        let origin = pad - (kernel - 1)
        return [
            ConvolutionAxis(
                count: count, inStride: factor, outStride: 1, outOffset: 0, origin: origin,
                window: kernel + factor - 1,
                map: (0..<kernel).map { tap in (0..<factor).map { $0 + pad - tap - origin } })
        ]
    }

    private static func phased(count: Int, factor: Int, phase: Int, offsets: [[Int]]) -> ConvolutionAxis {
        let all = offsets.joined()
        // A phase that no tap reaches gets one tap of weight zero.
        let origin = all.min() ?? 0
        let window = (all.max() ?? 0) - origin + 1
        return ConvolutionAxis(
            count: (count - phase + factor - 1) / factor, inStride: 1, outStride: factor, outOffset: phase,
            origin: origin, window: window, map: offsets.map { $0.map { $0 - origin } })
    }

    private static func floorDivide(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((-a + b - 1) / b) }
}
