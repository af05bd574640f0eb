import LinearAlgebra

/// Mobilities of each cell, read from the sampled curves of its rock type. Work space of one simulator.
final class Mobility {
    /// `[cells]` [1/(Pa·s)]
    let displacing: WorkArray<Double>, oil: WorkArray<Double>
    /// `p_displacing − p_oil` of each cell, `[cells]` [Pa].
    let capillary: WorkArray<Double>
    let hasCapillaryPressure: Bool
    private let rockType: WorkArray<Int32>
    /// Mobility of both phases and capillary pressure, `[types][samples][3]`.
    private let table: WorkArray<Double>
    private let lower: WorkArray<Double>, inverseSpacing: WorkArray<Double>

    init(_ topology: FlowTopology, curves: [SaturationCurves], rockType: [Int]?) {
        let cells = topology.cellCount
        displacing = WorkArray(repeating: 0, count: cells)
        oil = WorkArray(repeating: 0, count: cells)
        capillary = WorkArray(repeating: 0, count: cells)
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

    func update(_ saturation: borrowing WorkArray<Double>) {
        let last = Double(SaturationCurves.intervals)
        for cell in 0..<displacing.count {
            let type = Int(rockType[cell])
            let x = min(max((saturation[cell] - lower[type]) * inverseSpacing[type], 0), last)
            let index = min(x, last - 1).rounded(.down)
            let weight = x - index
            let a = table.base + 3 * ((SaturationCurves.intervals + 1) * type + Int(index))
            displacing[cell] = a[0] + weight * (a[3] - a[0])
            oil[cell] = a[1] + weight * (a[4] - a[1])
            capillary[cell] = a[2] + weight * (a[5] - a[2])
        }
    }
}
