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

    public func realization(_ index: Int) -> Realization { encoding.realization(of: channels(index)) }
}
