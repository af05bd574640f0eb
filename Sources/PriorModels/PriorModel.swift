import LinearAlgebra
import Reservoir

/// A prior made ready for one grid: draws realizations, as many as wanted.
///
/// Realization `i` of a seed is the same whatever is drawn beside it, in whatever order and on however many threads.
public struct PriorModel: Sendable {
    /// Realizations from this index on serve as synthetic truths: imported members that are kept for that, if any.
    public static let firstTruth = 1 << 50

    public let settings: PriorSettings
    public let grid: Grid
    private let generator: any RealizationGenerator

    /// - Parameter hardData: honoured exactly by every realization.
    /// - Throws: ``ParameterError`` if the settings do not fit the grid or the hard data.
    public init(
        settings: PriorSettings, grid: Grid, hardData: [HardDatum] = [], seed: UInt64
    ) throws(ParameterError) {
        let context = PriorContext(
            grid: grid, hardData: try CheckedHardData(hardData, on: grid), seed: seed, purpose: "prior")
        generator = try makeGenerator(settings, context)
        (self.settings, self.grid) = (settings, grid)
    }

    /// - Parameter index: any; an imported ensemble starts again after its last member.
    public func realization(_ index: Int) -> Realization {
        generator.realization(UInt64(bitPattern: Int64(index)))
    }
}

/// What every generator is made for.
struct PriorContext: Sendable {
    let grid: Grid
    let hardData: CheckedHardData
    let seed: UInt64
    /// Prefix of the purposes of its random streams; differs between the scenarios of a mixture.
    let purpose: String

    func scenario(_ label: String) -> PriorContext {
        PriorContext(grid: grid, hardData: hardData, seed: seed, purpose: purpose + "." + label)
    }
}

protocol RealizationGenerator: Sendable {
    func realization(_ index: UInt64) -> Realization
}

func makeGenerator(
    _ settings: PriorSettings, _ context: PriorContext
) throws(ParameterError) -> any RealizationGenerator {
    switch settings {
    case .gaussian(let prior):
        return try GaussianGenerator(prior, context)
    case .channels(let prior):
        return try FaciesPropertyGenerator(
            ChannelGenerator(prior.bodies, .meandering(prior.meander), context), prior.bodies.facies, context)
    case .belts(let prior):
        return try FaciesPropertyGenerator(
            ChannelGenerator(prior.bodies, .anastomosing(prior.network), context), prior.bodies.facies, context)
    case .truncatedGaussian(let prior):
        return try FaciesPropertyGenerator(TruncatedGaussianGenerator(prior, context), prior.facies, context)
    case .trainingImage(let prior):
        return try FaciesPropertyGenerator(MultiplePointGenerator(prior, context), prior.facies, context)
    case .imported(let ensemble):
        return try ImportedGenerator(ensemble, context)
    case .mixture(let mixture):
        return try MixtureGenerator(mixture, context)
    }
}

struct MixtureGenerator: RealizationGenerator {
    private let members: [(label: String, generator: any RealizationGenerator)]
    private let probabilities: [Double]
    private let seed: UInt64
    private let purpose: String

    init(_ mixture: MixturePrior, _ context: PriorContext) throws(ParameterError) {
        var members: [(label: String, generator: any RealizationGenerator)] = []
        for scenario in mixture.scenarios {
            do {
                members.append(
                    (scenario.label, try makeGenerator(scenario.prior, context.scenario(scenario.label))))
            } catch {
                throw ParameterError(
                    parameter: "scenario \(scenario.label): \(error.parameter)", found: error.found,
                    requirement: error.requirement)
            }
        }
        (self.members, probabilities) = (members, mixture.probabilities)
        (seed, purpose) = (context.seed, context.purpose + ".scenario")
    }

    func realization(_ index: UInt64) -> Realization {
        var stream = RandomStream(seed: seed, purpose: purpose, index: index)
        var rest = stream.uniform()
        var chosen = 0
        while chosen < members.count - 1 && rest >= probabilities[chosen] {
            rest -= probabilities[chosen]
            chosen += 1
        }
        let (label, generator) = members[chosen]
        var realization = generator.realization(index)
        realization.scenario = realization.scenario.map { "\(label)/\($0)" } ?? label
        return realization
    }
}
