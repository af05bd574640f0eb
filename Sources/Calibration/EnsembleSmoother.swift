import LinearAlgebra
import Reservoir

/// Ensemble smoother with multiple data assimilation, in latent space or on the grid's properties.
///
/// Approximates the posterior for a nearly linear forward model and many members; elsewhere it gives realizations that
/// may match the data, not a sample of the posterior.
struct EnsembleSmoother: Sampler {
    let settings: EnsembleSmootherSettings
    let inModelSpace: Bool
    /// Inflation factors used so far; their inverses sum to one at the end.
    private(set) var inflations: [Double] = []
    private var points: [[Double]] = []
    private var step = 0

    init(_ settings: EnsembleSmootherSettings, inModelSpace: Bool) {
        (self.settings, self.inModelSpace) = (settings, inModelSpace)
    }

    private var spentInverse: Double { inflations.reduce(0) { $0 + 1 / $1 } }
    private var isDone: Bool { spentInverse >= 1 - 1e-9 && step > inflations.count }

    mutating func nextBatch(_ space: SamplingSpace) throws -> [Draw] {
        if step == 0 && points.isEmpty { points = try initialPoints(space) }
        guard !isDone else { return [] }
        let origin: Candidate.Origin = step > 0 ? .update : settings.start == .prior ? .prior : .proposal
        return points.map {
            Draw(
                source: inModelSpace ? .fields($0.map { Float($0) }) : .latent($0), origin: origin, iteration: step)
        }
    }

    mutating func absorb(_ evaluations: [Evaluation], _ space: SamplingSpace) throws {
        let alive = evaluations.indices.filter { evaluations[$0].residual != nil }
        let needed = max(4, settings.ensembleSize / 2)
        guard alive.count >= needed else {
            throw CalibrationError.tooFewSimulated(
                succeeded: alive.count, of: evaluations.count, needed: needed, lastReason: space.lastFailure)
        }
        step += 1
        guard spentInverse < 1 - 1e-9 else { return }
        let residuals = alive.compactMap { evaluations[$0].residual }
        let inflation = nextInflation(residuals)
        inflations.append(inflation)
        let noise = alive.map { member in
            var stream = space.stream("es-mda noise", step, member)
            return stream.normals(space.dataCount)
        }
        points = try EnsembleUpdate(inflation: inflation, tapers: settings.taperSpuriousCorrelations)
            .updated(points: alive.map { points[$0] }, residuals: residuals, noise: noise)
    }

    var posterior: PosteriorEnsemble? { nil }

    private func initialPoints(_ space: SamplingSpace) throws -> [[Double]] {
        let count = settings.ensembleSize
        if inModelSpace {
            guard let prior = space.problem.priorRealizations else {
                throw CalibrationError.needsPriorRealizations(
                    method: CalibrationMethod.modelSpaceEnsembleSmoother.rawValue)
            }
            return try prior(0..<count).map { FieldVector.encode($0).map { Double($0) } }
        }
        switch settings.start {
        case .prior: return (0..<count).map { space.priorLatent("es-mda prior", $0) }
        case .proposal:
            return try ProposalDistribution(.noiseAndResidual, space, method: .ensembleSmoother).latents(count)
        }
    }

    private func nextInflation(_ residuals: [[Double]]) -> Double {
        let remaining = 1 - spentInverse
        switch settings.inflation {
        case .equal: return Double(settings.steps)
        case .geometric(let ratio):
            // α_k = c / ratio^k with Σ ratio^k / c = 1.
            let sum = (0..<settings.steps).reduce(0.0) { $0 + power(ratio, $1) }
            return sum / power(ratio, step - 1)
        case .misfitControlled:
            return 1 / min(MisfitControl.inverseInflation(residuals), remaining)
        }
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { value, _ in value * base }
    }
}

/// The step of the data-misfit controller: as far as the ensemble's own mismatch lets a linear update go.
///
///     1/α = max( N_d / (2 mean Φ), √(N_d / (2 var Φ)) ),   Φ = ½ |r|²
///
/// Source: Iglesias and Yang (2021), Inverse Problems 37, 025008, eq. 15.
enum MisfitControl {
    /// - Parameter residuals: `[members][data]`, in units of the noise.
    static func inverseInflation(_ residuals: [[Double]]) -> Double {
        let misfits = residuals.map { $0.squaredNorm / 2 }
        let count = Double(misfits.count)
        let data = Double(residuals[0].count)
        let mean = misfits.reduce(0, +) / count
        let variance = misfits.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        guard mean > 0, variance > 0 else { return 1 }
        return max(data / (2 * mean), (data / (2 * variance)).squareRoot())
    }
}
