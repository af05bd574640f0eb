import LinearAlgebra
import Reservoir

/// Searches by Gauss-Newton steps along the simulator's own sensitivities, first each from a start of its own, then from
/// what was found.
///
/// A search minimises `½|r(z)|² + ½|z − z*|²` with `z*` its anchor, and ends where it meets the data; see ``SearchPath`` for how.
/// Anchors are those training pairs, proposals of the network and mosaics of both that come nearest to the data, then draws of the
/// prior; searches start there. See ``SearchStarts``.
///
/// Sensitivities are found for a few combinations of the data: the principal components of what pairs and proposals near the
/// observation are off by, and the residual at the point itself, so that the gradient is that of all data.
///
/// A match `z₁` of anchor `z₁*` leads to more at a small fraction of its price. Anchors `z₂* = √(1 − s²) z₁* + s ξ` are draws of
/// the prior if `z₁*` is; their search starts at `z₁ + (I + JᵀJ)⁻¹ (z₂* − z₁*)`, which differs from `z₁` nearly in directions only
/// that the data do not see, with the slopes of `z₁`. A few steps end it either way. How far anchors move, `s`, is what two of five
/// searches of a family can follow.
///
/// A search of its own that is given up just outside the noise may have descendants too, a few that stay near: where it is stuck
/// is where facies of single cells decide, and there a little luck costs less than a new search.
///
/// Sources: Oliver, He and Reynolds (1996), ECMOR V (randomized maximum likelihood, here without errors added to the
/// data); Tonkin and Doherty (2009), Water Resources Research 45, W00B10 (null-space Monte Carlo). The ensemble matches;
/// it is called no posterior.
struct GradientSearch: Sampler {
    let settings: GradientSearchSettings
    let rule: AcceptanceRule
    private var searches: [SearchPath] = []
    private var families = SearchFamilies()
    private var starts = SearchStarts()
    /// Whether what is being simulated is to start searches from.
    private var isStarting = false
    private var descended = 0
    private var sensitivityRuns = 0
    /// Of the data whose sensitivities are found; `nil` before the first are.
    private var basis: ResidualBasis?
    private var round = 0
    /// Of the lowest and the highest of fewer draws the next lies outside with more than a fifth: they have no P10 and P90.
    private static let fewestFamilies = 9
    /// Share of the budget spent after which no search starts afresh, and matches have as many descendants as they can.
    private static let lastFresh = 0.7
    /// Of damping, for details: they may move further than the latents of the network, in which the data are anything but linear.
    private static let detailDamping = 0.01

    init(_ settings: GradientSearchSettings, rule: AcceptanceRule) { (self.settings, self.rule) = (settings, rule) }

    var posterior: PosteriorEnsemble? { nil }
    var spentBeside: Int { sensitivityRuns * settings.sensitivityCost }

    // MARK: Asking

    mutating func nextBatch(_ space: SamplingSpace) throws -> [Draw] {
        guard space.problem.sensitivities != nil else {
            throw CalibrationError.needsSensitivities(
                method: CalibrationMethod.gradientSearch.rawValue, obstacle: "the simulator knows none")
        }
        let batch = try starts.nextBatch(
            space, settings, round: round, wanted: wantsFamilies(space, besides: 0) ? wantedFamilies : 0,
            limit: limit(space))
        isStarting = !batch.isEmpty
        if isStarting { return batch }
        try findCells(space)
        // First, since searches start from matches whose sensitivities are known.
        try findSensitivities(space)
        try startSearches(space)
        let around = surroundings(space)
        searches = try space.problem.map(searches) { search in
            var search = search
            try search.ask(around)
            return search
        }
        return searches.flatMap { search in
            search.trials.map { trial in
                Draw(
                    source: search.sharpness.map { .smooth(trial.point, sharpness: $0) } ?? .latent(trial.point),
                    origin: search.isDescendant ? .move : .gradient, iteration: round, family: search.family)
            }
        }
    }

    /// Families of matches as many again as searches are under way: their spread is that of the forecasts.
    private var wantedFamilies: Int { 2 * settings.searches }

    func mayStop(wanting distinct: Int) -> Bool {
        families.matchedCount >= min(Self.fewestFamilies, wantedFamilies, distinct)
    }

    private mutating func startSearches(_ space: SamplingSpace) throws {
        while true {
            let fresh = searches.count { !$0.isDescendant }
            let parent = families.nextParent(
                othersAreWanted: wantsFamilies(space, besides: 0) && families.matchedCount < Self.fewestFamilies)
            let mayStart = wantsFamilies(space, besides: fresh) || (parent == nil && families.matchedCount == 0)
            if fresh < settings.searches, mayStart {
                startAfresh(space)
            } else if searches.count < 2 * settings.searches, let parent {
                // As many again, so that all threads have work.
                try descend(from: parent, space)
            } else {
                return
            }
        }
    }

    /// Whether families are wanted besides those matched and so many more: until there are enough, or a search that starts now
    /// would not arrive.
    private func wantsFamilies(_ space: SamplingSpace, besides underWay: Int) -> Bool {
        let spent = Double(space.history.count + spentBeside)
        return families.matchedCount + underWay < wantedFamilies && spent < Self.lastFresh * Double(space.budget)
    }

    /// A training pair is a draw of the prior, and so a fit anchor, a mosaic nearly one; a proposal of the network draws its search
    /// to what it proposes.
    private mutating func startAfresh(_ space: SamplingSpace) {
        let family = families.begin()
        let start = starts.next(space, limit: limit(space)) ?? space.priorLatent("gradient start", family)
        let cut = space.problem.smooth?.hasFacies == true ? FaciesCut.uncut : .cut
        searches.append(SearchPath(from: start, family: family, cut: cut, iterations: settings.iterations))
    }

    private mutating func descend(from parent: Int, _ space: SamplingSpace) throws {
        let match = families.matches[parent]
        guard let model = match.model else { return }
        let reach = families.descend(from: parent)
        var stream = space.stream("gradient descendant", descended, 0)
        descended += 1
        let kept = (1 - reach * reach).squareRoot()
        let normals = stream.normals(space.dimension)
        let anchor = zip(match.anchor, normals).map { kept * $0 + reach * $1 }
        let move = zip(anchor, match.anchor).map { $0 - $1 }
        // As far as the anchor, less what the slopes foresee that the data would see of it: `(I + JᵀJ)⁻¹` of the move.
        let step = try model.step(
            residual: model.change(over: move), fromAnchor: move.map { _ in 0 }, dampings: [0], blocks: [])[0]
        let point = match.point.indices.map { match.point[$0] + move[$0] + step[$0] }
        searches.append(
            SearchPath(
                from: point, anchor: anchor, model: model, family: match.family, iterations: settings.iterations))
    }

    private mutating func findSensitivities(_ space: SamplingSpace) throws {
        let missing = searches.indices.filter { searches[$0].needsSlopes }
        let unknown = families.matches.indices.filter { families.matches[$0].model == nil }
        guard !missing.isEmpty || !unknown.isEmpty, let sensitivities = space.problem.sensitivities else { return }
        let basis =
            try basis
            ?? ResidualBasis(
                of: space.pairs(candidates: starts.simulatedCount).mapResiduals(\.compressed))
        self.basis = basis
        func place(_ search: SearchPath) -> (combinations: Matrix, point: SensitivityPoint) {
            let (residual, slopes) = search.view
            return place(search.point, search.sharpnessOfSlopes, residual, slopes)
        }
        func place(
            _ point: [Double], _ sharpness: Double, _ residual: [Double], _ slopes: [Double]
        ) -> (combinations: Matrix, point: SensitivityPoint) {
            let rows = basis.combinations(including: residual)
            let weights = rows.rowArrays.map { space.observed.weights(whitened: zip($0, slopes).map(*)) }
            return (rows, SensitivityPoint(latent: point, sharpness: sharpness, combinations: Matrix(weights)))
        }
        let places =
            missing.map { place(searches[$0]) }
            + unknown.map { index in
                let match = families.matches[index]
                return place(
                    match.point, match.sharpnessOfSlopes, match.residual,
                    match.residual.map { _ in 1 })
            }
        sensitivityRuns += places.count
        let models = zip(try sensitivities(places.map(\.point)), places).map { slopes, place in
            slopes.map { LocalModel($0, at: place.point, of: place.combinations) }
        }
        for (index, model) in zip(missing, models) { searches[index].take(model) }
        families.take(Array(models.dropFirst(missing.count)), of: unknown)
        endSearches(limit: limit(space))
    }

    /// Finds again what a checkpoint does without, at no charge.
    private mutating func findCells(_ space: SamplingSpace) throws {
        guard let smooth = space.problem.smooth, smooth.hasFacies, smooth.detailDimension > 0,
            let sensitivities = space.problem.sensitivities
        else { return }
        // Descendants share the slopes of their ancestor.
        let places = Array(Set(searches.compactMap(\.lacking) + families.matches.compactMap(\.lacking)))
        guard !places.isEmpty else { return }
        let found = Dictionary(uniqueKeysWithValues: zip(places, try sensitivities(places)))
        for index in searches.indices {
            if let slopes = searches[index].lacking.flatMap({ found[$0] ?? nil }) { searches[index].find(slopes) }
        }
        families.find { found[$0] ?? nil }
    }

    private func surroundings(_ space: SamplingSpace) -> SearchPath.Surroundings {
        let first = space.networkDimension
        return SearchPath.Surroundings(
            blocks: [
                LatentBlock(latents: 0..<first, damping: 1),
                LatentBlock(latents: first..<space.dimension, damping: Self.detailDamping)
            ],
            limit: limit(space), smooth: space.problem.smooth)
    }

    /// The largest `|r|²` that is accepted.
    private func limit(_ space: SamplingSpace) -> Double {
        2 * Double(space.dataCount) * rule.threshold(count: space.dataCount)
    }

    // MARK: Learning

    mutating func absorb(_ evaluations: [Evaluation], _ space: SamplingSpace) throws {
        defer { round += 1 }
        // What searches start from is found among the candidates.
        guard !isStarting else { return }
        let around = surroundings(space)
        var rest = evaluations.map(\.residual)[...]
        let told = searches.map { search in
            defer { rest = rest.dropFirst(search.trials.count) }
            return (search: search, residuals: Array(rest.prefix(search.trials.count)))
        }
        searches = try space.problem.map(told) { told in
            var search = told.search
            try search.learn(told.residuals, around)
            return search
        }
        endSearches(limit: around.limit)
    }

    private mutating func endSearches(limit: Double) {
        for search in searches where search.isOver {
            families.end(search, limit: limit)
            starts.end(search)
        }
        searches.removeAll(where: \.isOver)
    }
}
