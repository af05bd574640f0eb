import Foundation
import Reservoir

extension VectorKey {
    /// What the keyword measures, in words: `Oil rate`, `Water cut`; the keyword itself if it is not a known one.
    var meaning: String {
        let name = keyword.uppercased()
        if name == "RAY" { return "Integral along rays" }
        let scope = name.hasPrefix("F") ? "Field " : ""
        guard let words = Self.meanings[String(name.dropFirst())], "WFG".contains(name.prefix(1)) else {
            return name == "FPR" ? "Field pressure" : keyword
        }
        return scope.isEmpty ? words.prefix(1).uppercased() + words.dropFirst() : scope + words
    }

    /// `P1 · Oil rate`, or the meaning alone for a vector of no well.
    var title: String {
        guard let well else { return meaning }
        return "\(well) · \(meaning)"
    }

    private static let meanings = [
        "OPR": "oil rate", "WPR": "water rate", "GPR": "gas rate", "LPR": "liquid rate",
        "OPT": "cumulative oil", "WPT": "cumulative water", "GPT": "cumulative gas", "LPT": "cumulative liquid",
        "WIR": "water injection rate", "GIR": "gas injection rate",
        "WIT": "cumulative water injection", "GIT": "cumulative gas injection",
        "WCT": "water cut", "BHP": "bottom-hole pressure", "GOR": "gas-oil ratio"
    ]
}

extension Quantity {
    /// The METRIC unit as typeset on axes and in tables: `sm³/day`; empty where there is none.
    var displayUnit: String { metricUnit == "-" ? "" : metricUnit.replacingOccurrences(of: "3", with: "³") }

    /// From SI to METRIC.
    func display(_ value: Double) -> Double { value / metricFactor }
}
