import CKernels

/// A convolution-like map of one image onto another as a list of sliding windows.
struct ConvolutionPlan: @unchecked Sendable {
    /// Windows with the offsets of their weights in the folded weights.
    private var windows: [lsi_window]
    /// Window positions of the kernel's taps, of each window.
    private let taps: [(rows: [[Int]], columns: [[Int]])]
    let input: Shape, output: Shape
    let kernel: Int
    /// Numbers in the folded weights of all windows.
    private let foldedCount: Int
    /// Whether the folded weights are the kernel itself.
    private let isDirect: Bool
    /// Whether windows are worked out at points, where their weights are others.
    private let hasPoints: Bool
    /// Numbers in the weights that windows work with, and in their gradient.
    let weightCount: Int

    init(rows: [ConvolutionAxis], columns: [ConvolutionAxis], input: Shape, output: Shape, kernel: Int) {
        var windows: [lsi_window] = []
        var taps: [(rows: [[Int]], columns: [[Int]])] = []
        var count = 0
        for row in rows {
            for column in columns {
                windows.append(
                    lsi_window(
                        rows: Int32(row.count), columns: Int32(column.count), inRows: Int32(input.rows),
                        inColumns: Int32(input.columns), inChannels: Int32(input.channels),
                        outColumns: Int32(output.columns), outChannels: Int32(output.channels),
                        inStride: Int32(row.inStride), outStride: Int32(row.outStride), outRow: Int32(row.outOffset),
                        outColumn: Int32(column.outOffset), windowRows: Int32(row.window),
                        windowColumns: Int32(column.window), originRow: Int32(row.origin),
                        originColumn: Int32(column.origin), weightOffset: Int64(count)))
                taps.append((row.map, column.map))
                count += row.window * column.window * input.channels * output.channels
            }
        }
        (self.windows, self.taps, self.input, self.output, self.kernel) = (windows, taps, input, output, kernel)
        foldedCount = count
        hasPoints = lsi_has_points(windows, Int32(windows.count)) != 0
        weightCount = hasPoints ? Int(lsi_point_weights(windows, Int32(windows.count))) : count
        let identity = (0..<kernel).map { [$0] }
        isDirect = windows.count == 1 && taps[0].rows == identity && taps[0].columns == identity
    }

    /// Numbers of memory that ``prepare`` and ``recover`` need.
    var preparationCount: Int { hasPoints ? weightCount + foldedCount : foldedCount }

    /// The kernel's weights `[row][column][in][out]` as windows work with them, in `memory` or the kernel itself.
    /// - Parameters:
    ///   - transposed: the kernel is stored `[row][column][out][in]` of this plan.
    ///   - isReady: `memory` holds them from an earlier call.
    func prepare(_ weights: Floats, memory: Floats, transposed: Bool, isReady: Bool = false) -> Floats {
        let isFolded = !isDirect || transposed
        guard isFolded || hasPoints else { return weights }
        guard !isReady else { return memory }
        let folded = isFolded ? (hasPoints ? memory + weightCount : memory) : weights
        if isFolded { fold(weights, into: folded, transposed: transposed) }
        if hasPoints { lsi_weights_at_points(windows, Int32(windows.count), folded, memory) }
        return memory
    }

    /// The adjoint of ``prepare``: adds the gradient of what windows work with to the kernel's.
    func recover(_ prepared: Floats, memory: Floats, addingTo gradient: Floats) {
        guard hasPoints else { return unfold(prepared, addingTo: gradient) }
        memory.update(repeating: 0, count: foldedCount)
        lsi_gradient_from_points(windows, Int32(windows.count), prepared, memory)
        unfold(memory, addingTo: gradient)
    }

    /// Sums the kernel's taps into each window.
    private func fold(_ weights: Floats, into folded: Floats, transposed: Bool) {
        let (ci, co) = (input.channels, output.channels)
        folded.update(repeating: 0, count: foldedCount)
        forEachTap { tap, place in
            let source = weights + tap * ci * co
            let target = folded + place * ci * co
            if transposed {
                for i in 0..<ci { for o in 0..<co { target[i * co + o] += source[o * ci + i] } }
            } else {
                for i in 0..<ci * co { target[i] += source[i] }
            }
        }
    }

    /// The adjoint of ``fold``: adds the windows' gradient to the kernel's.
    private func unfold(_ folded: Floats, addingTo gradient: Floats) {
        let size = input.channels * output.channels
        forEachTap { tap, place in
            let source = folded + place * size
            let target = gradient + tap * size
            for i in 0..<size { target[i] += source[i] }
        }
    }

    /// Numbers of work space in ``convolve`` and ``correlate``.
    var scratchCount: Int { Int(lsi_convolution_scratch(windows, Int32(windows.count))) }

    /// `out = leaky(bias + windows * in)` of one image.
    func convolve(
        _ kernels: lsi_kernels, _ input: Floats, weights: Floats, bias: Floats?, slope: Float, scratch: Floats,
        output: Floats
    ) {
        kernels.convolve(windows, Int32(windows.count), input, weights, bias, slope, scratch, output)
    }

    /// Adds the gradient, by one image, of the weights that windows work with.
    func correlate(_ kernels: lsi_kernels, _ input: Floats, gradient: Floats, scratch: Floats, weights: Floats) {
        kernels.correlate(windows, Int32(windows.count), input, gradient, scratch, weights)
    }

    /// These output rows alone, as an image of their own; of a map with one window.
    func rows(_ rows: Range<Int>) -> ConvolutionPlan {
        precondition(windows.count == 1 && windows[0].outStride == 1, "rows of several windows lie between each other")
        var part = self
        part.windows[0].rows = Int32(rows.count)
        part.windows[0].originRow += Int32(rows.lowerBound) * windows[0].inStride
        return part
    }

    /// Gives each tap of the kernel with its place in the folded weights, in windows' pixels.
    private func forEachTap(_ body: (_ tap: Int, _ place: Int) -> Void) {
        let size = input.channels * output.channels
        for (window, taps) in zip(windows, taps) {
            let start = Int(window.weightOffset) / size
            for (r, rowPlaces) in taps.rows.enumerated() {
                for (c, columnPlaces) in taps.columns.enumerated() {
                    for row in rowPlaces {
                        for column in columnPlaces {
                            body(r * kernel + c, start + row * Int(window.windowColumns) + column)
                        }
                    }
                }
            }
        }
    }
}
