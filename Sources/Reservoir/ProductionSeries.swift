/// Names one vector of results: an Eclipse summary keyword and the well it belongs to, if any (`WOPR:P1`, `FOPT`).
public struct VectorKey: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    public let keyword: String
    public let well: String?

    public init(_ keyword: String, _ well: String? = nil) {
        (self.keyword, self.well) = (keyword, well)
    }

    public var description: String { well.map { "\(keyword):\($0)" } ?? keyword }

    public static func < (a: VectorKey, b: VectorKey) -> Bool {
        (a.keyword, a.well ?? "") < (b.keyword, b.well ?? "")
    }

    /// What the keyword measures, by Eclipse's naming: `xxxR` a rate, `xxxT` a total, `BHP` and `FPR` pressures,
    /// `xWCT` a fraction.
    public var quantity: Quantity {
        let name = keyword.uppercased()
        if name.hasSuffix("BHP") || name == "FPR" { return .pressure }
        if name.hasSuffix("WCT") { return .fraction }
        if name.count == 4, name.hasSuffix("R") { return .rate }
        if name.count == 4, name.hasSuffix("T") { return .total }
        return .other
    }
}

/// What a forward model predicts for one realization: vectors over common report times. SI units inside:
/// rates [m³/s] at surface conditions, totals [m³], pressures [Pa].
public struct ProductionSeries: Equatable, Sendable {
    /// Strictly increasing [s]; a forward model without time counts its data in days.
    public let times: [Double]
    /// One row per key, `[keys][times]`.
    public let keys: [VectorKey]
    public let values: [[Double]]

    public init(times: [Double], keys: [VectorKey], values: [[Double]]) {
        precondition(values.count == keys.count, "\(values.count) rows for \(keys.count) keys")
        precondition(values.allSatisfy { $0.count == times.count }, "a row differs from \(times.count) times")
        (self.times, self.keys, self.values) = (times, keys, values)
    }

    /// The vector of a key over ``times``; `nil` if the forward model does not make it.
    public subscript(key: VectorKey) -> [Double]? {
        keys.firstIndex(of: key).map { values[$0] }
    }
}
