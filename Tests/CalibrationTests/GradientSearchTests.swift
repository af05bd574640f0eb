import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import Calibration

@Suite struct GradientSearchTests {
    private func settings(searches: Int, budget: Int) -> CalibrationSettings {
        CalibrationSettings(
            method: .gradientSearch, budget: budget,
            gradient: GradientSearchSettings(searches: searches, sensitivityCost: 2))
    }

    private func problem(_ linear: LinearGaussian) -> CalibrationProblem {
        CalibrationProblem(
            observed: linear.observed, parameterization: LinearGaussian.Carrier(dimension: linear.operatorG.columns),
            sensitivities: { points in points.map { LatentSlopes(byLatent: $0.combinations.times(linear.operatorG)) } })
    }

    @Test func thatSearchesOfALinearProblemEndWithinTheNoise() throws {
        let linear = try LinearGaussian(dimension: 6, data: 30, error: 0.3, seed: 2)
        let result = try Calibrator.run(
            problem(linear), settings: settings(searches: 4, budget: 200), seed: 5, simulate: linear.simulate)
        #expect(result.ranking.accepted.count > 50)
        // Where the gradient vanishes, and in one step but for the damping: what a search takes is at most a few batches of three.
        let searched = result.candidates.filter { $0.origin == .gradient }
        #expect(searched.count < 8 * 15, "\(searched.count)")
    }

    @Test func thatFamiliesHaveTheWeightOfOneEach() throws {
        let linear = try LinearGaussian(dimension: 6, data: 30, error: 0.3, seed: 2)
        let result = try Calibrator.run(
            problem(linear), settings: settings(searches: 3, budget: 150), seed: 5, simulate: linear.simulate)
        var sums: [Int: Double] = [:], sizes: [Int: Int] = [:]
        for (member, weight) in zip(result.ensemble.members, result.ensemble.weights) {
            let family = try #require(result.candidates[member].family)
            sums[family, default: 0] += weight
            sizes[family, default: 0] += 1
        }
        #expect(sums.count > 2 && Set(sizes.values).count > 1, "\(sizes)")
        for sum in sums.values { #expect(abs(sum * Double(sums.count) - 1) < 1e-9) }
        // Descendants are nearer to their ancestor than to those of others, or all are too far to tell: matches of one family lie
        // within ten of the posterior's standard deviations of 0.05.
        let ancestors = result.candidates.filter {
            $0.origin == .gradient && result.test.accepts($0.mismatch?.value ?? 9)
        }
        for child in result.candidates where child.origin == .move {
            let nearest = try #require(ancestors.min { distance($0, child) < distance($1, child) })
            #expect(nearest.family == child.family || distance(nearest, child) > 0.5)
        }
    }

    /// Data that the model cannot meet by a little: searches end just outside the noise, and others start from there.
    @Test func thatNearMissesHaveDescendantsAndAreNoMatches() throws {
        let linear = try LinearGaussian(dimension: 6, data: 30, error: 0.3, seed: 2)
        let (g, d) = (linear.operatorG, linear.observed.values)
        let nearest = try CholeskyFactor(g.times(g, transposed: true)).solve(g.transposed.times(d))
        let missed = zip(g.times(nearest), d).map { $0 - $1 }
        let settings = settings(searches: 3, budget: 600)
        let test = AcceptanceTest(rule: settings.acceptance, dataCount: d.count)
        let wanted = 0.3 * (1.08 * 2 * Double(d.count) * test.threshold).squareRoot()
        let length = missed.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let shift = missed.map { $0 * (wanted / length - 1) }
        let result = try Calibrator.run(problem(linear), settings: settings, seed: 5) { batch in
            batch.map { realization in
                let exact = g.times(realization.porosity.map { Double($0) })
                return .success(linear.series(zip(exact, shift).map(+)))
            }
        }
        #expect(result.ranking.accepted.isEmpty && result.ensemble.members.isEmpty)
        let moves = result.candidates.filter { $0.origin == .move }
        let families = Set(result.candidates.filter { $0.origin == .gradient }.compactMap(\.family))
        // New starts go on beside them.
        #expect(moves.count > 20 && families.count > 6, "\(moves.count) in \(families.count)")
        for move in moves { #expect(families.contains(try #require(move.family))) }
    }

    /// Simulations succeed only where a latent that the data do not see lies above `bound`: most starts come to nothing.
    private func run(settings: CalibrationSettings, above bound: Double) throws -> CalibrationResult {
        let linear = try LinearGaussian(dimension: 6, data: 30, error: 0.3, seed: 2)
        let problem = CalibrationProblem(
            observed: linear.observed, parameterization: LinearGaussian.Carrier(dimension: 7),
            sensitivities: { points in
                points.map { point in
                    let seen = point.combinations.times(linear.operatorG)
                    return LatentSlopes(byLatent: Matrix(seen.rowArrays.map { $0 + [0] }))
                }
            })
        return try Calibrator.run(problem, settings: settings, seed: 5) { batch in
            batch.map { realization in
                let latent = realization.porosity.map { Double($0) }
                guard latent[6] > bound else { return .failure(SimulationFailure("too low")) }
                return .success(linear.series(linear.operatorG.times(Array(latent[..<6]))))
            }
        }
    }

    /// Accepted ones of each family.
    private func families(_ result: CalibrationResult) -> [Int: Int] {
        result.ranking.accepted.compactMap { result.candidates[$0.candidate].family }.reduce(into: [:]) {
            $0[$1, default: 0] += 1
        }
    }

    @Test func thatACalibrationDoesNotStopBeforeItHasFamiliesEnough() throws {
        var settings = settings(searches: 8, budget: 2_000)
        settings.distinctness = 1e-6
        settings.wantedDistinct = 10
        let ten = families(try run(settings: settings, above: 0))
        #expect(ten.count >= 9 && ten.values.reduce(0, +) > 10, "\(ten)")
        settings.wantedDistinct = 2
        let two = families(try run(settings: settings, above: 0))
        #expect(two.count >= 2 && two.count < 9, "\(two)")
    }

    /// Until three tenths of the budget are left.
    @Test func thatAFamilyStaysSmallWhileOthersAreLookedFor() throws {
        let result = try run(settings: settings(searches: 2, budget: 270), above: 2)
        // One family is matched by then, of the four that are wanted, and has its six; what follows are starts.
        let moves = result.candidates.filter { $0.origin == .move }.map(\.index)
        let fresh = result.candidates[80..<110]
        #expect(moves.contains { $0 < 80 } && fresh.allSatisfy { $0.origin == .gradient }, "\(moves.prefix(60))")
        // In the last three tenths of the budget it may have more.
        let found = families(result)
        #expect(found.count < 4 && found.values.contains { $0 > 18 }, "\(found)")
    }

    private func distance(_ a: Candidate, _ b: Candidate) -> Double {
        zip(a.latent ?? [], b.latent ?? []).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    /// Anchors are draws of the prior `N(0, I)`. Where the problem is linear, matches of a family follow them by `C`, the
    /// posterior's covariance, so that their own covariance is its square. One search at a time ends up with two families, as far
    /// apart as the places where their first searches met the noise.
    @Test func thatDescendantsOfALinearProblemSpreadAsTheirAnchorsDo() throws {
        let linear = try LinearGaussian(dimension: 3, data: 12, error: 0.5, seed: 4)
        let result = try Calibrator.run(
            problem(linear), settings: settings(searches: 1, budget: 12_000), seed: 7, simulate: linear.simulate)
        let found = result.candidates.filter { $0.origin == .move }.dropFirst(800).compactMap(\.latent)
        #expect(found.count > 10_000, "\(found.count): each needs one simulation where slopes are exact")
        let (middle, _) = moments(found)
        let exact = try linear.posterior.covariance
        let squared = exact.times(exact)
        for isUpper in [true, false] {
            let family = found.filter { ($0[2] > middle[2]) == isUpper }
            #expect(family.count > 4_500)
            let (_, covariance) = moments(family)
            for i in 0..<3 {
                // Anchors move by 0.9 of a draw: neighbours in a family are correlated by 0.4, so five standard errors are 0.16.
                #expect(covariance[i, i] > 0.84 * squared[i, i], "\(covariance[i, i]), \(squared[i, i])")
                #expect(covariance[i, i] < 1.16 * squared[i, i], "\(covariance[i, i]), \(squared[i, i])")
            }
        }
    }

    @Test func thatStoredStatesContinueAsIfTheyHadNeverStopped() throws {
        let linear = try LinearGaussian(dimension: 6, data: 30, error: 0.3, seed: 2)
        let settings = settings(searches: 3, budget: 150)
        let whole = try Calibrator.run(problem(linear), settings: settings, seed: 5, simulate: linear.simulate)
        var calibrator = try Calibrator(problem(linear), settings: settings, seed: 5)
        while case let batch = try calibrator.nextBatch(), !batch.isEmpty {
            try calibrator.absorb(linear.simulate(batch))
            let stored = try JSONEncoder().encode(calibrator.checkpoint)
            let read = try JSONDecoder().decode(Calibrator.Checkpoint.self, from: stored)
            calibrator = Calibrator(problem(linear), resuming: read, series: calibrator.series)
        }
        #expect(try calibrator.result().candidates == whole.candidates)
    }

    /// Three proposals at known places: the searches begin with the two whose data are nearest.
    private struct FixedProposal: LatentProposal {
        let points: [[Double]]
        var residualCovariance: Matrix { Matrix(rows: 2, columns: 2) }
        func latents(forData data: [[Double]]) -> [[Double]] { points }
    }

    @Test func thatSearchesStartFromTheNearestProposals() throws {
        let linear = try LinearGaussian(dimension: 2, data: 8, error: 0.1, seed: 2)
        let best = try linear.posterior.mean
        let points = [3.0, 1, 2].map { [best[0] + $0, best[1]] }
        let problem = CalibrationProblem(
            observed: linear.observed, parameterization: LinearGaussian.Carrier(dimension: 2),
            proposal: FixedProposal(points: points),
            sensitivities: { places in places.map { LatentSlopes(byLatent: $0.combinations.times(linear.operatorG)) } })
        var settings = settings(searches: 2, budget: 200)
        settings.gradient.proposals = 3
        let result = try Calibrator.run(problem, settings: settings, seed: 5, simulate: linear.simulate)
        #expect(result.candidates.prefix(3).map(\.origin) == [.proposal, .proposal, .proposal])
        #expect(result.candidates.prefix(3).map(\.latent) == points)
        #expect(result.candidates.dropFirst(3).prefix(2).map(\.latent) == [points[1], points[2]])
        #expect(result.candidates.dropFirst(3).prefix(2).map(\.iteration) == [1, 1])
    }

    /// Before anything is simulated, proposals included.
    @Test func thatProposalsAreNotSimulatedWithoutSensitivities() throws {
        let linear = try LinearGaussian(dimension: 2, data: 4, error: 0.3, seed: 2)
        let problem = linear.problem(proposal: FixedProposal(points: [[0, 0]]))
        var calibrator = try Calibrator(problem, settings: settings(searches: 1, budget: 20), seed: 1)
        #expect(throws: CalibrationError.needsSensitivities(method: "gradient", obstacle: "the simulator knows none")) {
            try calibrator.nextBatch()
        }
    }

    @Test func thatASimulatorWithoutSensitivitiesIsRefused() throws {
        let linear = try LinearGaussian(dimension: 2, data: 4, error: 0.3, seed: 2)
        #expect(throws: CalibrationError.needsSensitivities(method: "gradient", obstacle: "the simulator knows none")) {
            try Calibrator.run(
                linear.problem(), settings: settings(searches: 1, budget: 20), seed: 1, simulate: linear.simulate)
        }
    }
}
