import Foundation
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@testable import LatentSpaceInversion

@Suite struct DetailedInversionTests {
    private let errors = ImageErrors(rmse: 0.3, faciesAccuracy: 0.9, intersectionOverUnion: nil)

    private func trained(hasFacies: Bool = true) throws -> TrainedInversion {
        var synthetic = try SyntheticRealizations(columns: 12, rows: 14)
        synthetic.hasFacies = hasFacies
        let set = try synthetic.trainingSet(pairs: 60, free: 60)
        return try DualAutoencoderTrainer(settings: smallSettings(), seed: 4).train(set).inversion
    }

    @Test func thatAFieldOfDetailHasUnitVarianceInEveryCell() {
        let field = DetailField(rows: 10, columns: 17)
        var variance = [Float](repeating: 0, count: 170)
        for k in 0..<field.dimension {
            let bump = field.values((0..<field.dimension).map { $0 == k ? 1 : 0 })
            for cell in bump.indices { variance[cell] += bump[cell] * bump[cell] }
        }
        for value in variance { expectClose(Double(value), 1, tolerance: 1e-5) }
    }

    /// `⟨s, Φ w⟩ = ⟨Φᵀ s, w⟩`
    @Test func thatProjectionsAreTheTransposeOfTheField() {
        let field = DetailField(rows: 9, columns: 14)
        var stream = RandomStream(seed: 1, purpose: "detail")
        let weights = stream.normals(field.dimension)
        let slopes = stream.normals(9 * 14).map { Float($0) }
        let left = zip(field.values(weights), slopes).reduce(0.0) { $0 + Double($1.0 * $1.1) }
        let right = zip(field.projections(slopes), weights).reduce(0) { $0 + $1.0 * $1.1 }
        expectClose(left, right, tolerance: 1e-4)
    }

    @Test func thatWithoutDetailRealizationsAreTheNetworks() throws {
        let inversion = try trained()
        var stream = RandomStream(seed: 2, purpose: "latents")
        let latents = (0..<5).map { _ in stream.normals(inversion.dimension) }
        let plain = DetailedInversion(inversion, errors: nil)
        #expect(plain.dimension == inversion.dimension && plain.detailDimension == 0)
        #expect(plain.decode(latents) == inversion.decode(latents))
        let detailed = DetailedInversion(inversion, errors: errors)
        #expect(detailed.dimension == inversion.dimension + detailed.detailDimension && detailed.detailDimension > 0)
        #expect(detailed.decode(latents.map(detailed.extended)) == inversion.decode(latents))
    }

    /// The share is that of 16 other draws of the prior; between two samples of 40 it differs by some hundredths.
    @Test func thatAsManyCellsChangeFaciesAsTheDecoderGetsWrong() throws {
        let inversion = try trained()
        let detailed = DetailedInversion(inversion, errors: errors)
        var stream = RandomStream(seed: 6, purpose: "latents")
        let latents = (0..<40).map { _ in stream.normals(inversion.dimension) }
        let plain = inversion.decode(latents)
        let changed = detailed.decode(latents.map { $0 + stream.normals(detailed.detailDimension) })
        var (different, total) = (0, 0)
        for (a, b) in zip(plain, changed) {
            let (first, second) = (a.facies ?? [], b.facies ?? [])
            different += zip(first, second).count { $0 != $1 }
            total += first.count
        }
        let share = Double(different) / Double(total)
        #expect(abs(share - 0.1) < 0.03, "\(share)")
    }

    @Test func thatSharpRealizationsAreThoseWithCutFacies() throws {
        let detailed = DetailedInversion(try trained(), errors: errors)
        var stream = RandomStream(seed: 3, purpose: "latents")
        let latent = stream.normals(detailed.dimension)
        let cut = detailed.decode([latent])[0]
        let wide = detailed.decodeSmooth([latent], sharpness: 1)[0]
        let sharp = detailed.decodeSmooth([latent], sharpness: 1e4)[0]
        func distance(_ other: Realization) -> Double {
            zip(cut.porosity, other.porosity).reduce(0) { $0 + Double(abs($1.0 - $1.1)) } / Double(cut.cellCount)
        }
        #expect(distance(sharp) < 1e-3)
        #expect(distance(wide) > 10 * distance(sharp))
        let shares = try #require(wide.faciesShares)
        #expect(Set(shares.keys) == Set(detailed.inversion.encoding.faciesCodes))
        for cell in 0..<wide.cellCount {
            expectClose(shares.values.reduce(0) { $0 + Double($1[cell]) }, 1, tolerance: 1e-6)
        }
    }

    /// Of a weighted sum of porosity, by every latent of the network and every weight of the detail: what a channel moves by in a cell,
    /// times what porosity changes by there if the channel moves as much in all cells, so that the widths of boundaries stay.
    @Test(arguments: [true, false])
    func thatSlopesByLatentsAreThoseOfTheRealization(hasFacies: Bool) throws {
        let errors = ImageErrors(rmse: 0.3, faciesAccuracy: hasFacies ? 0.9 : nil, intersectionOverUnion: nil)
        let detailed = DetailedInversion(try trained(hasFacies: hasFacies), errors: errors)
        let encoding = detailed.inversion.encoding
        let cells = encoding.cellCount, sharpness = 3.0
        var stream = RandomStream(seed: 4, purpose: "latents")
        let latent = stream.normals(detailed.dimension)
        let weights = stream.normals(cells)
        /// Of a facies channel as logarithms of the odds, in which detail is added.
        func image(_ latent: [Double]) -> [Double] {
            detailed.channels([latent])[0].enumerated().map { place, value in
                Double(place / cells < encoding.faciesChannelCount ? logarithmOfOdds(value) : value)
            }
        }
        func porosity(_ image: [Double]) -> [Float] {
            let channels = image.enumerated().map { place, value in
                place / cells < encoding.faciesChannelCount ? logistic(Float(value)) : Float(value)
            }
            return encoding.smoothRealization(of: channels, sharpness: sharpness).porosity
        }
        let base = image(latent), step = 1e-2
        // Where a channel is flat, boundaries go far with little: what is found depends on the step, and is that of 0.15 / sharpness.
        let far = 0.15 / sharpness
        let byImage = (0..<encoding.channelCount).flatMap { channel in
            let ends = [far, 0].map { step in
                porosity(base.enumerated().map { $0.offset / cells == channel ? $0.element + step : $0.element })
            }
            return (0..<cells).map { weights[$0] * Double(ends[0][$0] - ends[1][$0]) / far }
        }
        let expected = latent.indices.map { index in
            let ends = [step, -step].map { step in
                image(latent.indices.map { latent[$0] + ($0 == index ? step : 0) })
            }
            return byImage.indices.reduce(0) { $0 + byImage[$1] * (ends[0][$1] - ends[1][$1]) / (2 * step) }
        }
        let sum = DataSensitivity(
            cellCount: cells, byLogPermeability: Array(repeating: 0, count: cells),
            byPorosity: weights.map { Float($0) })
        let found = detailed.slopes(
            sum, at: detailed.decodeSmooth([latent], sharpness: sharpness)[0], of: latent, sharpness: sharpness
        ).row(0)
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        for part in [0..<detailed.networkDimension, detailed.networkDimension..<detailed.dimension] {
            let (a, b) = (Array(found[part]), Array(expected[part]))
            let likeness = dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
            let scale = dot(a, b) / dot(b, b)
            // Single precision of the decoder over a central difference leaves up to 3e-4 and 5e-4.
            #expect(likeness > 0.999, "\(likeness)")
            #expect(abs(scale - 1) < 0.01, "\(scale)")
        }
    }

    @Test(arguments: [true, false])
    func thatTheMostProbableDetailIsTheMinimumOfItsObjective(isFacies: Bool) {
        let field = DetailField(rows: 11, columns: 15)
        let fit = DetailFit(field: field, strength: 1.5, isFacies: isFacies)
        var stream = RandomStream(seed: 7, purpose: "fit")
        let channel = stream.normals(165).map { Float($0) }
        let target = stream.normals(165).map { isFacies ? ($0 > 0 ? 1 : 0) : Float($0) }
        func objective(_ weights: [Double]) -> Double {
            let values = field.values(weights)
            let misfit = (0..<165).reduce(0.0) { sum, cell in
                let x = Double(channel[cell] + 1.5 * values[cell]), t = Double(target[cell])
                let left = (x - t) / 0.75
                return sum + (isFacies ? log(1 + exp(x)) - t * x : left * left / 2)
            }
            return misfit + weights.reduce(0) { $0 + $1 * $1 } / 2
        }
        let found = fit.weights(channel: channel, target: target, active: [Bool](repeating: true, count: 165))
        let least = objective(found)
        #expect(least < objective([Double](repeating: 0, count: field.dimension)) - 1)
        for _ in 0..<20 {
            let direction = stream.normals(field.dimension)
            // The second-order rise over such a step is 1e-4 times at least half the square of the direction.
            let moved = zip(found, direction).map { $0 + 0.01 * $1 }
            #expect(objective(moved) > least)
        }
    }

    /// A field that moves facies is found again from the facies alone.
    @Test func thatDetailIsFoundFromWhatItMoves() {
        let field = DetailField(rows: 30, columns: 30)
        var stream = RandomStream(seed: 8, purpose: "fit")
        let channel = field.values(stream.normals(field.dimension)).map { 3 * $0 }
        let moved = zip(channel, field.values(stream.normals(field.dimension))).map { $0 + 2 * $1 }
        let fit = DetailFit(field: field, strength: 2, isFacies: true)
        let found = fit.weights(
            channel: channel, target: moved.map { $0 > 0 ? 1 : 0 }, active: [Bool](repeating: true, count: 900))
        let reached = zip(channel, field.values(found)).map { $0 + 2 * $1 }
        func wrong(_ values: [Float]) -> Int { zip(values, moved).count { ($0 > 0) != ($1 > 0) } }
        #expect(wrong(channel) > 100 && 8 * wrong(reached) < wrong(channel), "\(wrong(reached)) of \(wrong(channel))")
    }

    /// This small network is sure of itself where it is wrong, so that detail as strong as it is wrong mends a part only.
    @Test func thatEncodingWithDetailLosesLess() throws {
        let prior = try SyntheticRealizations(columns: 12, rows: 14)
        let errors = ImageErrors(rmse: 0.4, faciesAccuracy: 0.74, intersectionOverUnion: nil)
        let detailed = DetailedInversion(try trained(), errors: errors)
        let truths = (500..<530).map(prior.realization)
        func wrong(_ realizations: [Realization]) -> Int {
            zip(realizations, truths).reduce(0) { sum, pair in
                sum + zip(pair.0.facies ?? [], pair.1.facies ?? []).count { $0 != $1 }
            }
        }
        let plain = wrong(detailed.inversion.decode(try detailed.inversion.encodeModel(truths)))
        let full = wrong(detailed.decode(try detailed.encode(truths)))
        #expect(10 * full < 9 * plain, "\(full) of \(plain) wrong")
    }
}
