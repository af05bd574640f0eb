import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import LatentSpaceInversion

@Suite struct SmoothRealizationTests {
    private let prior: SyntheticRealizations
    private let encoding: RealizationEncoding

    init() throws {
        prior = try SyntheticRealizations(columns: 20, rows: 6)
        encoding = try RealizationEncoding(fitting: (0..<5).map(prior.realization), on: prior.grid)
    }

    /// Probabilities whose logarithm of odds rises by `slope` from column to column, zero between the tenth and the eleventh.
    private func channels(slope: Double) -> [Float] {
        (0..<120).map { cell in Float(1 / (1 + exp(-slope * (Double(cell % 20) - 9.5)))) }
    }

    @Test(arguments: [0.3, 1.2])
    func thatBoundariesAreAsWideAsWantedHoweverSureTheDecoderIs(slope: Double) throws {
        for sharpness in [1.0, 2.0] {
            let smooth = encoding.smoothRealization(of: channels(slope: slope), sharpness: sharpness)
            let sand = try #require(smooth.faciesShares?[3])
            for column in 0..<20 {
                let distance = Double(column) - 9.5
                // The least slope takes half a per cent off the steepness, which changes a share by 1.1e-3 at most.
                let expected = 1 / (1 + exp(-sharpness * distance))
                expectClose(Double(sand[20 + column]), expected, tolerance: 5e-3)
            }
        }
    }

    @Test func thatPermeabilityIsAPowerMeanAndPorosityTheUsualOne() {
        // Half and half everywhere: no boundary to be told.
        let smooth = encoding.smoothRealization(of: [Float](repeating: 0.5, count: 120), sharpness: 4)
        let expected = pow((pow(1e-12, 0.4) + pow(1e-15, 0.4)) / 2, 2.5)
        for cell in 0..<120 {
            expectClose(Double(smooth.permeabilityX[cell]) / expected, 1, tolerance: 1e-4)
            expectClose(Double(smooth.porosity[cell]), 0.175, tolerance: 1e-6)
        }
    }

    @Test func thatThreeFaciesShareCellsOnlyAtTheirBoundaries() throws {
        let grid = try Grid.uniform(columns: 30, rows: 1, width: 1, height: 1, thickness: 1, depth: 0)
        let codes = (0..<30).map { UInt8($0 / 10) }
        let field = codes.map { 0.1 + 0.1 * Float($0) }
        let three = try RealizationEncoding(
            fitting: [Realization(facies: codes, porosity: field, permeabilityX: field, permeabilityY: field)], on: grid
        )
        // Each facies likely about the middle of its third.
        let channels = (0..<90).map { place -> Float in
            let distance = Float(place % 30) - 4.5 - 10 * Float(place / 30)
            return exp(-0.05 * distance * distance)
        }
        let shares = try #require(three.smoothRealization(of: channels, sharpness: 2).faciesShares)
        for cell in 0..<30 {
            let all = (0..<3).map { Double(shares[UInt8($0)]?[cell] ?? .nan) }
            expectClose(all.reduce(0, +), 1, tolerance: 1e-6)
            if cell % 10 == 4 { #expect(all[cell / 10] > 0.99, "\(cell): \(all)") }
        }
        expectClose(Double(shares[0]?[9] ?? .nan), Double(shares[1]?[10] ?? .nan), tolerance: 1e-3)
    }

    /// Odds of a cell that takes no part would make a boundary of the reservoir's edge.
    @Test func thatInactiveCellsMakeNoBoundary() throws {
        let active = (0..<120).map { $0 % 20 != 15 }
        let holed = try SyntheticRealizations(columns: 20, rows: 6, active: active)
        let encoding = try RealizationEncoding(fitting: (0..<5).map(holed.realization), on: holed.grid)
        var channels = channels(slope: 0.5)
        for cell in 0..<120 where !active[cell] { channels[cell] = 0 }
        let sand = try #require(encoding.smoothRealization(of: channels, sharpness: 1).faciesShares?[3])
        for column in [14, 16] {
            // As above; taken for sand's end, column 15 would put the boundary there.
            let expected = 1 / (1 + exp(-(Double(column) - 9.5)))
            expectClose(Double(sand[40 + column]), expected, tolerance: 1e-2)
        }
    }
}
