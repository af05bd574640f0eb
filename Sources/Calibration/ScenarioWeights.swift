import Reservoir

/// Posterior probabilities of the scenarios a prior mixes.
public struct ScenarioWeights: Equatable, Sendable, Codable {
    public struct Scenario: Equatable, Sendable, Codable {
        public let name: String
        public let prior: Double, posterior: Double
    }

    /// By name.
    public let scenarios: [Scenario]

    /// - Parameters:
    ///   - before: each scenario with its probability in the prior.
    ///   - ensemble: scenario of each member of a posterior ensemble; `nil` entries belong to none and are left out.
    ///   - weights: one per member.
    public init(before: [String: Double], ensemble: [String?], weights: [Double]) {
        precondition(ensemble.count == weights.count, "one weight per member")
        var after: [String: Double] = [:]
        for (name, weight) in zip(ensemble, weights) { if let name { after[name, default: 0] += weight } }
        let total = after.values.reduce(0, +)
        scenarios = Set(before.keys).union(after.keys).sorted().map { name in
            Scenario(
                name: name, prior: before[name] ?? 0, posterior: total > 0 ? (after[name] ?? 0) / total : 0)
        }
    }
}
