import Foundation
import LinearAlgebra
import Reservoir

/// Searches by Gauss-Newton steps along the simulator's own sensitivities, each from its own draw of the prior, then chains
/// about what they found.
///
/// A search minimises `½|r(z)|² + ½|z − z*|²` with `z*` the draw of the prior that it starts from, one of those nearest to
/// the data. Sensitivities are those of the realization before facies are cut; residuals are always the simulator's on
/// the cut one. Where a search meets the data, a chain walks on by moves that leave the local normal approximation of
/// the posterior unchanged, accepted by the exact likelihood (Metropolis and Hastings).
///
/// Every chain has the posterior as its stationary distribution, but it starts in one mode and has walked a short way: the
/// ensemble matches, and is called no posterior.
struct GradientSearch: Sampler {
    private struct Search: Codable {
        /// Names its streams.
        let number: Int
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
        /// Latents being simulated.
        var trials: [[Double]] = []
        var isOver = false
    }

    private struct Chain: Codable {
        let number: Int
        let start: [Double], startResidual: [Double]
        /// Of the start; `nil` until its sensitivities are found.
        var model: LocalModel?
        var point: [Double]
        var residual: [Double]
        var size = 0.15
        var moves = 0
        var trial: [Double] = []
    }

    let settings: GradientSearchSettings
    let rule: AcceptanceRule
    private var searches: [Search] = []
    private var chains: [Chain] = []
    private var started = 0
    private var sensitivityRuns = 0
    private var round = 0
    /// Trial steps of a search: the damping of the last one taken, times these.
    private static let dampingFactors = [0.1, 1, 10]

    init(_ settings: GradientSearchSettings, rule: AcceptanceRule) { (self.settings, self.rule) = (settings, rule) }

    var posterior: PosteriorEnsemble? { nil }
    var spentBeside: Int { sensitivityRuns * settings.sensitivityCost }

    // MARK: Asking

    mutating func nextBatch(_ space: SamplingSpace) throws -> [Draw] {
        if chains.count < settings.chains { try startSearches(space) }
        try findSensitivities(space)
        var draws: [Draw] = []
        for index in searches.indices {
            searches[index].trials = try trials(of: searches[index])
            draws += searches[index].trials.map { Draw(source: .latent($0), origin: .gradient, iteration: round) }
        }
        for index in chains.indices {
            let chain = chains[index]
            var stream = space.stream("gradient chain", chain.number, chain.moves)
            guard let local = try localPosterior(of: chain) else { continue }
            chains[index].trial = local.moved(chain.point, size: chain.size, normals: stream.normals(space.dimension))
            draws.append(Draw(source: .latent(chains[index].trial), origin: .move, iteration: round))
        }
        return draws
    }

    private mutating func startSearches(_ space: SamplingSpace) throws {
        guard space.problem.sensitivities != nil else {
            throw CalibrationError.needsSensitivities(method: CalibrationMethod.gradientSearch.rawValue)
        }
        guard searches.count < settings.chains else { return }
        // From what is known to come near; a training pair is a draw of the prior, and so a fit anchor.
        let near = space.pairs(candidates: 0).nearest(started + settings.chains).latents
        while searches.count < settings.chains {
            let start = started < near.count ? near[started] : space.priorLatent("gradient start", started)
            searches.append(Search(number: started, anchor: start, point: start))
            started += 1
        }
    }

    private mutating func findSensitivities(_ space: SamplingSpace) throws {
        let missing = searches.indices.filter { searches[$0].residual != nil && searches[$0].model == nil }
        let starting = chains.indices.filter { chains[$0].model == nil }
        guard !missing.isEmpty || !starting.isEmpty, let sensitivities = space.problem.sensitivities else { return }
        let found = try sensitivities(missing.map { searches[$0].point } + starting.map { chains[$0].start })
        sensitivityRuns += missing.count + starting.count
        for (index, jacobian) in zip(starting, found.dropFirst(missing.count)) {
            chains[index].model = jacobian.map { LocalModel($0, observed: space.observed) }
        }
        chains.removeAll { $0.model == nil }
        for (index, jacobian) in zip(missing, found) {
            if let jacobian {
                searches[index].model = LocalModel(jacobian, observed: space.observed)
                searches[index].isFresh = true
            } else {
                searches[index].isOver = true
            }
        }
        searches.removeAll(where: \.isOver)
    }

    private func trials(of search: Search) throws -> [[Double]] {
        guard let residual = search.residual, let model = search.model else { return [search.point] }
        do {
            let steps = try model.step(
                residual: residual, fromAnchor: zip(search.point, search.anchor).map { $0 - $1 },
                dampings: Self.dampingFactors.map { $0 * search.damping })
            return steps.map { zip(search.point, $0).map(+) }
        } catch { throw CalibrationError.factorization(error) }
    }

    private func localPosterior(of chain: Chain) throws -> LocalPosterior? {
        guard let model = chain.model else { return nil }
        do { return try LocalPosterior(model, point: chain.start, residual: chain.startResidual) } catch {
            throw CalibrationError.factorization(error)
        }
    }

    // MARK: Learning

    mutating func absorb(_ evaluations: [Evaluation], _ space: SamplingSpace) throws {
        var rest = evaluations.map(\.residual)[...]
        func taken(_ count: Int) -> [[Double]?] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        let limit = 2 * Double(space.dataCount) * rule.threshold(count: space.dataCount)
        for index in searches.indices { absorb(taken(searches[index].trials.count), search: index, limit: limit) }
        for index in chains.indices { try absorb(taken(1)[0], chain: index, space) }
        for search in searches where search.isOver {
            guard let residual = search.residual, square(residual) <= limit else { continue }
            chains.append(
                Chain(
                    number: search.number, start: search.point, startResidual: residual, point: search.point,
                    residual: residual))
        }
        searches.removeAll(where: \.isOver)
        if chains.count >= settings.chains { searches = [] }
        round += 1
    }

    /// - Parameter limit: the largest `|r|²` that is accepted.
    private mutating func absorb(_ residuals: [[Double]?], search index: Int, limit: Double) {
        var search = searches[index]
        defer { searches[index] = search }
        guard let before = search.residual else {
            search.residual = residuals[0]
            search.isOver = residuals[0] == nil
            return
        }
        func objective(_ point: [Double], _ residual: [Double]) -> Double {
            square(residual) + square(zip(point, search.anchor).map { $0 - $1 })
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
            return reject(&search, residuals)
        }
        let point = search.trials[best.trial]
        search.model?.learn(
            move: zip(point, search.point).map { $0 - $1 }, change: zip(residual, before).map { $0 - $1 })
        search.damping = max(search.damping * Self.dampingFactors[best.trial] / 2, 0.05)
        search.rejections = 0
        (search.point, search.residual) = (point, residual)
        // A match is good enough to start a chain from; what is far from one and hardly moves will not become one.
        search.isOver =
            square(residual) <= limit || search.iteration >= settings.iterations
            || (best.value > 0.99 * old && search.isFresh)
        // Slopes serve for two steps: the second by what the first has shown.
        if !search.isOver, !search.isFresh || best.value > 0.8 * old { search.model = nil }
        search.isFresh = false
    }

    /// No trial was better: by new sensitivities if the old ones were carried over, otherwise by shorter steps.
    private func reject(_ search: inout Search, _ residuals: [[Double]?]) {
        if search.iteration >= settings.iterations { search.isOver = true }
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

    private mutating func absorb(_ residual: [Double]?, chain index: Int, _ space: SamplingSpace) throws {
        var chain = chains[index]
        defer { chains[index] = chain }
        var stream = space.stream("gradient decision", chain.number, chain.moves)
        chain.moves += 1
        var isTaken = false
        if let residual, let local = try localPosterior(of: chain) {
            func potential(_ point: [Double], _ residual: [Double]) -> Double {
                0.5 * (square(residual) + square(point) - local.squaredDistance(point))
            }
            isTaken = log(stream.uniform()) < potential(chain.point, chain.residual) - potential(chain.trial, residual)
            if isTaken { (chain.point, chain.residual) = (chain.trial, residual) }
        }
        // Towards one move in four taken, by ever smaller corrections (Andrieu and Thoms, 2008, Statistics and Computing 18).
        let gain = 1 / (1 + 0.1 * Double(chain.moves))
        chain.size = min(max(chain.size * exp(gain * ((isTaken ? 1 : 0) - 0.25)), 0.01), 0.9)
    }

    private func square(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 } }
}
