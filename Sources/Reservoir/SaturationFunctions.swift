import Foundation

/// Relative permeability and capillary pressure of one rock type, against the displacing phase's saturation `S`.
///
/// Water-oil: `S` is water saturation, `capillaryPressure = p_oil − p_water` falls with `S` (SWOF).
/// Gas-oil: `S` is gas saturation, `capillaryPressure = p_gas − p_oil` rises with `S` (SGOF).
public enum SaturationFunctions: Equatable, Sendable {
    case corey(CoreyCurves)
    case table(SaturationTable)

    /// The smallest and largest saturation of the displacing phase.
    public var saturationRange: ClosedRange<Double> {
        switch self {
        case .corey(let curves): curves.connate...(1 - curves.residualOil)
        case .table(let table): table.saturation[0]...table.saturation[table.saturation.count - 1]
        }
    }
}

/// Corey power laws with end points.
///
/// With `s = (S − S_c) / (1 − S_c − S_or)` held in `0...1`:
///
///     k_rd = k_rd,max · s^n_d        k_ro = k_ro,max · (1 − s)^n_o
///
/// All dimensionless. Source: Brooks and Corey (1964), Colorado State University Hydrology Paper 3.
public struct CoreyCurves: Equatable, Sendable, Codable {
    /// `S_c`, the displacing phase's immobile saturation.
    public let connate: Double
    /// `S_or`, the oil saturation that cannot be displaced.
    public let residualOil: Double
    public let displacingExponent: Double, oilExponent: Double
    /// `k_rd` at `S = 1 − S_or`, and `k_ro` at `S = S_c`.
    public let displacingEndPoint: Double, oilEndPoint: Double

    public init(
        connate: Double, residualOil: Double, displacingExponent: Double = 2, oilExponent: Double = 2,
        displacingEndPoint: Double = 1, oilEndPoint: Double = 1
    ) throws(ParameterError) {
        try require(connate >= 0 && connate < 1, "connate", "\(connate)", "must be at least 0 and below 1")
        try require(
            residualOil >= 0 && connate + residualOil < 1, "residual_oil", "\(residualOil)",
            "must be at least 0 and below 1 - connate")
        for (name, exponent) in [("displacing_exponent", displacingExponent), ("oil_exponent", oilExponent)] {
            try require(exponent >= 1 && exponent <= 20, name, "\(exponent)", "must be within 1 to 20")
        }
        for (name, value) in [("displacing_end_point", displacingEndPoint), ("oil_end_point", oilEndPoint)] {
            try require(value > 0 && value <= 1, name, "\(value)", "must be above 0 and at most 1")
        }
        (self.connate, self.residualOil) = (connate, residualOil)
        (self.displacingExponent, self.oilExponent) = (displacingExponent, oilExponent)
        (self.displacingEndPoint, self.oilEndPoint) = (displacingEndPoint, oilEndPoint)
    }
}

/// Tabulated curves as in Eclipse's SWOF and SGOF, linear between rows.
public struct SaturationTable: Equatable, Sendable, Codable {
    /// Strictly increasing saturation of the displacing phase, `[rows]` [–].
    public let saturation: [Double]
    /// Non-decreasing, `[rows]` [–].
    public let displacing: [Double]
    /// Non-increasing, `[rows]` [–].
    public let oil: [Double]
    /// `[rows]` [Pa]; see ``SaturationFunctions`` for the sign.
    public let capillaryPressure: [Double]

    public init(
        saturation: [Double], displacing: [Double], oil: [Double], capillaryPressure: [Double]
    ) throws(ParameterError) {
        let rows = saturation.count
        try require(rows >= 2, "saturation table", "\(rows) rows", "must have at least 2")
        try require(
            displacing.count == rows && oil.count == rows && capillaryPressure.count == rows, "saturation table",
            "columns of unequal length", "must have four values a row")
        try require(
            (saturation + displacing + oil).allSatisfy { $0 >= 0 && $0 <= 1 }, "saturation table",
            "a value outside 0 to 1", "must hold fractions in its first three columns")
        try require(
            capillaryPressure.allSatisfy(\.isFinite), "saturation table", "a capillary pressure that is not finite",
            "must be finite")
        for row in 1..<rows {
            try require(
                saturation[row] > saturation[row - 1], "saturation", "\(saturation[row]) in row \(row + 1)",
                "must increase from row to row")
            try require(
                displacing[row] >= displacing[row - 1], "relative permeability of the displacing phase",
                "\(displacing[row]) in row \(row + 1)", "must not fall from row to row")
            try require(
                oil[row] <= oil[row - 1], "relative permeability of oil", "\(oil[row]) in row \(row + 1)",
                "must not rise from row to row")
        }
        (self.saturation, self.displacing, self.oil) = (saturation, displacing, oil)
        self.capillaryPressure = capillaryPressure
    }
}
