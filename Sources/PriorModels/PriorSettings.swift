import Reservoir

/// What is believed about the geology before any production data: one way to draw realizations, or a mixture of such.
public indirect enum PriorSettings: Equatable, Sendable {
    case gaussian(GaussianPrior)
    case channels(ChannelPrior)
    case belts(BeltPrior)
    case truncatedGaussian(TruncatedGaussianPrior)
    case trainingImage(TrainingImagePrior)
    case imported(ImportedEnsemble)
    case mixture(MixturePrior)
}

/// Several geological scenarios, each with the probability one gives it beforehand.
///
/// A realization carries the label of the scenario it was drawn from; in a mixture within a mixture, both labels joined
/// by a slash.
public struct MixturePrior: Equatable, Sendable {
    public struct Scenario: Equatable, Sendable {
        public let label: String
        /// Relative to the other scenarios' weights [–].
        public let weight: Double
        public let prior: PriorSettings

        public init(label: String, weight: Double = 1, prior: PriorSettings) {
            (self.label, self.weight, self.prior) = (label, weight, prior)
        }
    }

    public let scenarios: [Scenario]

    /// - Throws: ``ParameterError`` if there is no scenario, a label is empty or occurs twice, or a weight is not positive.
    public init(_ scenarios: [Scenario]) throws(ParameterError) {
        try require(!scenarios.isEmpty, "scenarios", "none", "must be at least one")
        for (index, scenario) in scenarios.enumerated() {
            try require(!scenario.label.isEmpty, "scenario label", "empty", "must be a name")
            try require(
                !scenarios[..<index].contains { $0.label == scenario.label }, "scenario label",
                "\(scenario.label) twice", "must differ between scenarios")
            try require(
                scenario.weight > 0 && scenario.weight.isFinite, "weight of scenario \(scenario.label)",
                "\(scenario.weight)", "must be positive")
        }
        self.scenarios = scenarios
    }

    /// The prior probability of each scenario, in order; they sum to one.
    public var probabilities: [Double] {
        let total = scenarios.reduce(0) { $0 + $1.weight }
        return scenarios.map { $0.weight / total }
    }
}
