import Calibration
import LatentSpaceInversion
import Reports
import Reservoir

extension PreparedTraining {
    /// The quality of the training as the report shows it.
    /// - Parameter test: what the representation floor is held against.
    func panel(caseName: String, maps: EnsembleMaps, test: AcceptanceTest) -> TrainingQualityPanel {
        let numbers = quality.numbers
        return TrainingQualityPanel(
            caseName: caseName, architecture: architectureText, trainingPairs: numbers.pairs - numbers.heldOut,
            unsimulatedRealizations: numbers.realizations - numbers.pairs, heldOutPairs: numbers.heldOut,
            curves: curves, bestEpoch: numbers.bestEpoch, errors: errors, floor: quality.floorPanel(test),
            threshold: test.threshold, latentHistograms: histograms,
            reconstructions: quality.comparisons.enumerated().map { pair($1, number: $0 + 1, maps: maps) },
            notes: quality.notes(test))
    }

    private var architectureText: String {
        "\(inversion.settings.architecture.rawValue) dual autoencoder, \(inversion.dimension) model latents, "
            + "\(inversion.dataDimension) data latents\(inversion.settings.isVariational ? ", variational" : "")"
    }

    /// Of the losses that took part: those of the data stay zero while the model's networks are trained alone.
    private var curves: [LearningCurve] {
        func curve(_ name: String, _ value: (EpochLosses) -> Double) -> LearningCurve {
            LearningCurve(
                name: name, training: quality.numbers.epochs.map { value($0.training) },
                validation: quality.numbers.epochs.map { value($0.validation) })
        }
        return [
            curve("model", \.model), curve("model from data", \.modelFromData), curve("data", \.data)
        ].filter { curve in (curve.training + curve.validation).contains { $0 != 0 } }
    }

    private var errors: [QualityRow] {
        let numbers = quality.numbers
        var rows = [
            QualityRow(name: "Model reconstruction, RMSE", network: numbers.modelReconstruction.rmse),
            QualityRow(
                name: "Model from data, RMSE", network: numbers.modelFromData.rmse,
                linearBaseline: numbers.linearBaseline.rmse)
        ]
        if let reconstruction = numbers.modelReconstruction.faciesAccuracy,
            let fromData = numbers.modelFromData.faciesAccuracy, let linear = numbers.linearBaseline.faciesAccuracy
        {
            rows += [
                QualityRow(
                    name: "Model reconstruction, facies accuracy", network: reconstruction, higherIsBetter: true),
                QualityRow(
                    name: "Model from data, facies accuracy", network: fromData, linearBaseline: linear,
                    higherIsBetter: true)
            ]
        }
        return rows + [
            QualityRow(name: "Data reconstruction, standardised RMSE", network: numbers.dataReconstruction),
            QualityRow(name: "Data from model latents, standardised RMSE", network: numbers.dataPrediction)
        ]
    }

    private var histograms: [Reports.LatentHistogram] {
        quality.numbers.histograms.prefix(12).enumerated().map { index, histogram in
            let total = Double(max(histogram.counts.reduce(0, +), 1))
            let density = histogram.counts.indices.map {
                Double(histogram.counts[$0]) / total / (histogram.edges[$0 + 1] - histogram.edges[$0])
            }
            return Reports.LatentHistogram(name: "latent \(index + 1)", edges: histogram.edges, density: density)
        }
    }

    private func pair(_ comparison: ImageComparison, number: Int, maps: EnsembleMaps) -> ReconstructionPair {
        func panel(_ title: String, _ channels: [Float]) -> MapPanel {
            maps.realization(inversion.encoding.realization(of: channels), title: title)
        }
        return ReconstructionPair(
            reference: panel("held out \(number)", comparison.reference),
            reconstruction: panel("encoded and decoded", comparison.reconstruction),
            fromData: panel("from its data", comparison.fromData))
    }
}

extension StoredQuality {
    func floorPanel(_ test: AcceptanceTest) -> RepresentationFloor? {
        let floor = numbers.floor
        guard !floor.mismatches.isEmpty else { return nil }
        func quantile(_ share: Double) -> Double {
            floor.mismatches[min(Int(share * Double(floor.mismatches.count)), floor.mismatches.count - 1)]
        }
        return RepresentationFloor(
            realizations: floor.mismatches.count, p10: quantile(0.1), median: median(floor.mismatches),
            p90: quantile(0.9), shareWithinThreshold: floor.shareAccepted(by: test),
            perType: floor.medianByType.sorted { $0.key < $1.key }.map { NamedValue($0.key, $0.value) },
            withDetail: numbers.detailedFloor.map {
                .init(median: median($0.mismatches), shareWithinThreshold: $0.shareAccepted(by: test))
            })
    }

    /// What a user should know about the training without reading its numbers.
    func notes(_ test: AcceptanceTest) -> [String] {
        var notes = numbers.restarts.map { "\($0)".prefix(1).uppercased() + "\($0)".dropFirst() + "." }
        if let floor = floorPanel(test), !test.accepts(floor.withDetail?.median ?? floor.median) {
            notes.append(
                "The representation floor lies above the acceptance threshold: most truths cannot be represented within "
                    + "the noise. Train on more realizations, with more latent variables or more epochs.")
        }
        if numbers.modelFromData.rmse > numbers.linearBaseline.rmse {
            notes.append(
                "Linear regression from the data beats the network's own map; more training pairs may help.")
        }
        if numbers.bestEpoch == numbers.epochs.count {
            notes.append("The last epoch was the best: training was still improving, more epochs may help.")
        }
        return notes
    }
}
