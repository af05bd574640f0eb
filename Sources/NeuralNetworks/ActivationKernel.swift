import CKernels
import Foundation
import LinearAlgebra

/// An elementwise activation on its own; a leaky rectifier right behind a convolution runs inside it instead.
struct ActivationKernel: LayerKernel {
    let output: Shape
    let activation: Activation

    init(_ layer: Layer, _ activation: Activation, input: Shape) throws(ShapeError) {
        if case .leakyReLU(let slope) = activation {
            try require(slope >= 0 && slope <= 1, layer, input, "the slope must be in 0 to 1")
        }
        (output, self.activation) = (input, activation)
    }

    var isChunkwise: Bool { !output.isFlat }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        let count = c.lanes * self.output.count
        switch activation {
        case .leakyReLU(let slope): c.kernels.leaky(input, slope, Int64(count), output)
        case .sigmoid: c.kernels.sigmoid(input, Int64(count), output)
        case .tanh: for i in 0..<count { output[i] = Foundation.tanh(input[i]) }
        case .elu: for i in 0..<count { output[i] = input[i] > 0 ? input[i] : expm1(input[i]) }
        case .swish:
            c.kernels.sigmoid(input, Int64(count), output)
            for i in 0..<count { output[i] *= input[i] }
        }
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        guard let inputGradient else { return }
        let count = c.lanes * self.output.count
        switch activation {
        case .leakyReLU(let slope):
            inputGradient.update(from: gradient, count: count)
            c.kernels.leaky_gradient(output, slope, Int64(count / 16), 1, inputGradient, nil)
        case .sigmoid: for i in 0..<count { inputGradient[i] = gradient[i] * output[i] * (1 - output[i]) }
        case .tanh: for i in 0..<count { inputGradient[i] = gradient[i] * (1 - output[i] * output[i]) }
        case .elu: for i in 0..<count { inputGradient[i] = gradient[i] * (input[i] > 0 ? 1 : output[i] + 1) }
        case .swish:
            c.kernels.sigmoid(input, Int64(count), inputGradient)
            for i in 0..<count {
                let s = inputGradient[i]
                inputGradient[i] = gradient[i] * (s + output[i] * (1 - s))
            }
        }
    }
}
