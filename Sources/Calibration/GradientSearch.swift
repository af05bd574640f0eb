import Foundation
import LinearAlgebra
import Reservoir

/// Searches by Gauss-Newton steps along the simulator's own sensitivities, first each from a start of its own, then from
/// what was found.
///
/// A search minimises `½|r(z)|² + ½|z − z*|²` with `z*` its anchor, and ends where it meets the data. Where it is near,
/// `½|r(z)|²` alone: facies are cut, so that the minimum often lies just short of a match. Anchors are those training pairs
/// and proposals of the network that come nearest to the data, then draws of the prior; searches start there.
///
/// Residuals are always the simulator's on the realization with facies cut, sensitivities those before the cut. They are
/// found for a few combinations of the data: the principal components of what pairs and proposals near the observation
/// are off by, and the residual at the point itself, so that the gradient is that of all data.
///
/// A match `z₁` of anchor `z₁*` leads to more at a small fraction of its price. Anchors `z₂* = √(1 − s²) z₁* + s ξ` are draws of
/// the prior if `z₁*` is; their search starts at `z₁ + (I + JᵀJ)⁻¹ (z₂* − z₁*)`, which differs from `z₁` nearly in directions only
/// that the data do not see, with the slopes of `z₁`. A few steps end it either way. How far anchors move, `s`, is what half
/// of these searches can follow.
///
/// Sources: Oliver, He and Reynolds (1996), ECMOR V (randomized maximum likelihood, here without errors added to the
/// data); Tonkin and Doherty (2009), Water Resources Research 45, W00B10 (null-space Monte Carlo). The ensemble matches;
/// it is called no posterior.
struct GradientSearch: Sampler {
    private struct Search: Codable {
        let anchor: [Double]
        var point: [Double]
        /// Of the cut realization at `point`, in units of the noise; `nil` before it was simulated.
        var residual: [Double]?
        /// `nil` if the sensitivities are to be found anew.
        var model: LocalModel?
        /// Whether `model` was found at `point` itself, not carried over from the point before.
        var isFresh = false
        var damping = 10.0
        var iteration = 0
        var rejections = 0
        /// Whether `residual` is so small that the anchor no longer counts.
        var isNear = false
        /// Latents being simulated.
        var trials: [[Double]] = []
        var isOver = false
        /// Whether it started from a match.
        var isDescendant = false
    }

    /// What a search found, and where others start from.
    private struct Match: Codable {
        let anchor: [Double], point: [Double], residual: [Double]
        /// `nil` until the sensitivities at `point` are found.
        var model: LocalModel?
        var descendants = 0
    }

    let settings: GradientSearchSettings
    let rule: AcceptanceRule
    private var searches: [Search] = []
    private var matches: [Match] = []
    /// Proposals of the network asked for, before any search; `nil` before that.
    private var proposed: Int?
    /// Searches from starts of their own that found a match.
    private var independentMatches = 0
    private var started = 0, descended = 0
    /// How far anchors move from those of matches, `s`.
    private var reach = 0.4
    private var sensitivityRuns = 0
    /// Of the data whose sensitivities are found; `nil` before the first are.
    private var basis: ResidualBasis?
    private var round = 0
    /// Trial steps of a search: the damping of the last one taken, times these.
    private static let dampingFactors = [0.1, 1, 10]
    /// Times the accepted `|r|²`: a search that comes as near takes what leads into the noise from there.
    private static let nearness = 2.0
    /// A descendant that does not arrive within so many steps went too far, and a nearer one costs less.
    private static let mostDescendantIterations = 3
    /// One whose `|r|²` is then within so many times the accepted one may take two more.
    private static let almost = 1.25
    /// Times the accepted `|r|²`: a descendant so far off after its first step is given up.
    private static let hopeless = 10.0

    init(_ settings: GradientSearchSettings, rule: AcceptanceRule) { (self.settings, self.rule) = (settings, rule) }

    var posterior: PosteriorEnsemble? { nil }
    var spentBeside: Int { sensitivityRuns * settings.sensitivityCost }

    // MARK: Asking

    mutating func nextBatch(_ space: SamplingSpace) throws -> [Draw] {
        guard space.problem.sensitivities != nil else {
            throw CalibrationError.needsSensitivities(method: CalibrationMethod.gradientSearch.rawValue)
        }
        if proposed == nil {
            let latents =
                space.problem.proposal == nil || settings.proposals == 0
                ? []
                : try ProposalDistribution(.noiseAndResidual, space, method: .gradientSearch)
                    .latents(settings.proposals)
            proposed = latents.count
            if !latents.isEmpty {
                return latents.map { Draw(source: .latent($0), origin: .proposal, iteration: round) }
            }
        }
        // First, since searches start from matches whose sensitivities are known.
        try findSensitivities(space)
        try startSearches(space)
        var draws: [Draw] = []
        for index in searches.indices {
            searches[index].trials = try trials(of: searches[index])
            let origin: Candidate.Origin = searches[index].isDescendant ? .move : .gradient
            draws += searches[index].trials.map { Draw(source: .latent($0), origin: origin, iteration: round) }
        }
        return draws
    }

    private mutating func startSearches(_ space: SamplingSpace) throws {
        // Descendants are as many again, so that all threads have work.
        while searches.count < (nextParent == nil ? 1 : 2) * settings.searches {
            // Some start afresh until there are matches enough to start from.
            let fresh = searches.count { !$0.isDescendant }
            let wantsFresh = independentMatches + fresh < settings.searches && 2 * fresh < settings.searches
            if !wantsFresh, let parent = nextParent {
                try descend(from: parent, space)
            } else if independentMatches < settings.searches {
                startAfresh(space)
            } else {
                return
            }
        }
    }

    /// Training pairs and proposals, with what was simulated of them.
    private func known(_ space: SamplingSpace) -> Emulator.Pairs { space.pairs(candidates: proposed ?? 0) }

    /// From what is known to come near. A training pair is a draw of the prior, and so a fit anchor; a proposal of the
    /// network draws its search to what it proposes.
    private mutating func startAfresh(_ space: SamplingSpace) {
        let near = known(space).nearest(started + 1).latents
        let start = started < near.count ? near[started] : space.priorLatent("gradient start", started)
        searches.append(Search(anchor: start, point: start))
        started += 1
    }

    /// The match that fewest searches started from.
    private var nextParent: Int? {
        matches.indices.filter { matches[$0].model != nil }.min { matches[$0].descendants < matches[$1].descendants }
    }

    private mutating func descend(from parent: Int, _ space: SamplingSpace) throws {
        let match = matches[parent]
        guard let model = match.model else { return }
        matches[parent].descendants += 1
        var stream = space.stream("gradient descendant", descended, 0)
        descended += 1
        let kept = (1 - reach * reach).squareRoot()
        let normals = stream.normals(space.dimension)
        let anchor = zip(match.anchor, normals).map { kept * $0 + reach * $1 }
        let move = zip(anchor, match.anchor).map { $0 - $1 }
        // As far as the anchor, less what the slopes foresee that the data would see of it: `(I + JᵀJ)⁻¹` of the move.
        do {
            let step = try model.step(
                residual: model.change(over: move), fromAnchor: move.map { _ in 0 }, dampings: [0])[0]
            let point = match.point.indices.map { match.point[$0] + move[$0] + step[$0] }
            searches.append(Search(anchor: anchor, point: point, model: model, damping: 30, isDescendant: true))
        } catch { throw CalibrationError.factorization(error) }
    }

    private mutating func findSensitivities(_ space: SamplingSpace) throws {
        let missing = searches.indices.filter { searches[$0].residual != nil && searches[$0].model == nil }
        let unknown = matches.indices.filter { matches[$0].model == nil }
        guard !missing.isEmpty || !unknown.isEmpty, let sensitivities = space.problem.sensitivities else { return }
        let places =
            missing.map { (latent: searches[$0].point, residual: searches[$0].residual ?? []) }
            + unknown.map { (latent: matches[$0].point, residual: matches[$0].residual) }
        let basis = try basis ?? ResidualBasis(of: known(space))
        self.basis = basis
        let combinations = places.map { basis.combinations(including: $0.residual) }
        let found = try sensitivities(
            zip(places, combinations).map { place, rows in
                SensitivityPoint(
                    latent: place.latent, combinations: Matrix(rows.rowArrays.map(space.observed.weights(whitened:))))
            })
        sensitivityRuns += places.count
        let models = zip(found, combinations).map { slopes, rows in slopes.map { LocalModel($0, of: rows) } }
        for (index, model) in zip(unknown, models.dropFirst(missing.count)) { matches[index].model = model }
        matches.removeAll { $0.model == nil }
        for (index, model) in zip(missing, models) {
            searches[index].model = model
            searches[index].isFresh = model != nil
            searches[index].isOver = model == nil
        }
        searches.removeAll(where: \.isOver)
    }

    private func trials(of search: Search) throws -> [[Double]] {
        guard let residual = search.residual, let model = search.model else { return [search.point] }
        do {
            let steps = try model.step(
                residual: residual, fromAnchor: fromAnchor(search, at: search.point),
                dampings: Self.dampingFactors.map { $0 * search.damping })
            return steps.map { zip(search.point, $0).map(+) }
        } catch { throw CalibrationError.factorization(error) }
    }

    // MARK: Learning

    mutating func absorb(_ evaluations: [Evaluation], _ space: SamplingSpace) throws {
        defer { round += 1 }
        // Proposals are found among the candidates when searches start.
        guard !searches.isEmpty else { return }
        var rest = evaluations.map(\.residual)[...]
        func taken(_ count: Int) -> [[Double]?] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        let limit = 2 * Double(space.dataCount) * rule.threshold(count: space.dataCount)
        for index in searches.indices { absorb(taken(searches[index].trials.count), search: index, limit: limit) }
        for search in searches where search.isOver {
            let match = search.residual.flatMap { square($0) <= limit ? $0 : nil }
            if search.isDescendant { reach = min(max(reach * (match == nil ? 0.9 : 1.1), 0.05), 0.9) }
            guard let residual = match else { continue }
            if !search.isDescendant { independentMatches += 1 }
            // Slopes of a descendant are its ancestor's and what its own steps taught.
            matches.append(
                Match(
                    anchor: search.anchor, point: search.point, residual: residual,
                    model: search.isDescendant ? search.model : nil))
        }
        searches.removeAll(where: \.isOver)
    }

    /// - Parameter limit: the largest `|r|²` that is accepted.
    private mutating func absorb(_ residuals: [[Double]?], search index: Int, limit: Double) {
        var search = searches[index]
        defer { searches[index] = search }
        defer { search.isNear = search.residual.map { square($0) <= Self.nearness * limit } ?? false }
        guard let before = search.residual else {
            search.residual = residuals[0]
            search.isOver = residuals[0].map { square($0) <= limit } ?? true
            return
        }
        func objective(_ point: [Double], _ residual: [Double]) -> Double {
            square(residual) + square(fromAnchor(search, at: point))
        }
        let old = objective(search.point, before)
        var best: (trial: Int, value: Double)?
        for (trial, residual) in residuals.enumerated() {
            guard let residual else { continue }
            let value = objective(search.trials[trial], residual)
            if value < best?.value ?? .infinity { best = (trial, value) }
        }
        search.iteration += 1
        guard let best, best.value < 0.999 * old, let residual = residuals[best.trial] else {
            return reject(&search, residuals, misfit: square(before) / limit)
        }
        let point = search.trials[best.trial]
        search.model?.learn(
            move: zip(point, search.point).map { $0 - $1 }, change: zip(residual, before).map { $0 - $1 })
        search.damping = max(search.damping * Self.dampingFactors[best.trial] / 2, 0.05)
        search.rejections = 0
        (search.point, search.residual) = (point, residual)
        // A match is the end; what is far from one and hardly moves will not become one.
        let misfit = square(residual) / limit
        search.isOver =
            misfit <= 1 || search.iteration >= mostIterations(search, misfit: misfit)
            || (best.value > 0.99 * old && search.isFresh) || (search.isDescendant && misfit > Self.hopeless)
        // Slopes serve for two steps: the second by what the first has shown.
        if !search.isOver, !search.isFresh || best.value > 0.8 * old { search.model = nil }
        search.isFresh = false
    }

    /// No trial was better: by new sensitivities if the old ones were carried over, otherwise by shorter steps.
    private func reject(_ search: inout Search, _ residuals: [[Double]?], misfit: Double) {
        if search.iteration >= mostIterations(search, misfit: misfit) { search.isOver = true }
        guard search.isFresh, let before = search.residual else {
            search.model = nil
            return
        }
        search.rejections += 1
        if search.rejections > 2 { search.isOver = true }
        for (trial, residual) in zip(search.trials, residuals) {
            guard let residual else { continue }
            search.model?.learn(
                move: zip(trial, search.point).map { $0 - $1 }, change: zip(residual, before).map { $0 - $1 })
        }
        search.damping *= 30
    }

    /// Nothing for a search that is near: its anchor would hold it short of the data.
    private func fromAnchor(_ search: Search, at point: [Double]) -> [Double] {
        search.isNear ? point.map { _ in 0 } : zip(point, search.anchor).map { $0 - $1 }
    }

    /// - Parameter misfit: `|r|²` over what is accepted.
    private func mostIterations(_ search: Search, misfit: Double) -> Int {
        guard search.isDescendant else { return settings.iterations }
        return min(settings.iterations, Self.mostDescendantIterations + (misfit < Self.almost ? 2 : 0))
    }

    private func square(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 } }
}
