import Foundation
import LinearAlgebra
import Reservoir

@testable import Reports

extension SyntheticReport {
    static var training: TrainingQualityPanel {
        func decay(_ rate: Double, _ level: Double) -> [Double] {
            (1...60).map { level + exp(-rate * Double($0)) * (1 + 0.1 * sin(Double($0))) }
        }
        return TrainingQualityPanel(
            caseName: "five-spot-channels", architecture: "Convolutional dual autoencoder, 64 latent variables",
            trainingPairs: 1000, unsimulatedRealizations: 9000, heldOutPairs: 100,
            curves: [
                LearningCurve(name: "Data reconstruction", training: decay(0.12, 0.01), validation: decay(0.11, 0.02)),
                LearningCurve(name: "Model reconstruction", training: decay(0.08, 0.05), validation: decay(0.08, 0.06)),
                LearningCurve(name: "Model from data", training: decay(0.06, 0.1), validation: decay(0.06, 0.14))
            ],
            bestEpoch: 52,
            errors: [
                QualityRow(name: "Data reconstruction, RMSE", network: 0.021, linearBaseline: 0.034),
                QualityRow(name: "Model from data, RMSE", network: 0.181, linearBaseline: 0.174),
                QualityRow(name: "Facies accuracy", network: 0.957, linearBaseline: 0.912, higherIsBetter: true)
            ],
            floor: floor, threshold: 0.66, latentHistograms: (1...5).map(histogram),
            reconstructions: (1...4).map { index in
                var blurred = channels(index), fromData = channels(index)
                blurred.values = zip(blurred.values, channels(index + 1).values).map { $0 == $1 ? $0 : $0 }
                fromData.values = zip(fromData.values, mean(of: 6)).map { 0.6 * $0 + 0.4 * $1 }
                fromData.quantity = .probability
                return ReconstructionPair(reference: channels(index), reconstruction: blurred, fromData: fromData)
            },
            notes: ["Training stopped after 60 epochs: no better validation loss for 8 epochs."])
    }

    static func histogram(_ variable: Int) -> LatentHistogram {
        let edges = (0...24).map { -3 + Double($0) * 0.25 }
        let density = edges.dropLast().map { edge in
            exp(-pow(edge + 0.125 - 0.1 * Double(variable - 3), 2) / 2) / (2 * Double.pi).squareRoot()
        }
        return LatentHistogram(name: "Latent variable \(variable)", edges: edges, density: density)
    }

    static var latent: LatentPanel {
        func cloud(_ kind: LatentPanel.Cloud.Kind, _ count: Int, _ centre: Double, _ spread: Double)
            -> LatentPanel.Cloud
        {
            var stream = RandomStream(seed: 1, purpose: kind.rawValue, index: 0)
            let x = (0..<count).map { _ in centre + spread * stream.normal() }
            let y = (0..<count).map { _ in -centre + spread * stream.normal() }
            let names = kind == .accepted ? (1...count).map { ($0 * 37) % 1009 } : []
            return LatentPanel.Cloud(kind: kind, x: x, y: y, realizations: names)
        }
        return LatentPanel(
            xLabel: "first principal direction", yLabel: "second principal direction",
            clouds: [
                cloud(.prior, 500, 0, 1), cloud(.proposal, 75, 0.7, 0.5), cloud(.accepted, 24, 0.9, 0.25),
                cloud(.truth, 1, 1, 0)
            ])
    }

    static var prior: PriorPreview {
        let lags = (0...15).map { Double($0) * 10 }
        let model = lags.map { 0.19 * (1 - exp(-3 * $0 / 90)) }
        return PriorPreview(
            caseName: "five-spot-channels", description: "Meandering channels at 0 degrees", sampleCount: 200,
            realizations: (1...10).map { index in
                var map = channels(index)
                map.title = "Realization \(index)"
                return map
            },
            maps: [
                MapPanel(
                    title: "Probability of channel", columns: 40, rows: 40, values: mean(of: 15),
                    quantity: .probability,
                    wells: wells)
            ],
            statistics: [
                StatisticRow(name: "Proportion of channel", target: 0.3, measured: 0.3042, standardError: 0.0031),
                StatisticRow(name: "Mean porosity", measured: 0.213, unit: "–")
            ],
            variograms: [
                VariogramPanel(
                    title: "Channel indicator along x", lags: lags, measured: model.map { 1.03 * $0 },
                    low: model.map { 0.8 * $0 }, high: model.map { 1.2 * $0 }, target: model)
            ],
            notes: [], provenance: provenance())
    }

    static func truthRow(_ truth: Int, _ scale: Double) -> TruthRow {
        let accepted = scale * Double(40 + truth * 7 % 31)
        let distinct = scale * Double(38 + truth * 7 % 29)
        return TruthRow(
            truth: truth, simulations: 3000, accepted: Int(accepted), distinct: Int(distinct),
            bestMismatch: 0.45 + 0.01 * Double(truth % 5), historyCoverage: 0.81,
            forecastCoverage: 0.74 + 0.01 * Double(truth % 9), forecastCRPS: 0.6)
    }

    static var validation: ValidationSummary {
        func method(_ name: String, _ scale: Double, hasRanks: Bool) -> ValidationMethod {
            let rows = (1...20).map { truthRow($0, scale) }
            return ValidationMethod(
                name: name, truths: rows,
                historyCoverage: 0.82, forecastCoverage: 0.78, forecastCRPS: 0.61, priorCRPS: 2.3,
                reliability: stride(from: 0.1, to: 1, by: 0.1).map {
                    ReliabilityPoint(nominal: $0, observed: min(1, $0 * (0.9 + 0.1 * scale)))
                },
                ranks: hasRanks
                    ? ["WOPR:P1 at 1,200 days", "WWCT:P2 at 1,200 days", "mean permeability"].map {
                        RankHistogram(name: $0, counts: [3, 1, 2, 2, 4, 1, 2, 1, 2, 2], low: 0, high: 7)
                    } : [])
        }
        return ValidationSummary(
            caseName: "five-spot-channels", threshold: 0.66, rule: "2 N_d O <= the 0.99 quantile of chi-square(N_d)",
            methods: [
                method("Sequential Monte Carlo", 1, hasRanks: true), method("Latent ES-MDA", 0.5, hasRanks: false),
                method("Rejection sampling", 0.02, hasRanks: false)
            ],
            agreement: [
                AgreementRow(
                    name: "WOPR:P1 at 1,200 days", mean: 42.1, referenceMean: 41.2, spread: 3.4, referenceSpread: 3.6,
                    unit: "sm³/day")
            ],
            agreementReference: "4,000 rejection samples on the coarse twin", notes: [], provenance: provenance())
    }
}
