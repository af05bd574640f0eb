import Foundation
import Reservoir

/// Moves the boundaries of bodies, a few cells at a time, until the data that slopes foresee of the cut realization are as near to
/// those observed as wanted.
///
/// The data of cut facies jump with every cell that changes, which no derivative by a latent tells; but what each cell does is
/// known to first order. The search is greedy: of all small changes of a single weight of the detail, each of which changes
/// some cells, it takes the one that brings the data nearest, time after time (matching pursuit: Mallat and Zhang, 1993, IEEE
/// Transactions on Signal Processing 41, 3397).
struct BoundaryFit {
    /// Changes of a weight that are tried.
    private static let changes: [Float] = [-0.4, -0.2, -0.1, -0.05, 0.05, 0.1, 0.2, 0.4]
    /// What a cell that changes adds to the expected sum of squares of the data: slopes foresee its effect only so well. In
    /// the channel case 140 to 340 changed cells were foreseen with errors of 1 to 46.
    private static let priceOfCell: Float = 0.1
    private static let mostChanges = 200

    private let encoding: RealizationEncoding
    private let field: DetailField
    private let strength: Float
    private let slopes: CellSlopes
    /// By position of the facies: features of cells if they were of this facies, `[facies][features][cells]`.
    private let features: [[[Float]]]
    /// Logarithms of the odds, `[faciesChannels][cells]`.
    private var odds: [[Float]]
    private(set) var facies: [Int]
    /// What combinations of the data are foreseen to be off by, `[combinations]`.
    private(set) var offsets: [Float]

    /// A change of one weight of one channel.
    private struct Candidate {
        let channel: Int, lattice: Int
        let change: Float
        var cellCount = 0
    }

    /// - Parameters:
    ///   - strength: of the detail, on the logarithm of the odds.
    ///   - channels: of the realization to start from, `[channels x cells]`.
    ///   - offsets: what combinations of its data are foreseen to be off by, `[combinations]`.
    init(
        _ encoding: RealizationEncoding, field: DetailField, strength: Float, slopes: CellSlopes, channels: [Float],
        offsets: [Float]
    ) {
        (self.encoding, self.field, self.strength) = (encoding, field, strength)
        (self.slopes, self.offsets) = (slopes, offsets)
        let cells = encoding.cellCount
        odds = (0..<encoding.faciesChannelCount).map { channels[$0 * cells..<($0 + 1) * cells].map(logarithmOfOdds) }
        facies = encoding.cutFacies(channels)
        features = encoding.faciesCodes.indices.map { position in
            var image = channels
            for channel in 0..<encoding.faciesChannelCount {
                let isWanted = encoding.faciesChannelCount == 1 ? position == 1 : position == channel
                for cell in 0..<cells { image[channel * cells + cell] = isWanted ? 1 : 0 }
            }
            return encoding.features(of: encoding.realization(of: image), like: slopes)
        }
    }

    /// - Parameter goal: of the sum of squares of the offsets.
    /// - Returns: changes of the detail's weights, `[faciesChannels][field.dimension]`.
    mutating func weights(goal: Float) -> [[Float]] {
        var weights = odds.map { _ in [Float](repeating: 0, count: field.dimension) }
        let count = slopes.combinationCount
        var candidates = odds.indices.flatMap { channel in
            (0..<field.dimension).flatMap { lattice in
                Self.changes.map { Candidate(channel: channel, lattice: lattice, change: $0) }
            }
        }
        var effects = [Float](repeating: 0, count: candidates.count * count)
        let bumps = Array(stride(from: 0, to: candidates.count, by: Self.changes.count))
        for first in bumps { update(from: first, &candidates, &effects) }
        for _ in 0..<Self.mostChanges where offsets.reduce(0, { $0 + $1 * $1 }) > goal {
            guard let best = best(candidates, effects, weights) else { break }
            let chosen = candidates[best]
            for row in 0..<count { offsets[row] += effects[best * count + row] }
            weights[chosen.channel][chosen.lattice] += chosen.change
            apply(chosen)
            for first in bumps where field.overlap(candidates[first].lattice, chosen.lattice) {
                update(from: first, &candidates, &effects)
            }
        }
        return weights
    }

    /// The candidate that brings most, all prices paid; `nil` if none brings anything.
    private func best(_ candidates: [Candidate], _ effects: [Float], _ weights: [[Float]]) -> Int? {
        let count = slopes.combinationCount
        var best: Int?, least: Float = 0
        for (index, candidate) in candidates.enumerated() where candidate.cellCount > 0 {
            let weight = weights[candidate.channel][candidate.lattice]
            var value =
                Self.priceOfCell * Float(candidate.cellCount) + candidate.change * (candidate.change + 2 * weight)
            for row in 0..<count {
                let effect = effects[index * count + row]
                value += effect * (effect + 2 * offsets[row])
            }
            if value < least { (best, least) = (index, value) }
        }
        return best
    }

    /// Counts the cells that change and sums what they do to the data, for all changes of one weight.
    private func update(from first: Int, _ candidates: inout [Candidate], _ effects: inout [Float]) {
        let (channel, lattice) = (candidates[first].channel, candidates[first].lattice)
        let all = first..<first + Self.changes.count
        for index in all { candidates[index].cellCount = 0 }
        for place in all.lowerBound * slopes.combinationCount..<all.upperBound * slopes.combinationCount {
            effects[place] = 0
        }
        let farthest = Self.changes[Self.changes.count - 1]
        field.forEachCell(of: lattice) { cell, bump in
            guard encoding.active[cell] else { return }
            let (old, odds) = (facies[cell], odds[channel][cell])
            // Facies change with the odds of a channel at one place only, so that most cells need no further look.
            let reach = strength * bump * farthest
            guard faciesOf(cell, channel, odds - reach) != old || faciesOf(cell, channel, odds + reach) != old else {
                return
            }
            for (position, change) in Self.changes.enumerated() {
                let new = faciesOf(cell, channel, odds + strength * bump * change)
                guard new != old else { continue }
                candidates[first + position].cellCount += 1
                slopes.add(
                    cell: cell, { features[new][$0][cell] - features[old][$0][cell] }, to: &effects,
                    at: (first + position) * slopes.combinationCount)
            }
        }
    }

    private mutating func apply(_ chosen: Candidate) {
        let field = field
        field.forEachCell(of: chosen.lattice) { cell, bump in
            guard encoding.active[cell] else { return }
            odds[chosen.channel][cell] += strength * chosen.change * bump
            facies[cell] = faciesOf(cell, chosen.channel, odds[chosen.channel][cell])
        }
    }

    /// The facies of a cell with a logarithm of the odds changed in one channel, as ``RealizationEncoding`` cuts it.
    private func faciesOf(_ cell: Int, _ channel: Int, _ moved: Float) -> Int {
        guard odds.count > 1 else { return moved > 0 ? 1 : 0 }
        var best = 0, highest = -Float.infinity
        for other in odds.indices {
            let value = other == channel ? moved : odds[other][cell]
            if value > highest { (best, highest) = (other, value) }
        }
        return best
    }
}
