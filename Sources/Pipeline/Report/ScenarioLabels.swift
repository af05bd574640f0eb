import Calibration
import CaseFiles
import LatentSpaceInversion
import PriorModels
import Reports
import Reservoir

/// Labels realizations of a calibration with the scenario of the prior they belong to.
///
/// Realizations drawn from the prior carry their label. Those decoded from a latent are compared with realizations of
/// the prior whose label is known and that went through the networks in the same way, so that what the decoder blurs is
/// blurred in both.
struct ScenarioLabels {
    private static let drawsOfScenario = 120, mostDraws = 1500
    /// Draws of their own, apart from training and from calibration.
    private static let firstPriorIndex = 1 << 45

    private let classifier: ScenarioClassifier?

    /// Without a classifier, what has no label keeps none: in a prior of one scenario.
    init(_ project: Project, inversion: TrainedInversion) throws {
        let scenarios = project.settings.prior.labelledScenarios
        guard scenarios.count >= 2 else {
            classifier = nil
            return
        }
        let prior = try project.priorModel()
        let rarest = scenarios.map(\.probability).min() ?? 1
        let count = Int(min(Double(Self.mostDraws), Double(Self.drawsOfScenario) / rarest))
        let draws = try project.pool.map(Array(0..<count), makeContext: {}) { _, index in
            prior.realization(Self.firstPriorIndex + index)
        }
        let decoded = inversion.decode(try inversion.encodeModel(draws))
        classifier = ScenarioClassifier(
            decoded, labels: draws.map { $0.scenario ?? "" }, grid: project.settings.reservoir.grid)
    }

    /// A realization without facies, as fields of permeability updated by themselves are, keeps none.
    func labelled(_ realizations: [Realization]) -> [Realization] {
        guard let classifier else { return realizations }
        return realizations.map { realization in
            var one = realization
            one.scenario = realization.scenario ?? classifier.label(of: realization)
            return one
        }
    }

    /// How far the labels can be trusted; `nil` where none were guessed.
    var note: String? {
        classifier.map {
            "Scenarios of decoded realizations are told by their spatial statistics, which find the right one for "
                + "\(NumberFormat.percent($0.accuracy)) of realizations whose scenario is known."
        }
    }
}
