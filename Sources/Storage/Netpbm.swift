/// A raster image of grey levels.
public struct GreyImage: Equatable, Sendable {
    public let columns: Int, rows: Int
    /// `[rows * columns]`, row after row from the top.
    public let levels: [UInt8]
    /// The largest level the format allows: 1 in a bitmap.
    public let largest: Int

    /// - Precondition: `levels` has `rows * columns` values.
    public init(columns: Int, rows: Int, levels: [UInt8], largest: Int) {
        precondition(levels.count == columns * rows, "\(levels.count) levels for \(columns) x \(rows)")
        (self.columns, self.rows, self.levels, self.largest) = (columns, rows, levels, largest)
    }
}

/// Netpbm's bitmaps and grey maps, plain and raw (`P1`, `P2`, `P4`, `P5`), up to 255 levels.
///
/// In a bitmap the level is the bit: 1 is what the format calls black.
public enum Netpbm {
    /// - Throws: ``StorageError`` if the file is not such an image; nothing is allocated beyond a small multiple of its
    ///   size.
    public static func read(_ path: String) throws(StorageError) -> GreyImage {
        try parse(try Files.read(path), path: path)
    }

    static func parse(_ bytes: [UInt8], path: String) throws(StorageError) -> GreyImage {
        func damaged(_ reason: String) -> StorageError {
            StorageError(
                .damaged, path: path, reason: reason, advice: "convert it with an image program to PBM or PGM")
        }
        guard bytes.count > 2, bytes[0] == UInt8(ascii: "P"), [1, 2, 4, 5].contains(bytes[1] &- 48) else {
            throw damaged("is not an image of type PBM or PGM")
        }
        let kind = Int(bytes[1] - 48)
        let isBitmap = kind == 1 || kind == 4
        var scanner = HeaderScanner(bytes: bytes, position: 2)
        guard let columns = scanner.number(), let rows = scanner.number(),
            let largest = isBitmap ? 1 : scanner.number(), (1...255).contains(largest),
            let count = elementCount(of: [rows, columns]), count > 0
        else { throw damaged("has a header that cannot be understood") }
        let levels: [UInt8]?
        switch kind {
        case 1: levels = scanner.bits(count)
        case 2: levels = scanner.numbers(count, largest)
        case 4: levels = packedBits(bytes[scanner.endOfHeader...], columns: columns, rows: rows)
        default:
            let content = bytes[scanner.endOfHeader...]
            levels =
                content.count >= count && content.prefix(count).allSatisfy { $0 <= largest }
                ? Array(content.prefix(count)) : nil
        }
        guard let levels else { throw damaged("has fewer pixels than its \(columns) x \(rows), or wrong ones") }
        return GreyImage(columns: columns, rows: rows, levels: levels, largest: largest)
    }

    /// Eight pixels a byte, the first in the highest bit; each row starts with a byte of its own.
    private static func packedBits(_ content: ArraySlice<UInt8>, columns: Int, rows: Int) -> [UInt8]? {
        let stride = (columns - 1) / 8 + 1
        let (size, overflow) = stride.multipliedReportingOverflow(by: rows)
        guard !overflow, content.count >= size else { return nil }
        var levels: [UInt8] = []
        levels.reserveCapacity(columns * rows)
        for row in 0..<rows {
            let start = content.startIndex + row * stride
            for column in 0..<columns { levels.append(content[start + column / 8] >> UInt8(7 - column % 8) & 1) }
        }
        return levels
    }

    private struct HeaderScanner {
        let bytes: [UInt8]
        var position: Int

        /// A single blank ends the header of a raw image.
        var endOfHeader: Int { min(position + 1, bytes.count) }

        mutating func skipBlanksAndComments() {
            while position < bytes.count {
                if bytes[position] == UInt8(ascii: "#") {
                    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
                } else if bytes[position] <= 0x20 {
                    position += 1
                } else {
                    return
                }
            }
        }

        mutating func number() -> Int? {
            skipBlanksAndComments()
            let start = position
            while position < bytes.count, (48...57).contains(bytes[position]), position - start < 10 { position += 1 }
            return Int(String(decoding: bytes[start..<position], as: UTF8.self))
        }

        mutating func numbers(_ count: Int, _ largest: Int) -> [UInt8]? {
            // A pixel takes two bytes at least, so a hostile count ends here before anything is allocated.
            guard count <= bytes.count else { return nil }
            var levels: [UInt8] = []
            for _ in 0..<count {
                guard let level = number(), level <= largest else { return nil }
                levels.append(UInt8(level))
            }
            return levels
        }

        /// Plain bits need no blanks between them.
        mutating func bits(_ count: Int) -> [UInt8]? {
            guard count <= bytes.count else { return nil }
            var levels: [UInt8] = []
            for _ in 0..<count {
                skipBlanksAndComments()
                guard position < bytes.count, bytes[position] == 48 || bytes[position] == 49 else { return nil }
                levels.append(bytes[position] - 48)
                position += 1
            }
            return levels
        }
    }
}
