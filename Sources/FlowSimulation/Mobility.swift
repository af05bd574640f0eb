import LinearAlgebra

/// Mobilities and capillary pressure of any cell at any saturation, linear between the samples of its rock type.
final class MobilityTable {
    struct Values {
        /// [1/(Pa·s)], and against saturation.
        var displacing = 0.0, oil = 0.0, displacingSlope = 0.0, oilSlope = 0.0
        /// `p_displacing − p_oil` [Pa], and against saturation.
        var capillary = 0.0, capillarySlope = 0.0
    }

    let hasCapillaryPressure: Bool
    private let rockType: WorkArray<Int32>
    /// Mobility of both phases and capillary pressure, `[types][samples][3]`.
    private let table: WorkArray<Double>
    private let lower: WorkArray<Double>, inverseSpacing: WorkArray<Double>

    init(_ topology: FlowTopology, curves: [SaturationCurves], rockType: [Int]?) {
        hasCapillaryPressure = curves.contains { $0.hasCapillaryPressure }
        self.rockType = WorkArray(topology.gridCell.map { Int32(rockType?[$0] ?? 0) })
        table = WorkArray(
            curves.flatMap { curve in
                (0...SaturationCurves.intervals).flatMap {
                    [curve.displacingMobility[$0], curve.oilMobility[$0], curve.capillary[$0]]
                }
            })
        lower = WorkArray(curves.map(\.range.lowerBound))
        inverseSpacing = WorkArray(
            curves.map { Double(SaturationCurves.intervals) / ($0.range.upperBound - $0.range.lowerBound) })
    }

    @inline(__always)
    func values(of cell: Int, at saturation: Double) -> Values {
        let last = Double(SaturationCurves.intervals)
        let type = Int(rockType[cell])
        let perSaturation = inverseSpacing[type]
        let position = (saturation - lower[type]) * perSaturation
        let x = min(max(position, 0), last)
        // Rounding down is a library call without SSE 4.1; the order of arguments keeps NaN out of the conversion.
        let index = Int(min(last - 1, max(0, x)))
        let weight = x - Double(index)
        let a = table.base + 3 * ((SaturationCurves.intervals + 1) * type + index)
        // Outside the range the curves are flat.
        let scale = position == x ? perSaturation : 0
        let (displacing, oil, capillary) = (a[3] - a[0], a[4] - a[1], a[5] - a[2])
        return Values(
            displacing: a[0] + weight * displacing, oil: a[1] + weight * oil,
            displacingSlope: scale * displacing, oilSlope: scale * oil,
            capillary: a[2] + weight * capillary, capillarySlope: scale * capillary)
    }
}

extension MobilityTable.Values {
    /// Of the displacing phase, with its derivative by saturation; 0 where nothing flows.
    var fractionalFlow: (value: Double, slope: Double) {
        let total = displacing + oil
        guard total > 0 else { return (0, 0) }
        return (displacing / total, (displacingSlope * oil - displacing * oilSlope) / (total * total))
    }
}

/// Mobilities of all cells at the start of a step. Work space of one simulator.
final class Mobility {
    /// `[cells]` [1/(Pa·s)]
    let displacing: WorkArray<Double>, oil: WorkArray<Double>, total: WorkArray<Double>
    /// `p_displacing − p_oil`, `[cells]` [Pa].
    let capillary: WorkArray<Double>
    let table: MobilityTable

    init(_ topology: FlowTopology, curves: [SaturationCurves], rockType: [Int]?) {
        displacing = WorkArray(repeating: 0, count: topology.cellCount)
        oil = WorkArray(repeating: 0, count: topology.cellCount)
        total = WorkArray(repeating: 0, count: topology.cellCount)
        capillary = WorkArray(repeating: 0, count: topology.cellCount)
        table = MobilityTable(topology, curves: curves, rockType: rockType)
    }

    func update(_ saturation: borrowing WorkArray<Double>) {
        for cell in 0..<displacing.count {
            let values = table.values(of: cell, at: saturation[cell])
            displacing[cell] = values.displacing
            oil[cell] = values.oil
            total[cell] = values.displacing + values.oil
            capillary[cell] = values.capillary
        }
    }
}
