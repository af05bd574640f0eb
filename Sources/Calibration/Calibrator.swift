import LinearAlgebra
import Reservoir

/// Simulates a batch of realizations; results in the order of the batch. Parallelism, caches and files are its own.
public typealias EnsembleSimulator = ([Realization]) throws -> [Result<ProductionSeries, SimulationFailure>]

/// Calibrates one case against one set of observations, batch by batch.
///
///     var calibrator = try Calibrator(problem, settings: settings, seed: 1)
///     while case let batch = try calibrator.nextBatch(), !batch.isEmpty {
///         try calibrator.absorb(simulate(batch))
///     }
///     let result = try calibrator.result()
///
/// A value: a copy taken between batches continues as the original would. The same problem, settings and seed ask for
/// the same simulations in the same order, so a run that was killed may also simply be repeated over a cache of results.
public struct Calibrator: Sendable {
    /// What must be stored to continue: everything but the problem and the series, which whoever simulates keeps.
    public struct Checkpoint: Sendable, Codable {
        public let settings: CalibrationSettings
        public let seed: UInt64
        var method: MethodState
        public internal(set) var candidates: [Candidate] = []
        /// Index of the first candidate of the batch under way.
        var firstPending = 0
        /// Whether the method has come to its end: nothing more is to be simulated.
        public internal(set) var isFinished = false
    }

    /// Counts changes after which the same settings and seed give another result.
    public static let version = 10

    public let problem: CalibrationProblem
    public private(set) var checkpoint: Checkpoint
    /// Simulated data of each candidate in full; `nil` after a failure.
    public private(set) var series: [ProductionSeries?] = []

    /// - Throws: ``ParameterError`` if a setting is out of range.
    public init(_ problem: CalibrationProblem, settings: CalibrationSettings, seed: UInt64) throws {
        BLAS.useOneThread()
        self.problem = problem
        let settings = try settings.validated()
        checkpoint = Checkpoint(settings: settings, seed: seed, method: MethodState(settings))
    }

    /// Continues a stored run.
    /// - Parameter series: of each candidate in `checkpoint`, in order.
    public init(_ problem: CalibrationProblem, resuming checkpoint: Checkpoint, series: [ProductionSeries?]) {
        precondition(
            series.count == checkpoint.firstPending, "\(series.count) series for the candidates of a checkpoint")
        (self.problem, self.checkpoint, self.series) = (problem, checkpoint, series)
        self.checkpoint.candidates.removeSubrange(checkpoint.firstPending...)
    }

    private var space: SamplingSpace {
        SamplingSpace(
            problem: problem, seed: checkpoint.seed, budget: checkpoint.settings.budget,
            history: checkpoint.candidates)
    }

    public var test: AcceptanceTest {
        AcceptanceTest(rule: checkpoint.settings.acceptance, dataCount: problem.observed.count)
    }

    /// Simulations asked for so far.
    public var spent: Int { checkpoint.candidates.count }

    /// Of the budget: simulations, and what else counts as so many.
    public var spentOfBudget: Int { spent + checkpoint.method.sampler.spentBeside }

    /// The realizations to simulate next; empty when the calibration is over.
    public mutating func nextBatch() throws -> [Realization] {
        precondition(checkpoint.firstPending == checkpoint.candidates.count, "the last batch was not absorbed")
        guard !checkpoint.isFinished else { return [] }
        func remaining() -> Int { checkpoint.settings.budget - spentOfBudget }
        let draws = remaining() > 0 ? try checkpoint.method.sampler.nextBatch(space) : []
        // Asking may itself have cost something.
        let left = max(remaining(), 0)
        // A batch cut short by the budget is still simulated and ranked, but the method cannot go on from it.
        checkpoint.isFinished = draws.count > left || draws.isEmpty
        let first = spent
        let added = draws.prefix(left).enumerated().map { offset, draw in
            Candidate(
                index: first + offset, source: draw.source, origin: draw.origin, iteration: draw.iteration,
                family: draw.family)
        }
        checkpoint.candidates += added
        return try realizations(of: added)
    }

    /// - Parameter results: one per realization of the last batch, in order.
    /// - Throws: ``ParameterError`` if a series lacks an observed vector or time; ``CalibrationError`` if the method
    ///   cannot go on, for example because too many simulations failed.
    public mutating func absorb(_ results: [Result<ProductionSeries, SimulationFailure>]) throws {
        let pending = checkpoint.firstPending..<checkpoint.candidates.count
        precondition(results.count == pending.count, "\(results.count) results for a batch of \(pending.count)")
        var evaluations: [Evaluation] = []
        for (index, result) in zip(pending, results) {
            let residual = try record(result, at: index)
            evaluations.append(Evaluation(index: index, residual: residual))
        }
        checkpoint.firstPending = pending.upperBound
        if !checkpoint.isFinished { try checkpoint.method.sampler.absorb(evaluations, space) }
        if let wanted = checkpoint.settings.wantedDistinct, !checkpoint.isFinished,
            checkpoint.method.sampler.mayStop(wanting: wanted)
        {
            let accepted = checkpoint.candidates.count { test.accepts($0.mismatch?.value ?? .infinity) }
            if accepted >= wanted, try ranking().distinctCount >= wanted { checkpoint.isFinished = true }
        }
    }

    /// What has been found so far.
    public func result() throws -> CalibrationResult {
        let ranking = try ranking()
        return CalibrationResult(
            method: checkpoint.settings.method, seed: checkpoint.seed, test: test, candidates: checkpoint.candidates,
            series: series, ranking: ranking,
            accounting: .init(checkpoint.candidates, ranking: ranking, test: test),
            posterior: checkpoint.method.sampler.posterior)
    }

    /// The realizations of candidates, decoded or drawn again.
    public func realizations(of candidates: [Candidate]) throws -> [Realization] {
        let latents = candidates.compactMap(\.latent)
        var decoded = (latents.isEmpty ? [] : problem.parameterization.decode(latents)).makeIterator()
        // Many at once: a decoder takes hardly longer for a batch than for one.
        var smooth = smoothRealizations(candidates).mapValues { $0.makeIterator() }
        return try candidates.compactMap { candidate in
            switch candidate.source {
            case .latent: decoded.next()
            case .smooth(_, let sharpness): smooth[sharpness]?.next()
            case .fields(let fields): FieldVector.decode(fields)
            case .prior(let index): try problem.priorRealizations?(index..<index + 1).first
            }
        }
    }

    /// Those before facies are cut, by their sharpness, each in order.
    private func smoothRealizations(_ candidates: [Candidate]) -> [Double: [Realization]] {
        guard let parameterization = problem.smooth else { return [:] }
        var latents: [Double: [[Double]]] = [:]
        for candidate in candidates {
            if case .smooth(let latent, let sharpness) = candidate.source {
                latents[sharpness, default: []].append(latent)
            }
        }
        return latents.reduce(into: [:]) { $0[$1.key] = parameterization.decodeSmooth($1.value, sharpness: $1.key) }
    }

    /// Runs a calibration to its end.
    public static func run(
        _ problem: CalibrationProblem, settings: CalibrationSettings, seed: UInt64, simulate: EnsembleSimulator
    ) throws -> CalibrationResult {
        var calibrator = try Calibrator(problem, settings: settings, seed: seed)
        while case let batch = try calibrator.nextBatch(), !batch.isEmpty {
            try calibrator.absorb(simulate(batch))
        }
        return try calibrator.result()
    }

    private mutating func record(
        _ result: Result<ProductionSeries, SimulationFailure>, at index: Int
    ) throws(ParameterError) -> [Double]? {
        switch result {
        case .failure(let failure):
            checkpoint.candidates[index].failure = failure.reason
            series.append(nil)
            return nil
        case .success(let output):
            let data = try problem.observed.layout.values(in: output)
            series.append(output)
            guard data.allSatisfy(\.isFinite) else {
                checkpoint.candidates[index].failure = "the simulated data are not finite"
                return nil
            }
            let residual = problem.observed.whitened(prediction: data)
            checkpoint.candidates[index].data = data
            // What is no realization is not judged.
            if case .smooth = checkpoint.candidates[index].source { return residual }
            checkpoint.candidates[index].mismatch = Mismatch(
                whitenedResidual: residual, layout: problem.observed.layout)
            return residual
        }
    }

    private func ranking() throws -> Ranking {
        var prior = problem.parameterization.decode((0..<24).map { space.priorLatent("distinctness", $0) })
        if checkpoint.settings.method == .modelSpaceEnsembleSmoother {
            // Its realizations have no facies: they are compared by permeability.
            for index in prior.indices { prior[index].facies = nil }
        }
        let distinctness = Distinctness(fraction: checkpoint.settings.distinctness, prior: prior)
        return try Ranking(
            checkpoint.candidates, test: test, distinctness: distinctness, realizations: realizations(of:))
    }
}
