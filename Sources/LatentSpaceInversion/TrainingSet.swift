import Reservoir

/// What a dual autoencoder learns from: realizations, of which the first have simulated data.
public struct TrainingSet: Sendable {
    /// The paired ones first, then those without data.
    public let realizations: EncodedRealizations
    /// Data of the paired realizations, `[pairs][layout.count]`, SI units.
    public let data: [[Float]]
    public let layout: DataLayout
    /// Weight of each cell in the reconstruction loss, `[cells]`, mean about 1; `nil`: all alike. Cells near wells
    /// matter more to the data than far ones.
    public let cellWeights: [Float]?
    /// Standard deviations of the errors that training adds to the data, `[layout.count]`, SI units; `nil`: none.
    public let dataErrors: [Float]?

    /// - Throws: ``ParameterError`` if the counts do not fit.
    public init(
        realizations: EncodedRealizations, data: [[Float]], layout: DataLayout, cellWeights: [Float]? = nil,
        dataErrors: [Float]? = nil
    ) throws(ParameterError) {
        try require(
            data.count <= realizations.count, "training data", "\(data.count) vectors",
            "must not be more than the \(realizations.count) realizations")
        try require(
            data.count >= 8, "training data", "\(data.count) vectors",
            "must be at least 8 to train and to hold some out")
        if let cellWeights {
            try require(
                cellWeights.count == realizations.encoding.cellCount
                    && cellWeights.allSatisfy { $0 >= 0 && $0.isFinite },
                "cell weights", "\(cellWeights.count) values",
                "must be \(realizations.encoding.cellCount), finite and not negative")
        }
        if let dataErrors {
            try require(
                dataErrors.count == layout.count && dataErrors.allSatisfy { $0 >= 0 && $0.isFinite }, "data errors",
                "\(dataErrors.count) values", "must be \(layout.count), finite and not negative")
        }
        (self.realizations, self.data, self.layout, self.cellWeights) = (realizations, data, layout, cellWeights)
        self.dataErrors = dataErrors
    }

    public var pairCount: Int { data.count }
}
