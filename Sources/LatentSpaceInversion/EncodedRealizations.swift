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
        let cells = encoding.cellCount
        let size = cells * encoding.channelCount * 16
        target.update(repeating: 0, count: (indices.count + 15) / 16 * size)
        // Samples of a chunk lie side by side: block by block, or each of them would bring the whole chunk to the cache.
        let block = 256
        for first in stride(from: 0, to: indices.count, by: 16) {
            let image = target + first / 16 * size
            for start in stride(from: 0, to: cells, by: block) {
                let part = start..<min(start + block, cells)
                for sample in first..<min(first + 16, indices.count) {
                    load(part, of: indices[indices.startIndex + sample], into: image + sample - first)
                }
            }
        }
    }

    /// Some cells of one realization, every 16th number of an image.
    private func load(_ part: Range<Int>, of index: Int, into lane: UnsafeMutablePointer<Float>) {
        let cells = encoding.cellCount
        let (faciesChannels, channels) = (encoding.faciesChannelCount, encoding.channelCount)
        facies.withUnsafeBufferPointer { facies in
            for channel in 0..<faciesChannels {
                let source = (index * faciesChannels + channel) * cells
                for cell in part { lane[(cell * channels + channel) * 16] = Float(facies[source + cell]) }
            }
        }
        properties.withUnsafeBufferPointer { properties in
            let own = channels - faciesChannels
            for channel in 0..<own {
                let source = (index * own + channel) * cells
                for cell in part { lane[(cell * channels + faciesChannels + channel) * 16] = properties[source + cell] }
            }
        }
    }

    public func realization(_ index: Int) -> Realization { encoding.realization(of: channels(index)) }
}
