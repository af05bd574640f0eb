/// How well the networks learned, for the quality page and the report.
public struct TrainingQualityPanel: Sendable {
    public var caseName: String
    /// For example `convolutional dual autoencoder, 64 latent variables, 1.2 M weights`.
    public var architecture: String
    public var trainingPairs: Int, unsimulatedRealizations: Int, heldOutPairs: Int
    public var curves: [LearningCurve]
    /// Epoch whose weights were kept, counted from 1.
    public var bestEpoch: Int?
    public var errors: [QualityRow]
    public var floor: RepresentationFloor?
    /// The largest mismatch that calibration accepts, drawn beside the floor.
    public var threshold: Double?
    public var latentHistograms: [LatentHistogram]
    public var reconstructions: [ReconstructionPair]
    /// Sentences the user should read, for example that training stopped at a plateau.
    public var notes: [String]

    public init(
        caseName: String, architecture: String, trainingPairs: Int, unsimulatedRealizations: Int = 0,
        heldOutPairs: Int, curves: [LearningCurve], bestEpoch: Int? = nil, errors: [QualityRow] = [],
        floor: RepresentationFloor? = nil, threshold: Double? = nil, latentHistograms: [LatentHistogram] = [],
        reconstructions: [ReconstructionPair] = [], notes: [String] = []
    ) {
        (self.caseName, self.architecture) = (caseName, architecture)
        (self.trainingPairs, self.unsimulatedRealizations) = (trainingPairs, unsimulatedRealizations)
        (self.heldOutPairs, self.curves, self.bestEpoch) = (heldOutPairs, curves, bestEpoch)
        (self.errors, self.floor, self.threshold) = (errors, floor, threshold)
        (self.latentHistograms, self.reconstructions, self.notes) = (latentHistograms, reconstructions, notes)
    }
}

/// A loss against epochs, the first value being epoch 1.
public struct LearningCurve: Equatable, Sendable {
    public var name: String
    public var training: [Double]
    /// Empty if there was no validation split.
    public var validation: [Double]

    public init(name: String, training: [Double], validation: [Double] = []) {
        (self.name, self.training, self.validation) = (name, training, validation)
    }
}

/// A number on held-out pairs, with plain linear regression beside it.
public struct QualityRow: Equatable, Sendable {
    /// For example `Model from data, RMSE`.
    public var name: String
    public var network: Double
    public var linearBaseline: Double?
    public var higherIsBetter: Bool

    public init(name: String, network: Double, linearBaseline: Double? = nil, higherIsBetter: Bool = false) {
        (self.name, self.network) = (name, network)
        (self.linearBaseline, self.higherIsBetter) = (linearBaseline, higherIsBetter)
    }
}

/// How one latent variable is distributed over held-out realizations, against the standard normal density.
public struct LatentHistogram: Equatable, Sendable {
    public var name: String
    /// Strictly increasing, one more than ``density``.
    public var edges: [Double]
    public var density: [Double]

    public init(name: String, edges: [Double], density: [Double]) {
        (self.name, self.edges, self.density) = (name, edges, density)
    }
}

/// A held-out realization and what the networks make of it.
public struct ReconstructionPair: Equatable, Sendable {
    public var reference: MapPanel
    /// Encoded and decoded.
    public var reconstruction: MapPanel
    /// From its data by the regression.
    public var fromData: MapPanel?

    public init(reference: MapPanel, reconstruction: MapPanel, fromData: MapPanel? = nil) {
        (self.reference, self.reconstruction, self.fromData) = (reference, reconstruction, fromData)
    }
}

/// Realizations in the plane of two latent directions.
public struct LatentPanel: Equatable, Sendable {
    public struct Cloud: Equatable, Sendable {
        public enum Kind: String, Sendable, Codable, CaseIterable {
            case prior, proposal, accepted, truth
        }
        public var kind: Kind
        public var x: [Double], y: [Double]
        /// One per point, to select by a click; empty if the points are no ranked realizations.
        public var realizations: [Int]

        public init(kind: Kind, x: [Double], y: [Double], realizations: [Int] = []) {
            (self.kind, self.x, self.y, self.realizations) = (kind, x, y, realizations)
        }
    }

    /// For example `first principal direction`.
    public var xLabel: String, yLabel: String
    public var clouds: [Cloud]

    public init(xLabel: String, yLabel: String, clouds: [Cloud]) {
        (self.xLabel, self.yLabel, self.clouds) = (xLabel, yLabel, clouds)
    }
}
