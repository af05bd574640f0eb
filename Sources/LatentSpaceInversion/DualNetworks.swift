import NeuralNetworks

/// The weights of a dual autoencoder.
struct DualNetworks: Sendable {
    let dataEncoder: Network, dataDecoder: Network, regression: Network, modelEncoder: Network, modelDecoder: Network

    init(_ architecture: Architecture, seed: UInt64) throws(TrainingError) {
        func fresh(_ description: NetworkDescription, _ name: String) throws(TrainingError) -> Network {
            do { return try Network(description, seed: seed, purpose: "weights of the \(name)") } catch {
                throw .shape(error.description)
            }
        }
        dataEncoder = try fresh(architecture.dataEncoder, "data encoder")
        dataDecoder = try fresh(architecture.dataDecoder, "data decoder")
        regression = try fresh(architecture.regression, "regression")
        modelEncoder = try fresh(architecture.modelEncoder, "model encoder")
        modelDecoder = try fresh(architecture.modelDecoder, "model decoder")
    }

    /// - Parameter weights: in the order of ``all``.
    init(_ architecture: Architecture, weights: [NetworkWeights]) throws(ShapeError) {
        precondition(weights.count == 5, "\(weights.count) weights for five networks")
        dataEncoder = try Network(architecture.dataEncoder, weights: weights[0])
        dataDecoder = try Network(architecture.dataDecoder, weights: weights[1])
        regression = try Network(architecture.regression, weights: weights[2])
        modelEncoder = try Network(architecture.modelEncoder, weights: weights[3])
        modelDecoder = try Network(architecture.modelDecoder, weights: weights[4])
    }

    var all: [Network] { [dataEncoder, dataDecoder, regression, modelEncoder, modelDecoder] }
    static let names = ["data encoder", "data decoder", "regression", "model encoder", "model decoder"]
}

/// The same weights where training changes them.
struct DualStorage: Sendable {
    let dataEncoder: NetworkStorage, dataDecoder: NetworkStorage, regression: NetworkStorage
    let modelEncoder: NetworkStorage, modelDecoder: NetworkStorage

    init(_ networks: DualNetworks) {
        dataEncoder = NetworkStorage(networks.dataEncoder)
        dataDecoder = NetworkStorage(networks.dataDecoder)
        regression = NetworkStorage(networks.regression)
        modelEncoder = NetworkStorage(networks.modelEncoder)
        modelDecoder = NetworkStorage(networks.modelDecoder)
    }

    var all: [NetworkStorage] { [dataEncoder, dataDecoder, regression, modelEncoder, modelDecoder] }
    var weights: [NetworkWeights] { all.map(\.weights) }

    func restore(_ weights: [NetworkWeights]) {
        for (storage, values) in zip(all, weights) { storage.weights = values }
    }
}
