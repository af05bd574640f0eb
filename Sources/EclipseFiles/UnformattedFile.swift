import Foundation

/// Why a binary file of Eclipse's could not be read.
public struct SummaryFileError: Error, Equatable, Sendable, CustomStringConvertible {
    public let file: String
    public let message: String

    public init(file: String, message: String) { (self.file, self.message) = (file, message) }
    public var description: String { "\(file): \(message)" }
}

/// The named arrays of an unformatted (binary) Eclipse file.
///
/// Each array is a header record `name (8 bytes), count (Int32), type (4 bytes)` followed by data records; every record
/// stands between two equal 4-byte lengths; all numbers are big-endian. Every length is checked against the bytes there
/// are before anything is taken, so memory is bounded by the size of the file.
struct UnformattedFile {
    struct NamedArray {
        var name: String
        var type: String
        var count: Int
        /// The data records joined, big-endian.
        var bytes: [UInt8]
    }

    private let file: String
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8], file: String) throws(SummaryFileError) {
        (self.bytes, self.file) = (bytes, file)
        guard bytes.count >= 4 else { throw failure("is too short for an unformatted Eclipse file") }
        if Array(bytes[0..<4]) == [16, 0, 0, 0] {
            throw failure("is byte-swapped (little-endian); Eclipse's unformatted files are big-endian")
        }
        guard Array(bytes[0..<4]) == [0, 0, 0, 16] else { throw failure("is not an unformatted Eclipse file") }
    }

    private func failure(_ message: String) -> SummaryFileError { SummaryFileError(file: file, message: message) }

    /// The next array, or `nil` at the end of the file.
    mutating func next() throws(SummaryFileError) -> NamedArray? {
        guard position < bytes.count else { return nil }
        let header = try record()
        guard header.count == 16 else { throw failure("has a header of \(header.count) bytes at byte \(position)") }
        let start = header.startIndex
        let name = text(header[start..<start + 8])
        let count = Int(integer(at: start + 8))
        let type = text(header[start + 12..<start + 16])
        guard let size = Self.elementSize(type) else { throw failure("\(name) has the unknown type `\(type)`") }
        // A product of two 32-bit numbers cannot overflow; it is compared with what is there, never allocated.
        let total = count * size
        guard count >= 0, total <= bytes.count - position else {
            throw failure("\(name) claims \(count) values, more than the file holds")
        }
        var data: [UInt8] = []
        data.reserveCapacity(total)
        while data.count < total {
            let part = try record()
            guard !part.isEmpty, data.count + part.count <= total else {
                throw failure("\(name) has records that do not add up to its \(count) values")
            }
            data += part
        }
        return NamedArray(name: name, type: type, count: count, bytes: data)
    }

    private mutating func record() throws(SummaryFileError) -> ArraySlice<UInt8> {
        guard bytes.count - position >= 4 else { throw failure("is truncated at byte \(bytes.count)") }
        let length = Int(integer(at: position))
        guard length >= 0, length <= bytes.count - position - 8 else {
            throw failure("is truncated or corrupt at byte \(position): a record claims \(length) bytes")
        }
        let start = position + 4
        guard Int(integer(at: start + length)) == length else {
            throw failure("is corrupt at byte \(position): the lengths around a record differ")
        }
        position = start + length + 4
        return bytes[start..<start + length]
    }

    private func integer(at index: Int) -> Int32 { bytes.bigEndianInteger(at: index) }

    private func text(_ slice: ArraySlice<UInt8>) -> String { slice.trimmedText }

    private static func elementSize(_ type: String) -> Int? {
        switch type {
        case "INTE", "REAL", "LOGI": return 4
        case "DOUB", "CHAR": return 8
        case "MESS": return 0
        default:
            // C008 to C099: strings of that many bytes.
            guard type.utf8.count == 4, type.hasPrefix("C"), let size = Int(type.dropFirst()), size > 0 else {
                return nil
            }
            return size
        }
    }
}

extension UnformattedFile.NamedArray {
    /// `nil` if the type is another.
    var integers: [Int32]? {
        type == "INTE" ? (0..<count).map { bytes.bigEndianInteger(at: 4 * $0) } : nil
    }

    /// `nil` if the type is another.
    var reals: [Float]? {
        guard type == "REAL" else { return nil }
        return (0..<count).map { Float(bitPattern: UInt32(bitPattern: bytes.bigEndianInteger(at: 4 * $0))) }
    }

    /// Without trailing blanks; `nil` if the array holds no text.
    var texts: [String]? {
        guard type.hasPrefix("C"), count > 0 else { return type.hasPrefix("C") ? [] : nil }
        let size = bytes.count / count
        return (0..<count).map { bytes[$0 * size..<($0 + 1) * size].trimmedText }
    }
}

extension [UInt8] {
    fileprivate func bigEndianInteger(at index: Int) -> Int32 {
        Int32(bitPattern: self[index..<index + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }
}

extension ArraySlice<UInt8> {
    /// Up to the trailing blanks; bytes that are no ASCII text become question marks.
    fileprivate var trimmedText: String {
        var end = endIndex
        while end > startIndex, self[end - 1] == UInt8(ascii: " ") || self[end - 1] == 0 { end -= 1 }
        return String(
            decoding: self[startIndex..<end].map { (32..<127).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}
