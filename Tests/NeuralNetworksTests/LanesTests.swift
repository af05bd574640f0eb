import TestSupport
import Testing

@testable import NeuralNetworks

struct LanesTests {
    /// Counts below and between the widths of vectors, and lanes past the last sample that held something before.
    @Test(arguments: KernelVariant.available.map(\.name), [(1, 1, 16), (3, 7, 32), (16, 16, 16), (11, 53, 48)])
    func thatSamplesComeToLieSideBySide(name: String, size: (samples: Int, count: Int, pitch: Int)) throws {
        let variant = try #require(KernelVariant.available.first { $0.name == name })
        let bytes = (0..<size.samples).map { sample in (0..<size.count).map { UInt8((37 * sample + 11 * $0) % 251) } }
        let floats = bytes.map { $0.map { Float($0) / 7 } }
        let lanes = AlignedFloats([Float](repeating: -1, count: size.count * size.pitch))
        func expectLanes(_ expected: (_ sample: Int, _ index: Int) -> Float) {
            for index in 0..<size.count {
                for lane in 0..<size.pitch {
                    let value =
                        lane >= 16 ? -1 : lane < size.samples ? expected(lane, index) : 0
                    #expect(lanes.pointer[index * size.pitch + lane] == value)
                }
            }
        }
        // Rows begin anywhere.
        let row = size.count + 1
        let flatBytes = Array(bytes.map { $0 + [0] }.joined()), flatFloats = Array(floats.map { $0 + [0] }.joined())
        flatBytes.withUnsafeBufferPointer { flat in
            let rows = (0..<size.samples).compactMap { sample in flat.baseAddress.map { $0 + sample * row } }
            variant.interleave(rows, count: size.count, into: lanes.pointer, pitch: size.pitch)
        }
        expectLanes { Float(bytes[$0][$1]) }
        flatFloats.withUnsafeBufferPointer { flat in
            let rows = (0..<size.samples).compactMap { sample in flat.baseAddress.map { $0 + sample * row } }
            variant.interleave(rows, count: size.count, into: lanes.pointer, pitch: size.pitch)
        }
        expectLanes { floats[$0][$1] }
    }

    @Test(
        arguments: KernelVariant.available.map(\.name), [Shape.features(21), .image(rows: 3, columns: 5, channels: 2)])
    func thatOutputsComeApartAgain(name: String, shape: Shape) throws {
        let variant = try #require(KernelVariant.available.first { $0.name == name })
        let network = try Network(
            NetworkDescription(input: shape, layers: [.activation(.leakyReLU(slope: 1))]), seed: 1, purpose: "lanes")
        let context = PassContext(samples: 21, variant: variant)
        let pass = NetworkPass(network, capacity: 21)
        let inputs = (0..<21).map { sample in (0..<shape.count).map { Float(100 * sample + $0) } }
        for (sample, input) in inputs.enumerated() { pass.setInput(input, sample: sample, context) }
        pass.forward(context, NetworkStorage(network, isTrainable: false))
        #expect(pass.outputs(context) == inputs)
    }
}
