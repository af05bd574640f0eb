import CKernels
import LinearAlgebra

/// What one step of ``OrderedTransport`` leaves for its transpose: flows and saturations of all parts of all cells.
struct TransportTrace {
    let substeps: Int
    /// Where each cell's values start in ``values``, `[cells]`; -1: nothing of the displacing phase came or moved.
    let start: [Int64]
    /// As `CKernels.h` describes them.
    let values: [Float]
}

/// Takes traces down. Work space of one simulator, as large as a step could need.
final class TransportTracer {
    private let start: WorkArray<Int64>
    private var values = WorkArray<Float>(repeating: 0, count: 0)
    private let used = WorkArray<Int64>(repeating: 0, count: 1)
    private var substeps = 0

    init(cells: Int) { start = WorkArray(repeating: -1, count: cells) }

    /// Makes a step of transport leave its trace here.
    func prepare(_ step: inout lsi_upwind_step) {
        substeps = Int(step.substeps)
        let size = Int(lsi_upwind_trace(Int32(start.count), step.substeps))
        if values.count < size { values = WorkArray(repeating: 0, count: size) }
        used[0] = 0
        (step.trace, step.trace_start, step.traced) = (values.base, start.base, used.base)
    }

    var trace: TransportTrace {
        TransportTrace(
            substeps: substeps, start: start.elements,
            values: Array(UnsafeBufferPointer(start: values.base, count: Int(used[0]))))
    }
}
