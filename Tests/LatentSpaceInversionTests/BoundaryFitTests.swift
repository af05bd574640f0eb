import Foundation
import LinearAlgebra
import Reservoir
import Testing

@testable import LatentSpaceInversion

/// Fits of single cells, beside plain sums over the cells of realizations.
@Suite struct BoundaryFitTests {
    private static let columns = 24, rows = 20, combinations = 5
    private let grid: Grid
    private let active: [Bool]
    private let field = DetailField(rows: rows, columns: columns)
    private static let strength: Float = 0.8

    init() throws {
        active = (0..<Self.rows * Self.columns).map { $0 % 7 != 3 }
        grid = try Grid.uniform(
            columns: Self.columns, rows: Self.rows, width: 1, height: 1, thickness: 1, depth: 0, active: active)
    }

    private func encoding(facies: Int) throws -> RealizationEncoding {
        let codes = (0..<grid.cellCount).map { UInt8($0 % facies) }
        let permeability = codes.map { Float(pow(10, -15 + 1.5 * Double($0))) }
        return try RealizationEncoding(
            fitting: [
                Realization(
                    facies: codes, porosity: codes.map { 0.1 + 0.1 * Float($0) }, permeabilityX: permeability,
                    permeabilityY: permeability)
            ], on: grid)
    }

    /// `Σ s (f' − f)` with `f` permeability to the power 0.4 and porosity.
    private func change(_ values: [Float], from: Realization, to: Realization) -> [Double] {
        (0..<Self.combinations).map { row in
            (0..<grid.cellCount).reduce(0.0) { sum, cell in
                guard active[cell] else { return sum }
                let power = pow(Double(to.permeabilityX[cell]), 0.4) - pow(Double(from.permeabilityX[cell]), 0.4)
                let porosity = Double(to.porosity[cell] - from.porosity[cell])
                let start = cell * 2 * Self.combinations + row
                return sum + Double(values[start]) * power + Double(values[start + Self.combinations]) * porosity
            }
        }
    }

    @Test(arguments: [2, 3])
    func thatCellsAreChangedUntilTheDataAreMet(facies: Int) throws {
        let encoding = try encoding(facies: facies)
        var stream = RandomStream(seed: UInt64(facies), purpose: "cells")
        let channels = (0..<encoding.faciesChannelCount).flatMap { _ in
            field.values(stream.normals(field.dimension)).map { 1 / (1 + exp(-2 * $0)) }
        }
        // A sand cell of one darcy has 1.6e-5 m^0.8.
        let values = (0..<grid.cellCount * 2 * Self.combinations).map { place in
            Float(stream.normal()) * (place / Self.combinations % 2 == 0 ? 1e5 : 1)
        }
        let slopes = CellSlopes(combinationCount: Self.combinations, featureCount: 2, values: values)
        let offsets: [Float] = [6, -4, 3, 5, -7]
        var fit = BoundaryFit(
            encoding, field: field, strength: Self.strength, slopes: slopes, channels: channels, offsets: offsets)
        let weights = fit.weights(goal: 4)

        let start = encoding.realization(of: channels)
        var moved = channels
        for (channel, change) in weights.enumerated() {
            for (cell, value) in field.values(change.map { Double($0) }).enumerated() where active[cell] {
                let place = channel * grid.cellCount + cell
                moved[place] = logistic(logarithmOfOdds(moved[place]) + Self.strength * value)
            }
        }
        let end = encoding.realization(of: moved)
        let reached = zip(offsets, change(values, from: start, to: end)).map { Double($0) + $1 }
        for (a, b) in zip(reached, fit.offsets) { #expect(abs(a - Double(b)) < 1e-3) }
        let left = reached.reduce(0) { $0 + $1 * $1 }
        let changed = zip(start.facies ?? [], end.facies ?? []).count { $0 != $1 }
        #expect(left <= 4 || 135 - left > 0.1 * Double(changed), "\(left) left, \(changed) cells")
        #expect(left < 0.3 * 135 && changed > 0 && changed < 200, "\(left) left, \(changed) cells")
        for cell in 0..<grid.cellCount where !active[cell] { #expect(start.facies?[cell] == end.facies?[cell]) }
    }

    @Test func thatNothingChangesWhereTheDataAreMet() throws {
        let encoding = try encoding(facies: 2)
        var stream = RandomStream(seed: 9, purpose: "cells")
        let channels = field.values(stream.normals(field.dimension)).map { 1 / (1 + exp(-2 * $0)) }
        let slopes = CellSlopes(
            combinationCount: 1, featureCount: 2, values: stream.normals(2 * grid.cellCount).map { Float($0) })
        var fit = BoundaryFit(
            encoding, field: field, strength: Self.strength, slopes: slopes, channels: channels, offsets: [1.5])
        #expect(fit.weights(goal: 2.5).joined().allSatisfy { $0 == 0 })
    }

    /// What slopes foresee from one state of a trained inversion to another, and a fit that leaves the network's latents alone.
    @Test func thatATrainedInversionForeseesAndFits() throws {
        let prior = try SyntheticRealizations(columns: 12, rows: 14)
        let trained = try DualAutoencoderTrainer(settings: smallSettings(), seed: 4)
            .train(try prior.trainingSet(pairs: 60, free: 60)).inversion
        let detailed = DetailedInversion(
            trained, errors: ImageErrors(rmse: 0.3, faciesAccuracy: 0.9, intersectionOverUnion: nil))
        var stream = RandomStream(seed: 5, purpose: "latents")
        let (first, second) = (stream.normals(detailed.dimension), stream.normals(detailed.dimension))
        let base = detailed.decodeSmooth([first], sharpness: 2)[0]
        let count = base.cellCount
        let byLogarithm = stream.normals(3 * count).map { Float($0) }
        let byPorosity = stream.normals(3 * count).map { Float($0) }
        let slopes = try #require(
            detailed.cellSlopes(
                DataSensitivity(cellCount: count, byLogPermeability: byLogarithm, byPorosity: byPorosity), at: base))
        let foreseen = detailed.changes(
            from: LatentState(first, sharpness: 2), to: [LatentState(second, sharpness: nil)], slopes: slopes)[0]
        let other = detailed.decode([second])[0]
        for row in 0..<3 {
            var expected = 0.0, size = 0.0
            for cell in 0..<count {
                let (from, to) = (Double(base.permeabilityX[cell]), Double(other.permeabilityX[cell]))
                // Per logarithm at the base: (k'ᵖ − kᵖ) / (p kᵖ).
                let term =
                    Double(byLogarithm[row * count + cell]) * (pow(to / from, 0.4) - 1) / 0.4
                    + Double(byPorosity[row * count + cell]) * Double(other.porosity[cell] - base.porosity[cell])
                (expected, size) = (expected + term, size + abs(term))
            }
            #expect(abs(foreseen[row] - expected) < 1e-4 * size)
        }
        let offsets = [20.0, -10, 15]
        let state = LatentState(first, sharpness: nil)
        let fitted = detailed.fitted([first], from: state, offsets: offsets, slopes: slopes, goal: 1)[0]
        #expect(fitted.prefix(detailed.networkDimension).elementsEqual(first.prefix(detailed.networkDimension)))
        let changed = detailed.changes(from: state, to: [LatentState(fitted, sharpness: nil)], slopes: slopes)[0]
        let left = zip(offsets, changed).reduce(0) { $0 + ($1.0 + $1.1) * ($1.0 + $1.1) }
        #expect(left < 0.5 * 725, "\(left)")
    }
}
