import LinearAlgebra

/// What the reservoir holds at one time, and the volume factors that go with its pressure. Work space of one simulator.
///
/// The amounts of both phases are the conserved state; saturation follows from them.
final class FlowState {
    let cellCount: Int
    /// Oil pressure of each cell, then the bottom-hole pressure of each well [Pa].
    let pressure: WorkArray<Double>
    /// Of the displacing phase, `[cells]` [–].
    let saturation: WorkArray<Double>
    /// Volume of each phase at surface conditions, `[cells]` [m³].
    let displacingAmount: WorkArray<Double>, oilAmount: WorkArray<Double>
    /// At reference pressure and at ``pressure``, `[cells]` [m³].
    let referencePoreVolume: WorkArray<Double>, poreVolume: WorkArray<Double>
    /// `1/B` of each phase at ``pressure``, `[cells]` [–].
    let displacingInverse: WorkArray<Double>, oilInverse: WorkArray<Double>

    init(cells: Int, wells: Int) {
        cellCount = cells
        pressure = WorkArray(repeating: 0, count: cells + wells)
        saturation = WorkArray(repeating: 0, count: cells)
        displacingAmount = WorkArray(repeating: 0, count: cells)
        oilAmount = WorkArray(repeating: 0, count: cells)
        referencePoreVolume = WorkArray(repeating: 0, count: cells)
        poreVolume = WorkArray(repeating: 0, count: cells)
        displacingInverse = WorkArray(repeating: 1, count: cells)
        oilInverse = WorkArray(repeating: 1, count: cells)
    }

    /// Sets everything from pressures and saturations.
    func begin(_ initial: InitialFields, poreVolume reference: [Double], factors: VolumeFactors) {
        for cell in 0..<cellCount {
            referencePoreVolume[cell] = reference[cell]
            pressure[cell] = initial.pressure[cell]
            saturation[cell] = initial.saturation[cell]
        }
        refreshVolumes(factors)
        for cell in 0..<cellCount {
            displacingAmount[cell] = poreVolume[cell] * saturation[cell] * displacingInverse[cell]
            oilAmount[cell] = poreVolume[cell] * (1 - saturation[cell]) * oilInverse[cell]
        }
    }

    /// Recomputes pore volumes and volume factors at the present pressure.
    func refreshVolumes(_ factors: VolumeFactors) {
        for cell in 0..<cellCount {
            poreVolume[cell] = referencePoreVolume[cell] * factors.poreFactor(at: pressure[cell])
            displacingInverse[cell] = factors.displacing.inverse(at: pressure[cell])
            oilInverse[cell] = factors.oil.inverse(at: pressure[cell])
        }
    }

    var isFinite: Bool {
        interleavedSum(cellCount) { pressure[$0] * 0 + saturation[$0] * 0 } == 0
    }
}

/// Pressure [Pa] and displacing-phase saturation of each active cell.
struct InitialFields: Sendable {
    var pressure: [Double]
    var saturation: [Double]
}
