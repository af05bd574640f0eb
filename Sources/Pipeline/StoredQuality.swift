import Calibration
import Foundation
import LatentSpaceInversion
import Reservoir
import Storage

/// How far decoded realizations are from the ones they were encoded from, in noise units, by the simulator.
struct FloorMeasurement: Codable, Sendable {
    /// `O` of each held-out realization, ascending.
    let mismatches: [Double]
    let medianByType: [String: Double]

    init(_ measured: [Mismatch]) {
        mismatches = measured.map(\.value).sorted()
        var byType: [String: [Double]] = [:]
        for mismatch in measured {
            for (type, part) in mismatch.byType { byType[type, default: []].append(part.value) }
        }
        medianByType = byType.mapValues(median)
    }

    /// Share of the mismatches that `test` accepts, which is a matter of the calibration and not of the training.
    func shareAccepted(by test: AcceptanceTest) -> Double {
        Double(mismatches.count { test.accepts($0) }) / Double(max(mismatches.count, 1))
    }
}

/// The quality of a training as it is kept beside the networks.
struct StoredQuality: Sendable {
    /// Numbers only; images are kept as arrays.
    struct Numbers: Codable, Sendable {
        var pairs: Int, realizations: Int, heldOut: Int
        var epochs: [EpochReport]
        var restarts: [TrainingRestart]
        var bestEpoch: Int
        var modelReconstruction: ImageErrors, modelFromData: ImageErrors, linearBaseline: ImageErrors
        var dataReconstruction: Double, dataPrediction: Double, explainedVariance: Double
        var histograms: [LatentHistogram]
        var floor: FloorMeasurement
        /// With the most probable detail beside what the networks make of the realizations.
        var detailedFloor: FloorMeasurement?
        var comparisons: Int
    }

    let numbers: Numbers
    let comparisons: [ImageComparison]

    init(
        _ quality: TrainingQuality, floor: FloorMeasurement, detailedFloor: FloorMeasurement?, pairs: Int,
        realizations: Int
    ) {
        comparisons = quality.comparisons
        numbers = Numbers(
            pairs: pairs, realizations: realizations, heldOut: quality.heldOutPairs.count, epochs: quality.epochs,
            restarts: quality.restarts, bestEpoch: quality.bestEpoch, modelReconstruction: quality.modelReconstruction,
            modelFromData: quality.modelFromData, linearBaseline: quality.linearBaseline,
            dataReconstruction: quality.dataReconstruction, dataPrediction: quality.dataPrediction,
            explainedVariance: quality.explainedVariance, histograms: quality.histograms, floor: floor,
            detailedFloor: detailedFloor, comparisons: quality.comparisons.count)
    }

    init(_ document: NamedArrays, path: String) throws {
        numbers = try JSONText.value(Numbers.self, document.texts["quality"])
        var comparisons: [ImageComparison] = []
        for index in 0..<numbers.comparisons {
            func image(_ name: String) throws -> [Float] {
                try document.array("quality/\(name) \(index)", path: path).floats
            }
            comparisons.append(
                ImageComparison(
                    reference: try image("reference"), reconstruction: try image("reconstruction"),
                    fromData: try image("from data"), fromLinearBaseline: try image("linear baseline")))
        }
        self.comparisons = comparisons
    }

    func store(in document: inout NamedArrays) {
        document.texts["quality"] = JSONText.of(numbers)
        for (index, comparison) in comparisons.enumerated() {
            document.arrays["quality/reference \(index)"] = StoredArray(comparison.reference)
            document.arrays["quality/reconstruction \(index)"] = StoredArray(comparison.reconstruction)
            document.arrays["quality/from data \(index)"] = StoredArray(comparison.fromData)
            document.arrays["quality/linear baseline \(index)"] = StoredArray(comparison.fromLinearBaseline)
        }
    }
}
