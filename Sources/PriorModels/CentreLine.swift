import Foundation
import Reservoir

/// The middle of a channel: a polyline in the plane of the grid [m], and half the channel's width [m].
struct CentreLine: Sendable {
    var points: [SIMD2<Double>]
    let halfWidth: Double
    /// At the middle of the channel [m]; `nil` if it fills its cells.
    var thickness: Double?

    /// The closest point of the line to `place`, the squared distance [m²] and the direction of the line there.
    func nearest(to place: SIMD2<Double>) -> (point: SIMD2<Double>, squaredDistance: Double, direction: SIMD2<Double>) {
        var best = (point: points[0], squaredDistance: Double.infinity, direction: SIMD2<Double>(0, 0))
        for index in 1..<max(points.count, 2) where points.count > 1 {
            let (start, step) = (points[index - 1], points[index] - points[index - 1])
            let squaredLength = (step * step).sum()
            let along =
                squaredLength > 0 ? min(max(((place - start) * step).sum() / squaredLength, 0), 1) : 0
            let point = start + along * step
            let gap = place - point
            let squaredDistance = (gap * gap).sum()
            if squaredDistance < best.squaredDistance { best = (point, squaredDistance, step) }
        }
        return best
    }
}

/// A frame along a direction of flow: `u` downstream, `v` to the right of it, origin in the middle of the domain [m].
struct FlowFrame: Sendable {
    let middle: SIMD2<Double>
    let along: SIMD2<Double>, across: SIMD2<Double>
    /// Extent of the domain along and across the flow [m].
    let length: Double, breadth: Double

    /// - Parameter azimuth: clockwise from the direction of rows to that of columns [degrees].
    init(azimuth: Double, domain: ChannelDomain) {
        let angle = azimuth * .pi / 180
        (along, across) = (SIMD2(sin(angle), cos(angle)), SIMD2(cos(angle), -sin(angle)))
        middle = domain.extent / 2
        length = domain.extent.x * abs(along.x) + domain.extent.y * abs(along.y)
        breadth = domain.extent.x * abs(across.x) + domain.extent.y * abs(across.y)
    }

    func place(u: Double, v: Double) -> SIMD2<Double> { middle + u * along + v * across }

    func coordinates(of place: SIMD2<Double>) -> (u: Double, v: Double) {
        (((place - middle) * along).sum(), ((place - middle) * across).sum())
    }
}

/// Where the cells of a grid are.
struct ChannelDomain: Sendable {
    /// Centres of columns along x and of rows along y [m] from the grid's first corner.
    let columnCentres: [Double], rowCentres: [Double]
    /// Of the whole grid [m].
    let extent: SIMD2<Double>
    /// The smallest cell extent [m].
    let smallestCell: Double
    let active: [Bool]
    let activeCount: Int

    init(_ grid: Grid) {
        func centres(_ extents: [Double]) -> [Double] {
            var edge = 0.0
            return extents.map { extent in
                defer { edge += extent }
                return edge + extent / 2
            }
        }
        columnCentres = centres(grid.columnWidths)
        rowCentres = centres(grid.rowHeights)
        extent = SIMD2(grid.columnWidths.reduce(0, +), grid.rowHeights.reduce(0, +))
        smallestCell = min(grid.columnWidths.min() ?? 1, grid.rowHeights.min() ?? 1)
        (active, activeCount) = (grid.active, grid.activeCount)
    }

    var cellCount: Int { active.count }

    func centre(of cell: Int) -> SIMD2<Double> {
        SIMD2(columnCentres[cell % columnCentres.count], rowCentres[cell / columnCentres.count])
    }
}
