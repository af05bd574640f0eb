import Reservoir

/// How images compare with the truth, over active cells and all channels.
public struct ImageErrors: Equatable, Sendable, Codable {
    /// Root mean square difference of channels before any cut.
    public let rmse: Double
    /// Share of cells with the right facies after the cut; `nil` without facies.
    public let faciesAccuracy: Double?
    /// Intersection over union of the cells of all facies but the first; `nil` without facies.
    public let intersectionOverUnion: Double?

}

extension ImageErrors {
    init(_ images: [[Float]], truths: [[Float]], encoding: RealizationEncoding) {
        var squares = 0.0
        var (right, both, either, total) = (0, 0, 0, 0)
        for (image, truth) in zip(images, truths) {
            for channel in 0..<encoding.channelCount {
                for cell in 0..<encoding.cellCount where encoding.active[cell] {
                    let i = channel * encoding.cellCount + cell
                    squares += Double(image[i] - truth[i]) * Double(image[i] - truth[i])
                }
            }
            let (found, expected) = (encoding.cutFacies(image), encoding.cutFacies(truth))
            for cell in 0..<encoding.cellCount where encoding.active[cell] {
                total += 1
                right += found[cell] == expected[cell] ? 1 : 0
                both += found[cell] == expected[cell] && found[cell] > 0 ? 1 : 0
                either += found[cell] > 0 || expected[cell] > 0 ? 1 : 0
            }
        }
        rmse = (squares / Double(max(total * encoding.channelCount, 1))).squareRoot()
        let hasFacies = encoding.faciesChannelCount > 0
        faciesAccuracy = hasFacies ? Double(right) / Double(max(total, 1)) : nil
        intersectionOverUnion = hasFacies ? (either == 0 ? 1 : Double(both) / Double(either)) : nil
    }
}

/// Counts of a whitened latent over held-out realizations; the standard normal is the reference.
public struct LatentHistogram: Equatable, Sendable, Codable {
    /// `bins + 1` edges.
    public let edges: [Double]
    public let counts: [Int]

    init(_ values: [Double], bins: Int = 40, limit: Double = 4) {
        let width = 2 * limit / Double(bins)
        edges = (0...bins).map { -limit + Double($0) * width }
        var counts = [Int](repeating: 0, count: bins)
        for value in values where value.isFinite {
            counts[min(max(Int(((value + limit) / width).rounded(.down)), 0), bins - 1)] += 1
        }
        self.counts = counts
    }
}

/// One held-out realization as images `[channels][cells]`.
public struct ImageComparison: Equatable, Sendable {
    public let reference: [Float]
    /// `Dec_m(Enc_m(m))`
    public let reconstruction: [Float]
    /// `Dec_m(Reg(Enc_d(d)))`
    public let fromData: [Float]
    /// By ridge regression from the data.
    public let fromLinearBaseline: [Float]

    public init(reference: [Float], reconstruction: [Float], fromData: [Float], fromLinearBaseline: [Float]) {
        (self.reference, self.reconstruction) = (reference, reconstruction)
        (self.fromData, self.fromLinearBaseline) = (fromData, fromLinearBaseline)
    }
}

/// What a training reached, judged on pairs and realizations that no weight saw.
public struct TrainingQuality: Sendable {
    public let epochs: [EpochReport]
    public let restarts: [TrainingRestart]
    /// The epoch whose weights were kept, 1-based.
    public let bestEpoch: Int
    public let modelReconstruction: ImageErrors, modelFromData: ImageErrors, linearBaseline: ImageErrors
    /// Root mean square of standardised data: network's reconstruction, and proxy's prediction from latents.
    public let dataReconstruction: Double, dataPrediction: Double
    /// Share of the variance of whitened latents that the regression explains; per latent mean.
    public let explainedVariance: Double
    public let histograms: [LatentHistogram]
    public let comparisons: [ImageComparison]
    /// Held-out pairs, with the reconstructed realizations that the representation floor is simulated from.
    public let heldOutPairs: [Int]
    public let reconstructions: [Realization]
    public let rows: Int, columns: Int
}
