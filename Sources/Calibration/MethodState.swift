import Reservoir

/// The sampler of the chosen method with its state, in a form that can be stored.
enum MethodState: Sendable, Codable {
    case proposal(ProposalSampling)
    case smoother(EnsembleSmoother)
    case rejection(Rejection)

    init(_ settings: CalibrationSettings) throws {
        switch settings.method {
        case .proposal: self = .proposal(ProposalSampling(settings.proposal))
        case .ensembleSmoother: self = .smoother(EnsembleSmoother(settings.smoother, inModelSpace: false))
        case .modelSpaceEnsembleSmoother: self = .smoother(EnsembleSmoother(settings.smoother, inModelSpace: true))
        case .rejection: self = .rejection(Rejection())
        case .sequentialMonteCarlo, .localRetraining:
            throw ParameterError(
                parameter: "method", found: settings.method.rawValue,
                requirement: "must be one of proposal, es-mda, es-mda-model-space, rejection")
        }
    }

    var sampler: any Sampler {
        get {
            switch self {
            case .proposal(let sampler): sampler
            case .smoother(let sampler): sampler
            case .rejection(let sampler): sampler
            }
        }
        set {
            switch newValue {
            case let sampler as ProposalSampling: self = .proposal(sampler)
            case let sampler as EnsembleSmoother: self = .smoother(sampler)
            case let sampler as Rejection: self = .rejection(sampler)
            default: preconditionFailure("\(type(of: newValue)) is no sampler of a method")
            }
        }
    }
}
