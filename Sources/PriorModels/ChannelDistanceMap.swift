import Foundation

/// For each cell, its squared distance to the nearest channel's centre line in units of that channel's half width.
///
/// Cells up to one are in a channel; scaling all widths by `s` moves that limit to `s²`. So one map serves to find the
/// scale that meets a proportion, and levees beside the channels.
struct ChannelDistanceMap: Sendable {
    /// `[cells]`; infinite beyond ``reach``.
    private(set) var squared: [Float]
    /// Thickness at its middle of the channel that ``squared`` is of, `[cells]` [m]; empty until one has a thickness.
    private(set) var thickness: [Float] = []
    /// In half widths.
    let reach: Double
    private let domain: ChannelDomain

    init(_ domain: ChannelDomain, reach: Double) {
        squared = Array(repeating: .infinity, count: domain.cellCount)
        (self.domain, self.reach) = (domain, reach)
    }

    mutating func add(_ line: CentreLine) {
        let radius = reach * line.halfWidth
        let unit = 1 / (line.halfWidth * line.halfWidth)
        let columnCount = domain.columnCentres.count
        let before = line.thickness == nil ? [] : squared
        defer {
            if let own = line.thickness {
                if thickness.isEmpty { thickness = Array(repeating: .infinity, count: squared.count) }
                for cell in squared.indices where squared[cell] < before[cell] { thickness[cell] = Float(own) }
            }
        }
        squared.withUnsafeMutableBufferPointer { squared in
            for (start, end) in zip(line.points, line.points.dropFirst()) {
                let rows = Self.indices(
                    in: domain.rowCentres, from: min(start.y, end.y), to: max(start.y, end.y), radius)
                let columns = Self.indices(
                    in: domain.columnCentres, from: min(start.x, end.x), to: max(start.x, end.x), radius)
                let step = end - start
                let squaredLength = (step * step).sum()
                let inverse = squaredLength > 0 ? 1 / squaredLength : 0
                for row in rows {
                    let dy = domain.rowCentres[row] - start.y
                    for column in columns {
                        let dx = domain.columnCentres[column] - start.x
                        let along = min(max((dx * step.x + dy * step.y) * inverse, 0), 1)
                        let (gapX, gapY) = (dx - along * step.x, dy - along * step.y)
                        let value = Float((gapX * gapX + gapY * gapY) * unit)
                        let cell = row * columnCount + column
                        if value < squared[cell] { squared[cell] = value }
                    }
                }
            }
        }
    }

    /// The squared scale at which the share of active cells not beyond it is closest to `proportion`; `nil` if that is
    /// a scale beyond `most`.
    func squaredScale(for proportion: Double, most: Double) -> Float? {
        let wanted = Int((proportion * Double(domain.activeCount)).rounded())
        var near: [Float] = []
        near.reserveCapacity(squared.count)
        let limit = Float(most * most)
        for cell in squared.indices where squared[cell] <= limit && domain.active[cell] { near.append(squared[cell]) }
        guard near.count >= wanted, wanted > 0 else { return nil }
        near.sort()
        return near[wanted - 1]
    }

    /// The indices of the ascending `centres` within `radius` of `lower ... upper`.
    private static func indices(
        in centres: [Double], from lower: Double, to upper: Double, _ radius: Double
    ) -> Range<Int> {
        let first = partition(centres, lower - radius)
        return first..<max(first, partition(centres, upper + radius))
    }

    private static func partition(_ ascending: [Double], _ limit: Double) -> Int {
        var (low, high) = (0, ascending.count)
        while low < high {
            let middle = (low + high) / 2
            if ascending[middle] < limit { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
