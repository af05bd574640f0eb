import NeuralNetworks
import Reservoir

/// Many realizations as network channels, kept small: facies channels take one byte a cell.
public struct EncodedRealizations: Sendable {
    public let encoding: RealizationEncoding
    public private(set) var count = 0
    /// `[count][facies channels][cells]`, 0 or 1.
    private var facies: [UInt8] = []
    /// `[count][property channels][cells]`
    private var properties: [Float] = []

    public init(encoding: RealizationEncoding) { self.encoding = encoding }

    /// - Throws: ``ParameterError`` at the first realization that does not fit the encoding.
    public init(_ realizations: [Realization], encoding: RealizationEncoding) throws(ParameterError) {
        self.init(encoding: encoding)
        for realization in realizations { try append(realization) }
    }

    /// - Throws: ``ParameterError`` if the realization does not fit the encoding.
    public mutating func append(_ realization: Realization) throws(ParameterError) {
        let channels = try encoding.channels(of: realization)
        let split = encoding.faciesChannelCount * encoding.cellCount
        facies.append(contentsOf: channels[..<split].lazy.map { $0 > 0.5 ? 1 : 0 })
        properties.append(contentsOf: channels[split...])
        count += 1
    }

    public mutating func append(contentsOf other: EncodedRealizations) {
        precondition(other.encoding == encoding, "realizations of two encodings")
        facies.append(contentsOf: other.facies)
        properties.append(contentsOf: other.properties)
        count += other.count
    }

    /// The channels of realization `index`, `[channels][cells]`.
    public func channels(_ index: Int) -> [Float] {
        let faciesSize = encoding.faciesChannelCount * encoding.cellCount
        let propertySize = encoding.propertyChannels.count * encoding.cellCount
        return facies[index * faciesSize..<(index + 1) * faciesSize].map { Float($0) }
            + properties[index * propertySize..<(index + 1) * propertySize]
    }

    /// One channel of realization `index` in some cells, `[cells.count]`.
    public func values(of index: Int, channel: Int, cells: [Int]) -> [Float] {
        let faciesChannels = encoding.faciesChannelCount
        if channel < faciesChannels {
            let start = (index * faciesChannels + channel) * encoding.cellCount
            return cells.map { Float(facies[start + $0]) }
        }
        let own = encoding.channelCount - faciesChannels
        let start = (index * own + channel - faciesChannels) * encoding.cellCount
        return cells.map { properties[start + $0] }
    }

    /// Writes realizations `indices` as `[chunk][cell][channel][16]`; lanes past the last are zero.
    package func load(_ indices: ArraySlice<Int>, into target: UnsafeMutablePointer<Float>) {
        let (cells, channels) = (encoding.cellCount, encoding.channelCount)
        let faciesChannels = encoding.faciesChannelCount
        let kernels = KernelVariant.current
        for first in stride(from: 0, to: indices.count, by: 16) {
            let image = target + first * cells * channels
            let chunk = indices[(indices.startIndex + first)...].prefix(16)
            for channel in 0..<channels {
                let lanes = image + channel * 16
                if channel < faciesChannels {
                    facies.withUnsafeBufferPointer { facies in
                        let rows = chunk.compactMap { index in
                            facies.baseAddress.map { $0 + (index * faciesChannels + channel) * cells }
                        }
                        kernels.interleave(rows, count: cells, into: lanes, pitch: channels * 16)
                    }
                } else {
                    properties.withUnsafeBufferPointer { properties in
                        let own = channels - faciesChannels
                        let rows = chunk.compactMap { index in
                            properties.baseAddress.map { $0 + (index * own + channel - faciesChannels) * cells }
                        }
                        kernels.interleave(rows, count: cells, into: lanes, pitch: channels * 16)
                    }
                }
            }
        }
    }

    public func realization(_ index: Int) -> Realization { encoding.realization(of: channels(index)) }
}
