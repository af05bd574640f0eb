import Calibration
import CaseFiles
import Foundation
import LatentSpaceInversion
import LinearAlgebra
import PriorModels
import Reservoir
import Storage

/// Stage `validate`: synthetic truths, which no training has seen, go through the whole chain.
///
///     validation/
///       truth-0001/<method>/outcome.json      what came of it; kept, so that a killed run goes on from there
///       truth-0001/<method>/checkpoint.json   of the calibration under way
///       truth-0001/simulations/               its simulations, shared by the methods
///       prior-simulations/                    draws of the prior, shared by the truths
struct ValidateCase {
    /// Of outcomes that are kept: the stage's own version, and that of the methods.
    static let version = "2.\(Calibrator.version)"
    /// Draws of the prior that a truth's ensemble is compared with.
    static let priorMembers = 300

    let project: Project
    let training: PreparedTraining
    let layout: TruthLayout
    let request: ValidationRequest

    init(project: Project, training: PreparedTraining, request: ValidationRequest) throws {
        (self.project, self.training, self.request) = (project, training, request)
        layout = try project.truthLayout()
    }

    var folder: URL { project.workspace.folder(.validation) }

    /// Runs each method on each truth, reading what was finished before.
    /// - Returns: per method the outcomes of all truths that it could go on with, in order.
    func run(_ settings: [CalibrationSettings]) throws -> [[TruthOutcome]] {
        let truths = request.truths
        let prior = Array(try GeneratePairs(project: project).series().prefix(Self.priorMembers))
        let priorSpread = try self.priorSpread()
        var outcomes = [[TruthOutcome]](repeating: [], count: settings.count)
        for number in request.firstTruth - 1..<max(truths, request.firstTruth - 1) {
            var truth: SyntheticTruth?
            for (index, method) in settings.enumerated() {
                let file = try outcomeFile(number, method)
                if let known = file.read(TruthOutcome.self) {
                    outcomes[index].append(known)
                    continue
                }
                let made =
                    try truth
                    ?? project.syntheticTruth(
                        number, layout: layout.all, noiseFactor: request.noiseFactor, realization: decoded(number))
                truth = made
                let scoring = try TruthScoring(
                    made, layout: layout, prior: prior,
                    stream: RandomStream(seed: project.seed, purpose: "validation.ranks", index: UInt64(number)))
                do {
                    let outcome = try run(number, of: truths, made, method, scoring, priorSpread: priorSpread)
                    try file.write(outcome)
                    outcomes[index].append(outcome)
                } catch let error as CalibrationError {
                    project.console.note(
                        "warning: \(method.method.title) could not go on with truth \(number + 1): \(error)")
                }
            }
        }
        return outcomes
    }

    private func run(
        _ number: Int, of truths: Int, _ truth: SyntheticTruth, _ settings: CalibrationSettings,
        _ scoring: TruthScoring, priorSpread: Double
    ) throws -> TruthOutcome {
        let start = ContinuousClock.now
        let observed = try project.observed(of: truth, layout)
        let stage = CalibrateCase(
            project: project, training: training, root: truthFolder(number),
            cacheFolder: settings.method == .rejection ? folder.appending(path: "prior-simulations") : nil,
            seed: Self.seed(project.seed, truth: number), label: "Truth \(number + 1) of \(truths)")
        let result = try stage.run(settings, observed: observed)
        let (calibrator, _) = try stage.finished(settings, observed: observed)
        let ensemble = CalibratedEnsemble(result)
        var scores: TruthScores?
        var spread: Double?
        if !ensemble.members.isEmpty {
            scores = try scoring.scores(
                of: ensemble.series, weights: ensemble.weights, draws: ensemble.draws)
            let realizations = try calibrator.realizations(of: ensemble.members.map { result.candidates[$0] })
            spread = mapSpread(realizations, ensemble.weights) / priorSpread
        }
        return TruthOutcome(
            truth: number, accounting: result.accounting,
            bestMismatch: result.candidates.compactMap { $0.mismatch?.value }.min() ?? .infinity,
            truthMismatch: Mismatch(prediction: try layout.history.values(in: truth.series), observed: observed).value,
            scores: scores, priorScores: scoring.priorScores, relativeSpread: spread,
            effectiveSize: ensemble.members.isEmpty ? nil : ensemble.draws,
            posteriorClaim: result.posterior?.method, seconds: (ContinuousClock.now - start).seconds)
    }

    /// Methods with no random numbers in common between truths, so that truths are independent of each other.
    static func seed(_ seed: UInt64, truth: Int) -> UInt64 {
        var stream = RandomStream(seed: seed, purpose: "validation.seed", index: UInt64(truth))
        return UInt64(stream.uniform() * 0x1p53)
    }

    /// Truths that the networks can represent have folders of their own.
    private func truthFolder(_ number: Int) -> URL {
        let name = String(format: "truth-%04d", number + 1) + (request.usesDecodedTruths ? "-decoded" : "")
        return folder.appending(path: name, directoryHint: .isDirectory)
    }

    /// The truth as a decoded draw of the latent prior, if it is to be one.
    private func decoded(_ number: Int) -> Realization? {
        guard request.usesDecodedTruths else { return nil }
        var stream = RandomStream(seed: project.seed, purpose: "validation.decoded", index: UInt64(number))
        return training.inversion.decode([stream.normals(training.inversion.dimension)])[0]
    }

    private func outcomeFile(_ number: Int, _ settings: CalibrationSettings) throws -> OutcomeFile {
        let folder = truthFolder(number).appending(path: settings.method.rawValue, directoryHint: .isDirectory)
        try Files.createFolder(folder.path)
        return OutcomeFile(
            path: folder.appending(path: "outcome.json").path,
            digest: Digest.of(
                training.digest, settings, layout.history.entries, layout.forecast.entries,
                project.settings.observations.noise, project.seed, number,
                request.usesDecodedTruths, request.noiseFactor, Self.version))
    }

    private func priorSpread() throws -> Double {
        let prior = try project.priorModel()
        let draws = (0..<100).map { prior.realization($0) }
        return mapSpread(draws, draws.map { _ in 1 })
    }

    private func mapSpread(_ realizations: [Realization], _ weights: [Double]) -> Double {
        EnsembleSpread.mean(of: realizations, weights: weights, active: project.settings.reservoir.grid.active)
    }
}

/// The members that stand for a calibration, each once, with their weights and series.
struct CalibratedEnsemble {
    let members: [Int]
    let weights: [Double]
    /// Independent ones that they are worth.
    let draws: Double
    let series: [ProductionSeries]

    init(_ result: CalibrationResult) {
        var weightOf: [Int: Double] = [:]
        let (members, weights, draws) = result.ensemble
        self.draws = draws
        for (member, weight) in zip(members, weights) { weightOf[member, default: 0] += weight }
        let known = weightOf.keys.sorted().compactMap { member in
            result.series[member].map { (member, weightOf[member] ?? 0, $0) }
        }.filter { $0.1 > 0 }
        self.members = known.map(\.0)
        self.weights = known.map(\.1)
        series = known.map(\.2)
    }
}

extension Project {
    func truthLayout() throws -> TruthLayout {
        TruthLayout(
            history: try observed().observations, withheld: settings.measured?.forecast ?? [],
            reportTimes: settings.reservoir.schedule.reportTimes)
    }
}
