import Reservoir

/// Standardises flat data vectors entry by entry: `(d - mean) / spread`.
///
/// The spread of an entry is its standard deviation over the training set, but at least a tenth of the root mean square
/// over all times of its vector: a water cut that is zero in all but a few members would otherwise shout.
public struct DataScaling: Equatable, Sendable, Codable {
    public static let leastShare = 0.1

    /// `[data]`
    public let mean: [Float], spread: [Float]

    /// - Parameter data: `[samples][layout.count]`
    /// - Throws: ``ParameterError`` if there is no sample, a count differs, or a value is not finite.
    public init(fitting data: [[Float]], layout: DataLayout) throws(ParameterError) {
        try require(!data.isEmpty, "training data", "none", "must have at least one vector")
        for vector in data {
            try require(
                vector.count == layout.count, "training data", "\(vector.count) values", "must have \(layout.count)")
            try require(vector.allSatisfy(\.isFinite), "training data", "a value", "must be finite")
        }
        let samples = Double(data.count)
        var mean = [Double](repeating: 0, count: layout.count), variance = mean
        for vector in data { for i in mean.indices { mean[i] += Double(vector[i]) / samples } }
        for vector in data {
            for i in mean.indices {
                variance[i] += (Double(vector[i]) - mean[i]) * (Double(vector[i]) - mean[i]) / samples
            }
        }
        var byKey: [VectorKey: (sum: Double, count: Int)] = [:]
        for (i, entry) in layout.entries.enumerated() {
            byKey[entry.key, default: (0, 0)].sum += variance[i]
            byKey[entry.key, default: (0, 0)].count += 1
        }
        self.mean = mean.map { Float($0) }
        spread = layout.entries.enumerated().map { i, entry in
            let group = byKey[entry.key] ?? (0, 1)
            let shared = (group.sum / Double(group.count)).squareRoot()
            let own = max(variance[i].squareRoot(), Self.leastShare * shared)
            // A vector that never varies carries nothing; any positive spread maps it to zero.
            return own > 0 ? Float(own) : 1
        }
    }

    public func scaled(_ data: [Float]) -> [Float] { data.indices.map { (data[$0] - mean[$0]) / spread[$0] } }
    public func unscaled(_ data: [Float]) -> [Float] { data.indices.map { data[$0] * spread[$0] + mean[$0] } }
}
