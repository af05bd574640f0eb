import Calibration
import CaseFiles
import LatentSpaceInversion
import Reservoir

/// Mosaics of realizations whose regions are the cells nearest to each producer that was observed.
struct WellMosaics: RealizationMosaics {
    private let regions: WellRegions
    private let inversion: DetailedInversion
    private let pool: WorkerPool
    private var realizations: EncodedRealizations

    let regionOfDatum: [Int?]
    var regionCount: Int { regions.count }
    var realizationCount: Int { realizations.count }

    /// `nil` with fewer than two producers observed.
    /// - Parameter realizations: those of the pairs known beforehand.
    init?(project: Project, _ realizations: EncodedRealizations, _ inversion: DetailedInversion, layout: DataLayout) {
        let reservoir = project.settings.reservoir
        let observed = Set(layout.entries.compactMap(\.key.well))
        let producers = reservoir.wells.filter { $0.role == .producer && observed.contains($0.name) }
        guard producers.count > 1 else { return nil }
        regions = WellRegions(of: producers, on: reservoir.grid)
        (self.realizations, self.inversion, pool) = (realizations, inversion, project.pool)
        regionOfDatum = layout.entries.map { entry in producers.firstIndex { $0.name == entry.key.well } }
    }

    func adding(_ latents: [[Double]]) throws -> any RealizationMosaics {
        var result = self
        for realization in inversion.decode(latents) { try result.realizations.append(realization) }
        return result
    }

    func edge(of region: Int, towards other: Int, in realization: Int) -> [Float] {
        let encoding = realizations.encoding
        let cells = regions.edge(of: region, towards: other)
        return (0..<encoding.channelCount).flatMap { channel in
            // One channel holds two facies, 0 and 1; of more, two channels differ where facies do. Properties are standardised.
            let scale: Float = encoding.faciesChannelCount == 1 && channel == 0 ? 1 : Float(0.5).squareRoot()
            return realizations.values(of: realization, channel: channel, cells: cells).map { scale * $0 }
        }
    }

    func latents(of parents: [[Int]]) throws -> [[Double]] {
        try pool.map(parents, makeContext: {}) { _, parents in try inversion.encode([mosaic(of: parents)])[0] }
    }

    func mosaic(of parents: [Int]) -> Realization {
        let encoding = realizations.encoding
        let parts = parents.map { realizations.channels($0) }
        let channels = (0..<encoding.channelCount * encoding.cellCount).map { place in
            parts[regions.region(of: place % encoding.cellCount)][place]
        }
        return encoding.realization(of: channels)
    }
}

/// The cells nearest to each of some wells.
struct WellRegions {
    let count: Int
    /// `[cells]`
    private let regionOfCell: [Int]
    /// Cells of one region next to another, in the order of the faces between them, `[regions][regions]`.
    private let edges: [[[Int]]]

    /// - Parameter wells: at least one; a cell as near to two belongs to the first.
    init(of wells: [Well], on grid: Grid) {
        let x = Self.centres(grid.columnWidths), y = Self.centres(grid.rowHeights)
        let places = wells.map { $0.completions.map { (x: x[$0.column], y: y[$0.row]) } }
        let regionOfCell = (0..<grid.cellCount).map { cell in
            let (here, there) = (x[grid.column(of: cell)], y[grid.row(of: cell)])
            let distances = places.map { well in
                well.reduce(Double.infinity) { least, place in
                    let (across, along) = (place.x - here, place.y - there)
                    return min(least, across * across + along * along)
                }
            }
            return distances.indices.min { distances[$0] < distances[$1] } ?? 0
        }
        let none = [[Int]](repeating: [], count: wells.count)
        var edges = [[[Int]]](repeating: none, count: wells.count)
        func meet(_ cell: Int, _ next: Int) {
            let (one, other) = (regionOfCell[cell], regionOfCell[next])
            guard one != other, grid.active[cell], grid.active[next] else { return }
            edges[one][other].append(cell)
            edges[other][one].append(next)
        }
        for cell in 0..<grid.cellCount {
            if grid.column(of: cell) + 1 < grid.columns { meet(cell, cell + 1) }
            if grid.row(of: cell) + 1 < grid.rows { meet(cell, cell + grid.columns) }
        }
        (count, self.regionOfCell, self.edges) = (wells.count, regionOfCell, edges)
    }

    func region(of cell: Int) -> Int { regionOfCell[cell] }

    func edge(of region: Int, towards other: Int) -> [Int] { edges[region][other] }

    private static func centres(_ widths: [Double]) -> [Double] {
        var edge = 0.0
        return widths.map { width in
            defer { edge += width }
            return edge + width / 2
        }
    }
}
