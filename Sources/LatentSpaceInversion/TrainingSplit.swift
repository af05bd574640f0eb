import LinearAlgebra

/// Which realizations train and which are held out. The last of the pairs and the last of the free ones are held out.
struct TrainingSplit: Sendable {
    static let mostHeldOut = 512

    let trainingPairs: [Int], heldOutPairs: [Int]
    /// Paired and free.
    let trainingModels: [Int], heldOutModels: [Int]

    init(pairs: Int, realizations: Int, fraction: Double) {
        let heldPairs = min(max(Int(fraction * Double(pairs)), 2), pairs / 2)
        let free = realizations - pairs
        let heldFree = free > 0 ? min(max(Int(fraction * Double(free)), 1), Self.mostHeldOut) : 0
        trainingPairs = Array(0..<pairs - heldPairs)
        heldOutPairs = Array(pairs - heldPairs..<pairs)
        trainingModels = trainingPairs + Array(pairs..<realizations - heldFree)
        heldOutModels = heldOutPairs + Array(realizations - heldFree..<realizations)
    }

    /// Nothing held out.
    init(training: [Int]) {
        (trainingPairs, trainingModels) = (training, training)
        (heldOutPairs, heldOutModels) = ([], [])
    }

    /// `indices` in the order of one epoch (Fisher and Yates; one stream per epoch).
    static func shuffled(_ indices: [Int], seed: UInt64, purpose: String, epoch: Int) -> [Int] {
        var stream = RandomStream(seed: seed, purpose: purpose, index: UInt64(epoch))
        return indices.shuffled(using: &stream)
    }

    static func batches(_ indices: [Int], size: Int) -> [ArraySlice<Int>] {
        stride(from: 0, to: indices.count, by: size).map { indices[$0..<min($0 + size, indices.count)] }
    }
}
