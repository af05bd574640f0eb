/// The first things a user asks, in sentences that terminal and page share.
extension CalibrationReport {
    /// `2 O` is the mean squared residual over its variance, so its root says how many standard deviations a typical
    /// residual has: 1 at the noise.
    static func noiseUnits(_ mismatch: Double) -> Double { (2 * mismatch).squareRoot() }

    static func inNoiseUnits(_ mismatch: Double) -> String {
        "\(NumberText.significant(noiseUnits(mismatch))) σ"
    }

    /// Whether anything matches, in one sentence.
    var verdict: String {
        let simulated = NumberText.count(counts.simulated)
        guard counts.simulated > 0 else { return "No realization was simulated." }
        guard counts.accepted > 0 else {
            return "None of \(simulated) simulated realizations matches the data within the noise."
        }
        let accepted = NumberText.count(counts.accepted)
        let verb = counts.accepted == 1 ? "matches" : "match"
        let distinct =
            counts.distinct == counts.accepted
            ? "all are distinct" : "\(NumberText.count(counts.distinct)) are distinct"
        let tail = counts.accepted == 1 ? "" : "; \(distinct)"
        return "\(accepted) of \(simulated) simulated realizations \(verb) the data within the noise\(tail)."
    }

    /// What the accepted ensemble may be called.
    var ensembleSentence: String {
        guard counts.accepted > 0 else { return "Empty; what follows ranks the rejected." }
        return posteriorClaim ?? "Matches within the noise; not weighted samples of the posterior."
    }

    /// Whether the latent proposals reached the noise by themselves; `nil` for a method that has none.
    var rawProposalSentence: String? {
        guard let raw = rawProposals else { return nil }
        let best = Self.inNoiseUnits(raw.mismatch.best)
        guard raw.accepted > 0 else {
            return """
                The raw latent proposals did not reach the noise: none of \(NumberText.count(raw.simulated)) is within \
                it, the best is at \(best).
                """
        }
        return """
            The raw latent proposals reached the noise: \(NumberText.count(raw.accepted)) of \
            \(NumberText.count(raw.simulated)) are within it, the best is at \(best).
            """
    }

    /// Where the representation floor lies; `nil` if it was not measured.
    var floorSentence: String? { floor?.sentence(threshold: acceptance.threshold) }
}

extension RepresentationFloor {
    /// - Parameter threshold: the largest accepted mismatch `O`.
    func sentence(threshold: Double) -> String {
        let place = """
            The representation floor is \(CalibrationReport.inNoiseUnits(median)) in the median of \
            \(NumberText.count(realizations)) held-out realizations; the threshold is \
            \(CalibrationReport.inNoiseUnits(threshold))
            """
        if median <= threshold { return "\(place), so the networks can represent a match." }
        let detail =
            withDetail.map {
                """
                 With the detail that gradient searches add it is \(CalibrationReport.inNoiseUnits($0.median)), and \
                \(NumberText.percent($0.shareWithinThreshold)) lie within the threshold.
                """
            } ?? ""
        if let withDetail, withDetail.median <= threshold { return "\(place).\(detail)" }
        return """
            \(place).\(detail) A floor above the threshold makes matches hard to find, though other latents may give some; it \
            falls with more realizations to train on and more latents.
            """
    }
}
