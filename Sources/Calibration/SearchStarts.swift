import LinearAlgebra

/// Where searches start from: first the network's proposals are simulated, then mosaics of what is known, generation by generation,
/// until enough of them come near the data.
///
/// Training pairs and proposals that have one well right have others wrong, and a search seldom mends where bodies lie. Mosaics
/// recombine them: those of the first generations are made of pairs and proposals, later ones of mosaics too, whose wells are
/// seen beside neighbours that are more nearly right. Once searches have ended, what they ended with has parts to give as well. See
/// ``MosaicChoice``.
struct SearchStarts: Codable {
    /// What a search ended with.
    private struct End: Codable {
        let family: Int
        @Packed var point: [Double]
        @Packed var residual: [Double]
    }

    /// Proposals and mosaics among the candidates, `nil` before any was asked for.
    private var candidates: [Int]?
    /// By region, what the part there descends from: the number of a known pair or proposal, `-1 - n` for end `n`. Of known pairs, then
    /// of `candidates`; empty if there are no mosaics.
    private var lineages: [[Int]] = []
    private var ends: [End] = []
    private var endsInMosaics = 0
    private var generation = 0
    /// What the starts of the first searches miss the data by, before each generation.
    private var nearness: [Double] = []
    /// Whether searches may start.
    private var isReady = false
    /// Positions among known pairs and `candidates` that searches have started from.
    private var used: [Int] = []

    /// Mosaics that are simulated at a time; the next are made of what is known then.
    private static let generationSize = 24
    /// Times the accepted `|r|²`, what is near enough to start from, and from where on starts are all as bad.
    private static let nearEnough = 3.0, farthest = 20.0
    /// What two generations must leave at most of what the starts of the first searches miss the data by, for another to be made.
    private static let leftOfTwo = 0.95
    /// Of the budget, what mosaics may take before searches.
    private static let shareOfBudget = 0.1
    /// Searches that ended since mosaics were made, for others to be made.
    private static let newEnds = 4

    /// Candidates so far, of those before searches.
    var simulatedCount: Int { candidates?.count ?? 0 }

    // MARK: Asking

    /// What to simulate next; nothing if searches may go on.
    /// - Parameters:
    ///   - wanted: starts near enough for no more mosaics to be made.
    ///   - limit: the largest `|r|²` that is accepted.
    mutating func nextBatch(
        _ space: SamplingSpace, _ settings: GradientSearchSettings, round: Int, wanted: Int, limit: Double
    ) throws -> [Draw] {
        guard candidates != nil else {
            let latents =
                space.problem.proposal == nil || settings.proposals == 0
                ? []
                : try ProposalDistribution(.noiseAndResidual, space, method: .gradientSearch)
                    .latents(settings.proposals)
            book(latents.count, space)
            if let mosaics = space.problem.mosaics {
                lineages = (0..<space.problem.knownPairs.count + latents.count).map {
                    Array(repeating: $0, count: mosaics.regionCount)
                }
            }
            return latents.isEmpty
                ? try nextBatch(space, settings, round: round, wanted: wanted, limit: limit)
                : latents.map { Draw(source: .latent($0), origin: .proposal, iteration: round) }
        }
        let latents = try mosaics(space, settings, wanted: wanted, limit: limit)
        book(latents.count, space)
        if latents.isEmpty { isReady = true }
        return zip(latents, lineages.suffix(latents.count)).map {
            Draw(source: .latent($0), origin: .mosaic, iteration: round, family: family($1))
        }
    }

    /// The family of a mosaic that matches as it is: that of what most of its regions come from, of a search if that is its end. It
    /// is like others with these, and none of its own.
    private func family(_ lineage: [Int]) -> Int {
        let shares = lineage.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
        let most = shares.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
        return most < 0 ? ends[-1 - most].family : -1 - most
    }

    private mutating func book(_ count: Int, _ space: SamplingSpace) {
        candidates = (candidates ?? []) + (space.history.count..<space.history.count + count)
    }

    private mutating func mosaics(
        _ space: SamplingSpace, _ settings: GradientSearchSettings, wanted: Int, limit: Double
    ) throws -> [[Double]] {
        guard let mosaics = space.problem.mosaics, settings.mosaics > 0 else { return [] }
        // Asked in every round: first what costs nothing.
        if isReady, ends.count < endsInMosaics + Self.newEnds || wanted == 0 { return [] }
        let known = residuals(space)
        if !isReady {
            let misfits = known.map { $0?.squaredNorm ?? .infinity }
            let most = min(settings.mosaics, Int(Self.shareOfBudget * Double(space.budget)))
            let (near, others) = starts(misfits, most: wanted, limit: limit)
            let first = (near + others).prefix(settings.searches)
            nearness.append(first.reduce(0) { $0 + min(misfits[$1], Self.farthest * limit) })
            guard (generation + 1) * Self.generationSize <= most, near.count < wanted, isComingNearer else { return [] }
        }
        let latents = (candidates ?? []).map { space.history[$0].latent ?? [] } + ends.map(\.point)
        let all = try mosaics.adding(latents)
        var choice = MosaicChoice(
            all,
            zip(known + ends.map { $0.residual.compressed }, lineages + lineagesOfEnds).map {
                MosaicChoice.Realization(residual: $0, lineage: $1)
            })
        let number = generation
        let parents = choice.parents(Self.generationSize) { attempt in
            space.stream("gradient mosaic", attempt, number)
        }
        generation += 1
        endsInMosaics = ends.count
        lineages += parents.map { choice.lineage(of: $0) }
        return try all.latents(of: parents)
    }

    private var isComingNearer: Bool {
        nearness.count < 3 || nearness[nearness.count - 1] <= Self.leftOfTwo * nearness[nearness.count - 3]
    }

    /// As searches see them, of known pairs and then of candidates; `nil` where the simulation failed.
    private func residuals(_ space: SamplingSpace) -> [[Double]?] {
        let data =
            space.problem.knownPairs.map { Optional($0.data) }
            + (candidates ?? []).map { space.history[$0].data }
        return data.map { $0.map { space.observed.whitened(prediction: $0).compressed } }
    }

    // MARK: Starting

    /// What the next search starts from; `nil` if nothing is left.
    mutating func next(_ space: SamplingSpace, limit: Double) -> [Double]? {
        let misfits = residuals(space).map { $0?.squaredNorm ?? .infinity }
        let (near, others) = starts(misfits, most: 1, limit: limit)
        guard let start = near.first ?? others.first else { return nil }
        used.append(start)
        let pairs = space.problem.knownPairs
        return start < pairs.count
            ? pairs[start].latent : candidates.flatMap { space.history[$0[start - pairs.count]].latent }
    }

    /// A search moves what it started from, so that its end is of an origin of its own.
    private var lineagesOfEnds: [[Int]] {
        ends.indices.map { Array(repeating: -1 - $0, count: lineages.first?.count ?? 0) }
    }

    /// What searches may start from, nearest first, without what they have started from: those near enough that share no more than a
    /// quarter of their regions with another or with what a search ended with, then others that share no more than half.
    private func starts(_ misfits: [Double], most: Int, limit: Double) -> (near: [Int], others: [Int]) {
        let near = nearest(
            misfits.indices.filter { misfits[$0] <= Self.nearEnough * limit }, misfits, most: most,
            sharing: regionCount / 4, besides: [])
        let others = nearest(
            misfits.indices.filter { misfits[$0] < .infinity }, misfits, most: most - near.count,
            sharing: regionCount / 2, besides: near)
        return (near, others)
    }

    /// Zero if there are no mosaics.
    private var regionCount: Int { lineages.first?.count ?? 0 }

    private func nearest(
        _ candidates: [Int], _ misfits: [Double], most: Int, sharing mostShared: Int, besides chosenBefore: [Int]
    ) -> [Int] {
        guard most > 0 else { return [] }
        let taken = used + chosenBefore
        let order = candidates.filter { !taken.contains($0) }.sorted { (misfits[$0], $0) < (misfits[$1], $1) }
        guard regionCount > 0 else { return Array(order.prefix(most)) }
        var chosen: [Int] = []
        var others = taken.map { lineages[$0] } + lineagesOfEnds
        for index in order where chosen.count < most {
            let own = lineages[index]
            guard !others.contains(where: { mostShared < zip(own, $0).count(where: ==) }) else { continue }
            chosen.append(index)
            others.append(own)
        }
        return chosen
    }

    /// Books what a search ended with, as material for mosaics.
    mutating func end(_ search: SearchPath) {
        guard !search.isDescendant, let residual = search.lastResidual else { return }
        ends.append(End(family: search.family, point: search.point, residual: residual))
    }
}
