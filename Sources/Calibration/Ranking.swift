import Foundation
import Reservoir

/// The candidates of a calibration in order: accepted ones by mismatch, the others with why they are not.
public struct Ranking: Equatable, Sendable, Codable {
    public struct Accepted: Equatable, Sendable, Codable {
        /// From 1.
        public let rank: Int
        /// Of the candidate.
        public let candidate: Int
        /// `O`
        public let mismatch: Double
        /// Distance from the centre of the prior in latent space.
        public let priorDistance: Double
        /// Closer to the data than the noise allows.
        public let isOverfit: Bool
        /// The better ranked candidate that this one repeats, `nil` if it differs from all; see ``Distinctness``.
        public let repeats: Int?

        public var isDistinct: Bool { repeats == nil }
    }

    public struct Rejected: Equatable, Sendable, Codable {
        public let candidate: Int
        /// `O`; `nil` if the simulation failed.
        public let mismatch: Double?
        /// A phrase for a report.
        public let reason: String
    }

    public let accepted: [Accepted]
    /// By mismatch, failed ones last.
    public let rejected: [Rejected]

    public var distinctCount: Int { accepted.count(where: \.isDistinct) }

    /// - Parameter realizations: those of given candidates, in order.
    init(
        _ candidates: [Candidate], test: AcceptanceTest, distinctness: Distinctness,
        realizations: ([Candidate]) throws -> [Realization]
    ) rethrows {
        let simulated = candidates.filter { $0.mismatch != nil }.sorted(by: Ranking.precedes)
        let passing = simulated.filter { test.accepts($0.mismatch?.value ?? .infinity) }
        let repeats = distinctness.repeats(try realizations(passing))
        accepted = passing.enumerated().map { position, candidate in
            let mismatch = candidate.mismatch?.value ?? .infinity
            return Accepted(
                rank: position + 1, candidate: candidate.index, mismatch: mismatch,
                priorDistance: candidate.squaredNorm.squareRoot(), isOverfit: test.isOverfit(mismatch),
                repeats: repeats[position].map { passing[$0].index })
        }
        let missing = simulated.dropFirst(passing.count).map { candidate in
            Rejected(
                candidate: candidate.index, mismatch: candidate.mismatch?.value,
                reason: Ranking.reason(candidate.mismatch, test))
        }
        let failed = candidates.filter { $0.failure != nil }.map {
            Rejected(candidate: $0.index, mismatch: nil, reason: "not simulated: \($0.failure ?? "")")
        }
        rejected = missing + failed
    }

    /// By mismatch, ties by distance from the centre of the prior.
    private static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
        (a.mismatch?.value ?? .infinity, a.squaredNorm, a.index)
            < (b.mismatch?.value ?? .infinity, b.squaredNorm, b.index)
    }

    private static func reason(_ mismatch: Mismatch?, _ test: AcceptanceTest) -> String {
        guard let mismatch else { return "" }
        var text = String(format: "mismatch %.3g is above %.3g", mismatch.value, test.threshold)
        if let worst = mismatch.worstVector {
            text += String(format: "; furthest off is %@ with %.3g", worst.name, worst.part.value)
        }
        return text
    }
}
