import CKernels
import LinearAlgebra

/// The largest or the mean value of windows `size x size` side by side; what is left at the far edges is dropped.
struct PoolingKernel: LayerKernel {
    let input: Shape, output: Shape
    let size: Int
    let takesLargest: Bool

    init(_ layer: Layer, size: Int, takesLargest: Bool, input: Shape) throws(ShapeError) {
        try require(!input.isFlat, layer, input, "must be an image")
        try require(
            size >= 1 && input.rows >= size && input.columns >= size, layer, input,
            "must have at least \(size) pixels along each axis")
        (self.input, self.size, self.takesLargest) = (input, size, takesLargest)
        output = .image(rows: input.rows / size, columns: input.columns / size, channels: input.channels)
    }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        for chunk in 0..<c.chunks {
            let x = input + chunk * self.input.count * 16, y = output + chunk * self.output.count * 16
            if takesLargest {
                c.kernels.max_pool(
                    x, Int32(self.input.rows), Int32(self.input.columns), Int32(self.input.channels), Int32(size), y)
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
        for chunk in 0..<c.chunks {
            let (small, large) = (chunk * self.output.count * 16, chunk * self.input.count * 16)
            if takesLargest {
                c.kernels.max_pool_gradient(
                    input + large, output + small, gradient + small, Int32(self.input.rows), Int32(self.input.columns),
                    Int32(self.input.channels), Int32(size), inputGradient + large)
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
