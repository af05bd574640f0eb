import Foundation
import LinearAlgebra
import Reservoir

/// Sequential Monte Carlo: particles are led along a path of distributions that ends at the posterior,
///
///     π_t(z) ∝ N(z; 0, I) exp(−U_t(z)),   U_t = (1 − t) U₀(z) + t Φ(z),   Φ = ½ |L⁻¹(d(z) − d_obs)|²
///
/// by reweighting, resampling and Markov moves that leave `π_t` unchanged. `U₀` is zero (the particles start from the
/// prior) or the potential of a frozen emulator (they start from the posterior it predicts). `t` advances as far as the
/// effective sample size allows. Source: Del Moral, Doucet and Jasra (2006), J. Royal Statistical Society B 68, 411.
///
/// With delayed acceptance a move is a whole chain that is reversible for the emulator's version `W` of `U_t`; where it
/// ends, the simulator decides with probability `min(1, exp(−U_t(z') + U_t(z) + W(z') − W(z)))`, which makes the move
/// reversible for `π_t` itself, however wrong the emulator. Source: Christen and Fox (2005), J. Computational and
/// Graphical Statistics 14, 795; chains as proposals: Lykkegaard et al. (2023), SIAM/ASA J. Uncertainty Quantification
/// 11, 1. The emulator of a move is fitted to everything simulated before it and held fixed during it.
///
/// Emulators see the part of a latent that is the network's. The detail beside it makes one step of a preconditioned Crank-Nicolson
/// walk in each move, `w' = √(1 − s²) w + s ξ`, which is reversible for its prior (Cotter et al., 2013, Statistical Science 28, 424);
/// the simulator decides about both. Without detail realizations vary less than the prior's, by what the decoder leaves out.
struct SequentialMonteCarlo: Sampler {
    struct Particle: Equatable, Codable {
        var latent: [Double]
        /// `Φ`
        var misfit: Double
        var candidate: Int
    }

    /// A move that waits for its simulation.
    struct Move: Equatable, Codable {
        var particle: Int
        var latent: [Double]
        /// What the exact ratio is multiplied with, as a logarithm: `(1 − t) (U₀(z) − U₀(z')) + W(z') − W(z)`.
        var correction: Double
    }

    private enum Phase: Equatable, Codable { case preparing, starting, moving, done }

    let settings: SequentialMonteCarloSettings
    private var phase: Phase
    private var preparation: LocalRetraining
    private var particles: [Particle] = []
    private(set) var t = 0.0
    /// Moves made so far, over all stages, and in the present one.
    private var moves = 0, movesInStage = 0
    private var pending: [Move] = []
    private var chainSteps: Int
    private var stepSize = 0.5
    /// `s` of the detail.
    private var detailStep = 0.5
    /// Number of candidates the emulator of `U₀` was fitted to; `nil`: `U₀ = 0`.
    private var pathCandidates: Int?
    /// States visited at `t = 1`.
    private var visited: [Int] = []
    private(set) var acceptances: [Double] = []
    private var path = Cached<EmulatorPosterior>()

    init(_ settings: SequentialMonteCarloSettings) {
        self.settings = settings
        preparation = LocalRetraining(settings.preparation)
        chainSteps = settings.chainSteps
        phase = settings.start == .emulator ? .preparing : .starting
    }

    private enum CodingKeys: String, CodingKey {
        case settings, phase, preparation, particles, t, moves, movesInStage, pending, chainSteps, stepSize,
            detailStep, pathCandidates, visited, acceptances
    }

    var posterior: PosteriorEnsemble? {
        guard !visited.isEmpty else { return nil }
        return PosteriorEnsemble(
            members: visited, weights: visited.map { _ in 1 / Double(visited.count) },
            method: "sequential Monte Carlo with \(settings.particles) particles, exact likelihood")
    }

    func mayStop(wanting distinct: Int) -> Bool { false }

    mutating func nextBatch(_ space: SamplingSpace) throws -> [Draw] {
        if phase == .preparing {
            let draws = try preparation.nextBatch(space)
            if !draws.isEmpty { return draws }
            phase = .starting
        }
        switch phase {
        case .preparing, .done: return []
        case .starting: return try startingDraws(space)
        case .moving:
            // A move whose chains all stayed where they were asks for nothing; the next one is tried at once.
            for _ in 0..<10 where phase == .moving {
                try prepareMoves(space)
                if !pending.isEmpty {
                    return pending.map { Draw(source: .latent($0.latent), origin: .move, iteration: moves) }
                }
                finishMove(accepted: 0)
            }
            return []
        }
    }

    mutating func absorb(_ evaluations: [Evaluation], _ space: SamplingSpace) throws {
        switch phase {
        case .preparing: try preparation.absorb(evaluations, space)
        case .starting: try beginPath(evaluations, space)
        case .moving: decide(evaluations, space)
        case .done: break
        }
    }

    // MARK: - Start

    private mutating func startingDraws(_ space: SamplingSpace) throws -> [Draw] {
        var latents = (0..<settings.particles).map { space.priorLatent("particles", $0) }
        if settings.start == .emulator {
            pathCandidates = space.history.count
            if let posterior = try pathPosterior(space) {
                let parts = try posterior.sample(
                    space.networkParts(latents), stepsPerStage: 20, finalSteps: 4 * settings.chainSteps
                ) { stage, chain in
                    space.stream("particles on the emulator", stage, chain)
                }
                latents = zip(parts, latents).map { $0 + $1.dropFirst($0.count) }
            }
        }
        let origin: Candidate.Origin = settings.start == .emulator ? .emulator : .prior
        return latents.map { Draw(source: .latent($0), origin: origin, iteration: 0) }
    }

    /// A particle whose simulation failed has no likelihood; resampling replaces it.
    private mutating func beginPath(_ evaluations: [Evaluation], _ space: SamplingSpace) throws {
        particles = evaluations.compactMap { evaluation in
            guard let residual = evaluation.residual, let latent = space.history[evaluation.index].latent else {
                return nil
            }
            return Particle(latent: latent, misfit: Self.misfit(residual), candidate: evaluation.index)
        }
        guard particles.count >= max(4, settings.particles / 2) else {
            throw CalibrationError.tooFewSimulated(
                succeeded: particles.count, of: evaluations.count, needed: max(4, settings.particles / 2),
                lastReason: space.lastFailure)
        }
        phase = .moving
        try advance(space)
    }

    // MARK: - Path

    /// Goes as far along the path as the effective sample size allows, and resamples.
    private mutating func advance(_ space: SamplingSpace) throws {
        let start = try startPotentials(particles.map(\.latent), space)
        let slope = particles.indices.map { particles[$0].misfit - start[$0] }
        let next = Tempering.nextPower(from: t, potentials: slope, keeping: settings.keptFraction)
        let weights = Weights.normalised(logarithms: slope.map { -(next - t) * $0 })
        var stream = space.stream("resampling", moves)
        particles = Resampling.systematic(weights, count: settings.particles, offset: stream.uniform())
            .map { particles[$0] }
        (t, movesInStage) = (next, 0)
    }

    /// `U₀`
    private mutating func startPotentials(_ latents: [[Double]], _ space: SamplingSpace) throws -> [Double] {
        try pathPosterior(space)?.potentials(Matrix(space.networkParts(latents))) ?? latents.map { _ in 0 }
    }

    private mutating func pathPosterior(_ space: SamplingSpace) throws -> EmulatorPosterior? {
        guard let pathCandidates else { return nil }
        if let known = path.value { return known }
        let made = try EmulatorPosterior(
            space.emulator(capacity: settings.preparation.capacity, candidates: pathCandidates))
        path.value = made
        return made
    }

    // MARK: - Moves

    private mutating func prepareMoves(_ space: SamplingSpace) throws {
        if movesInStage >= settings.movesPerStage && t < 1 { try advance(space) }
        let emulator = try EmulatorPosterior(space.emulator(capacity: settings.preparation.capacity))
        let latents = particles.map(\.latent)
        let before = try startPotentials(latents, space)
        let parts = Matrix(space.networkParts(latents))
        let reached: [[Double]]
        let screened: [Double]
        if settings.screening == .delayedAcceptance {
            (reached, screened) = try screenedMoves(from: parts, emulator, space)
        } else {
            reached = try plainMoves(from: parts, emulator, space)
            screened = reached.map { _ in 0 }
        }
        let ends = reached.indices.map { reached[$0] + movedDetail(of: $0, space) }
        let after = try startPotentials(ends, space)
        pending = ends.indices.filter { ends[$0] != latents[$0] }.map { index in
            Move(
                particle: index, latent: ends[index],
                correction: (1 - t) * (before[index] - after[index]) + screened[index])
        }
    }

    private func movedDetail(of particle: Int, _ space: SamplingSpace) -> [Double] {
        var stream = space.stream("detail of moves", moves, particle)
        let kept = (1 - detailStep * detailStep).squareRoot()
        return particles[particle].latent.dropFirst(space.networkDimension)
            .map { kept * $0 + detailStep * stream.normal() }
    }

    /// Chains on the emulator's version of the path; with each end `W(z') − W(z)`.
    private mutating func screenedMoves(
        from latents: Matrix, _ emulator: EmulatorPosterior, _ space: SamplingSpace
    ) throws -> ([[Double]], [Double]) {
        let (t, moves) = (t, moves)
        let start = try pathPosterior(space)
        let potential: (Matrix) -> [Double] = { points in
            let own = emulator.potentials(points)
            guard let start, t < 1 else { return own.map { t * $0 } }
            let first = start.potentials(points)
            return own.indices.map { t * own[$0] + (1 - t) * first[$0] }
        }
        let walk = PreconditionedWalk(
            sensitivity: try emulator.sensitivity(at: probes(latents)), power: start == nil ? t : 1)
        // The step is adapted in a run of its own, then held: only a fixed step makes the chain reversible.
        let pilot = ChainRunner(walk: walk, potential: potential) { space.stream("pilot chains", moves, $0) }
            .run(from: latents, steps: 15, size: stepSize, adapts: true)
        stepSize = pilot.size
        let runner = ChainRunner(walk: walk, potential: potential) { space.stream("moves", moves, $0) }
        let reached = runner.run(from: latents, steps: chainSteps, size: stepSize, adapts: false)
        let before = potential(latents)
        return (reached.points.rowArrays, before.indices.map { reached.potentials[$0] - before[$0] })
    }

    /// Single steps of the walk; the emulator gives no more than the directions.
    private func plainMoves(
        from latents: Matrix, _ emulator: EmulatorPosterior, _ space: SamplingSpace
    ) throws -> [[Double]] {
        let walk = PreconditionedWalk(
            sensitivity: try emulator.sensitivity(at: probes(latents)), power: settings.start == .prior ? t : 1)
        let runner = ChainRunner(walk: walk, potential: { Array(repeating: 0, count: $0.rows) }) {
            space.stream("moves", moves, $0)
        }
        return runner.run(from: latents, steps: 1, size: stepSize, adapts: false).points.rowArrays
    }

    private func probes(_ latents: Matrix) -> Matrix {
        Matrix(stride(from: 0, to: latents.rows, by: max(1, latents.rows / 6)).map { latents.row($0) })
    }

    /// Accepts or refuses each pending move by the exact ratio.
    private mutating func decide(_ evaluations: [Evaluation], _ space: SamplingSpace) {
        var accepted = 0
        for (move, evaluation) in zip(pending, evaluations) {
            guard let residual = evaluation.residual else { continue }
            let misfit = Self.misfit(residual)
            var stream = space.stream("acceptance", moves, move.particle)
            let ratio = t * (particles[move.particle].misfit - misfit) + move.correction
            guard log(1 - stream.uniform()) <= ratio else { continue }
            accepted += 1
            particles[move.particle] = Particle(
                latent: move.latent, misfit: misfit, candidate: evaluation.index)
        }
        pending = []
        finishMove(accepted: accepted)
    }

    private mutating func finishMove(accepted: Int) {
        let rate = Double(accepted) / Double(particles.count)
        acceptances.append(rate)
        moves += 1
        movesInStage += 1
        adapt(to: rate)
        if t >= 1 {
            visited += particles.map(\.candidate)
            if movesInStage >= settings.finalMoves { phase = .done }
        }
    }

    /// Longer chains while most ends are accepted, shorter ones while few are; steps of the detail likewise.
    private mutating func adapt(to rate: Double) {
        detailStep = min(max(detailStep * exp(rate - 0.3), 1e-3), 1)
        switch settings.screening {
        case .delayedAcceptance:
            if rate < 0.2 { chainSteps = max(1, chainSteps / 2) }
            if rate > 0.4 { chainSteps = min(200, chainSteps * 2) }
        case .none:
            stepSize = min(max(stepSize * exp(rate - 0.3), 1e-3), 2)
        }
    }

    private static func misfit(_ residual: [Double]) -> Double { residual.squaredNorm / 2 }
}

/// A value that can be made again at any time and is therefore not stored.
struct Cached<Value: Sendable>: Sendable {
    var value: Value?
}
