import Calibration
import Reservoir

/// One exported realization with what the calibration says of it.
struct ExportedMember: Sendable {
    let candidate: Candidate
    /// From 1, through the accepted and then the others by mismatch; `nil` after a failed simulation.
    let rank: Int?
    let isAccepted: Bool, isOverfit: Bool
    /// The better realization that this one repeats.
    let repeats: Int?
    /// Distance from the centre of the prior in latent space, of the accepted.
    let priorDistance: Double?
    /// Share in the calibrated ensemble; zero outside it.
    let weight: Double
    let series: ProductionSeries?

    /// `realization-000123`: the position in the order of simulation, which every table of the report uses.
    var name: String {
        let digits = "\(candidate.index)"
        return "realization-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    var status: String { isOverfit ? "overfit" : isAccepted ? "accepted" : "rejected" }

    /// The members a request asks for, best first.
    static func chosen(by request: ExportRequest, from result: CalibrationResult) -> [ExportedMember] {
        var weights: [Int: Double] = [:]
        let (members, shares, _) = result.ensemble
        for (member, share) in zip(members, shares) { weights[member, default: 0] += share }
        func member(
            _ index: Int, _ rank: Int, _ accepted: Ranking.Accepted?
        ) -> ExportedMember {
            ExportedMember(
                candidate: result.candidates[index], rank: rank, isAccepted: accepted != nil,
                isOverfit: accepted?.isOverfit ?? false, repeats: accepted?.repeats,
                priorDistance: accepted?.priorDistance, weight: weights[index] ?? 0, series: result.series[index])
        }
        let accepted = result.ranking.accepted
        let simulated = result.ranking.rejected.filter { $0.mismatch != nil }
        let ranked =
            accepted.enumerated().map { member($1.candidate, $0 + 1, $1) }
            + simulated.enumerated().map { member($1.candidate, accepted.count + $0 + 1, nil) }
        let wanted = request.distinctOnly ? ranked.filter { $0.repeats == nil } : ranked
        switch request.choice {
        case .accepted: return wanted.filter(\.isAccepted)
        case .best(let count): return Array(wanted.prefix(count))
        case .all: return wanted
        }
    }
}
