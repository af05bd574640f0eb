import Foundation
import Reservoir

/// Grey images in the IDX format of handwritten-digit collections: big-endian header `0x00000803`, count, rows, columns,
/// then one byte per pixel.
public struct IDXImages: Sendable {
    public let count: Int, rows: Int, columns: Int
    /// `[count][rows][columns]`
    private let pixels: [UInt8]

    public init(_ file: Data) throws(ParameterError) { try self.init([UInt8](file)) }

    /// - Throws: ``ParameterError`` saying what is not as the format asks.
    public init(_ bytes: [UInt8]) throws(ParameterError) {
        try require(
            !bytes.starts(with: [0x1F, 0x8B]), "image file", "compressed", "must be unpacked first, by gunzip")
        try require(bytes.count >= 16, "image file", "\(bytes.count) bytes", "must have a header of 16 bytes")
        func word(_ index: Int) -> Int { (0..<4).reduce(0) { $0 << 8 | Int(bytes[4 * index + $1]) } }
        try require(
            word(0) == 0x803, "image file", "type \(word(0))", "must be 2051: unsigned bytes in three dimensions")
        (count, rows, columns) = (word(1), word(2), word(3))
        try require(
            rows >= 1 && columns >= 1 && rows <= 4096 && columns <= 4096, "image size", "\(rows) x \(columns)",
            "must be within 1 x 1 to 4096 x 4096")
        try require(count >= 1, "image file", "without images", "must hold at least one")
        let (expected, overflow) = count.multipliedReportingOverflow(by: rows * columns)
        try require(
            !overflow && bytes.count - 16 == expected, "image file", "\(bytes.count - 16) pixels",
            "must be \(count) images of \(rows) x \(columns)")
        pixels = Array(bytes[16...])
    }

    /// All images cut at half brightness into facies 0 and 1, `[count][rows][columns]`.
    public var facies: [UInt8] { pixels.map { $0 >= 128 ? 1 : 0 } }

    /// Image `index` cut at half brightness into facies 0 and 1; other properties are constant by facies.
    public func realization(_ index: Int) -> Realization {
        let size = rows * columns
        let facies = pixels[index * size..<(index + 1) * size].map { $0 >= 128 ? UInt8(1) : 0 }
        let permeability = facies.map { $0 == 1 ? Float(1e-12) : 1e-15 }
        return Realization(
            facies: facies, porosity: facies.map { $0 == 1 ? 0.25 : 0.1 }, permeabilityX: permeability,
            permeabilityY: permeability)
    }
}
