import Reservoir

/// The sampler of the chosen method with its state, in a form that can be stored.
enum MethodState: Sendable, Codable {
    case proposal(ProposalSampling)
    case smoother(EnsembleSmoother)
    case rejection(Rejection)
    case retraining(LocalRetraining)
    case sequential(SequentialMonteCarlo)
    case gradient(GradientSearch)

    init(_ settings: CalibrationSettings) {
        switch settings.method {
        case .proposal: self = .proposal(ProposalSampling(settings.proposal))
        case .ensembleSmoother: self = .smoother(EnsembleSmoother(settings.smoother, inModelSpace: false))
        case .modelSpaceEnsembleSmoother: self = .smoother(EnsembleSmoother(settings.smoother, inModelSpace: true))
        case .rejection: self = .rejection(Rejection())
        case .sequentialMonteCarlo: self = .sequential(SequentialMonteCarlo(settings.sequential))
        case .gradientSearch:
            self = .gradient(GradientSearch(settings.gradient, rule: settings.acceptance))
        case .localRetraining: self = .retraining(LocalRetraining(settings.retraining))
        }
    }

    var sampler: any Sampler {
        get {
            switch self {
            case .proposal(let sampler): sampler
            case .smoother(let sampler): sampler
            case .rejection(let sampler): sampler
            case .retraining(let sampler): sampler
            case .sequential(let sampler): sampler
            case .gradient(let sampler): sampler
            }
        }
        set {
            switch newValue {
            case let sampler as ProposalSampling: self = .proposal(sampler)
            case let sampler as EnsembleSmoother: self = .smoother(sampler)
            case let sampler as Rejection: self = .rejection(sampler)
            case let sampler as LocalRetraining: self = .retraining(sampler)
            case let sampler as SequentialMonteCarlo: self = .sequential(sampler)
            case let sampler as GradientSearch: self = .gradient(sampler)
            default: preconditionFailure("\(type(of: newValue)) is no sampler of a method")
            }
        }
    }
}
