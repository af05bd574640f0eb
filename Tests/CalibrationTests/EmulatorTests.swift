import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import Calibration

@Suite struct EmulatorTests {
    /// Data of a smooth function of two among `dimension` latents.
    private func pairs(_ count: Int, dimension: Int, seed: UInt64) -> Emulator.Pairs {
        var stream = RandomStream(seed: seed, purpose: "pairs")
        var pairs = Emulator.Pairs()
        for _ in 0..<count {
            let latent = stream.normals(dimension)
            pairs.append(latent: latent, residual: function(latent))
        }
        return pairs
    }

    private func function(_ z: [Double]) -> [Double] {
        [3 * sin(z[0]) + z[1], 2 * z[1] - 1, z[0] * z[1], 0.5 * z[0] * z[0] + 2]
    }

    private func rootMeanSquare(_ emulator: Emulator, dimension: Int) -> Double {
        let held = pairs(200, dimension: dimension, seed: 99)
        let predicted = emulator.residuals(Matrix(held.latents))
        var sum = 0.0
        for i in 0..<200 {
            for j in 0..<4 {
                sum += (predicted[i, j] - held.residuals[i][j]) * (predicted[i, j] - held.residuals[i][j])
            }
        }
        return (sum / 800).squareRoot()
    }

    @Test func thatASmoothFunctionIsLearntAmongIrrelevantLatents() throws {
        let emulator = try Emulator(fitting: pairs(300, dimension: 8, seed: 1), base: nil)
        // The data vary by about 1.5 in root mean square; 300 points in two relevant directions must explain 98 % of it.
        #expect(rootMeanSquare(emulator, dimension: 8) < 0.2)
    }

    @Test func thatTheReportedErrorIsThatOfHeldOutPointsNearTheData() throws {
        let emulator = try Emulator(fitting: pairs(300, dimension: 4, seed: 1), base: nil, nearCount: 150)
        let held = pairs(2_000, dimension: 4, seed: 99).nearest(1_000)
        let predicted = emulator.residuals(Matrix(held.latents))
        var sum = 0.0
        for i in 0..<held.count {
            for j in 0..<4 {
                sum += (predicted[i, j] - held.residuals[i][j]) * (predicted[i, j] - held.residuals[i][j])
            }
        }
        // The nearer half of either set. 150 squared errors with heavy tails: a factor of 1.5 in root mean square.
        let judged = (0..<4).reduce(0) { $0 + emulator.errorCovariance[$1, $1] } / 4
        let ratio = (judged / (sum / Double(4 * held.count))).squareRoot()
        #expect(ratio > 1 / 1.5 && ratio < 1.5, "ratio \(ratio)")
    }

    @Test func thatABasePredictionIsCorrectedNotTrusted() throws {
        let wrong: Emulator.Base = { latents in latents.map { _ in [5, -3, 2, 1] } }
        let emulator = try Emulator(fitting: pairs(300, dimension: 3, seed: 1), base: wrong)
        #expect(rootMeanSquare(emulator, dimension: 3) < 0.2)
    }

    @Test func thatTheWalkLeavesThePriorUnchanged() throws {
        var stream = RandomStream(seed: 3, purpose: "sensitivity")
        let jacobian = Matrix(rows: 2, columns: 4, elements: stream.normals(8).map { 3 * $0 })
        let walk = PreconditionedWalk(
            sensitivity: try SymmetricEigen(jacobian.times(jacobian, transposed: true)))
        let count = 20_000
        let start = Matrix(rows: count, columns: 4, elements: stream.normals(4 * count))
        let runner = ChainRunner(walk: walk, potential: { Array(repeating: 0, count: $0.rows) }) {
            RandomStream(seed: 5, purpose: "walk", index: UInt64($0))
        }
        let moved = runner.run(from: start, steps: 3, size: 0.9, adapts: false)
        #expect(moved.acceptance == 1)
        let found = moments(moved.points.rowArrays)
        for i in 0..<4 {
            for j in 0..<4 {
                // Standard error of a covariance of 20,000 draws: √2 / √20,000 at most; four of them.
                expectClose(found.covariance[i, j], i == j ? 1 : 0, tolerance: 0.04)
            }
            expectClose(found.mean[i], 0, tolerance: 4 / Double(count).squareRoot())
        }
        // And it moves: in the two directions without data three steps leave a correlation of 0.43³ to 0.95³.
        #expect(zip(moved.points.elements, start.elements).reduce(0) { $0 + $1.0 * $1.1 } / Double(4 * count) < 0.9)
    }
}
