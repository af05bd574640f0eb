import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import Calibration

/// Latents whose values belong to regions, `latent[i]` to region `i / width`; across the border between a region and the next, a realization
/// shows the last value of the one and the first of the other.
struct BlockMosaics: RealizationMosaics {
    let width: Int
    let regionOfDatum: [Int?]
    let regionCount: Int
    var latents: [[Double]]

    func adding(_ latents: [[Double]]) -> any RealizationMosaics {
        var result = self
        result.latents += latents
        return result
    }

    func edge(of region: Int, towards other: Int, in realization: Int) -> [Float] {
        guard abs(region - other) == 1 else { return [] }
        let place = region < other ? (region + 1) * width - 1 : region * width
        return [Float(latents[realization][place])]
    }

    func latents(of parents: [[Int]]) -> [[Double]] {
        parents.map { parents in
            parents.enumerated().flatMap { region, parent in
                Array(latents[parent][region * width..<(region + 1) * width])
            }
        }
    }
}

@Suite struct MosaicTests {
    private static let regions = 4, width = 2, pairs = 60

    /// Two data a region, and one of all regions; residuals of pairs are theirs.
    private func mosaics(_ latents: [[Double]]) -> BlockMosaics {
        BlockMosaics(
            width: Self.width, regionOfDatum: (0..<Self.regions).flatMap { [$0, $0] } + [nil],
            regionCount: Self.regions, latents: latents)
    }

    private func stream(_ attempt: Int) -> RandomStream {
        RandomStream(seed: 3, purpose: "mosaic test", index: UInt64(attempt))
    }

    private func own(_ count: Int) -> [[Int]] { (0..<count).map { Array(repeating: $0, count: Self.regions) } }

    /// Where each pair has one region right and the others wrong by ten standard deviations or more, the pair that is right in each is
    /// chosen at once.
    @Test func thatPartsComeFromWhereTheirDataAreRight() throws {
        let mosaics = mosaics(Array(repeating: [Double](repeating: 0, count: 8), count: Self.pairs))
        let right = [17, 3, 41, 29]
        let residuals = (0..<Self.pairs).map { pair -> [Double] in
            (0..<Self.regions).flatMap { region in
                right[region] == pair ? [0.1, -0.1] : [10 + Double(pair % 7), 12]
            } + [0]
        }
        var choice = MosaicChoice(
            mosaics, zip(residuals, own(Self.pairs)).map { MosaicChoice.Realization(residual: $0, lineage: $1) })
        let parents = choice.parents(10) { stream($0) }
        #expect(parents.count == 10)
        #expect(parents[0] == right, "\(parents[0])")
        // Each is another, and none is a pair itself.
        #expect(Set(parents).count == 10 && parents.allSatisfy { Set($0).count > 1 })
    }

    /// Pairs are alike to the data, so that borders decide: those of either kind go on with their own only.
    @Test func thatBodiesGoOnAcrossBorders() throws {
        let latents = (0..<Self.pairs).map { pair in [Double](repeating: pair % 2 == 0 ? 10 : -10, count: 8) }
        let residual = [Double](repeating: 1, count: 9)
        var choice = MosaicChoice(
            mosaics(latents), own(Self.pairs).map { MosaicChoice.Realization(residual: residual, lineage: $0) })
        let parents = choice.parents(20) { stream($0) }
        #expect(parents.count == 20)
        for choice in parents { #expect(Set(choice.map { $0 % 2 }).count == 1, "\(choice)") }
    }

    /// A part that is known in a mosaic with the rest right is no other part; failed simulations give none.
    @Test func thatPartsOfOneOriginAreOneCandidate() throws {
        let zero = [Double](repeating: 0, count: 8)
        let near = [Double](repeating: 0.5, count: 9), far = [Double](repeating: 2, count: 9)
        let lineages = own(3) + [[0, 0, 1, 1], [2, 2, 2, 2]]
        var choice = MosaicChoice(
            mosaics(Array(repeating: zero, count: 5)),
            zip([far, far, nil, near, nil], lineages).map { MosaicChoice.Realization(residual: $0, lineage: $1) })
        let parents = choice.parents(100) { stream($0) }
        let made = parents.map { choice.lineage(of: $0) }
        // Of two origins in four regions sixteen can be made, less the three that are there.
        #expect(Set(made).count == 13 && made.count == 13, "\(made)")
        for parents in parents { #expect(!parents.contains(2) && !parents.contains(4)) }
        // Region 0 from origin 0 is taken from the mosaic, where it is nearer to the data than in the pair.
        for (parents, lineage) in zip(parents, made) where lineage[0] == 0 { #expect(parents[0] == 3) }
    }

    /// Four blocks of two latents, each seen by a well of its own: data of the best of 100 pairs are off by more than those of mosaics of
    /// the pairs that have single wells right.
    private func problem(error: Double = 0.1) throws -> (linear: LinearGaussian, problem: CalibrationProblem) {
        let linear = try LinearGaussian(dimension: 8, data: 48, error: error, seed: 2, blocks: Self.regions)
        var stream = RandomStream(seed: 9, purpose: "pairs")
        let latents = (0..<100).map { _ in stream.normals(8) }
        let pairs = latents.map { SimulatedPair(latent: $0, data: linear.operatorG.times($0)) }
        let mosaics = BlockMosaics(
            width: Self.width, regionOfDatum: (0..<48).map { $0 * Self.regions / 48 }, regionCount: Self.regions,
            latents: latents)
        return (
            linear,
            CalibrationProblem(
                observed: linear.observed, parameterization: LinearGaussian.Carrier(dimension: 8), knownPairs: pairs,
                mosaics: mosaics,
                sensitivities: { points in
                    points.map { LatentSlopes(byLatent: $0.combinations.times(linear.operatorG)) }
                })
        )
    }

    private func settings(mosaics: Int) -> CalibrationSettings {
        CalibrationSettings(
            method: .gradientSearch, budget: 1_000,
            gradient: GradientSearchSettings(searches: 4, sensitivityCost: 2, mosaics: mosaics))
    }

    @Test func thatSearchesStartFromMosaicsNearerThanAnyPair() throws {
        let (linear, problem) = try problem()
        let result = try Calibrator.run(problem, settings: settings(mosaics: 72), seed: 5, simulate: linear.simulate)
        let mosaics = result.candidates.filter { $0.origin == .mosaic && $0.iteration < 4 }
        #expect(mosaics.count >= 48 && mosaics.count <= 72, "\(mosaics.count)")
        let nearest = try #require(
            problem.knownPairs.map { Mismatch(prediction: $0.data, observed: linear.observed).value }.min())
        let made = mosaics.compactMap { $0.mismatch?.value }
        // Best of each region, which the wells of this problem see apart from the others.
        let possible = (0..<Self.regions).reduce(0.0) { sum, region in
            let rows = region * 12..<(region + 1) * 12
            return sum
                + (problem.knownPairs.map { pair in
                    rows.reduce(0.0) { sum, row in
                        let residual = (pair.data[row] - linear.observed.values[row]) / 0.1
                        return sum + residual * residual / 96
                    }
                }.min() ?? 0)
        }
        // Parts are drawn at a temperature, so that the very best of each need not be among the first mosaics.
        let best = try #require(made.min())
        #expect(best < 0.5 * nearest, "\(best), \(nearest)")
        #expect(best >= possible * 0.999 && best < 1.2 * possible, "\(best), \(possible)")
        // The first search starts there.
        #expect(starts(result).first?.mismatch?.value == best)
        // Without, from the nearest pair.
        let plain = try Calibrator.run(problem, settings: settings(mosaics: 0), seed: 5, simulate: linear.simulate)
        #expect(plain.candidates.allSatisfy { $0.origin != .mosaic })
        expectClose(try #require(starts(plain).first?.mismatch?.value), nearest, tolerance: 1e-4)
    }

    /// The first candidate of each search that starts afresh.
    private func starts(_ result: CalibrationResult) -> [Candidate] {
        var met = Set<Int>()
        return result.candidates.filter { $0.origin == .gradient && met.insert($0.family ?? -1).inserted }
    }

    @Test func thatStartsHaveNoMoreThanHalfOfTheirRegionsInCommon() throws {
        let (linear, problem) = try problem()
        var settings = settings(mosaics: 72)
        settings.gradient.searches = 8
        let result = try Calibrator.run(problem, settings: settings, seed: 5, simulate: linear.simulate)
        let starts = starts(result).compactMap(\.latent)
        #expect(starts.count >= 16)
        let shared = regionsShared(starts)
        // Half is allowed, and some of the nearest have it.
        #expect(shared.max() == 2, "\(shared)")
    }

    /// Of each latent, the most regions that it has in common with one before it.
    private func regionsShared(_ latents: [[Double]]) -> [Int] {
        latents.indices.map { index in
            latents[..<index].map { other in
                (0..<Self.regions).count { latents[index][2 * $0] == other[2 * $0] }
            }.max() ?? 0
        }
    }

    /// With a noise in which many mosaics lie near the data.
    @Test func thatNearStartsThatShareLittleComeFirst() throws {
        let (linear, problem) = try problem(error: 0.3)
        var settings = settings(mosaics: 72)
        settings.gradient.searches = 8
        let result = try Calibrator.run(problem, settings: settings, seed: 5, simulate: linear.simulate)
        let latents = starts(result).prefix(8).compactMap(\.latent)
        let shared = regionsShared(latents)
        #expect(latents.count == 8 && shared.allSatisfy { $0 <= 1 }, "\(shared)")
    }

    /// What four searches ended with lies within the noise, and so do mosaics of it.
    @Test func thatEndsOfSearchesGivePartsToLaterMosaics() throws {
        let (linear, problem) = try problem()
        var settings = settings(mosaics: 24)
        settings.gradient.searches = 8
        let result = try Calibrator.run(problem, settings: settings, seed: 5, simulate: linear.simulate)
        let first = try #require(result.candidates.firstIndex { $0.origin == .gradient })
        let (early, late) = (result.candidates[..<first], result.candidates[first...])
        let before = early.compactMap { $0.mismatch?.value }
        let later = late.filter { $0.origin == .mosaic }.compactMap { $0.mismatch?.value }
        #expect(later.count >= 24 && later.count % 24 == 0, "\(later.count)")
        let threshold = result.test.threshold
        #expect(later.count { $0 < 1.3 * threshold } > later.count / 2, "\(later)")
        #expect(before.allSatisfy { $0 > 1.3 * threshold })
        // One that matches belongs to the family of the search that most of it comes from, or to none of a search's.
        let families = Set(late.filter { $0.origin == .gradient }.compactMap(\.family))
        let owned = late.filter { $0.origin == .mosaic }.compactMap(\.family)
        #expect(owned.count == later.count && owned.contains { $0 >= 0 })
        #expect(owned.allSatisfy { $0 < 0 || families.contains($0) })
    }

    @Test func thatStoredStatesContinueAsIfTheyHadNeverStopped() throws {
        let (linear, problem) = try problem()
        var settings = settings(mosaics: 48)
        settings.gradient.searches = 8
        settings.budget = 500
        let whole = try Calibrator.run(problem, settings: settings, seed: 5, simulate: linear.simulate)
        var calibrator = try Calibrator(problem, settings: settings, seed: 5)
        while case let batch = try calibrator.nextBatch(), !batch.isEmpty {
            try calibrator.absorb(linear.simulate(batch))
            let stored = try JSONEncoder().encode(calibrator.checkpoint)
            let read = try JSONDecoder().decode(Calibrator.Checkpoint.self, from: stored)
            calibrator = Calibrator(problem, resuming: read, series: calibrator.series)
        }
        let result = try calibrator.result()
        #expect(result.candidates == whole.candidates)
        #expect(result.candidates.count { $0.origin == .mosaic } > 48)
    }

    @Test func thatMosaicsTakeATenthOfTheBudgetAtMost() throws {
        let (linear, problem) = try problem()
        var settings = settings(mosaics: 1_000)
        settings.budget = 500
        let result = try Calibrator.run(problem, settings: settings, seed: 5, simulate: linear.simulate)
        let first = try #require(result.candidates.firstIndex { $0.origin == .gradient })
        #expect(first == 48, "\(first)")
    }
}
