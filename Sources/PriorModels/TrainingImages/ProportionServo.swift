import LinearAlgebra

/// Draws facies by how often the image shows them, and leads their shares back to those of the whole image.
///
/// A pattern that is not found gives up neighbours, and what is drawn then is more often a body than its surroundings;
/// left alone, shares drift. Frequencies are multiplied by target / share so far, which never draws a facies that
/// the pattern does not allow. Source of the idea, which adds where this multiplies: Remy, Boucher and Wu (2009),
/// Applied Geostatistics with SGeMS, section 8.2.1 (servosystem).
struct ProportionServo {
    private let targets: [Double]
    private var counts: [Double]
    private var total: Double

    /// Draws that the targets weigh as much as: a share of a few pixels says nothing.
    private static let weightOfTargets = 50.0

    init(_ targets: [Double]) {
        self.targets = targets
        counts = targets.map { $0 * Self.weightOfTargets }
        total = Self.weightOfTargets
    }

    mutating func add(_ number: Int) {
        counts[number] += 1
        total += 1
    }

    /// The number of a facies, drawn by `frequencies`.
    mutating func draw(_ frequencies: [Int], _ stream: inout RandomStream) -> Int {
        let weights = frequencies.indices.map {
            Double(frequencies[$0]) * targets[$0] * total / counts[$0]
        }
        var rest = stream.uniform() * weights.reduce(0, +)
        var number = frequencies.indices.last { frequencies[$0] > 0 } ?? 0
        for candidate in weights.indices where frequencies[candidate] > 0 {
            rest -= weights[candidate]
            if rest < 0 {
                number = candidate
                break
            }
        }
        add(number)
        return number
    }
}
