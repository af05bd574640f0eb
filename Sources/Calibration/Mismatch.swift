import LinearAlgebra
import Reservoir

/// How far predicted data lie from the observed, in units of the noise.
///
///     O = 1/(2 N_d) · rᵀ C_D⁻¹ r,   r = simulated − observed
///
/// For the truth `2 N_d O` is chi-square distributed with `N_d` degrees of freedom: mean of `O` 1/2, standard deviation
/// `1/√(2 N_d)`. Vectors are independent in `C_D`, so the sum splits exactly by vector, data type and well.
/// Source: Oliver and Chen (2011), Computational Geosciences 15, 185.
public struct Mismatch: Equatable, Sendable, Codable {
    /// The mismatch of a subset of the data.
    public struct Part: Equatable, Sendable, Codable {
        /// `N_d` of this part.
        public let count: Int
        /// `rᵀ C_D⁻¹ r` of this part, `2 N_d O`.
        public let chiSquare: Double
        /// `O` of this part.
        public var value: Double { chiSquare / (2 * Double(count)) }

        public init(count: Int, chiSquare: Double) { (self.count, self.chiSquare) = (count, chiSquare) }
    }

    public let overall: Part
    /// By Eclipse keyword (`WOPR`).
    public let byType: [String: Part]
    /// By well; data of the field as a whole (`FOPT`) are in ``overall`` and ``byType`` only.
    public let byWell: [String: Part]
    /// By `VectorKey.description` (`WOPR:P1`).
    public let byVector: [String: Part]

    /// - Parameter residual: in units of the noise, as ``ObservedData/whitened(prediction:)`` makes it.
    public init(whitenedResidual residual: [Double], layout: DataLayout) {
        precondition(residual.count == layout.count, "\(residual.count) residuals for \(layout.count) entries")
        var sums = (type: [String: (Int, Double)](), well: [String: (Int, Double)](), vector: [String: (Int, Double)]())
        func add(_ square: Double, to part: inout (Int, Double)?) {
            part = ((part?.0 ?? 0) + 1, (part?.1 ?? 0) + square)
        }
        for (entry, value) in zip(layout.entries, residual) {
            add(value * value, to: &sums.type[entry.key.keyword])
            if let well = entry.key.well { add(value * value, to: &sums.well[well]) }
            add(value * value, to: &sums.vector[entry.key.description])
        }
        overall = Part(count: residual.count, chiSquare: residual.squaredNorm)
        byType = sums.type.mapValues { Part(count: $0.0, chiSquare: $0.1) }
        byWell = sums.well.mapValues { Part(count: $0.0, chiSquare: $0.1) }
        byVector = sums.vector.mapValues { Part(count: $0.0, chiSquare: $0.1) }
    }

    public init(prediction: [Double], observed: ObservedData) {
        self.init(whitenedResidual: observed.whitened(prediction: prediction), layout: observed.layout)
    }

    public var value: Double { overall.value }

    /// The vector that exceeds its noise most, by how improbable its mismatch is.
    public var worstVector: (name: String, part: Part)? {
        let named = byVector.map { (name: $0.key, part: $0.value) }
        return named.max {
            ($0.part.standardisedExcess, $1.name) < ($1.part.standardisedExcess, $0.name)
        }
    }
}

extension Mismatch.Part {
    /// `(χ² − N) / √(2 N)`: standard deviations above what noise alone gives.
    public var standardisedExcess: Double { (chiSquare - Double(count)) / (2 * Double(count)).squareRoot() }
}
