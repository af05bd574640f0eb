/// NumPy's `.npy` files, versions 1 to 3: booleans, integers and floating point in either byte order, C or Fortran order.
///
/// Source: NumPy Enhancement Proposal 1 and `numpy.lib.format`.
public enum NPY {
    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// The array, its last axis fastest whatever the order in the file. Half precision is widened to single, integers
    /// above one byte to 64 bits; booleans are bytes.
    /// - Throws: ``StorageError`` if the file is not what it says; nothing is allocated beyond a small multiple of its
    ///   size.
    public static func read(_ path: String) throws(StorageError) -> StoredArray {
        try parse(try Files.read(path), path: path)
    }

    static func parse(_ bytes: [UInt8], path: String) throws(StorageError) -> StoredArray {
        let (headerText, start) = try headerText(of: bytes, path: path)
        guard let header = NPYHeader(parsing: headerText) else {
            throw damaged(path, "its header cannot be understood")
        }
        guard let type = ElementType(header.description) else {
            throw StorageError(
                .unsuitable, path: path, reason: "holds elements of type '\(header.description)'",
                advice: "convert it with array.astype('float32') before saving")
        }
        let content = bytes[start...]
        guard header.shape.count <= 32, let count = elementCount(of: header.shape),
            count.multipliedReportingOverflow(by: type.size) == (content.count, false)
        else {
            throw damaged(path, "has \(content.count) bytes of data, which is not what its shape \(header.shape) needs")
        }
        let array = StoredArray(shape: header.shape, values: type.decode(content, count: count))
        return header.isFortranOrder ? array.reorderedFromFortran() : array
    }

    /// The header's text and where the data starts.
    private static func headerText(of bytes: [UInt8], path: String) throws(StorageError) -> (ArraySlice<UInt8>, Int) {
        guard bytes.count >= 10, bytes.starts(with: magic) else {
            throw damaged(path, "does not start like an NPY file")
        }
        let isLong = bytes[6] >= 2
        guard (1...3).contains(bytes[6]), bytes.count >= 12 else {
            throw damaged(path, "is of NPY version \(bytes[6])")
        }
        let start = isLong ? 12 : 10
        let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= bytes.count - start else { throw damaged(path, "ends within its header") }
        return (bytes[start..<start + length], start + length)
    }

    private static func damaged(_ path: String, _ reason: String) -> StorageError {
        StorageError(.damaged, path: path, reason: reason, advice: "write it again with numpy.save")
    }

    /// Writes the array in version 1.0, little-endian, C order.
    public static func write(_ array: StoredArray, to path: String) throws(StorageError) {
        try Files.write(encode(array), to: path)
    }

    static func encode(_ array: StoredArray) -> [UInt8] {
        let type =
            switch array.values {
            case .float: "<f4"
            case .double: "<f8"
            case .byte: "|u1"
            case .integer: "<i8"
            }
        let extents = array.shape.map { "\($0)" }.joined(separator: ", ") + (array.shape.count == 1 ? "," : "")
        var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(extents)), }"
        // The data starts at a multiple of 64 bytes; the header ends in a newline.
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        let length = header.utf8.count
        var bytes = magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(header.utf8)
        switch array.values {
        case .float(let values): for value in values { append(value.bitPattern, to: &bytes) }
        case .double(let values): for value in values { append(value.bitPattern, to: &bytes) }
        case .byte(let values): bytes += values
        case .integer(let values): for value in values { append(UInt64(bitPattern: value), to: &bytes) }
        }
        return bytes
    }

    private static func append<Word: FixedWidthInteger>(_ word: Word, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// The three entries of an NPY header, a Python dictionary.
private struct NPYHeader {
    var description = ""
    var isFortranOrder = false
    var shape: [Int] = []

    /// `nil` unless `text` is a dictionary of exactly `descr`, `fortran_order` and `shape`.
    init?(parsing text: ArraySlice<UInt8>) {
        var rest = text.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") }[...]
        guard rest.popFirst() == UInt8(ascii: "{"), rest.popLast() == UInt8(ascii: "}") else { return nil }
        var seen: Set<String> = []
        while !rest.isEmpty {
            guard let key = Self.takeText(&rest), rest.popFirst() == UInt8(ascii: ":"), seen.insert(key).inserted
            else { return nil }
            switch key {
            case "descr":
                guard let text = Self.takeText(&rest) else { return nil }
                description = text
            case "fortran_order":
                guard let flag = Self.takeFlag(&rest) else { return nil }
                isFortranOrder = flag
            case "shape":
                guard let extents = Self.takeShape(&rest) else { return nil }
                shape = extents
            default: return nil
            }
            guard rest.isEmpty || rest.popFirst() == UInt8(ascii: ",") else { return nil }
        }
        guard seen.count == 3 else { return nil }
    }

    private static func takeText(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let quote = rest.popFirst(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
            let end = rest.firstIndex(of: quote)
        else { return nil }
        defer { rest = rest[(end + 1)...] }
        return String(decoding: rest[..<end], as: UTF8.self)
    }

    private static func takeFlag(_ rest: inout ArraySlice<UInt8>) -> Bool? {
        for (word, value) in [("True", true), ("False", false)] where rest.starts(with: word.utf8) {
            rest = rest.dropFirst(word.utf8.count)
            return value
        }
        return nil
    }

    private static func takeShape(_ rest: inout ArraySlice<UInt8>) -> [Int]? {
        guard rest.popFirst() == UInt8(ascii: "("), let end = rest.firstIndex(of: UInt8(ascii: ")")) else { return nil }
        let parts = rest[..<end].split(separator: UInt8(ascii: ","))
        rest = rest[(end + 1)...]
        let extents = parts.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        return extents.count == parts.count && extents.count <= 32 ? extents : nil
    }
}

/// An element as NumPy names it: byte order, kind, size.
private struct ElementType {
    private enum Kind: Character {
        case boolean = "b", signed = "i", unsigned = "u", floating = "f"
    }

    private let kind: Kind
    private let isBigEndian: Bool
    let size: Int

    init?(_ description: String) {
        let characters = Array(description)
        guard characters.count == 3, "<>|=".contains(characters[0]), let kind = Kind(rawValue: characters[1]),
            let size = characters[2].wholeNumberValue
        else { return nil }
        let sizes: [Int] =
            switch kind {
            case .boolean: [1]
            case .floating: [2, 4, 8]
            case .signed, .unsigned: [1, 2, 4, 8]
            }
        guard sizes.contains(size), size == 1 || characters[0] != "|" else { return nil }
        (self.kind, self.size, isBigEndian) = (kind, size, characters[0] == ">")
    }

    func decode(_ content: ArraySlice<UInt8>, count: Int) -> StoredArray.Values {
        switch (kind, size) {
        case (.floating, 2): .float(words(content, count) { halfPrecision(UInt16(truncatingIfNeeded: $0)) })
        case (.floating, 4): .float(words(content, count) { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) })
        case (.floating, _): .double(words(content, count) { Double(bitPattern: $0) })
        case (.boolean, _), (.unsigned, 1): .byte(Array(content))
        case (.unsigned, _): .integer(words(content, count) { Int64(clamping: $0) })
        case (.signed, _):
            // The sign is the highest bit of the narrow word: shifted up, then back down with its copies.
            .integer(words(content, count) { Int64(bitPattern: $0 << UInt64(64 - 8 * size)) >> Int64(64 - 8 * size) })
        }
    }

    private func words<Element>(
        _ content: ArraySlice<UInt8>, _ count: Int, _ convert: (UInt64) -> Element
    ) -> [Element] {
        (0..<count).map { index in
            let start = content.startIndex + index * size
            var word: UInt64 = 0
            for byte in 0..<size {
                word = word << 8 | UInt64(content[isBigEndian ? start + byte : start + size - 1 - byte])
            }
            return convert(word)
        }
    }
}

/// IEEE 754 binary16 by its definition; `Float16` does not exist on every platform.
private func halfPrecision(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 25, significand: fraction + 1024)
    }
}

extension StoredArray {
    /// Reads the values as first axis fastest.
    fileprivate func reorderedFromFortran() -> StoredArray {
        guard shape.count > 1, values.count > 0 else { return self }
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
        func reorder<Element>(_ values: [Element]) -> [Element] {
            var index = [Int](repeating: 0, count: shape.count)
            return values.indices.map { _ in
                let source = zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
                for axis in shape.indices.reversed() {
                    index[axis] += 1
                    if index[axis] < shape[axis] { break }
                    index[axis] = 0
                }
                return values[source]
            }
        }
        switch values {
        case .float(let values): return StoredArray(reorder(values), shape: shape)
        case .double(let values): return StoredArray(reorder(values), shape: shape)
        case .byte(let values): return StoredArray(reorder(values), shape: shape)
        case .integer(let values): return StoredArray(reorder(values), shape: shape)
        }
    }
}
