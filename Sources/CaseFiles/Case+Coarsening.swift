import FlowSimulation
import PriorModels
import Reservoir

extension Case {
    /// The case on its coarser grid: cells, wells and known cells of the fine grid fall into the coarse cell around them;
    /// everything given in metres, such as the prior's, stays.
    ///
    /// - Returns: `nil` if the case has no twin.
    /// - Throws: ``ParameterError`` if the prior consists of maps of the fine grid, or two wells share a coarse cell.
    public func coarsened() throws(ParameterError) -> Case? {
        guard let factor = coarseTwin?.factor else { return nil }
        if prior.hasImportedMaps {
            throw ParameterError(
                parameter: "coarse_twin", found: "given with imported realizations",
                requirement: "must be left out: maps of another grid cannot be drawn on the coarse one")
        }
        if case .opmFlow(let plan) = forwardModel, plan.template != nil {
            throw ParameterError(
                parameter: "coarse_twin", found: "given with a deck template",
                requirement: "must be left out: the template holds wells and schedule of the fine grid")
        }
        let rock = reservoir.rock
        if [rock.netToGross, rock.multiplierX, rock.multiplierY].contains(where: { $0 != nil }) || rock.rockType != nil
        {
            throw ParameterError(
                parameter: "coarse_twin", found: "given with rock properties of single cells",
                requirement: "must be left out: NTG, MULTX, MULTY and SATNUM cannot be put on the coarse grid")
        }
        var twin = self
        twin.coarseTwin = nil
        twin.name += "-coarse"
        twin.reservoir.grid = try reservoir.grid.coarsened(by: factor)
        twin.reservoir.wells = reservoir.wells.map { well in
            var coarse = well
            var places: [Well.Completion] = []
            for place in well.completions {
                let cell = Well.Completion(column: place.column / factor, row: place.row / factor)
                if !places.contains(cell) { places.append(cell) }
            }
            coarse.completions = places
            return coarse
        }
        twin.hardData = hardData.map { datum in
            var coarse = datum
            (coarse.column, coarse.row) = (datum.column / factor, datum.row / factor)
            return coarse
        }
        if let problem = twin.reservoir.problems.first { throw problem }
        return twin
    }
}

extension PriorSettings {
    fileprivate var hasImportedMaps: Bool {
        switch self {
        case .imported: true
        case .mixture(let mixture): mixture.scenarios.contains { $0.prior.hasImportedMaps }
        default: false
        }
    }
}

extension Grid {
    /// Blocks of `factor` by `factor` cells as one: extents add up, thickness and depth are means, and a block with any
    /// active cell is active. A factor that does not divide the grid leaves smaller blocks at its end.
    public func coarsened(by factor: Int) throws(ParameterError) -> Grid {
        func sums(_ extents: [Double]) -> [Double] {
            stride(from: 0, to: extents.count, by: factor).map { start in
                extents[start..<min(start + factor, extents.count)].reduce(0, +)
            }
        }
        let (widths, heights) = (sums(columnWidths), sums(rowHeights))
        var (meanThickness, meanDepth): ([Double], [Double]) = ([], [])
        var activeBlocks: [Bool] = []
        for row in heights.indices {
            for column in widths.indices {
                let block = (row * factor..<min((row + 1) * factor, rows)).flatMap { r in
                    (column * factor..<min((column + 1) * factor, columns)).map { cell(column: $0, row: r) }
                }
                meanThickness.append(block.reduce(0) { $0 + thickness[$1] } / Double(block.count))
                meanDepth.append(block.reduce(0) { $0 + centreDepth[$1] } / Double(block.count))
                activeBlocks.append(block.contains { active[$0] })
            }
        }
        return try Grid(
            orientation: orientation, columnWidths: widths, rowHeights: heights, thickness: meanThickness,
            centreDepth: meanDepth, active: activeBlocks)
    }
}
