import Foundation
import LinearAlgebra

/// A lobe of sediment beside a channel: narrow at the breach of the bank, widest beyond its middle, with an uneven rim.
struct CrevasseSplay: Sendable {
    /// Within the channel, so that no gap is left at the bank [m].
    let origin: SIMD2<Double>
    /// Of length one, away from the channel.
    let direction: SIMD2<Double>
    /// From ``origin`` to the tip, and across [m].
    let length: Double, breadth: Double
    /// Of the waves of the rim on either side.
    let phases: SIMD2<Double>

    func contains(_ place: SIMD2<Double>) -> Bool {
        let gap = place - origin
        let along = (gap * direction).sum() / length
        guard along >= 0 && along <= 1 else { return false }
        let across = gap.x * -direction.y + gap.y * direction.x
        let wave = 1 + 0.15 * sin(4 * .pi * along + (across < 0 ? phases.x : phases.y))
        return abs(across) <= 0.5 * breadth * wave * sin(.pi * pow(along, 1.4))
    }

    /// Sets the facies of the cells within, except in channels.
    func paint(_ facies: inout [UInt8], _ domain: ChannelDomain) {
        let reach = length + breadth
        let columnCount = domain.columnCentres.count
        let rows = domain.rowCentres.indices.filter { abs(domain.rowCentres[$0] - origin.y) <= reach }
        let columns = domain.columnCentres.indices.filter { abs(domain.columnCentres[$0] - origin.x) <= reach }
        for row in rows {
            for column in columns {
                let cell = row * columnCount + column
                guard facies[cell] != ChannelBodies.channelCode else { continue }
                if contains(SIMD2(domain.columnCentres[column], domain.rowCentres[row])) {
                    facies[cell] = ChannelBodies.splayCode
                }
            }
        }
    }
}

/// Draws the splays of one realization: one for each well in a splay, then others at outer banks, away from wells that
/// are in none.
struct SplaySource {
    private let splays: ChannelBodies.Splays
    private let lines: [CentreLine]
    private let scale: Double
    private let wells: [ChannelWell]
    private let domain: ChannelDomain

    private static let mostTries = 20

    /// - Parameter scale: of the widths of `lines`.
    init(
        _ splays: ChannelBodies.Splays, lines: [CentreLine], scale: Double, wells: [ChannelWell],
        domain: ChannelDomain
    ) {
        (self.splays, self.lines, self.scale) = (splays, lines, scale)
        (self.wells, self.domain) = (wells, domain)
    }

    func draw(_ stream: inout RandomStream) -> [CrevasseSplay] {
        guard !lines.isEmpty else { return [] }
        let count = splays.count.lowerBound + stream.integer(below: splays.count.count)
        var drawn: [CrevasseSplay] = []
        for well in wells where well.code == ChannelBodies.splayCode {
            if drawn.contains(where: { $0.contains(well.place) }) { continue }
            if let splay = attempt(&stream, { toward(well, &$0) }) { drawn.append(splay) }
        }
        while drawn.count < count {
            guard let splay = attempt(&stream, { atOuterBank(&$0) }) else { break }
            drawn.append(splay)
        }
        return drawn
    }

    /// A splay that covers no well in another facies; wells in channels stay what they are.
    private func attempt(
        _ stream: inout RandomStream, _ make: (inout RandomStream) -> CrevasseSplay?
    ) -> CrevasseSplay? {
        for _ in 0..<Self.mostTries {
            guard let splay = make(&stream) else { continue }
            let isFree = !wells.contains {
                $0.code != ChannelBodies.splayCode && !$0.isChannel && splay.contains($0.place)
            }
            if isFree { return splay }
        }
        return nil
    }

    private func atOuterBank(_ stream: inout RandomStream) -> CrevasseSplay? {
        let line = lines[stream.integer(below: lines.count)]
        guard line.points.count >= 3 else { return nil }
        let index = 1 + stream.integer(below: line.points.count - 2)
        let point = line.points[index]
        guard point.x >= 0, point.y >= 0, point.x <= domain.extent.x, point.y <= domain.extent.y else { return nil }
        let (before, after) = (point - line.points[index - 1], line.points[index + 1] - point)
        let flow = before + after
        let size = (flow * flow).sum().squareRoot()
        guard size > 0 else { return nil }
        let tangent = flow / size
        // A line that turns to the left has its outer bank on the right; a straight one breaks where it likes.
        let turn = before.x * after.y - before.y * after.x
        let side = abs(turn) > 1e-9 * size * size ? (turn > 0 ? -1.0 : 1.0) : (stream.uniform() < 0.5 ? -1.0 : 1.0)
        let normal = side * SIMD2(-tangent.y, tangent.x)
        // Water leaves the river at an angle downstream.
        let angle = stream.uniform(0.2, 0.9)
        let direction = cos(angle) * normal + sin(angle) * tangent
        return make(
            from: point, direction, halfWidth: line.halfWidth * scale, length: splays.length.sample(&stream), &stream)
    }

    private func toward(_ well: ChannelWell, _ stream: inout RandomStream) -> CrevasseSplay? {
        let hits = lines.map { (line: $0, hit: $0.nearest(to: well.place)) }
        guard let best = hits.min(by: { $0.hit.squaredDistance < $1.hit.squaredDistance }) else { return nil }
        let gap = well.place - best.hit.point
        let distance = (gap * gap).sum().squareRoot()
        guard distance > 0 else { return nil }
        let halfWidth = best.line.halfWidth * scale
        let position = stream.uniform(0.5, 0.8)
        let needed = (distance - 0.5 * halfWidth) / position - 0.5 * halfWidth
        return make(
            from: best.hit.point, gap / distance, halfWidth: halfWidth,
            length: max(needed, splays.length.range.lowerBound), &stream)
    }

    /// - Parameter length: from the bank to the tip.
    private func make(
        from point: SIMD2<Double>, _ direction: SIMD2<Double>, halfWidth: Double, length: Double,
        _ stream: inout RandomStream
    ) -> CrevasseSplay {
        CrevasseSplay(
            origin: point + 0.5 * halfWidth * direction, direction: direction, length: length + 0.5 * halfWidth,
            breadth: splays.breadth.sample(&stream),
            phases: SIMD2(stream.uniform(0, 2 * .pi), stream.uniform(0, 2 * .pi)))
    }
}
