import Foundation
import LinearAlgebra

/// Known facies that channels must honour.
struct ChannelWell: Sendable {
    let cell: Int
    let place: SIMD2<Double>
    /// A code of ``ChannelBodies``.
    let code: UInt8

    var isChannel: Bool { code == ChannelBodies.channelCode }
}

/// Bends channels around wells, or onto them.
///
/// Where a well has the wrong facies, the nearest point of a centre line is moved straight toward or away from it, until
/// the well is well inside or outside. Points that wells are content with stay. A smooth field through these moves
/// (Gaussian radial basis functions) displaces all centre lines alike, so that channels keep their widths, and channels
/// that share a course go on sharing it.
struct ChannelConditioning {
    let wells: [ChannelWell]
    /// From the middle of a channel to the outer edge of its levee, in half widths; 1 without levees.
    let leveeRatio: Double
    /// How far from the bank a splay reaches [m].
    let splayReach: Double

    /// The squared scales (see ``ChannelDistanceMap``) at which all wells are honoured: from the first up to, but without,
    /// the second. Empty if the first is not below the second.
    func squaredScales(_ map: ChannelDistanceMap) -> (lower: Float, upper: Float) {
        var (lower, upper) = (Float(0), Float.infinity)
        let squaredRatio = Float(leveeRatio * leveeRatio)
        for well in wells {
            let value = map.squared[well.cell]
            switch well.code {
            case ChannelBodies.channelCode: lower = max(lower, value)
            case ChannelBodies.leveeCode: (lower, upper) = (max(lower, value / squaredRatio), min(upper, value))
            case ChannelBodies.splayCode: upper = min(upper, value)
            default: upper = min(upper, value / squaredRatio)
            }
        }
        return (lower, upper)
    }

    /// Displaces `lines` toward honouring all wells at the scale `scale` of widths. Neighbouring wells of opposite facies
    /// may need several rounds.
    func bend(_ lines: inout [CentreLine], scale: Double, stream: inout RandomStream) {
        var anchors: [SIMD2<Double>] = []
        var moves: [SIMD2<Double>] = []
        for well in wells {
            guard let hit = Self.nearest(lines, well.place) else { continue }
            let width = hit.halfWidth * scale
            let move = self.move(well, hit, width, &stream)
            // A contented well far from every channel holds nothing in place.
            if move == SIMD2(0, 0) && hit.distance > 4 * width * leveeRatio { continue }
            anchors.append(hit.point)
            moves.append(move)
        }
        let largest = moves.map { ($0 * $0).sum().squareRoot() }.max() ?? 0
        guard largest > 0 else { return }
        let widest = lines.map(\.halfWidth).max() ?? 0
        displace(&lines, anchors, moves, range: max(3 * widest * scale, 1.5 * largest))
    }

    private struct Hit {
        let point: SIMD2<Double>
        let direction: SIMD2<Double>
        let distance: Double
        let halfWidth: Double
    }

    private static func nearest(_ lines: [CentreLine], _ place: SIMD2<Double>) -> Hit? {
        var best: Hit?
        for line in lines {
            let found = line.nearest(to: place)
            let distance = found.squaredDistance.squareRoot()
            if let best, best.distance / best.halfWidth <= distance / line.halfWidth { continue }
            best = Hit(point: found.point, direction: found.direction, distance: distance, halfWidth: line.halfWidth)
        }
        return best
    }

    /// The distances from a centre line at which a well is content, and the one it is moved to [m].
    private func wanted(_ code: UInt8, _ halfWidth: Double) -> (range: ClosedRange<Double>, goal: Double) {
        let ridge = leveeRatio - 1
        let (range, goal): (ClosedRange<Double>, Double) =
            switch code {
            case ChannelBodies.channelCode: (0...0.9, 0.6)
            case ChannelBodies.leveeCode: (1 + 0.15 * ridge...1 + 0.85 * ridge, 1 + 0.5 * ridge)
            case ChannelBodies.splayCode:
                (1.15...max(1.6, 1 + 0.6 * splayReach / halfWidth), max(1.4, 1 + 0.4 * splayReach / halfWidth))
            default: (leveeRatio + 0.15 ... .infinity, leveeRatio + 0.4)
            }
        return (range.lowerBound * halfWidth...range.upperBound * halfWidth, goal * halfWidth)
    }

    private func move(
        _ well: ChannelWell, _ hit: Hit, _ halfWidth: Double, _ stream: inout RandomStream
    ) -> SIMD2<Double> {
        let (range, goal) = wanted(well.code, halfWidth)
        if range.contains(hit.distance) { return SIMD2(0, 0) }
        var toward = well.place - hit.point
        if hit.distance > 1e-3 * halfWidth {
            toward /= hit.distance
        } else {
            let length = max((hit.direction * hit.direction).sum().squareRoot(), .leastNonzeroMagnitude)
            let side = stream.uniform() < 0.5 ? 1.0 : -1.0
            toward = side / length * SIMD2(-hit.direction.y, hit.direction.x)
        }
        return (hit.distance - goal) * toward
    }

    private func displace(
        _ lines: inout [CentreLine], _ anchors: [SIMD2<Double>], _ moves: [SIMD2<Double>], range: Double
    ) {
        func kernel(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double {
            let gap = a - b
            return exp(-(gap * gap).sum() / (2 * range * range))
        }
        var system = Matrix(rows: anchors.count, columns: anchors.count)
        for i in anchors.indices {
            for j in anchors.indices { system[i, j] = kernel(anchors[i], anchors[j]) }
            // Keeps anchors on top of each other from calling for opposite, huge weights.
            system[i, i] += 0.02
        }
        guard let factor = try? CholeskyFactor(system) else { return }
        let weights = factor.solve(
            Matrix(rows: anchors.count, columns: 2, elements: moves.flatMap { [$0.x, $0.y] }))
        for line in lines.indices {
            for index in lines[line].points.indices {
                let point = lines[line].points[index]
                var shift = SIMD2<Double>(0, 0)
                for (row, anchor) in anchors.enumerated() {
                    shift += kernel(point, anchor) * SIMD2(weights[row, 0], weights[row, 1])
                }
                lines[line].points[index] += shift
            }
        }
    }
}
