import Calibration
import Storage

/// What came of one truth with one method, as it is kept.
struct TruthOutcome: Codable, Sendable {
    let truth: Int
    let accounting: CalibrationResult.Accounting
    /// Smallest `O` of any candidate; infinite if none could be simulated.
    let bestMismatch: Double
    /// `O` of the truth itself: what the noise alone gives.
    let truthMismatch: Double
    /// Of the calibrated ensemble; `nil` if it is empty.
    let scores: TruthScores?
    let priorScores: TruthScores
    /// Spread of the calibrated ensemble's maps over that of the prior's.
    let relativeSpread: Double?
    /// Equal draws that the ensemble is worth.
    let effectiveSize: Double?
    let posteriorClaim: String?
    /// Wall-clock time [s] of the run that finished it.
    let seconds: Double
}

/// A value of one truth on disk, with the digest of all it came from.
struct OutcomeFile {
    private struct Content<Value: Codable>: Codable {
        let digest: String
        let value: Value
    }

    let path: String
    let digest: String

    /// `nil` if there is none, it belongs to something else, or it was damaged.
    func read<Value: Codable>(_ type: Value.Type) -> Value? {
        guard let text = try? Files.readText(path), let content = try? JSONText.value(Content<Value>.self, text),
            content.digest == digest
        else { return nil }
        return content.value
    }

    func write(_ value: some Codable) throws {
        try Files.write(JSONText.of(Content(digest: digest, value: value)), to: path)
    }
}
