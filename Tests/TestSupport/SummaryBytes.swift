/// The two files of a small summary, written for the tests from the description of the format alone.
public struct SummaryBytes: Sendable {
    public init() {}

    public var keywords = ["TIME", "FOPR", "WOPR", "WBHP", "WWCT", "GOPR", "FGOR", "WOPT"]
    public var wells = [":+:+:+:+", "", "P1", "P1", "P1", "G1", "", ":+:+:+:+"]
    public var units = ["DAYS", "SM3/DAY", "SM3/DAY", "BARSA", "", "SM3/DAY", "SM3/SM3", "SM3"]
    /// One row a step.
    public var rows: [[Float]] = [
        [1, 10, 10, 200, 0, 10, 5, 0], [2, 8, 8, 190, 0.25, 8, 5, 0], [4, 6, 6, 180, 0.5, 6, 5, 0]
    ]
    public var startDate: [Int32] = [15, 3, 2021, 6, 30, 5_000_000]

    public var specification: [UInt8] {
        Self.array("INTEHEAD", integers: [1, 100]) + Self.array("RESTART", texts: Array(repeating: "", count: 9))
            + Self.array("DIMENS", integers: [Int32(keywords.count), 1, 1, 1, 0, 0])
            + Self.array("KEYWORDS", texts: keywords) + Self.array("WGNAMES", texts: wells)
            + Self.array("UNITS", texts: units) + Self.array("STARTDAT", integers: startDate)
    }

    public var data: [UInt8] {
        Self.array("SEQHDR", integers: [1])
            + rows.enumerated().flatMap { index, row in
                Self.array("MINISTEP", integers: [Int32(index)])
                    + Self.array("PARAMS", type: "REAL", size: 4, row.flatMap { Self.bigEndian($0.bitPattern) })
            }
    }

    public static func bigEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 0xFF) } }

    public static func record(_ bytes: [UInt8]) -> [UInt8] {
        let length = bigEndian(UInt32(bytes.count))
        return length + bytes + length
    }

    public static func array(_ name: String, type: String, size: Int, _ bytes: [UInt8]) -> [UInt8] {
        let header = padded(name) + bigEndian(UInt32(bytes.count / size)) + Array(type.utf8)
        // Numbers come a thousand to a record, texts 105.
        let limit = (type == "CHAR" ? 105 : 1000) * size
        let parts = stride(from: 0, to: bytes.count, by: limit).map {
            record(Array(bytes[$0..<min($0 + limit, bytes.count)]))
        }
        return record(header) + parts.joined()
    }

    public static func array(_ name: String, integers: [Int32]) -> [UInt8] {
        array(name, type: "INTE", size: 4, integers.flatMap { bigEndian(UInt32(bitPattern: $0)) })
    }

    public static func array(_ name: String, texts: [String]) -> [UInt8] {
        array(name, type: "CHAR", size: 8, texts.flatMap(padded))
    }

    private static func padded(_ text: String) -> [UInt8] {
        Array((text + String(repeating: " ", count: 8)).utf8.prefix(8))
    }
}
