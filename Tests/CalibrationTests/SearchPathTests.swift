import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import Calibration

@Suite struct SearchPathTests {
    @Test func thatSmallResidualsAreKeptAndLargeOnesGrowAsLogarithms() {
        let compressed = [0.1, -0.1, 300, 600, -600].compressed
        expectClose(compressed[0], 0.1, tolerance: 1e-4)
        expectClose(compressed[1], -compressed[0], tolerance: 1e-15)
        // 3 asinh(x / 3) is 3 ln(2 x / 3) where x is large.
        expectClose(compressed[3] - compressed[2], 3 * log(2), tolerance: 1e-3)
        expectClose(compressed[4], -compressed[3], tolerance: 1e-12)
        let residual = [-40, -2, 0.3, 5.0]
        let step = 1e-6
        for (index, slope) in residual.compressionSlopes.enumerated() {
            let up = [residual[index] + step].compressed[0], down = [residual[index] - step].compressed[0]
            expectClose(slope, (up - down) / (2 * step), tolerance: 1e-8)
        }
    }

    /// `(I + λ M + JᵀJ) s = −(a + Jᵀ r)`, solved here densely.
    @Test func thatStepsSolveTheDampedNormalEquations() throws {
        var stream = RandomStream(seed: 2, purpose: "step")
        let slopes = Matrix(rows: 4, columns: 7, elements: stream.normals(28))
        let model = LocalModel(slopes, of: .identity(4))
        let (residual, pull, weights) = (stream.normals(4), stream.normals(7), [1, 1, 1, 0.01, 0.01, 0.01, 0.01])
        for (damping, step) in zip(
            [0, 3.0, 100],
            try model.step(residual: residual, fromAnchor: pull, dampings: [0, 3, 100], weights: weights))
        {
            var normal = Matrix.identity(7) + slopes.times(slopes, transposed: true)
            for k in 0..<7 { normal[k, k] += damping * weights[k] }
            let gradient = zip(slopes.transposed.times(residual), pull).map(+)
            for (left, right) in zip(normal.times(step), gradient) { expectClose(left, -right, tolerance: 1e-5) }
        }
    }

    @Test func thatWhatAMoveHasShownIsLearntAndCanBeAddedAgain() {
        let slopes = Matrix(rows: 2, columns: 3, elements: [1, 2, 3, 4, 5, 6])
        var model = LocalModel(slopes, of: .identity(2))
        let move = [2.0, 0, -1], seen = [7.0, -3]
        let correction = model.learn(move: move, change: seen)
        for (a, b) in zip(model.change(over: move), seen) { expectClose(a, b, tolerance: 0.01) }
        // Across the move nothing is learnt.
        for (a, b) in zip(model.change(over: [1, 0, 2]), slopes.times([1, 0, 2])) { expectClose(a, b, tolerance: 1e-5) }
        var other = LocalModel(slopes, of: .identity(2))
        if let correction { other.add(correction) }
        #expect(other.jacobian == model.jacobian)
        #expect(model.learn(move: [0, 0, 0], change: seen) == nil)
    }

    /// Sixty cells in a row, each of one of two facies by the sign of what twelve latents give it. Data count cells of the second
    /// facies in windows, so that they jump, and have no slope at all but before the cut.
    private struct CutRow: SmoothParameterization {
        static let cells = 60
        let dimension = 12, detailDimension = 0, hasFacies = true

        func field(_ latent: [Double]) -> [Double] {
            (0..<Self.cells).map { cell -> Double in
                var sum = 0.0
                for k in 0..<dimension {
                    let phase = Double(cell * k) * Double.pi / Double(Self.cells)
                    sum += latent[k] * cos(phase) / (1 + 0.3 * Double(k))
                }
                return sum
            }
        }

        func realization(_ shares: [Double]) -> Realization {
            let values = shares.map { Float($0) }
            return Realization(porosity: values, permeabilityX: values.map { 1 + $0 }, permeabilityY: values)
        }

        func decode(_ latents: [[Double]]) -> [Realization] {
            latents.map { realization(field($0).map { $0 > 0 ? 1 : 0 }) }
        }

        func decodeSmooth(_ latents: [[Double]], sharpness: Double) -> [Realization] {
            latents.map { realization(field($0).map { 1 / (1 + exp(-sharpness * $0)) }) }
        }

        static func data(_ realization: Realization) -> [Double] {
            (0..<20).map { window -> Double in
                let first = 3 * window
                return (first..<first + 9).reduce(0.0) { $0 + Double(realization.porosity[min($1, cells - 1)]) }
            }
        }

        func sensitivities(_ point: SensitivityPoint) -> Matrix {
            let step = 1e-4
            let columns = (0..<dimension).map { k -> [Double] in
                func data(_ sign: Double) -> [Double] {
                    var moved = point.latent
                    moved[k] += sign * step
                    return Self.data(decodeSmooth([moved], sharpness: point.sharpness)[0])
                }
                return zip(data(1), data(-1)).map { ($0 - $1) / (2 * step) }
            }
            return point.combinations.times(Matrix(columns).transposed)
        }
    }

    private func search(_ seed: UInt64, smooth: Bool) throws -> CalibrationResult {
        let row = CutRow()
        var stream = RandomStream(seed: seed, purpose: "cut truth")
        let truth = CutRow.data(row.decode([stream.normals(12)])[0])
        let key = VectorKey("WOPR", "P1")
        let observed = try ObservedData(
            truth.enumerated().map {
                Observation(key: key, time: Double($0.offset), value: $0.element + 0.4 * stream.normal(), error: 0.4)
            })
        let problem = CalibrationProblem(
            observed: observed, parameterization: row, smooth: smooth ? row : nil,
            sensitivities: { $0.map(row.sensitivities) })
        var settings = CalibrationSettings(
            method: .gradientSearch, budget: 400, gradient: GradientSearchSettings(searches: 4, sensitivityCost: 2))
        settings.wantedDistinct = 1
        return try Calibrator.run(problem, settings: settings, seed: 3) { batch in
            batch.map { realization in
                let data = CutRow.data(realization)
                return .success(
                    ProductionSeries(times: data.indices.map { Double($0) }, keys: [key], values: [data]))
            }
        }
    }

    /// Realizations before the cut are steps on the way: they count as simulated, and are neither accepted nor rejected.
    @Test func thatFaciesAreCutStepByStep() throws {
        let results = try (0..<6).map { try search($0, smooth: true) }
        // A truth whose own noise lies outside what is accepted is one in a hundred; one search may end short.
        let matched = results.count { !$0.ranking.accepted.isEmpty }
        #expect(matched >= 5, "\(matched) of 6")
        for result in results {
            let smooth = result.candidates.filter { if case .smooth = $0.source { true } else { false } }
            #expect(!smooth.isEmpty)
            #expect(smooth.allSatisfy { $0.mismatch == nil && $0.data != nil })
            #expect(result.accounting.simulated == result.candidates.count)
            let judged = Set(result.ranking.accepted.map(\.candidate) + result.ranking.rejected.map(\.candidate))
            #expect(smooth.allSatisfy { !judged.contains($0.index) })
        }
        func spent(_ smooth: Bool) throws -> Int {
            try (0..<6).reduce(0) { try $0 + (search($1, smooth: smooth).accounting.simulationsToFirst ?? 400) }
        }
        #expect(try spent(true) <= spent(false))
    }
}
