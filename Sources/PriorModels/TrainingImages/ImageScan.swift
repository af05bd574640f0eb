import LinearAlgebra

/// A training image laid out to be searched for patterns, 64 places at a time.
///
/// Each facies is a plane of bits. A pattern is a list of known neighbours, the nearest first; a place matches as many
/// of them as agree before the first that does not. The search starts at a random place and ends at the first that
/// matches all; if none does, the best place of those compared wins: the pattern gives up its farthest neighbours, as
/// in Strebelle's search tree. One step compares 64 places by a shift and an exclusive or of whole words, which makes
/// the search of Guardiano and Srivastava exact and still fast.
///
/// Sources: Guardiano and Srivastava (1993), Geostatistics Troia '92, 133-144; Mariethoz, Renard and Straubhaar (2010),
/// Water Resources Research 46, W11536 (direct sampling); Strebelle (2002), Mathematical Geology 34, 1-21.
struct ImageScan: Sendable {
    /// A neighbour of the pixel sought: where it lies in the planes, relative to the pixel.
    struct Neighbour {
        var wordOffset: Int
        var shift: UInt64
    }

    /// Codes by number of plane, ascending.
    let codes: [UInt8]
    private let columns: Int, rows: Int
    private let margin: Int
    private let wordsPerRow: Int
    /// Words from one row to the next, and from one plane to the next.
    private let stride: Int, planeSize: Int
    /// From one word compared to the next.
    private let jump: Int
    /// Plane after plane; outside the image no facies is, so that nothing matches there.
    private let bits: [UInt64]
    private let planeOfCode: [Int]

    /// - Parameter reach: the largest distance of a neighbour along rows or columns [pixels].
    init(_ image: TrainingImage, reach: Int) {
        codes = image.proportions.keys.sorted()
        (columns, rows, margin) = (image.columns, image.rows, reach)
        wordsPerRow = (image.columns + 63) / 64
        let sideWords = (reach + 63) / 64 + 1
        stride = wordsPerRow + 2 * sideWords
        planeSize = stride * (image.rows + 2 * reach)
        var bits = [UInt64](repeating: 0, count: planeSize * codes.count + 1)
        var planeOfCode = [Int](repeating: 0, count: 256)
        for (plane, code) in codes.enumerated() { planeOfCode[Int(code)] = plane }
        first = reach * stride + sideWords
        for row in 0..<image.rows {
            for column in 0..<image.columns {
                let plane = planeOfCode[Int(image.codes[row * image.columns + column])]
                bits[plane * planeSize + first + row * stride + column / 64] |= 1 << UInt64(column % 64)
            }
        }
        (self.bits, self.planeOfCode) = (bits, planeOfCode)
        jump = Self.jump(over: image.rows * wordsPerRow)
    }

    /// Index of the image's first word within a plane.
    private let first: Int

    func neighbour(columns dc: Int, rows dr: Int, code: UInt8) -> Neighbour {
        // The word that holds bit `dc` of the row, also left of the image.
        let word = dc >= 0 ? dc / 64 : -((63 - dc) / 64)
        return Neighbour(
            wordOffset: planeOfCode[Int(code)] * planeSize + dr * stride + word, shift: UInt64(dc - 64 * word))
    }

    /// How often each code stands at the places that match best, by number of plane.
    ///
    /// Words are visited in an order without pattern. Of words in a row the first that matches is likely to lie at the
    /// edge of a body, and a facies that lies there would be drawn too often.
    /// - Parameters:
    ///   - pattern: the nearest neighbour first.
    ///   - words: how many groups of 64 places are compared at most.
    ///   - enough: how many places that match the whole pattern end the search.
    ///   - counts: one for each code.
    func match(
        _ pattern: [Neighbour], words: Int, enough: Int, counts: inout [Int], stream: inout RandomStream
    ) {
        let total = rows * wordsPerRow
        // A word by one of its pixels: the last of a row may have fewer than others.
        var place = stream.integer(below: rows) * wordsPerRow + stream.integer(below: columns) / 64
        var (bestDepth, found) = (-1, 0)
        bits.withUnsafeBufferPointer { bits in
            pattern.withUnsafeBufferPointer { pattern in
                for _ in 0..<min(words, total) {
                    let (row, word) = (place / wordsPerRow, place % wordsPerRow)
                    let origin = first + row * stride + word
                    var mask =
                        word == wordsPerRow - 1 && columns % 64 != 0
                        ? (UInt64(1) << UInt64(columns % 64)) - 1 : ~UInt64(0)
                    var depth = 0
                    while depth < pattern.count {
                        let neighbour = pattern[depth]
                        let index = origin + neighbour.wordOffset
                        let low = bits[index] &>> neighbour.shift
                        let high = (bits[index + 1] &<< 1) &<< (63 &- neighbour.shift)
                        let rest = mask & (low | high)
                        if rest == 0 { break }
                        mask = rest
                        depth += 1
                    }
                    if depth >= bestDepth {
                        if depth > bestDepth {
                            (bestDepth, found) = (depth, 0)
                            for plane in codes.indices { counts[plane] = 0 }
                        }
                        for plane in codes.indices {
                            counts[plane] += (mask & bits[plane * planeSize + origin]).nonzeroBitCount
                        }
                        found += mask.nonzeroBitCount
                        if depth == pattern.count && found >= enough { break }
                    }
                    place += jump
                    if place >= total { place -= total }
                }
            }
        }
    }

    /// A step near the golden section that has no factor in common with `total`: it visits every place once, far from
    /// those before.
    private static func jump(over total: Int) -> Int {
        var jump = max(Int(0.6180339887 * Double(total)), 1)
        while greatestCommonDivisor(jump, total) > 1 { jump += 1 }
        return jump
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        b == 0 ? a : greatestCommonDivisor(b, a % b)
    }
}
