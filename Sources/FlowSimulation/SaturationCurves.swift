import Foundation
import Reservoir

/// Mobilities, fractional flow and capillary pressure against saturation, sampled so finely that reading between the
/// samples costs no accuracy: a power law or the search for a table row at each evaluation would cost most of a run.
///
/// With `n` intervals and Corey exponents of 2 the error of linear reading is below `f″ h²/8`, 5e-7 here.
struct SaturationCurves: Sendable {
    static let intervals = 2048

    /// Saturations of the first and last sample.
    let range: ClosedRange<Double>
    /// `k_r/μ` of each phase, `[intervals + 1]` [1/(Pa·s)].
    let displacingMobility: [Double], oilMobility: [Double]
    /// Displacing share of the total mobility, `[intervals + 1]` [–].
    let fractionalFlow: [Double]
    /// `[intervals + 1]` [Pa], signed so that `p_displacing = p_oil + capillary`.
    let capillary: [Double]

    var hasCapillaryPressure: Bool { capillary.contains { $0 != 0 } }

    init(_ functions: SaturationFunctions, fluids: Fluids) {
        range = functions.saturationRange
        let (lower, upper) = (range.lowerBound, range.upperBound)
        let saturations = (0...SaturationCurves.intervals).map {
            lower + (upper - lower) * Double($0) / Double(SaturationCurves.intervals)
        }
        let sign: Double = fluids.displacing == .water ? -1 : 1
        let values = saturations.map { functions.values(at: $0) }
        let displacing = values.map { $0.displacing / fluids.displacingPhase.viscosity }
        let oil = values.map { $0.oil / fluids.oil.viscosity }
        capillary = values.map { sign * $0.capillaryPressure }
        fractionalFlow = zip(displacing, oil).map { $0 + $1 > 0 ? $0 / ($0 + $1) : 0 }
        (displacingMobility, oilMobility) = (displacing, oil)
    }
}

extension SaturationFunctions {
    /// Relative permeabilities and capillary pressure at a saturation of the displacing phase, held within the range.
    func values(at saturation: Double) -> (displacing: Double, oil: Double, capillaryPressure: Double) {
        switch self {
        case .corey(let curves):
            let s = min(max((saturation - curves.connate) / (1 - curves.connate - curves.residualOil), 0), 1)
            return (
                curves.displacingEndPoint * pow(s, curves.displacingExponent),
                curves.oilEndPoint * pow(1 - s, curves.oilExponent), 0
            )
        case .table(let table):
            let s = table.saturation
            let last = s.count - 1
            let row = min(max((s.firstIndex { $0 > saturation } ?? last) - 1, 0), last - 1)
            let weight = min(max((saturation - s[row]) / (s[row + 1] - s[row]), 0), 1)
            func read(_ column: [Double]) -> Double { column[row] * (1 - weight) + column[row + 1] * weight }
            return (read(table.displacing), read(table.oil), read(table.capillaryPressure))
        }
    }
}
