import Foundation
import Reservoir

extension PriorSettings {
    /// Name of each facies code that a realization may hold; empty in a prior without facies.
    ///
    /// Scenarios of a mixture may name a code differently: then all names are given, joined by a slash.
    public var faciesNames: [UInt8: String] {
        switch self {
        case .gaussian: [:]
        case .channels(let prior): prior.bodies.facies.names
        case .belts(let prior): prior.bodies.facies.names
        case .truncatedGaussian(let prior): prior.facies.names
        case .trainingImage(let prior): prior.facies.names
        case .imported(let ensemble): ensemble.faciesNames
        case .mixture(let mixture):
            mixture.scenarios.map(\.prior.faciesNames).reduce(into: [:]) { names, more in
                names.merge(more) { a, b in a.split(separator: "/").contains(b[...]) ? a : "\(a)/\(b)" }
            }
        }
    }

    /// A few words for a heading, such as `meandering channels`.
    public var title: String {
        switch self {
        case .gaussian: "Gaussian fields"
        case .channels: "meandering channels"
        case .belts(let prior): "anastomosing belts at \(String(format: "%.4g", prior.network.azimuth.mean))°"
        case .truncatedGaussian(let prior):
            prior.second == nil ? "facies cut from a Gaussian field" : "facies cut from two Gaussian fields"
        case .trainingImage(let prior):
            "facies as in a training image of \(prior.image.columns) x \(prior.image.rows) pixels"
        case .imported(let ensemble): "\(ensemble.count) imported realizations"
        case .mixture(let mixture): "mixture of \(mixture.scenarios.count) scenarios"
        }
    }

    /// The scenarios that realizations are labelled with, in a mixture; those of a mixture within it by both labels.
    /// The probabilities sum to one.
    public var labelledScenarios: [(label: String, probability: Double, prior: PriorSettings)] {
        guard case .mixture(let mixture) = self else { return [] }
        return zip(mixture.scenarios, mixture.probabilities).flatMap { scenario, probability in
            let inner = scenario.prior.labelledScenarios
            guard !inner.isEmpty else { return [(scenario.label, probability, scenario.prior)] }
            return inner.map { ("\(scenario.label)/\($0.label)", probability * $0.probability, $0.prior) }
        }
    }
}

extension FaciesTable {
    var names: [UInt8: String] { Dictionary(uniqueKeysWithValues: facies.map { ($0.code, $0.name) }) }
}

extension ImportedEnsemble {
    /// As given, and `facies 2` and so on where no names were.
    var faciesNames: [UInt8: String] {
        if !names.isEmpty { return names }
        var codes: Set<UInt8> = []
        for index in 0..<count { codes.formUnion(member(index).facies ?? []) }
        return Dictionary(uniqueKeysWithValues: codes.map { ($0, "facies \($0)") })
    }
}
