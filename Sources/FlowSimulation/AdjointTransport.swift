import CKernels
import LinearAlgebra

/// Transport over one step of a trajectory, backward, for eight adjoints at once: the transpose of what
/// ``OrderedTransport`` did.
final class AdjointTransport {
    typealias Lanes = SIMD8<Double>

    private let topology: FlowTopology
    private let order: FlowOrder
    private let flux: WorkArray<Double>, volume: WorkArray<Double>
    private let isDone: WorkArray<UInt8>
    private var handed = WorkArray<Double>(repeating: 0, count: 0)
    /// By what enters cells in each sub-step, `[cells][substeps]`, and by what leaves them, `[cells]`.
    private var inflow = WorkArray<Lanes>(repeating: .zero, count: 0)
    private let outflow: WorkArray<Lanes>

    init(_ topology: FlowTopology) {
        self.topology = topology
        let cells = topology.cellCount
        order = FlowOrder(topology)
        flux = WorkArray(repeating: 0, count: topology.faces.count)
        volume = WorkArray(repeating: 0, count: cells)
        isDone = WorkArray(repeating: 0, count: cells)
        outflow = WorkArray(repeating: .zero, count: cells)
    }

    /// Makes ready for ``sweep(saturation:poreVolume:fluxes:completions:step:)`` over the step that starts at `level`.
    func prepare(_ level: FlowTrajectory.Level, _ step: FlowTrajectory.Step) {
        for f in 0..<flux.count { flux[f] = step.flux[f] }
        for cell in 0..<volume.count { volume[cell] = level.poreVolume[cell] }
        order.sort(flux)
        let size = topology.cellCount * step.trace.substeps
        guard size > handed.count else { return }
        handed = WorkArray(repeating: 0, count: size)
        inflow = WorkArray(repeating: .zero, count: size)
    }

    /// - Parameters:
    ///   - saturation: derivatives by the saturations at the end of the step; afterwards by those at its start, `[cells]`.
    ///   - poreVolume: derivatives by pore volumes, added to, `[cells]`.
    ///   - fluxes: by the fluxes of faces, added to, `[faces]`.
    ///   - completions: by the flows of completions, added to.
    func sweep(
        saturation: borrowing WorkArray<Lanes>, poreVolume: borrowing WorkArray<Lanes>,
        fluxes: borrowing WorkArray<Lanes>, completions: inout [Lanes], step: FlowTrajectory.Step
    ) {
        let substeps = step.trace.substeps
        step.trace.values.withUnsafeBufferPointer { values in
            step.trace.start.withUnsafeBufferPointer { start in
                var kernel = lsi_adjoint_step(
                    cells: Int32(topology.cellCount), faces: Int32(flux.count), substeps: Int32(substeps),
                    time_step: step.length, order: order.cells.base, start: order.start.base,
                    other: order.adjacentCell.base, outward: order.outward.base, first: order.first.base,
                    second: order.second.base, flux: flux.base, trace: values.baseAddress,
                    trace_start: start.baseAddress, volume: volume.base, done: isDone.base, handed: handed.base,
                    saturation: saturation.scalars, inflow: inflow.scalars, outflow: outflow.scalars,
                    pore_volume: poreVolume.scalars, face: fluxes.scalars)
                lsi_adjoint_transport(&kernel)
            }
        }
        for (k, completion) in topology.completions.enumerated() {
            let cell = completion.cell
            if step.completionFlow[k] < 0 {
                completions[k] -= outflow[cell] * step.length
            } else {
                var sum = Lanes.zero
                for m in 0..<substeps { sum += inflow[cell * substeps + m] }
                completions[k] += sum * (step.length / Double(substeps))
            }
        }
    }
}
