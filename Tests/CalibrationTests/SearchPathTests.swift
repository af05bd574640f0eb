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

    private func place(_ data: Int) -> SensitivityPoint {
        SensitivityPoint(latent: [], sharpness: 1, combinations: .identity(data))
    }

    /// `(I + λ M + JᵀJ) s = −(a + Jᵀ r)`, solved here densely.
    @Test func thatStepsSolveTheDampedNormalEquations() throws {
        var stream = RandomStream(seed: 2, purpose: "step")
        let slopes = Matrix(rows: 4, columns: 7, elements: stream.normals(28))
        let model = LocalModel(LatentSlopes(byLatent: slopes), at: place(4), of: .identity(4))
        let (residual, pull) = (stream.normals(4), stream.normals(7))
        let blocks = [LatentBlock(latents: 0..<3, damping: 1), LatentBlock(latents: 3..<7, damping: 0.01)]
        func norm(_ k: Int) -> Double { (0..<4).reduce(0) { $0 + slopes[$1, k] * slopes[$1, k] }.squareRoot() }
        func mean(_ latents: Range<Int>) -> Double {
            (latents.reduce(0) { $0 + norm($1) * norm($1) } / Double(latents.count)).squareRoot()
        }
        let weights = (0..<7).map { $0 < 3 ? norm($0) / mean(0..<3) : 0.01 * norm($0) / mean(3..<7) }
        for (damping, step) in zip(
            [0, 3.0, 100],
            try model.step(residual: residual, fromAnchor: pull, dampings: [0, 3, 100], blocks: blocks))
        {
            var normal = Matrix.identity(7) + slopes.times(slopes, transposed: true)
            for k in 0..<7 { normal[k, k] += damping * weights[k] }
            let gradient = zip(slopes.transposed.times(residual), pull).map(+)
            for (left, right) in zip(normal.times(step), gradient) { expectClose(left, -right, tolerance: 1e-5) }
        }
    }

    @Test func thatWhatAMoveHasShownIsLearntAndCanBeAddedAgain() {
        let slopes = Matrix(rows: 2, columns: 3, elements: [1, 2, 3, 4, 5, 6])
        var model = LocalModel(LatentSlopes(byLatent: slopes), at: place(2), of: .identity(2))
        let move = [2.0, 0, -1], seen = [7.0, -3]
        let correction = model.learn(move: move, change: seen)
        for (a, b) in zip(model.change(over: move), seen) { expectClose(a, b, tolerance: 0.01) }
        // Across the move nothing is learnt.
        for (a, b) in zip(model.change(over: [1, 0, 2]), slopes.times([1, 0, 2])) { expectClose(a, b, tolerance: 1e-5) }
        var other = LocalModel(LatentSlopes(byLatent: slopes), at: place(2), of: .identity(2))
        if let correction { other.add(correction) }
        #expect(other.jacobian == model.jacobian)
        #expect(model.learn(move: [0, 0, 0], change: seen) == nil)
    }

    /// Sixty cells in a row, each of one of two facies by the sign of what twelve latents give it. Data count cells of the second
    /// facies in windows, so that they jump, and have no slope at all but before the cut.
    private struct CutRow: SmoothParameterization {
        static let cells = 60
        /// Whether each cell has a latent of its own beside.
        var withDetail = false
        /// Whether slopes by cell are known.
        var seesCells = true
        let hasFacies = true
        var dimension: Int { 12 + detailDimension }
        var detailDimension: Int { withDetail ? Self.cells : 0 }

        func field(_ latent: [Double]) -> [Double] {
            (0..<Self.cells).map { cell -> Double in
                var sum = withDetail ? 0.5 * latent[12 + cell] : 0
                for k in 0..<12 {
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

        /// The data are linear in the cells, so that what is foreseen comes true.
        func changes(from state: LatentState, to others: [LatentState], slopes: CellSlopes) -> [[Double]] {
            func shares(_ state: LatentState) -> [Float] {
                (state.sharpness.map { decodeSmooth([state.latent], sharpness: $0) } ?? decode([state.latent]))[0]
                    .porosity
            }
            let before = shares(state)
            return others.map(shares).map { after in
                var sums = [Float](repeating: 0, count: slopes.combinationCount)
                for cell in 0..<Self.cells { slopes.add(cell: cell, { _ in after[cell] - before[cell] }, to: &sums) }
                return sums.map { Double($0) }
            }
        }

        /// Takes over every cell that brings the data nearer.
        func fitted(
            _ latents: [[Double]], from state: LatentState, offsets: [Double], slopes: CellSlopes, goal: Double
        ) -> [[Double]] {
            latents.map { fitted($0, from: state, offsets: offsets, slopes: slopes, goal: goal) }
        }

        private func fitted(
            _ latent: [Double], from state: LatentState, offsets: [Double], slopes: CellSlopes, goal: Double
        ) -> [Double] {
            var result = latent
            let start = changes(from: state, to: [LatentState(latent, sharpness: nil)], slopes: slopes)[0]
            var reached = zip(offsets, start).map { Float($0 + $1) }
            let values = field(latent)
            for cell in 0..<Self.cells where reached.reduce(0, { $0 + $1 * $1 }) > Float(goal) {
                var moved = reached
                slopes.add(cell: cell, { _ in values[cell] > 0 ? -1 : 1 }, to: &moved)
                guard moved.reduce(0, { $0 + $1 * $1 }) < reached.reduce(0, { $0 + $1 * $1 }) else { continue }
                result[12 + cell] -= 2.02 * values[cell]
                reached = moved
            }
            return result
        }

        private static func windows(_ cell: Int) -> [Int] {
            (0..<20).flatMap { window in
                (3 * window..<3 * window + 9).filter { min($0, cells - 1) == cell }.map { _ in window }
            }
        }

        static func data(_ realization: Realization) -> [Double] {
            var sums = [Double](repeating: 0, count: 20)
            for cell in 0..<cells { for window in windows(cell) { sums[window] += Double(realization.porosity[cell]) } }
            return sums
        }

        func sensitivities(_ point: SensitivityPoint) -> LatentSlopes {
            let step = 1e-4
            let columns = (0..<dimension).map { k -> [Double] in
                func data(_ sign: Double) -> [Double] {
                    var moved = point.latent
                    moved[k] += sign * step
                    return Self.data(decodeSmooth([moved], sharpness: point.sharpness)[0])
                }
                return zip(data(1), data(-1)).map { ($0 - $1) / (2 * step) }
            }
            let combinations = point.combinations
            let byCell = (0..<Self.cells).flatMap { cell in
                (0..<combinations.rows).map { row in
                    Float(Self.windows(cell).reduce(0) { $0 + combinations[row, $1] })
                }
            }
            return LatentSlopes(
                byLatent: combinations.times(Matrix(columns).transposed),
                byCell: withDetail && seesCells
                    ? CellSlopes(combinationCount: combinations.rows, featureCount: 1, values: byCell) : nil)
        }
    }

    private struct Search {
        let row: CutRow
        let problem: CalibrationProblem
        var settings = CalibrationSettings(
            method: .gradientSearch, budget: 400, gradient: GradientSearchSettings(searches: 4, sensitivityCost: 2))
        private static let key = VectorKey("WOPR", "P1")

        init(_ seed: UInt64, smooth: Bool = true, row: CutRow = CutRow(), error: Double = 0.4) throws {
            var stream = RandomStream(seed: seed, purpose: "cut truth")
            let truth = CutRow.data(CutRow().decode([stream.normals(12)])[0])
            let observed = try ObservedData(
                truth.enumerated().map {
                    Observation(
                        key: Self.key, time: Double($0.offset), value: $0.element + error * stream.normal(),
                        error: error)
                })
            self.row = row
            problem = CalibrationProblem(
                observed: observed, parameterization: row, smooth: smooth ? row : nil,
                sensitivities: { $0.map(row.sensitivities) })
            settings.wantedDistinct = 1
        }

        func run() throws -> CalibrationResult {
            try Calibrator.run(problem, settings: settings, seed: 3, simulate: simulate)
        }

        func simulate(_ batch: [Realization]) -> [Result<ProductionSeries, SimulationFailure>] {
            batch.map { realization in
                let data = CutRow.data(realization)
                return .success(
                    ProductionSeries(times: data.indices.map { Double($0) }, keys: [Self.key], values: [data]))
            }
        }
    }

    /// A search whose every simulation gives one datum as far off as told, times what is accepted.
    /// - Returns: how many of `misfits` it has taken before it was given up, `nil`: it goes on; with which sharpness it was
    ///   then, and before each; and that of the slopes it wants, if any.
    private func run(_ misfits: [Double]) throws -> (givenUp: Int?, sharpnesses: [Double?], wanted: Double?) {
        let around = SearchPath.Surroundings(
            blocks: [LatentBlock(latents: 0..<1, damping: 1)], limit: 10, smooth: nil)
        var search = SearchPath(from: [0], family: 0, cut: .uncut, iterations: 20)
        var sharpnesses: [Double?] = []
        for (index, misfit) in misfits.enumerated() {
            if search.needsSlopes {
                let slopes = LatentSlopes(byLatent: Matrix(rows: 1, columns: 1, elements: [1e-3]))
                search.take(LocalModel(slopes, at: place(1), of: .identity(1)))
            }
            try search.ask(around)
            sharpnesses.append(search.sharpness)
            try search.learn(search.trials.map { _ in [(misfit * around.limit).squareRoot()] }, around)
            if search.isOver { return (index + 1, sharpnesses + [search.sharpness], nil) }
        }
        return (nil, sharpnesses + [search.sharpness], search.needsSlopes ? search.sharpnessOfSlopes : nil)
    }

    private func steps(_ misfits: [Double]) throws -> Int? { try run(misfits).givenUp }

    @Test func thatStartsWithoutPromiseAreGivenUp() throws {
        // Slopes serve for two steps, or for one that brings little.
        #expect(try steps([30, 25]) == 2)
        #expect(try steps([30, 12, 9]) == 3)
        #expect(try steps([30, 12, 7.9]) == nil)
        #expect(try steps([30, 12, 7.9, 6.5]) == 4)
        #expect(try steps([30, 12, 7.9, 5.5]) == nil)
    }

    @Test func thatSearchesThatCrawlAreGivenUp() throws {
        let crawling = (0..<9).map { 5 * pow(0.97, Double($0)) }, going = (0..<9).map { 5 * pow(0.9, Double($0)) }
        #expect(try steps(crawling) != nil)
        #expect(try steps(going) == nil)
    }

    @Test func thatWhatFallsApartWhenNarrowedIsNarrowedByLess() throws {
        #expect(try run([1.4, 2.4]).sharpnesses == [2, 4, 4])
        let halved = try run([1.4, 2.6, 1.4, 1.2])
        #expect(halved.givenUp == nil)
        #expect(halved.sharpnesses == [2, 4, 8.0.squareRoot(), 4, 4])
        let hopeless = try run([1.4, 9, 9, 9])
        #expect(hopeless.givenUp == 4)
        // Not with the widest boundaries, from which there is no way back.
        #expect(try run([2.6]).sharpnesses == [2, 2])
    }

    @Test func thatTheCutsOwnSlopesServeWhereItHasThrownASearchOff() throws {
        #expect(try run([1.4, 0.85, 1.5]).sharpnesses == [2, 4, nil, nil])
        #expect(try run([1.4, 0.85, 1.5]).wanted == nil)
        for misfit in [3.0, 9] {
            let thrown = try run([1.4, 0.85, misfit])
            #expect(thrown.givenUp == nil)
            #expect(try #require(thrown.wanted) > 4)
        }
    }

    @Test func thatThereIsAnEndToGoingBack() throws {
        // Thrown off twice each time before the data are met: at the ninth there would still be something between.
        #expect(try steps((0..<9).map { $0.isMultiple(of: 3) ? 1.4 : 9 }) == 9)
    }

    /// Realizations before the cut are steps on the way: they count as simulated, and are neither accepted nor rejected.
    @Test func thatFaciesAreCutStepByStep() throws {
        let results = try (0..<6).map { try Search($0).run() }
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
            try (0..<6).reduce(0) { try $0 + (Search($1, smooth: smooth).run().accounting.simulationsToFirst ?? 400) }
        }
        #expect(try spent(true) <= spent(false))
    }

    /// The data jump with cells, which slopes by latents say nothing about: of simulations after the cut, fewer are needed to
    /// the first match.
    @Test func thatChangingCellsAfterTheCutSavesSimulations() throws {
        func spent(_ seesCells: Bool) throws -> Int {
            try (0..<12 as Range<UInt64>).reduce(0) { sum, seed in
                let result = try Search(seed, row: CutRow(withDetail: true, seesCells: seesCells), error: 0.2).run()
                let first = result.ranking.accepted.map(\.candidate).min() ?? result.candidates.count
                return sum
                    + result.candidates.prefix(first).count { if case .smooth = $0.source { false } else { true } }
            }
        }
        let (seeing, blind) = (try spent(true), try spent(false))
        #expect(3 * seeing < 2 * blind, "\(seeing), \(blind)")
    }

    /// Slopes by cell are not in a checkpoint; they are found again, and at no charge.
    @Test func thatASearchGoesOnFromEveryCheckpointAsIfItHadNotStopped() throws {
        var search = try Search(1, row: CutRow(withDetail: true))
        search.settings.wantedDistinct = 12
        let whole = try search.run()
        var calibrator = try Calibrator(search.problem, settings: search.settings, seed: 3)
        while case let batch = try calibrator.nextBatch(), !batch.isEmpty {
            try calibrator.absorb(search.simulate(batch))
            let stored = try JSONEncoder().encode(calibrator.checkpoint)
            let read = try JSONDecoder().decode(Calibrator.Checkpoint.self, from: stored)
            calibrator = Calibrator(search.problem, resuming: read, series: calibrator.series)
        }
        #expect(whole.ranking.accepted.count > 1)
        #expect(try calibrator.result().candidates == whole.candidates)
    }
}
