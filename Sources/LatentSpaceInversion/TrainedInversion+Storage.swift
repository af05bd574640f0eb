import LinearAlgebra
import NeuralNetworks
import Reservoir

extension TrainedInversion {
    static let formatVersion = 1

    private struct Header: Codable {
        var formatVersion: Int
        var encoding: RealizationEncoding
        var layout: DataLayout
        var settings: TrainingSettings
        var architecture: Architecture
        var proxy: NetworkDescription
        var scaling: DataScaling
        var latentMean: [Double], residualMean: [Double]
        /// Row-major; double precision does not fit the float arrays.
        var latentLower: [Double], residualCovariance: [Double]
        /// Of the ridge: `[data][n]` row-major, and `[n]`; absent without one.
        var ridgeMatrix: [Double]?, ridgeOffset: [Double]?
    }

    /// Everything needed to make this value again with ``init(stored:)``.
    public func stored() throws(StoredArraysError) -> StoredArrays {
        let header = Header(
            formatVersion: Self.formatVersion, encoding: encoding, layout: layout, settings: settings,
            architecture: architecture, proxy: proxy.description, scaling: scaling, latentMean: whitening.mean,
            residualMean: residualMean, latentLower: whitening.lower.elements,
            residualCovariance: residualCovariance.elements, ridgeMatrix: ridge?.matrix.elements,
            ridgeOffset: ridge?.offset)
        var arrays: [String: [Float]] = [:]
        for (name, network) in zip(DualNetworks.names, networks.all) { arrays.store(network.weights, "trained", name) }
        arrays.store(proxy.weights, "trained", "proxy")
        return StoredArrays(metadata: try encodeJSON(header), arrays: arrays)
    }

    /// - Throws: ``StoredArraysError`` if something is missing, damaged, or of another format version.
    public init(stored: StoredArrays) throws(StoredArraysError) {
        let header: Header = try decodeJSON(stored.metadata)
        guard header.formatVersion == Self.formatVersion else {
            throw StoredArraysError("format version \(header.formatVersion), not \(Self.formatVersion)")
        }
        let order = header.architecture.modelLatents
        guard header.latentMean.count == order, header.latentLower.count == order * order,
            header.residualMean.count == order, header.residualCovariance.count == order * order
        else { throw StoredArraysError("the latent statistics do not have \(order) latents") }
        if let matrix = header.ridgeMatrix, let offset = header.ridgeOffset {
            guard matrix.count == header.layout.count * order, offset.count == order else {
                throw StoredArraysError("the linear map does not have \(header.layout.count) data and \(order) latents")
            }
            ridge = LatentRidge(
                matrix: Matrix(rows: header.layout.count, columns: order, elements: matrix), offset: offset)
        } else {
            ridge = nil
        }
        var weights: [NetworkWeights] = []
        for name in DualNetworks.names { weights.append(try stored.arrays.weights("trained", name)) }
        do {
            networks = try DualNetworks(header.architecture, weights: weights)
            proxy = try Network(header.proxy, weights: try stored.arrays.weights("trained", "proxy"))
        } catch let error as ShapeError {
            throw StoredArraysError(error.description)
        } catch let error as StoredArraysError {
            throw error
        } catch {
            throw StoredArraysError("\(error)")
        }
        (encoding, layout, settings) = (header.encoding, header.layout, header.settings)
        (architecture, scaling) = (header.architecture, header.scaling)
        residualMean = header.residualMean
        residualCovariance = Matrix(rows: order, columns: order, elements: header.residualCovariance)
        whitening = Whitening(
            mean: header.latentMean, lower: Matrix(rows: order, columns: order, elements: header.latentLower))
    }
}
