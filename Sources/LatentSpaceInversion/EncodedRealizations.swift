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

    /// Writes realizations `indices` as `[chunk][cell][channel][16]`; lanes past the last are zero.
    package func load(_ indices: ArraySlice<Int>, into target: UnsafeMutablePointer<Float>) {
        let cells = encoding.cellCount
        let (faciesChannels, channels) = (encoding.faciesChannelCount, encoding.channelCount)
        let size = cells * channels * 16
        target.update(repeating: 0, count: (indices.count + 15) / 16 * size)
        for (position, index) in indices.enumerated() {
            let lane = target + position / 16 * size + position % 16
            facies.withUnsafeBufferPointer { facies in
                for channel in 0..<faciesChannels {
                    let source = (index * faciesChannels + channel) * cells
                    for cell in 0..<cells { lane[(cell * channels + channel) * 16] = Float(facies[source + cell]) }
                }
            }
            properties.withUnsafeBufferPointer { properties in
                let own = channels - faciesChannels
                for channel in 0..<own {
                    let source = (index * own + channel) * cells
                    for cell in 0..<cells {
                        lane[(cell * channels + faciesChannels + channel) * 16] = properties[source + cell]
                    }
                }
            }
        }
    }

    public func realization(_ index: Int) -> Realization { encoding.realization(of: channels(index)) }
}
