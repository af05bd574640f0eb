import Calibration
import CaseFiles
import Foundation
import LinearAlgebra
import Reports
import Reservoir
import Storage

/// The methods that have been run on the same observations, side by side.
struct MethodComparison {
    let project: Project
    let observed: ObservedData

    /// One line per method, the one reported first.
    func rows(_ results: [CalibrationResult]) -> [MethodRow] {
        results.map { result in
            let score = forecastScore(result)
            return MethodRow(
                name: result.method.title, simulations: result.accounting.proposed,
                accepted: result.accounting.accepted, distinct: result.accounting.distinct,
                mismatch: MismatchRange(of: result.candidates.compactMap { $0.mismatch?.value }),
                forecastCRPS: score?.normalizedScore, forecastCoverage: score?.coverage,
                simulationsToFirst: result.accounting.simulationsToFirst,
                isPosterior: result.posterior != nil)
        }
    }

    /// The ensemble against what was withheld: the noise-free truth of a synthetic case, otherwise the measurements, which
    /// members with noise added are compared with.
    private func forecastScore(_ result: CalibrationResult) -> ForecastScore? {
        guard let withheld = project.settings.measured?.forecast, !withheld.isEmpty else { return nil }
        let ensemble = CalibratedEnsemble(result)
        let layout = DataLayout(of: withheld)
        let values = ensemble.series.compactMap { try? layout.values(in: $0) }
        guard !values.isEmpty, values.count == ensemble.members.count else { return nil }
        let errors = withheld.map(\.error)
        if let truth = project.settings.truth, let exact = try? layout.values(in: truth) {
            return ForecastScore(
                ensemble: values, weights: ensemble.weights, draws: ensemble.draws, truth: exact, scale: errors)
        }
        let noisy = zip(ensemble.members, values).map { member, values in
            var stream = RandomStream(seed: project.seed, purpose: "comparison.noise", index: UInt64(member))
            return zip(values, errors).map { $0 + $1 * stream.normal() }
        }
        return ForecastScore(
            ensemble: noisy, weights: ensemble.weights, draws: ensemble.draws, truth: withheld.map(\.value),
            scale: errors)
    }
}

extension CalibrateCase {
    /// What every method has given that was run to its end on these observations with this training, with whatever settings.
    /// - Parameter first: the method to begin with; the others follow in the order of their names.
    func results(_ observed: ObservedData, first: CalibrationMethod) throws -> [CalibrationResult] {
        let others = CalibrationMethod.allCases.filter { $0 != first }.sorted { $0.title < $1.title }
        let cache = try cache()
        return try ([first] + others).compactMap { method in
            let path = root.appending(path: method.rawValue).appending(path: "checkpoint.json").path
            // What was stopped on the way is no result of its method.
            guard let checkpoint = CheckpointFile.read(path, digest: { digest($0, observed) }), checkpoint.isFinished
            else { return nil }
            return try resumed(checkpoint, problem(observed, checkpoint.settings), cache)?.result()
        }
    }
}
