import Foundation
import LinearAlgebra
import Reservoir

/// Draws maps of channels: an object model with exact facies at wells.
///
/// Channels are placed one by one, first through wells in channels that none passes yet, then at random, until the wanted
/// amount is reached. Where they miss or hit wells they should not, they are bent (``ChannelConditioning``); if that
/// fails, drawn again.
struct ChannelGenerator: FaciesGenerator {
    enum Course: Sendable {
        case meandering(Meander)
        case anastomosing(AnastomosingNetwork)
    }

    private let bodies: ChannelBodies
    private let course: Course
    private let domain: ChannelDomain
    private let wells: [ChannelWell]
    /// `[cells]` [m]
    private let cellThickness: [Float]
    private let seed: UInt64
    private let purpose: String

    private static let mostScale = 1.7
    private static let mostChannels = 1000
    private static let mostDraws = 12
    private static let mostBends = 8
    /// Of a channel across the grid: more would be drawn for hours and could not be told apart.
    private static let mostWaves = 500.0

    /// - Throws: ``ParameterError`` if one channel alone is far above the wanted proportion, or a well's facies is unknown.
    init(_ bodies: ChannelBodies, _ course: Course, _ context: PriorContext) throws(ParameterError) {
        try context.hardData.checkFacies(in: bodies.facies)
        domain = ChannelDomain(context.grid)
        cellThickness = context.grid.thickness.map(Float.init)
        (self.bodies, self.course) = (bodies, course)
        (seed, purpose) = (context.seed, context.purpose + ".channels")
        let domain = self.domain
        wells = context.hardData.facies.map { known in
            ChannelWell(
                cell: known.cell, place: domain.centre(of: known.cell),
                code: known.code)
        }
        for known in context.hardData.entries {
            guard let code = known.datum.facies, !bodies.drawnCodes.contains(code) else { continue }
            throw ParameterError(
                parameter: "hard data at \(known.datum.place)", found: "facies \(code)",
                requirement: "must be one that this prior draws: "
                    + bodies.drawnCodes.map(String.init).joined(separator: ", "))
        }
        try require(
            bodies.thickness == nil || context.grid.orientation == .areal, "channel thickness", "one, in a section",
            "must be left out: a section shows channels at their full height")
        if case .proportion(let proportion) = bodies.amount {
            let single = bodies.width.range.lowerBound / max(domain.extent.x, domain.extent.y)
            try require(
                proportion.range.upperBound >= 0.25 * single, "channel proportion", "\(proportion.range.upperBound)",
                "must be higher: a single channel of width \(bodies.width.range.lowerBound) m makes up about "
                    + "\(String(format: "%.2g", single)) of the grid")
        }
        if case .meandering(let meander) = course {
            let shortest = max(domain.extent.x, domain.extent.y) / Self.mostWaves
            try require(
                meander.wavelength.range.lowerBound >= shortest, "channel wavelength",
                "\(meander.wavelength.range.lowerBound) m",
                "must be at least \(shortest) m, so that a channel has no more than \(Int(Self.mostWaves)) bends on this grid"
            )
        }
        try require(
            bodies.width.range.upperBound >= domain.smallestCell, "channel width",
            "at most \(bodies.width.range.upperBound) m",
            "must reach a cell's extent of \(domain.smallestCell) m to be seen on this grid")
    }

    func map(_ index: UInt64) -> FaciesMap {
        var stream = RandomStream(seed: seed, purpose: purpose, index: index)
        var last: Draw?
        for _ in 0..<(wells.isEmpty ? 1 : Self.mostDraws) {
            var draw = place(&stream)
            if bend(&draw, &stream) {
                let facies = exact(paint(draw, &stream))
                return FaciesMap(facies: facies, filling: filling(draw, facies))
            }
            last = draw
        }
        guard let last else { return FaciesMap(facies: []) }
        let facies = exact(forced(paint(last, &stream)))
        return FaciesMap(facies: facies, filling: filling(last, facies))
    }

    /// How much of each channel cell its channel fills: a parabola across, `t (1 − r²)` of thickness `t` at the middle.
    private func filling(_ draw: Draw, _ facies: [UInt8]) -> (shares: [Float], rest: UInt8)? {
        guard bodies.thickness != nil, !draw.map.thickness.isEmpty else { return nil }
        let shares = facies.indices.map { cell -> Float in
            // A cell that a well made a channel has none near it: it is filled.
            guard facies[cell] == ChannelBodies.channelCode, draw.map.squared[cell] <= draw.squaredScale else {
                return 1
            }
            let depth = draw.map.thickness[cell] * (1 - draw.map.squared[cell] / draw.squaredScale)
            return min(depth / cellThickness[cell], 1)
        }
        return (shares, ChannelBodies.backgroundCode)
    }

    /// Channels placed for one realization, and the squared scale of widths that meets the wanted amount.
    private struct Draw {
        var lines: [CentreLine]
        var map: ChannelDistanceMap
        let proportion: Double?
        /// From the middle of a channel to the outer edge of its levee, in half widths.
        let leveeRatio: Double
        var squaredScale: Float

        mutating func remap(_ domain: ChannelDomain) {
            map = ChannelDistanceMap(domain, reach: map.reach)
            for line in lines { map.add(line) }
            let most = ChannelGenerator.mostScale
            squaredScale = proportion.map { map.squaredScale(for: $0, most: most) ?? Float(most * most) } ?? 1
        }
    }

    private func place(_ stream: inout RandomStream) -> Draw {
        var source = CourseSource(course, domain, &stream)
        let leveeRatio = bodies.levees.map { 1 + 2 * $0.width.sample(&stream) } ?? 1
        var draw = Draw(
            lines: [], map: ChannelDistanceMap(domain, reach: Self.mostScale * leveeRatio), proportion: nil,
            leveeRatio: leveeRatio, squaredScale: 1)
        switch bodies.amount {
        case .count(let range):
            let count = range.lowerBound + stream.integer(below: range.count)
            while draw.lines.count < count { add(&draw, &source, &stream) }
            return draw
        case .proportion(let distribution):
            let proportion = distribution.sample(&stream)
            draw = Draw(
                lines: [], map: draw.map, proportion: proportion, leveeRatio: leveeRatio, squaredScale: .infinity)
            while draw.squaredScale > 1 && draw.lines.count < Self.mostChannels {
                let before = draw
                add(&draw, &source, &stream)
                draw.squaredScale = draw.map.squaredScale(for: proportion, most: Self.mostScale) ?? .infinity
                // One channel fewer and wider may be nearer to the drawn widths than one more and narrower.
                if draw.squaredScale < 1 && before.squaredScale * draw.squaredScale < 1 && wells.isEmpty {
                    return before
                }
            }
            if draw.squaredScale == .infinity { draw.squaredScale = Float(Self.mostScale * Self.mostScale) }
            return draw
        }
    }

    /// Adds one channel: through a well that still needs one, if there is such a well, and of some tries the one that
    /// hits the fewest wells outside channels.
    private func add(_ draw: inout Draw, _ source: inout CourseSource, _ stream: inout RandomStream) {
        let halfWidth = bodies.width.sample(&stream) / 2
        let thickness = bodies.thickness?.sample(&stream)
        let missed = wells.filter { needsChannel($0, draw) }
        let dry = wells.filter { $0.code == ChannelBodies.backgroundCode }
        let clearance = (draw.leveeRatio + 0.2) * halfWidth
        let target = missed.isEmpty ? nil : missed[stream.integer(below: missed.count)].place
        var best: (line: CentreLine, cost: Double)?
        for _ in 0..<(wells.isEmpty ? 1 : 8) {
            let points = source.next(halfWidth: halfWidth, through: target, &stream)
            let line = CentreLine(points: points, halfWidth: halfWidth, thickness: thickness)
            let hits = dry.count { line.nearest(to: $0.place).squaredDistance < clearance * clearance }
            // A course of a network cannot be moved to the target: the nearest of them is bent there.
            let gap = target.map { max(line.nearest(to: $0).squaredDistance.squareRoot() / halfWidth - 0.6, 0) } ?? 0
            let cost = Double(hits) + gap
            if cost < best?.cost ?? .infinity { best = (line, cost) }
            if cost == 0 { break }
        }
        if let best {
            draw.lines.append(best.line)
            draw.map.add(best.line)
        }
    }

    /// Whether no channel passes where a well has one, or has what lies beside one.
    private func needsChannel(_ well: ChannelWell, _ draw: Draw) -> Bool {
        switch well.code {
        case ChannelBodies.channelCode: draw.map.squared[well.cell] > 0.8
        case ChannelBodies.backgroundCode: false
        default: draw.map.squared[well.cell] > Float(draw.map.reach * draw.map.reach)
        }
    }

    /// Whether the wells are honoured, after bending if need be, at a scale within 15 % of the wanted one.
    private func bend(_ draw: inout Draw, _ stream: inout RandomStream) -> Bool {
        if wells.isEmpty { return true }
        let conditioning = ChannelConditioning(
            wells: wells, leveeRatio: draw.leveeRatio, splayReach: bodies.splays?.length.mean ?? 0)
        for round in 0...Self.mostBends {
            let (lower, upper) = conditioning.squaredScales(draw.map)
            let scale = min(max(draw.squaredScale, lower), upper.nextDown)
            if lower < upper && scale <= 1.3 * draw.squaredScale && scale >= draw.squaredScale / 1.3 {
                draw.squaredScale = scale
                return true
            }
            if round == Self.mostBends { break }
            conditioning.bend(&draw.lines, scale: Double(draw.squaredScale).squareRoot(), stream: &stream)
            draw.remap(domain)
        }
        return false
    }

    private func paint(_ draw: Draw, _ stream: inout RandomStream) -> [UInt8] {
        let bank = draw.squaredScale
        let ridge = bodies.levees == nil ? bank : bank * Float(draw.leveeRatio * draw.leveeRatio)
        var facies = draw.map.squared.map { value in
            value <= bank
                ? ChannelBodies.channelCode
                : value <= ridge ? ChannelBodies.leveeCode : ChannelBodies.backgroundCode
        }
        if let splays = bodies.splays {
            let source = SplaySource(
                splays, lines: draw.lines, scale: Double(bank).squareRoot(), wells: wells, domain: domain)
            for splay in source.draw(&stream) { splay.paint(&facies, domain) }
        }
        return facies
    }

    /// The wells hold by construction; this settles what rounding at the edge of a body might change.
    private func exact(_ facies: [UInt8]) -> [UInt8] {
        var facies = facies
        for well in wells { facies[well.cell] = well.code }
        return facies
    }

    /// The last resort, for wells so close that no channel of the wanted width fits between them: sets the facies of the
    /// wells' cells, and of the cells around each that are nearer to it than to any other well and within half a channel.
    private func forced(_ facies: [UInt8]) -> [UInt8] {
        let wrong = wells.map { facies[$0.cell] != $0.code }
        var facies = facies
        let radius = bodies.width.mean / 2
        for cell in facies.indices {
            let place = domain.centre(of: cell)
            var (nearest, distance) = (-1, radius * radius)
            for (index, well) in wells.enumerated() {
                let gap = well.place - place
                let squared = (gap * gap).sum()
                if squared < distance { (nearest, distance) = (index, squared) }
            }
            guard nearest >= 0, wrong[nearest] else { continue }
            facies[cell] = wells[nearest].code
        }
        return facies
    }
}

/// Draws the courses of one realization's channels.
private struct CourseSource {
    private enum Kind {
        case meandering(Meander)
        case network(NetworkCourse, FlowFrame)
    }

    private let kind: Kind
    private let domain: ChannelDomain
    /// Where across the flow the next meandering channel goes, as a fraction of the breadth.
    private var position: Double

    init(_ course: ChannelGenerator.Course, _ domain: ChannelDomain, _ stream: inout RandomStream) {
        self.domain = domain
        position = stream.uniform()
        switch course {
        case .meandering(let meander):
            kind = .meandering(meander)
        case .anastomosing(let network):
            let frame = FlowFrame(azimuth: network.azimuth.sample(&stream), domain: domain)
            let islandLength = network.islandLength.sample(&stream)
            let course = NetworkCourse(
                islandLength: islandLength, islandWidth: network.islandWidth.sample(&stream),
                switching: network.switching, length: frame.length, breadth: frame.breadth, stream: &stream)
            kind = .network(course, frame)
        }
    }

    /// - Parameter target: a place that the course shall pass within half a `halfWidth`.
    mutating func next(
        halfWidth: Double, through target: SIMD2<Double>?, _ stream: inout RandomStream
    ) -> [SIMD2<Double>] {
        let (points, frame) = draw(halfWidth: halfWidth, &stream)
        var shift = 0.0
        if let target {
            let wanted = frame.coordinates(of: target)
            let offset = stream.uniform(-0.5, 0.5) * halfWidth
            let crossing = points.min { abs($0.x - wanted.u) < abs($1.x - wanted.u) }
            if case .meandering = kind { shift = wanted.v + offset - (crossing?.y ?? 0) }
        } else if case .meandering = kind {
            // Steps of the golden ratio from a random start: every place is equally likely, and successive channels
            // keep apart from each other more than at random.
            position += 0.618_033_988_75 + stream.uniform(-0.15, 0.15)
            position -= position.rounded(.down)
            shift = (position - 0.5) * frame.breadth
        }
        return points.map { frame.place(u: $0.x, v: $0.y + shift) }
    }

    private func draw(
        halfWidth: Double, _ stream: inout RandomStream
    ) -> (points: [SIMD2<Double>], frame: FlowFrame) {
        switch kind {
        case .network(let course, let frame):
            return (course.course(stream: &stream), frame)
        case .meandering(let meander):
            let frame = FlowFrame(azimuth: meander.azimuth.sample(&stream), domain: domain)
            let process = MeanderProcess(
                sinuosity: meander.sinuosity.sample(&stream), wavelength: meander.wavelength.sample(&stream),
                irregularity: meander.irregularity, width: 2 * halfWidth)
            return (process.course(length: frame.length, stream: &stream), frame)
        }
    }
}
