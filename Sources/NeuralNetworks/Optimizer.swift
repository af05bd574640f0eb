import CKernels
import Foundation

/// How Adam moves (Kingma and Ba, 2015), with decoupled weight decay (Loshchilov and Hutter, 2019) if `weightDecay` > 0.
public struct AdamSettings: Equatable, Sendable, Codable {
    public var beta1: Float = 0.9, beta2: Float = 0.999
    public var epsilon: Float = 1e-7
    public var weightDecay: Float = 0
    /// Upper bound of the gradient's Euclidean norm over all networks; `nil`: none.
    public var gradientLimit: Float?

    public init() {}
}

/// Adam over a group of networks: first and second moments, and the number of steps made.
package final class Adam: @unchecked Sendable {
    private let networks: [NetworkStorage]
    private let settings: AdamSettings
    private let first: [AlignedFloats], second: [AlignedFloats]
    private var steps = 0

    package init(_ networks: [NetworkStorage], settings: AdamSettings) {
        (self.networks, self.settings) = (networks, settings)
        first = networks.map { AlignedFloats($0.parameters.count) }
        second = networks.map { AlignedFloats($0.parameters.count) }
    }

    /// One step by the sum of both workers' gradients, or by that of both where they share it; they are zeroed. Each worker
    /// moves half of the weights.
    /// - Returns: the norm of the gradient before it was limited; the step is left out if it is not finite.
    @discardableResult
    package func step(rate: Double, pair: WorkerPair) -> Double {
        let halves = pair.map { [networks] worker in
            var sum = 0.0
            for network in networks {
                for (range, isShared) in network.parts(worker) {
                    sum += KernelVariant.current.table.pointee.squared_norm(
                        network.gradients[0].pointer + range.lowerBound,
                        isShared ? nil : network.gradients[1].pointer + range.lowerBound, Int64(range.count))
                }
            }
            return sum
        }
        let norm = (halves.0 + halves.1).squareRoot()
        guard norm.isFinite else {
            for network in networks { for gradient in network.gradients { gradient.fill(0) } }
            return norm
        }
        steps += 1
        let limit = settings.gradientLimit ?? .infinity
        let factor = Float(norm) > limit ? limit / Float(norm) : 1
        let correction1 = 1 / (1 - pow(settings.beta1, Float(steps)))
        let correction2 = 1 / (1 - pow(settings.beta2, Float(steps)))
        pair.run { [networks, settings, first, second] worker in
            for (index, network) in networks.enumerated() {
                for (range, isShared) in network.parts(worker) {
                    let start = range.lowerBound
                    KernelVariant.current.table.pointee.adam(
                        network.parameters.pointer + start, network.gradients[0].pointer + start,
                        isShared ? nil : network.gradients[1].pointer + start, first[index].pointer + start,
                        second[index].pointer + start, Int64(range.count), factor, Float(rate), settings.beta1,
                        settings.beta2, correction1, correction2, settings.epsilon, settings.weightDecay)
                }
            }
        }
        return norm
    }

    /// Everything a resumed run needs, first moments then second, one array per network.
    package var moments: [[Float]] { first.map(\.values) + second.map(\.values) }
    package var stepCount: Int { steps }

    package func restore(moments: [[Float]], steps: Int) -> Bool {
        let targets = first + second
        guard moments.count == targets.count, zip(moments, targets).allSatisfy({ $0.count == $1.count }) else {
            return false
        }
        for (values, target) in zip(moments, targets) {
            for (i, value) in values.enumerated() { target.pointer[i] = value }
        }
        self.steps = steps
        return true
    }
}

extension NetworkStorage {
    /// The half of the weights that a worker moves, in parts whose gradient is that of both workers or the sum of theirs.
    /// Worker 0 takes the first half; cut at a multiple of 16 so that vectors stay whole.
    fileprivate func parts(_ worker: Int) -> [(range: Range<Int>, isShared: Bool)] {
        let cut = parameters.count / 2 / 16 * 16
        let half = worker == 0 ? 0..<cut : cut..<parameters.count
        var parts: [(range: Range<Int>, isShared: Bool)] = []
        var end = 0
        for shared in sharedParameters {
            parts += [(end..<shared.lowerBound, false), (shared, true)]
            end = shared.upperBound
        }
        parts.append((end..<parameters.count, false))
        return parts.map { ($0.range.clamped(to: half), $0.isShared) }.filter { !$0.range.isEmpty }
    }
}
