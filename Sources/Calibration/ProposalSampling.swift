import LinearAlgebra
import Reservoir

/// Raw latent-space inversion: what the network proposes is simulated as it is.
struct ProposalSampling: Sampler {
    let settings: ProposalSettings
    private var isDone = false

    init(_ settings: ProposalSettings) { self.settings = settings }

    mutating func nextBatch(_ space: SamplingSpace) throws -> [Draw] {
        guard !isDone else { return [] }
        let latents = try ProposalDistribution(settings.spread, space, method: .proposal).latents(settings.count)
        return latents.map { Draw(source: .latent($0), origin: .proposal, iteration: 0) }
    }

    mutating func absorb(_ evaluations: [Evaluation], _ space: SamplingSpace) { isDone = true }

    var posterior: PosteriorEnsemble? { nil }
}

/// Latents drawn around the observed data by a trained network.
struct ProposalDistribution {
    private let spread: ProposalSettings.Spread
    private let space: SamplingSpace
    private let proposal: any LatentProposal
    /// Root of the regression's residual covariance.
    private let root: Matrix
    /// `|z|²` that a draw of the prior, where it is chi-square distributed, has once in a million times.
    private let largest: Double

    /// - Throws: ``CalibrationError/needsProposal(method:)`` without a trained network.
    init(_ spread: ProposalSettings.Spread, _ space: SamplingSpace, method: CalibrationMethod) throws {
        guard let proposal = space.problem.proposal else {
            throw CalibrationError.needsProposal(method: method.rawValue)
        }
        (self.spread, self.space, self.proposal) = (spread, space, proposal)
        root = try proposal.residualCovariance.symmetricRoot()
        largest = ChiSquare(degreesOfFreedom: Double(root.rows)).quantile(1 - 1e-6)
    }

    /// `count` draws; draw `i` depends on the seed and `i` only.
    /// Latents that the network does not know of are zero.
    func latents(_ count: Int) -> [[Double]] {
        let known =
            switch spread {
            case .noiseAndResidual: fromNoise(count)
            case .box(let radius): fromBox(count, radius: radius)
            }
        return known.map { $0 + [Double](repeating: 0, count: space.dimension - $0.count) }
    }

    private func fromNoise(_ count: Int) -> [[Double]] {
        let data = (0..<count).map { index in
            var stream = space.stream("perturbed data", index)
            return space.observed.perturbed(from: &stream)
        }
        return proposal.latents(forData: data).enumerated().map { index, centre in
            var stream = space.stream("regression residual", index)
            let step = root.times(stream.normals(root.columns))
            return withinPrior(centre.indices.map { centre[$0] + step[$0] })
        }
    }

    /// Drawn back to where the prior ends: a network far from what it was trained on, as with noise many times the data's
    /// own, gives latents that decode to nothing in nature.
    private func withinPrior(_ latent: [Double]) -> [Double] {
        let squares = latent.squaredNorm
        guard squares > largest else { return latent }
        let scale = (largest / squares).squareRoot()
        return latent.map { $0 * scale }
    }

    private func fromBox(_ count: Int, radius: Double) -> [[Double]] {
        let centre = proposal.latents(forData: [space.observed.values])[0]
        return (0..<count).map { index in
            var stream = space.stream("proposal box", index)
            return centre.map { $0 + stream.uniform(-radius, radius) }
        }
    }
}

extension Matrix {
    /// `R` with `R Rᵀ` equal to this covariance; negative eigenvalues, which only rounding can bring, count as zero.
    func symmetricRoot() throws -> Matrix {
        do {
            let eigen = try SymmetricEigen(self)
            var root = eigen.vectors
            for column in 0..<columns {
                let scale = max(eigen.values[column], 0).squareRoot()
                for row in 0..<rows { root[row, column] *= scale }
            }
            return root
        } catch {
            throw CalibrationError.factorization(error)
        }
    }
}
