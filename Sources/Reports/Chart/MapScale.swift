import Foundation
import Reservoir

/// How the values of a map become colours: the number drawn, its range, and what stands beside the colours.
struct MapScale: Equatable, Sendable {
    /// Range of the drawn numbers; `low < high`.
    var low: Double, high: Double
    /// `#rrggbb` from `low` to `high`, evenly spaced; one per code for facies.
    var colours: [String]
    var label: String
    /// Names by code; empty unless facies are drawn.
    var facies: [String] = []
    /// The drawn number is the decimal logarithm of the value named by ``label``.
    var isLogarithmic = false

    /// - Parameter maps: those that share one range of colours; of one quantity.
    init(of maps: [MapPanel]) {
        let quantity = maps.first?.quantity ?? .other(label: "")
        let drawn = maps.flatMap(\.drawnValues).filter(\.isFinite)
        let least = drawn.min() ?? 0, most = drawn.max() ?? 1
        (low, high) = (least, max(most, least + max(1e-9, abs(least) * 1e-6)))
        colours = Palette.sequential
        label = ""
        switch quantity {
        case .facies(let names):
            facies = names.isEmpty ? (0...max(0, Int(most))).map { "facies \($0)" } : names
            colours = facies.indices.map(Palette.facies)
            (low, high) = (-0.5, Double(facies.count) - 0.5)
        case .permeability: (label, isLogarithmic) = ("mD", true)
        case .porosity: label = "porosity"
        case .probability:
            (low, high) = (0, 1)
            colours = Palette.intensity
            label = "probability"
        case .spread(let unit):
            (low, colours) = (0, Palette.intensity)
            high = max(most, 1e-9)
            label = unit == "-" ? "" : unit
        case .other(let text): label = text
        }
    }
}

extension MapScale {
    /// One scale for all maps of a kind, by ``MapPanel/Quantity/kind``, so that their colours compare.
    static func shared(by maps: [MapPanel]) -> [String: MapScale] {
        Dictionary(grouping: maps, by: \.quantity.kind).mapValues(MapScale.init(of:))
    }
}

extension MapPanel.Quantity {
    /// Equal for quantities whose values are drawn on the same scale.
    var kind: String {
        switch self {
        case .facies(let names): "facies \(names)"
        case .permeability: "permeability"
        case .porosity: "porosity"
        case .probability: "probability"
        case .spread(let label): "spread \(label)"
        case .other(let label): "other \(label)"
        }
    }
}

extension MapPanel {
    /// The values as numbers to colour, in the unit shown: log10 of mD for permeability. NaN stays.
    var drawnValues: [Double] {
        switch quantity {
        case .permeability: values.map { $0 > 0 ? log10(Double($0) / Unit.millidarcy) : .nan }
        default: values.map(Double.init)
        }
    }
}
