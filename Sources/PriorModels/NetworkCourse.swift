import Foundation
import LinearAlgebra

/// The network of one realization of anastomosing belts.
///
/// Nodes lie on a lattice of stations along the flow and courses across it, each moved at random by up to a quarter of
/// its spacing and the lattice as a whole by up to one, so that no place is special. A channel runs through one node of
/// every station; at each it keeps its course, or changes to a neighbouring one with the probability of switching.
/// Channels that meet in a node share it, and leave and reach it along the flow (cubic Hermite curves), so that they
/// join and part at small angles around lens-shaped islands.
struct NetworkCourse {
    private let stations: [[SIMD2<Double>]]
    private let courses: Range<Int>
    private let switching: Double

    /// - Parameter courses: those from which a channel starts are the ones within the domain's breadth.
    init(
        islandLength: Double, islandWidth: Double, switching: Double, length: Double, breadth: Double,
        stream: inout RandomStream
    ) {
        let stationCount = Int((length / islandLength).rounded(.up)) + 3
        let courseCount = Int((breadth / islandWidth).rounded(.up)) + 3
        let shift = SIMD2(stream.uniform() * islandLength, stream.uniform() * islandWidth)
        stations = (0..<stationCount).map { station in
            (0..<courseCount).map { course in
                let jitter = SIMD2(stream.uniform(-0.25, 0.25), stream.uniform(-0.25, 0.25))
                return SIMD2(
                    (Double(station) - 1 + jitter.x) * islandLength - length / 2 - shift.x + islandLength / 2,
                    (Double(course) - 1 + jitter.y) * islandWidth - breadth / 2 - shift.y + islandWidth)
            }
        }
        courses = 0..<courseCount
        self.switching = switching
    }

    /// Points `(u, v)` [m] of one channel, from before the domain to beyond it.
    func course(stream: inout RandomStream) -> [SIMD2<Double>] {
        var course = stream.integer(below: courses.count)
        var nodes = [stations[0][course]]
        for station in stations.dropFirst() {
            if stream.uniform() < switching {
                let other = course + (stream.uniform() < 0.5 ? 1 : -1)
                // At the rim there is one neighbour only.
                course = courses.contains(other) ? other : 2 * course - other
                course = courses.contains(course) ? course : courses.lowerBound
            }
            nodes.append(station[course])
        }
        return Self.curve(through: nodes)
    }

    private static func curve(through nodes: [SIMD2<Double>]) -> [SIMD2<Double>] {
        let pieces = 12
        var points: [SIMD2<Double>] = []
        for (start, end) in zip(nodes, nodes.dropFirst()) {
            for piece in 0..<pieces {
                let t = Double(piece) / Double(pieces)
                let rise = t * t * (3 - 2 * t)
                points.append(SIMD2(start.x + t * (end.x - start.x), start.y + rise * (end.y - start.y)))
            }
        }
        if let last = nodes.last { points.append(last) }
        return points
    }
}
