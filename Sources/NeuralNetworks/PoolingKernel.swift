import CKernels
import LinearAlgebra

/// The largest or the mean value of the windows of a ``Pooling``.
struct PoolingKernel: LayerKernel {
    private let pooling: Pooling
    private let takesLargest: Bool

    init(_ layer: Layer, size: Int, takesLargest: Bool, input: Shape) throws(ShapeError) {
        pooling = try Pooling(layer, size: size, input: input)
        self.takesLargest = takesLargest
    }

    private var input: Shape { pooling.input }
    private var size: Int { pooling.size }
    var output: Shape { pooling.output }
    var isChunkwise: Bool { true }
    func traceCount(chunks: Int) -> Int { takesLargest ? pooling.choiceCount(chunks: chunks) : 0 }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        var window = pooling.window
        for chunk in 0..<c.chunks {
            let x = input + chunk * self.input.count * 16, y = output + chunk * self.output.count * 16
            if takesLargest {
                c.kernels.pool(&window, x, nil, nil, 1, y, nil, pooling.choice(m.trace, chunk: chunk))
            } else {
                y.update(repeating: 0, count: self.output.count * 16)
                forEachPair { from, to, count in
                    for i in 0..<count { y[to + i] += x[from + i] }
                }
                let share = 1 / Float(size * size)
                for i in 0..<self.output.count * 16 { y[i] *= share }
            }
        }
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        guard let inputGradient else { return }
        var window = pooling.window
        for chunk in 0..<c.chunks {
            let (small, large) = (chunk * self.output.count * 16, chunk * self.input.count * 16)
            if takesLargest {
                c.kernels.unpool(
                    &window, gradient + small, output + small, 1, pooling.choice(m.trace, chunk: chunk), nil,
                    inputGradient + large)
            } else {
                (inputGradient + large).update(repeating: 0, count: self.input.count * 16)
                let share = 1 / Float(size * size)
                forEachPair { from, to, count in
                    for i in 0..<count { inputGradient[large + from + i] = share * gradient[small + to + i] }
                }
            }
        }
    }

    /// Offsets of each input pixel in a window and of that window's output pixel, and the numbers in a pixel.
    private func forEachPair(_ body: (Int, Int, Int) -> Void) {
        let pixel = input.channels * 16
        for row in 0..<output.rows * size {
            for column in 0..<output.columns * size {
                body(
                    (row * input.columns + column) * pixel,
                    (row / size * output.columns + column / size) * pixel, pixel)
            }
        }
    }
}
