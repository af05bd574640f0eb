import Calibration
import CaseFiles
import PriorModels
import Foundation
import Reservoir
import Storage

/// Mean and spread of a method's forecasts on the coarse twin beside those of rejection sampling, at one truth.
struct TwinAgreement: Codable, Sendable {
    /// Of one vector: means over the times of the forecast, SI units.
    struct Vector: Codable, Sendable {
        let key: VectorKey
        let mean: Double, referenceMean: Double
        let spread: Double, referenceSpread: Double
        /// Mean over the times of `|mean − reference mean|`.
        let shift: Double
    }

    let truth: Int
    let method: CalibrationMethod
    let noiseFactor: Double
    let referenceSize: Double
    let members: Int
    let vectors: [Vector]
    /// Spread of the maps, over that of the reference's maps.
    let mapSpreadRatio: Double

    /// - Parameters:
    ///   - values, weights: of the method's ensemble at the entries of `layout`, `[members][entries]`.
    ///   - reference, referenceWeights: the same of the reference.
    static func vectors(
        _ layout: DataLayout, values: [[Double]], weights: [Double], reference: [[Double]], referenceWeights: [Double]
    ) -> [Vector] {
        let keys = Set(layout.entries.map(\.key)).sorted()
        return keys.map { key in
            let entries = layout.entries.indices.filter { layout.entries[$0].key == key }
            let own = entries.map { entry in WeightedSample(values.map { $0[entry] }, weights: weights) }
            let other = entries.map { entry in WeightedSample(reference.map { $0[entry] }, weights: referenceWeights) }
            func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(max(numbers.count, 1)) }
            return Vector(
                key: key, mean: mean(own.map(\.mean)), referenceMean: mean(other.map(\.mean)),
                spread: mean(own.map(\.standardDeviation)), referenceSpread: mean(other.map(\.standardDeviation)),
                shift: mean(zip(own, other).map { abs($0.mean - $1.mean) }))
        }
    }
}

/// Compares methods with rejection sampling on the coarse twin of a case, where that is affordable.
struct CompareOnTwin {
    /// The twin as a case of its own, with results below those of the case it belongs to.
    let twin: Project
    let size: Double

    /// `nil` if the case has no twin.
    init?(_ project: Project, size: Double) throws {
        guard let settings = try project.settings.coarsened() else { return nil }
        self.size = size
        twin = Project(
            settings, output: project.workspace.folder(.validation).appending(path: "twin").path, seed: project.seed,
            threads: project.pool.threads, console: project.console)
    }

    func run(truths: Int, draws: Int, _ settings: [CalibrationSettings]) throws -> [TwinAgreement] {
        twin.console.note("coarse twin: \(twin.settings.reservoir.grid.columns) x \(twin.settings.reservoir.grid.rows)")
        try twin.train()
        let training = try TrainNetwork(project: twin).prepared()
        let layout = try twin.truthLayout()
        var reference: TwinReference?
        var results: [TwinAgreement] = []
        for number in 0..<truths {
            var posterior: TwinReference.Posterior?
            for var method in settings {
                // The noise of a small ensemble would hide what the method itself does.
                method.wantedDistinct = nil
                let file = try file(number, method, training, draws: draws)
                if let known = file.read(TwinAgreement.self) {
                    results.append(known)
                    continue
                }
                let pool = try reference ?? TwinReference(twin, layout: layout, draws: draws)
                reference = pool
                let known = try posterior ?? pool.posterior(of: twin, truth: number, size: size)
                posterior = known
                guard let made = try compare(number, of: truths, method, training, pool, known) else { continue }
                try file.write(made)
                results.append(made)
            }
        }
        return results
    }

    /// `nil` if the method's ensemble is empty, or the method could not go on.
    private func compare(
        _ number: Int, of truths: Int, _ settings: CalibrationSettings, _ training: PreparedTraining,
        _ reference: TwinReference, _ posterior: TwinReference.Posterior
    ) throws -> TwinAgreement? {
        let stage = CalibrateCase(
            project: twin, training: training, root: truthFolder(number),
            cacheFolder: twin.workspace.root.appending(path: "simulations"),
            seed: ValidateCase.seed(twin.seed, truth: number), label: "Coarse truth \(number + 1) of \(truths)")
        let observed = try twin.observed(of: posterior.truth, reference.layout)
        let result: CalibrationResult
        do { result = try stage.run(settings, observed: observed) } catch let error as CalibrationError {
            twin.console.note(
                "warning: \(settings.method.title) could not go on with coarse truth \(number + 1): \(error)")
            return nil
        }
        let ensemble = CalibratedEnsemble(result)
        guard !ensemble.members.isEmpty else { return nil }
        let (calibrator, _) = try stage.finished(settings, observed: observed)
        let realizations = try calibrator.realizations(of: ensemble.members.map { result.candidates[$0] })
        let (draws, weights) = reference.realizations(posterior, of: try twin.priorModel())
        let active = twin.settings.reservoir.grid.active
        let layout = reference.layout
        let forecast = layout.forecast.count > 0 ? layout.forecast : layout.history
        let first = layout.forecast.count > 0 ? layout.history.count : 0
        return TwinAgreement(
            truth: number, method: settings.method, noiseFactor: posterior.noiseFactor,
            referenceSize: posterior.effectiveSize, members: ensemble.members.count,
            vectors: TwinAgreement.vectors(
                forecast, values: try ensemble.series.map { try forecast.values(in: $0) }, weights: ensemble.weights,
                reference: reference.values.map { Array($0[first..<first + forecast.count]) },
                referenceWeights: posterior.weights),
            mapSpreadRatio: EnsembleSpread.mean(of: realizations, weights: ensemble.weights, active: active)
                / EnsembleSpread.mean(of: draws, weights: weights, active: active))
    }

    private func truthFolder(_ number: Int) -> URL {
        twin.workspace.root.appending(path: String(format: "truth-%04d", number + 1), directoryHint: .isDirectory)
    }

    private func file(
        _ number: Int, _ settings: CalibrationSettings, _ training: PreparedTraining, draws: Int
    ) throws -> OutcomeFile {
        let folder = truthFolder(number).appending(path: settings.method.rawValue, directoryHint: .isDirectory)
        try Files.createFolder(folder.path)
        return OutcomeFile(
            path: folder.appending(path: "agreement.json").path,
            digest: Digest.of(training.digest, settings, draws, size, number, ValidateCase.version))
    }
}
