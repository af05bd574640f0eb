import Foundation
import LinearAlgebra
import Reservoir

/// Whether two realizations count as different ones.
///
/// The distance of two realizations is the fraction of cells whose facies differ or, without facies, the root mean
/// square difference of `ln k_x`. It is measured in units of the mean distance between draws of the prior, so that one
/// threshold serves every case: by default two realizations are distinct if they differ by a tenth of what two draws of
/// the prior differ. A small proposal radius 'accepts' many copies of one image; this is what sees through it.
public struct Distinctness: Sendable {
    /// At most this many cells, evenly spread, are compared: enough for a threshold, and quick for thousands of pairs.
    static let comparedCells = 2_500

    /// Distance above which two realizations are distinct, in the unit of ``distance(_:_:)``.
    public let threshold: Double

    /// - Parameters:
    ///   - fraction: of the mean distance between draws of the prior.
    ///   - prior: draws of the prior, at least two.
    public init(fraction: Double, prior: [Realization]) {
        let signatures = prior.map { Signature($0) }
        var sum = 0.0
        var pairs = 0
        for i in signatures.indices {
            for j in signatures.indices.dropFirst(i + 1) {
                sum += signatures[i].distance(to: signatures[j])
                pairs += 1
            }
        }
        threshold = fraction * sum / Double(max(pairs, 1))
    }

    public static func distance(_ a: Realization, _ b: Realization) -> Double {
        Signature(a).distance(to: Signature(b))
    }

    /// Goes through `realizations` in order; each is distinct or repeats one that was found distinct before.
    /// - Returns: per realization, `nil` if it is distinct, otherwise the position of the first one it repeats.
    public func repeats(_ realizations: [Realization]) -> [Int?] {
        var kept: [(position: Int, signature: Signature)] = []
        return realizations.enumerated().map { position, realization in
            let signature = Signature(realization)
            if let like = kept.first(where: { $0.signature.distance(to: signature) <= threshold }) {
                return like.position
            }
            kept.append((position, signature))
            return nil
        }
    }
}

/// The cells of a realization that are compared.
private enum Signature {
    case facies([UInt8])
    case logarithms([Float])

    init(_ realization: Realization) {
        let cells = realization.cellCount
        let step = max(1, (cells + Distinctness.comparedCells - 1) / Distinctness.comparedCells)
        // An odd stride that shares no factor with the usual row lengths would alias less; taking the middle of each
        // group is enough for fields that are correlated over several cells.
        let chosen = stride(from: step / 2, to: cells, by: step)
        if let facies = realization.facies {
            self = .facies(chosen.map { facies[$0] })
        } else {
            self = .logarithms(chosen.map { log(max(realization.permeabilityX[$0], 1e-24)) })
        }
    }

    func distance(to other: Signature) -> Double {
        switch (self, other) {
        case (.facies(let a), .facies(let b)):
            var differing = 0
            for (x, y) in zip(a, b) where x != y { differing += 1 }
            return Double(differing) / Double(max(a.count, 1))
        case (.logarithms(let a), .logarithms(let b)):
            var sum: Float = 0
            for (x, y) in zip(a, b) { sum += (x - y) * (x - y) }
            return (Double(sum) / Double(max(a.count, 1))).squareRoot()
        default:
            return .infinity
        }
    }
}
