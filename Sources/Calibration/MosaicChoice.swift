import Foundation
import LinearAlgebra

/// Chooses the realizations that mosaics take their parts from.
///
/// A choice costs what data would be missed by if each region's were those of the realization it comes from, and what does not go
/// on across borders. Choices are drawn from `exp(−cost / 2T)`, region by region given the others, while the temperature `T` falls:
/// cheap ones, and different ones. Sources: Geman and Geman (1984), IEEE Transactions on Pattern Analysis and Machine Intelligence 6,
/// 721 (annealed Gibbs sampling); Romero and Carter (2001), J. Petroleum Science and Engineering 31, 113 (crossover of reservoir models
/// by regions); Hoffman and Caers (2005), SPE 92838 (regions of wells).
struct MosaicChoice {
    /// What parts come from.
    struct Realization {
        /// As searches see it, `[data]`; `nil`: not known, and no parts are taken from it.
        let residual: [Double]?
        /// By region, a number of what the part there descends from.
        let lineage: [Int]
    }

    /// Of each region, the realizations that are considered: no two with the same lineage there.
    private let candidates: [[Int]]
    /// `[regions][candidates]`
    private let costs: [[Double]]
    /// `[regions][regions][candidates of the first][candidates of the second]`, twice; empty where they do not touch.
    private let seams: [[[[Double]]]]
    private let lineages: [[Int]]
    private var made: Set<[Int]>
    private var floor = leastTemperature

    private static let candidateCount = 48
    /// What a cell costs at which bodies do not go on, in `|r|²`.
    private static let seamCost = 2.0
    /// Of the mean of what the wells of other regions miss, what a part owes for it: where the rest is wrong, little is known of
    /// what the part does elsewhere.
    private static let shareOfOthers = 0.5
    private static let firstTemperature = 60.0, leastTemperature = 20.0, cooling = 0.85
    private static let sweeps = 30

    /// - Parameter realizations: those of `mosaics`, in order.
    init(_ mosaics: any RealizationMosaics, _ realizations: [Realization]) {
        let regions = mosaics.regionCount
        let all = realizations.map { realization in
            realization.residual.map { Self.costs($0, mosaics) } ?? Array(repeating: .infinity, count: regions)
        }
        let candidates = (0..<regions).map { region in
            var met = Set<Int>()
            return Array(
                realizations.indices.filter { all[$0][region] < .infinity }
                    .sorted { (all[$0][region], $0) < (all[$1][region], $1) }
                    .filter { met.insert(realizations[$0].lineage[region]).inserted }
                    .prefix(Self.candidateCount))
        }
        (self.candidates, lineages) = (candidates, realizations.map(\.lineage))
        costs = (0..<regions).map { region in candidates[region].map { all[$0][region] } }
        made = Set(lineages)
        seams = (0..<regions).map { region in
            (0..<regions).map { other in
                guard region != other else { return [] }
                let near = candidates[region].map { mosaics.edge(of: region, towards: other, in: $0) }
                let far = candidates[other].map { mosaics.edge(of: other, towards: region, in: $0) }
                guard near.first?.isEmpty == false else { return [] }
                return near.map { one in
                    far.map { Self.seamCost * Double(zip(one, $0).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }) }
                }
            }
        }
    }

    private static func costs(_ residual: [Double], _ mosaics: any RealizationMosaics) -> [Double] {
        let regions = mosaics.regionCount
        var own = [Double](repeating: 0, count: regions)
        var common = 0.0
        for (value, region) in zip(residual, mosaics.regionOfDatum) {
            if let region { own[region] += value * value } else { common += value * value }
        }
        let total = own.reduce(0, +)
        return own.map {
            $0 + common / Double(regions) + shareOfOthers * (total - $0) / Double(max(regions - 1, 1))
        }
    }

    /// The parents of up to `count` mosaics that differ from all before.
    /// - Parameter stream: of the attempt with this number.
    mutating func parents(_ count: Int, stream: (Int) -> RandomStream) -> [[Int]] {
        guard !candidates.contains(where: \.isEmpty) else { return [] }
        var result: [[Int]] = []
        for attempt in 0..<4 * count where result.count < count {
            var stream = stream(attempt)
            let parents = draw(&stream)
            guard made.insert(lineage(of: parents)).inserted else {
                // Where all of the cheap ones are made, it takes more to find others.
                floor *= 1.1
                continue
            }
            floor = max(floor / 1.05, Self.leastTemperature)
            result.append(parents)
        }
        return result
    }

    /// By region, what the part there descends from.
    func lineage(of parents: [Int]) -> [Int] { parents.enumerated().map { lineages[$1][$0] } }

    private func draw(_ stream: inout RandomStream) -> [Int] {
        var state = candidates.map { Int(stream.uniform() * Double($0.count)) }
        var temperature = Self.firstTemperature
        for _ in 0..<Self.sweeps {
            for region in state.indices {
                let energies = candidates[region].indices.map { index in
                    state.indices.reduce(costs[region][index]) { cost, other in
                        let seam = seams[region][other]
                        return seam.isEmpty ? cost : cost + seam[index][state[other]]
                    }
                }
                state[region] = Self.choice(energies, temperature, &stream)
            }
            temperature = max(temperature * Self.cooling, floor)
        }
        return state.indices.map { candidates[$0][state[$0]] }
    }

    private static func choice(_ energies: [Double], _ temperature: Double, _ stream: inout RandomStream) -> Int {
        let least = energies.min() ?? 0
        let weights = energies.map { exp(-($0 - least) / (2 * temperature)) }
        var left = stream.uniform() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            left -= weight
            if left < 0 { return index }
        }
        return weights.count - 1
    }
}
