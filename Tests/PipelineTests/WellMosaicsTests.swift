import Calibration
import CaseFiles
import LatentSpaceInversion
import Reservoir
import TestSupport
import Testing

@testable import Pipeline

@Suite struct WellMosaicsTests {
    /// Cells of unlike widths, and a well of two completions: by distances between centres, one by one.
    @Test func thatRegionsAreTheCellsNearestToEachWell() throws {
        let grid = try Grid(
            orientation: .areal, columnWidths: [10, 40, 5, 5, 20, 60, 10], rowHeights: [8, 30, 4, 25, 12],
            thickness: [Double](repeating: 1, count: 35), centreDepth: [Double](repeating: 0, count: 35),
            active: (0..<35).map { $0 != 17 })
        let x = [5.0, 30, 52.5, 57.5, 70, 110, 145], y = [4.0, 23, 40, 54.5, 73]
        let places = [[(0, 0)], [(6, 1), (5, 4)], [(2, 3)]]
        let regions = WellRegions(
            of: places.enumerated().map { index, cells in
                Well(
                    name: "P\(index)", role: .producer,
                    completions: cells.map { Well.Completion(column: $0.0, row: $0.1) })
            }, on: grid)
        #expect(regions.count == 3)
        for cell in 0..<35 {
            let distances = places.map { well in
                well.map { place in
                    let (across, along) = (x[place.0] - x[cell % 7], y[place.1] - y[cell / 7])
                    return across * across + along * along
                }.min() ?? 0
            }
            #expect(distances[regions.region(of: cell)] == distances.min(), "cell \(cell)")
        }
        var faces = 0
        for one in 0..<3 {
            #expect(regions.edge(of: one, towards: one).isEmpty)
            for other in 0..<3 where other != one {
                let near = regions.edge(of: one, towards: other), far = regions.edge(of: other, towards: one)
                #expect(near.count == far.count)
                faces += near.count
                for (here, there) in zip(near, far) {
                    #expect(regions.region(of: here) == one && regions.region(of: there) == other)
                    #expect([1, 7].contains(abs(here - there)) && here != 17 && there != 17)
                }
            }
        }
        // Every face between two regions, once from either side.
        let expected = (0..<35).reduce(0) { count, cell in
            count
                + [(cell % 7 < 6, cell + 1), (cell < 28, cell + 7)].count { exists, next in
                    exists && cell != 17 && next != 17 && regions.region(of: cell) != regions.region(of: next)
                }
        }
        #expect(faces == 2 * expected)
    }

    /// A case with a producer in either of two corners.
    private func project(_ folder: TemporaryFolder) throws -> Project {
        let text = SmallCase.text.replacing(
            "control: {bottom_hole_pressure: 150}}",
            with: "control: {bottom_hole_pressure: 150}}\n"
                + "  - {name: P2, role: producer, column: 12, row: 1, control: {bottom_hole_pressure: 150}}")
        try SmallCase.make(in: folder.path, text: text)
        return try SmallCase.open(folder.path)
    }

    @Test func thatAMosaicIsEachParentAboutAWell() throws {
        let folder = try TemporaryFolder()
        let project = try project(folder)
        try project.train()
        let training = try TrainNetwork(project: project).prepared()
        let inversion = DetailedInversion(training.inversion, errors: training.quality.numbers.modelReconstruction)
        let layout = try project.observed().layout
        let mosaics = try #require(
            WellMosaics(project: project, training.realizations, inversion, layout: layout))
        #expect(mosaics.regionCount == 2)
        for (entry, region) in zip(layout.entries, mosaics.regionOfDatum) {
            #expect(region == ["P1": 0, "P2": 1][entry.key.well ?? ""], "\(entry.key)")
        }
        let (one, other) = (training.realizations.realization(3), training.realizations.realization(8))
        let mosaic = mosaics.mosaic(of: [3, 8])
        // P1 is in the last row, P2 in the first; halfway between, the first of the wells.
        for cell in 0..<120 {
            #expect(mosaic.porosity[cell] == (cell / 12 >= 5 ? one : other).porosity[cell])
            #expect(mosaic.permeabilityX[cell] == (cell / 12 >= 5 ? one : other).permeabilityX[cell])
        }
        #expect(try mosaics.latents(of: [[3, 8], [5, 5]])[0] == inversion.encode([mosaic])[0])
        #expect(try mosaics.latents(of: [[5, 5]])[0] == inversion.encode([training.realizations.realization(5)])[0])
        // Across the border, each channel's standardised values: the root of the mean square of their differences is about one.
        let borders = (0..<mosaics.realizationCount - 1).flatMap { index in
            zip(mosaics.edge(of: 0, towards: 1, in: index), mosaics.edge(of: 1, towards: 0, in: index + 1)).map {
                $0 - $1
            }
        }
        #expect(mosaics.edge(of: 0, towards: 1, in: 0).count == 12 * training.inversion.encoding.channelCount)
        let square = borders.reduce(0) { $0 + $1 * $1 } / Float(borders.count)
        #expect(square > 0.7 && square < 1.4, "\(square)")
        // Decoded latents come after the pairs.
        let latent = inversion.extended([Double](repeating: 0, count: training.inversion.dimension))
        let added = try #require(try mosaics.adding([latent]) as? WellMosaics)
        #expect(added.realizationCount == mosaics.realizationCount + 1)
        let decoded = inversion.decode([latent])[0]
        for cell in 60..<120 {
            expectClose(
                Double(added.mosaic(of: [mosaics.realizationCount, 0]).porosity[cell]), Double(decoded.porosity[cell]),
                tolerance: 1e-5)
        }
    }

    @Test func thatOneProducerMakesNoMosaics() throws {
        let folder = try TemporaryFolder()
        try SmallCase.make(in: folder.path)
        let project = try SmallCase.open(folder.path)
        try project.train()
        let training = try TrainNetwork(project: project).prepared()
        #expect(
            WellMosaics(
                project: project, training.realizations, DetailedInversion(training.inversion, errors: nil),
                layout: try project.observed().layout) == nil)
    }
}
