import Foundation
import Reservoir

/// Cell properties in Eclipse's GRDECL form: a keyword, one number per cell with the column fastest (`n*v` repeats `v`),
/// a slash. Two dashes start a comment.
public struct GRDECL: Equatable, Sendable {
    /// Numbers by keyword, in the units of the file.
    public var arrays: [String: [Double]] = [:]

    public init(arrays: [String: [Double]] = [:]) { self.arrays = arrays }

    /// Keywords that change cells in ways this reader does not follow; passing over them would give wrong numbers.
    private static let refused: Set<String> = [
        "BOX", "COPY", "ADD", "MULTIPLY", "EQUALS", "OPERATE", "INCLUDE", "MINVALUE", "MAXVALUE"
    ]

    /// Reads the arrays of the given keywords; others are passed over. The last array of a keyword counts.
    /// - Throws: ``StorageError`` with the line if an array has not `cells` numbers or the text is malformed.
    public init(reading path: String, keywords: Set<String>, cells: Int) throws(StorageError) {
        try self.init(parsing: try Files.read(path), path: path, keywords: keywords, cells: cells)
    }

    init(parsing bytes: [UInt8], path: String, keywords: Set<String>, cells: Int) throws(StorageError) {
        var tokens = DeckTokens(bytes: bytes)
        while let token = tokens.next() {
            // What stands between records: data of keywords passed over, and their slashes.
            guard token.isWord, let keyword = token.text?.uppercased() else { continue }
            if Self.refused.contains(keyword) {
                throw StorageError(
                    .unsuitable, path: path, line: token.line, reason: "uses \(keyword), which is not followed here",
                    advice: "export the final arrays, for example from OPM Flow or ResInsight")
            }
            guard keywords.contains(keyword) else { continue }
            arrays[keyword] = try Self.readArray(keyword, from: &tokens, at: token.line, path: path, cells: cells)
        }
    }

    private static func readArray(
        _ keyword: String, from tokens: inout DeckTokens, at start: Int, path: String, cells: Int
    ) throws(StorageError) -> [Double] {
        func damaged(_ line: Int, _ reason: String, _ advice: String) -> StorageError {
            StorageError(.damaged, path: path, line: line, reason: "\(keyword) \(reason)", advice: advice)
        }
        var values: [Double] = []
        while let token = tokens.next() {
            if token.isSlash {
                guard values.count == cells else {
                    throw damaged(start, "has \(values.count) values but the grid has \(cells) cells", "check the grid")
                }
                return values
            }
            guard let (repeats, value) = token.repeated else {
                throw damaged(
                    token.line, "has '\(token.text ?? "bytes that are no text")' where a number is expected",
                    "end the array with a slash")
            }
            guard value.isFinite else {
                throw damaged(token.line, "has a value that is not finite", "correct it")
            }
            guard repeats <= cells - values.count else {
                throw damaged(token.line, "has more values than the \(cells) cells of the grid", "check the grid")
            }
            values.append(contentsOf: repeatElement(value, count: repeats))
        }
        throw damaged(start, "is not ended by a slash", "the file may be truncated")
    }

    /// The text of the arrays, equal neighbours as `n*v`, at most 80 characters a line.
    public func text(comment: String) -> String {
        var text = comment.split(separator: "\n").map { "-- \($0)\n" }.joined()
        for (keyword, values) in arrays.sorted(by: { $0.key < $1.key }) {
            text += "\n\(keyword)\n"
            var line = ""
            for item in Self.runs(of: values) {
                if line.utf8.count + item.utf8.count + 1 > 78 {
                    text += line + "\n"
                    line = ""
                }
                line += (line.isEmpty ? "" : " ") + item
            }
            text += line + " /\n"
        }
        return text
    }

    private static func runs(of values: [Double]) -> [String] {
        var items: [String] = []
        var start = 0
        while start < values.count {
            var end = start + 1
            while end < values.count, values[end] == values[start] { end += 1 }
            let number = "\(Float(values[start]))"
            items.append(end - start > 1 ? "\(end - start)*\(number)" : number)
            start = end
        }
        return items
    }
}

extension GRDECL {
    /// A realization on a grid and the cells the file leaves active, if it says so.
    ///
    /// `PORO` and `PERMX` [mD] are needed; the permeability along rows is `PERMY` in an areal grid and `PERMZ` in a
    /// section, and `PERMX` where there is none. `FACIES` is read if there is one.
    public static func readRealization(
        _ path: String, grid: Grid
    ) throws(StorageError) -> (realization: Realization, active: [Bool]?) {
        let across = grid.orientation == .areal ? "PERMY" : "PERMZ"
        let file = try GRDECL(
            reading: path, keywords: ["PORO", "PERMX", across, "ACTNUM", "FACIES"], cells: grid.cellCount)
        guard let porosity = file.arrays["PORO"], let x = file.arrays["PERMX"] else {
            let missing = file.arrays["PORO"] == nil ? "PORO" : "PERMX"
            throw StorageError(
                .unsuitable, path: path, reason: "has no \(missing)", advice: "add it: PORO and PERMX are needed")
        }
        let facies = file.arrays["FACIES"]?.compactMap { UInt8(exactly: $0) }
        if let facies, facies.count != grid.cellCount {
            throw StorageError(
                .unsuitable, path: path, reason: "has a FACIES that is not a whole number of 0 to 255",
                advice: "number the facies from 0")
        }
        let realization = Realization(
            facies: facies, porosity: porosity.map { Float($0) },
            permeabilityX: x.map { Float($0 * Unit.millidarcy) },
            permeabilityY: (file.arrays[across] ?? x).map { Float($0 * Unit.millidarcy) })
        return (realization, file.arrays["ACTNUM"]?.map { $0 != 0 })
    }

    /// A realization as a file that the GRID section of a deck can include.
    ///
    /// The third permeability, which a single layer does not use, repeats `PERMX`.
    public static func write(_ realization: Realization, grid: Grid, to path: String) throws(StorageError) {
        let x = realization.permeabilityX.map { Double($0) / Unit.millidarcy }
        let rows = realization.permeabilityY.map { Double($0) / Unit.millidarcy }
        let isAreal = grid.orientation == .areal
        var file = GRDECL(arrays: [
            "PORO": realization.porosity.map { Double($0) }, "PERMX": x, "PERMY": isAreal ? rows : x,
            "PERMZ": isAreal ? x : rows
        ])
        if grid.activeCount < grid.cellCount { file.arrays["ACTNUM"] = grid.active.map { $0 ? 1 : 0 } }
        try Files.write(
            file.text(comment: "\(grid.columns) columns x \(grid.rows) rows, column fastest; permeability in mD"),
            to: path)
    }
}

/// The words, numbers and slashes of a deck, with their lines.
private struct DeckTokens {
    struct Token {
        let bytes: ArraySlice<UInt8>
        let line: Int

        var isSlash: Bool { bytes.count == 1 && bytes.first == UInt8(ascii: "/") }
        var isWord: Bool {
            bytes.first.map { $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z") } ?? false
        }
        var text: String? { String(validating: bytes, as: UTF8.self) }

        /// A number, `v` or `n*v`.
        var repeated: (count: Int, value: Double)? {
            guard let text else { return nil }
            let parts = text.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
            // Fortran writes exponents with a D as well.
            guard let last = parts.last,
                let value = Double(last.replacing("D", with: "E").replacing("d", with: "e")), !last.contains("x")
            else { return nil }
            guard parts.count == 2 else { return (1, value) }
            guard let count = Int(parts[0]), count > 0 else { return nil }
            return (count, value)
        }
    }

    let bytes: [UInt8]
    private var position = 0
    private var line = 1

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> Token? {
        skipBlanksAndComments()
        guard position < bytes.count else { return nil }
        let start = position
        if bytes[position] == UInt8(ascii: "/") {
            position += 1
            let token = Token(bytes: bytes[start..<position], line: line)
            // Eclipse ignores what follows a slash on its line.
            skipLine()
            return token
        }
        while position < bytes.count, !isBlank(bytes[position]), bytes[position] != UInt8(ascii: "/") { position += 1 }
        return Token(bytes: bytes[start..<position], line: line)
    }

    private mutating func skipBlanksAndComments() {
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "\n") {
                line += 1
                position += 1
            } else if isBlank(bytes[position]) {
                position += 1
            } else if bytes[position...].starts(with: [UInt8(ascii: "-"), UInt8(ascii: "-")]) {
                skipLine()
            } else {
                return
            }
        }
    }

    private mutating func skipLine() {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 }
}
