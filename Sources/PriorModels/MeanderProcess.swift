import Foundation
import LinearAlgebra

/// The disturbed periodic model of river meanders.
///
/// The direction `theta` of the centre line against the mean flow obeys, along the arc length `s`,
///
///     theta + (2h/k) theta' + theta''/k² = noise,        k = 2 pi / (arc wavelength)
///
/// whose exact discretisation is an autoregression of second order with stationary normal marginals. The mean of
/// `cos theta` is `exp(−sigma²/2)` and its inverse the sinuosity, so that `sigma² = 2 ln(sinuosity)`. Where the line
/// comes back to itself within a channel width, the loop is cut off as rivers do.
/// Source: Ferguson (1976), Earth Surface Processes 1, 337-347.
struct MeanderProcess {
    let sinuosity: Double
    /// Straight [m].
    let wavelength: Double
    /// `h`
    let irregularity: Double
    /// Full width [m], for cut-offs.
    let width: Double

    /// Points `(u, v)` [m] from `u = −length/2` to `length/2` and a wavelength beyond either end, with `v` zero on average.
    func course(length: Double, stream: inout RandomStream) -> [SIMD2<Double>] {
        let arc = wavelength * sinuosity
        let step = min(arc / 32, max(width / 2, arc / 64))
        let reach = length + 2 * wavelength
        var points = walk(step: step, reach: reach, stream: &stream)
        cutLoops(&points, step: step)
        level(&points, length: length)
        return points
    }

    private func walk(step: Double, reach: Double, stream: inout RandomStream) -> [SIMD2<Double>] {
        let k = 2 * Double.pi / (wavelength * sinuosity)
        let decay = exp(-irregularity * k * step)
        let first = 2 * decay * cos(k * step * (1 - irregularity * irregularity).squareRoot())
        let second = -decay * decay
        let deviation = (2 * log(sinuosity)).squareRoot()
        // Yule-Walker: correlation at one step, and the noise that keeps the variance.
        let neighbour = first / (1 - second)
        let noise = (1 - first * neighbour - second * (first * neighbour + second)).squareRoot() * deviation
        var before = deviation * stream.normal()
        var now = neighbour * before + (1 - neighbour * neighbour).squareRoot() * deviation * stream.normal()
        var points = [SIMD2<Double>(0, 0)]
        // A walk of sinuosity 2 needs twice the reach; ten times it ends whatever happens.
        let most = Int(10 * sinuosity * reach / step)
        while points[points.count - 1].x < reach && points.count < most {
            points.append(points[points.count - 1] + step * SIMD2(cos(now), sin(now)))
            (before, now) = (now, first * now + second * before + noise * stream.normal())
        }
        return points
    }

    /// Removes what lies between two passages closer than 1.2 channel widths, unless it is the bend itself: an arc of
    /// less than half a circle of that width apart.
    private func cutLoops(_ points: inout [SIMD2<Double>], step: Double) {
        let reach = 1.2 * width
        let skip = Int((Double.pi * reach / step).rounded(.up)) + 1
        var index = 0
        while index < points.count {
            var last = points.count - 1
            while last > index + skip {
                let gap = points[last] - points[index]
                if (gap * gap).sum() < reach * reach { break }
                last -= 1
            }
            if last > index + skip {
                points.removeSubrange(index + 1..<last)
                smooth(&points, about: index, by: max(2, skip / 2))
            }
            index += 1
        }
    }

    /// Rounds off the corner that a cut-off leaves.
    private func smooth(_ points: inout [SIMD2<Double>], about index: Int, by reach: Int) {
        let window = max(1, index - reach)..<max(1, min(points.count - 1, index + reach + 2))
        for _ in 0..<4 {
            let old = points
            for i in window { points[i] = 0.25 * old[i - 1] + 0.5 * old[i] + 0.25 * old[i + 1] }
        }
    }

    /// Turns the line so that its ends are level and moves it so that `u` is centred and `v` is zero on average within
    /// the domain.
    private func level(_ points: inout [SIMD2<Double>], length: Double) {
        let span = points[points.count - 1] - points[0]
        let size = (span * span).sum().squareRoot()
        let (cosine, sine) = (span.x / size, span.y / size)
        let middle = size / 2
        for index in points.indices {
            let p = points[index]
            points[index] = SIMD2(p.x * cosine + p.y * sine - middle, p.y * cosine - p.x * sine)
        }
        let inside = points.filter { abs($0.x) <= length / 2 }
        let mean = inside.reduce(0) { $0 + $1.y } / Double(max(inside.count, 1))
        for index in points.indices { points[index].y -= mean }
    }
}
