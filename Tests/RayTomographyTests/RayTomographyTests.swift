import Foundation
import LinearAlgebra
import RayTomography
import Reservoir
import TestSupport
import Testing

@Suite struct RayTomographyTests {
    @Test func thatEachRayIsAsLongAsItsEndsAreApart() throws {
        let geometry = try RayGeometry(columns: 28, rows: 28)
        #expect(geometry.paths.count == 128)
        let corners: [Double] = [0, 4, 8, 12, 15, 19, 23, 27]
        for (ray, path) in geometry.paths.enumerated() {
            let offset = corners[ray % 64 / 8] - corners[ray % 8]
            // A sum of at most 55 lengths below 39, each rounded a few times.
            expectClose(
                path.lengths.reduce(0, +), (28 * 28 + offset * offset).squareRoot(), tolerance: 1e-12)
        }
    }

    @Test func thatARayIsCutWhereItCrossesCells() throws {
        // From (2, 0) to (0, 3) on 3 x 3 cells: boundaries are met at 1/3, 1/2 and 2/3 of the way.
        let diagonal = try RayGeometry(columns: 3, rows: 3, positions: 2).paths[1]
        #expect(diagonal.cells == [1, 4, 3, 6])
        let length = 13.0.squareRoot()
        for (found, share) in zip(diagonal.lengths, [1 / 3.0, 1 / 6.0, 1 / 6.0, 1 / 3.0]) {
            expectClose(found, share * length, tolerance: 1e-14)
        }
    }

    @Test func thatHorizontalRaysMirrorVerticalOnes() throws {
        let geometry = try RayGeometry(columns: 20, rows: 20, positions: 5)
        for (vertical, horizontal) in zip(geometry.paths.prefix(25), geometry.paths.suffix(25)) {
            let mirrored = vertical.cells.map { $0 % 20 * 20 + $0 / 20 }
            #expect(mirrored == horizontal.cells)
        }
    }

    @Test func thatTheForwardModelCountsTheFaciesAlongEachRay() throws {
        let geometry = try RayGeometry(columns: 6, rows: 9, positions: 3)
        let model = try RayTomographyModel(geometry: geometry, divisors: Array(repeating: 2, count: 18))
        let facies = (0..<54).map { UInt8($0 % 6 == 0 ? 1 : 0) }
        let field = [Float](repeating: 0.1, count: 54)
        let series = try model.makeSimulator().simulate(
            Realization(facies: facies, porosity: field, permeabilityX: field, permeabilityY: field))
        #expect(series.keys.count == 6 && series.times == [1, 2, 3].map { $0 * Unit.day })
        // The first ray runs down the first column, nine cells long; the others in `V3` start and end outside it.
        #expect(series[VectorKey("RAY", "V1")]?.first == 4.5)
        #expect(series[VectorKey("RAY", "V3")]?.last == 0)
        // A level ray crosses one cell of the first column.
        #expect(series[VectorKey("RAY", "H1")]?.first == 0.5)
    }

    /// The data are linear in the shares, so that slopes give changes of any size.
    @Test func thatSensitivitiesGiveTheChangeOfTheData() throws {
        let model = try RayTomographyModel(
            geometry: try RayGeometry(columns: 6, rows: 9, positions: 3), divisors: (1...18).map { Double($0) })
        let simulator = try #require(model.makeSimulator() as? any DifferentiableSimulator)
        var stream = RandomStream(seed: 2, purpose: "shares")
        let field = [Float](repeating: 0.1, count: 54)
        let maps = (0..<2).map { _ in (0..<54).map { _ in Float(stream.uniform()) } }
        let realizations = maps.map { ink in
            Realization(
                porosity: field, permeabilityX: field, permeabilityY: field,
                faciesShares: [0: ink.map { 1 - $0 }, 1: ink])
        }
        // Not in the order of the rays.
        let layout = DataLayout(
            entries: model.vectorKeys.reversed().flatMap { key in
                model.reportTimes.map { DataLayout.Entry(key: key, time: $0) }
            })
        let combinations = (0..<4).map { _ in stream.normals(layout.count) }
        let found = try simulator.sensitivity(of: realizations[0], at: layout, combinations: combinations)
        let slopes = try #require(found.byFaciesShare[1])
        let data = try realizations.map { try layout.values(in: simulator.simulate($0)) }
        for (sum, weights) in combinations.enumerated() {
            let expected = weights.indices.reduce(0) { $0 + weights[$1] * (data[1][$1] - data[0][$1]) }
            let change = (0..<54).reduce(0.0) { $0 + Double(slopes[sum * 54 + $1] * (maps[1][$1] - maps[0][$1])) }
            // Single precision of sums of some tens of terms.
            expectClose(change, expected, tolerance: 1e-5)
        }
    }

    @Test func thatARealizationOfAnotherSizeFailsByName() throws {
        let model = try RayTomographyModel(geometry: try RayGeometry(columns: 6, rows: 9, positions: 3))
        let field = [Float](repeating: 0.1, count: 5)
        #expect(throws: SimulationFailure("the realization has 5 cells, the ray geometry 54")) {
            try model.makeSimulator().simulate(Realization(porosity: field, permeabilityX: field, permeabilityY: field))
        }
    }

    /// Where the published operator is at hand: `LSI_SHARED`, or a folder `shared` beside the package.
    static let publishedOperator: URL? = {
        let beside = URL(filePath: #filePath).appending(path: "../../../../shared").standardizedFileURL
        let folder = ProcessInfo.processInfo.environment["LSI_SHARED"].map { URL(filePath: $0) } ?? beside
        let file = folder.appending(path: "data/mnist/G.npy")
        return FileManager.default.fileExists(atPath: file.path) ? file : nil
    }()

    @Test(.enabled(if: publishedOperator != nil))
    func thatTheOperatorIsThePublishedOne() throws {
        let bytes = try Data(contentsOf: try #require(Self.publishedOperator))
        let values = bytes.suffix(784 * 128 * 4).withUnsafeBytes { raw in
            (0..<784 * 128).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
        // The file is in Fortran order: one ray after the other.
        let geometry = try RayGeometry(columns: 28, rows: 28)
        var worst: Float = 0
        for (ray, path) in geometry.paths.enumerated() {
            var column = [Float](repeating: 0, count: 784)
            for (cell, length) in zip(path.cells, path.lengths) { column[cell] += Float(length) }
            for cell in 0..<784 { worst = max(worst, abs(column[cell] - values[ray * 784 + cell])) }
        }
        // Both are rounded to single precision near 1.
        expectClose(Double(worst), 0, tolerance: 1e-6)
    }
}
