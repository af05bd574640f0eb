import CKernels

/// A convolution-like map of one image onto another as a list of sliding windows.
struct ConvolutionPlan: @unchecked Sendable {
    struct Phase {
        var window: lsi_window
        /// Offset of the phase's weights in the folded weights, in numbers.
        let offset: Int
        let rowMap: [[Int]], columnMap: [[Int]]
    }

    let phases: [Phase]
    let input: Shape, output: Shape
    let kernel: Int
    /// Numbers in the folded weights of all phases.
    let weightCount: Int
    /// Whether the folded weights are the kernel itself.
    let isDirect: Bool

    init(rows: [ConvolutionAxis], columns: [ConvolutionAxis], input: Shape, output: Shape, kernel: Int) {
        var phases: [Phase] = []
        var count = 0
        for row in rows {
            for column in columns {
                let window = lsi_window(
                    rows: Int32(row.count), columns: Int32(column.count), inRows: Int32(input.rows),
                    inColumns: Int32(input.columns), inChannels: Int32(input.channels),
                    outColumns: Int32(output.columns), outChannels: Int32(output.channels),
                    inStride: Int32(row.inStride), outStride: Int32(row.outStride), outRow: Int32(row.outOffset),
                    outColumn: Int32(column.outOffset), windowRows: Int32(row.window),
                    windowColumns: Int32(column.window), originRow: Int32(row.origin),
                    originColumn: Int32(column.origin))
                phases.append(Phase(window: window, offset: count, rowMap: row.map, columnMap: column.map))
                count += row.window * column.window * input.channels * output.channels
            }
        }
        (self.phases, self.input, self.output, self.kernel) = (phases, input, output, kernel)
        weightCount = count
        let identity = (0..<kernel).map { [$0] }
        isDirect = phases.count == 1 && phases[0].rowMap == identity && phases[0].columnMap == identity
    }

    /// Sums the kernel's taps `[row][column][in][out]` into each phase's window.
    /// - Parameter transposed: the kernel is stored `[row][column][out][in]` of this plan.
    func fold(_ weights: Floats, into folded: Floats, transposed: Bool) {
        let (ci, co) = (input.channels, output.channels)
        folded.update(repeating: 0, count: weightCount)
        forEachTap { phase, tap, place in
            let source = weights + tap * ci * co
            let target = folded + phase.offset + place * ci * co
            if transposed {
                for i in 0..<ci { for o in 0..<co { target[i * co + o] += source[o * ci + i] } }
            } else {
                for i in 0..<ci * co { target[i] += source[i] }
            }
        }
    }

    /// The adjoint of ``fold``: adds the windows' gradient to the kernel's.
    func unfold(_ folded: Floats, addingTo gradient: Floats) {
        let size = input.channels * output.channels
        forEachTap { phase, tap, place in
            let source = folded + phase.offset + place * size
            let target = gradient + tap * size
            for i in 0..<size { target[i] += source[i] }
        }
    }

    private func forEachTap(_ body: (Phase, _ tap: Int, _ place: Int) -> Void) {
        for phase in phases {
            for (r, rowPlaces) in phase.rowMap.enumerated() {
                for (c, columnPlaces) in phase.columnMap.enumerated() {
                    for row in rowPlaces {
                        for column in columnPlaces {
                            body(phase, r * kernel + c, row * Int(phase.window.windowColumns) + column)
                        }
                    }
                }
            }
        }
    }
}
