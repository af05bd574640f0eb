import CKernels
import LinearAlgebra

/// What one worker is asked to run: `samples` of the batch, in chunks of 16 lanes.
package struct PassContext {
    /// Valid samples of this worker; the lanes past them hold zeros or nonsense that counts nowhere.
    package private(set) var samples: Int
    /// Position of the first of them in the batch.
    package private(set) var firstSample: Int
    /// Whether a layer's call begins and ends its work: of a run of layers each has one call for each chunk.
    private(set) var isFirstCall = true, isLastCall = true
    let isTraining: Bool
    /// Whether a backward pass adds up gradients of the weights.
    let needsWeightGradients: Bool
    /// Which step of training; part of every random stream.
    let step: Int
    let seed: UInt64
    package let worker: Int
    /// `nil` outside training: no other worker to sum with.
    let pair: WorkerPair?
    let variant: KernelVariant

    package init(
        samples: Int, firstSample: Int = 0, isTraining: Bool = false, step: Int = 0, seed: UInt64 = 0,
        worker: Int = 0, pair: WorkerPair? = nil, variant: KernelVariant = .current, needsWeightGradients: Bool = true
    ) {
        (self.samples, self.firstSample, self.isTraining, self.step) = (samples, firstSample, isTraining, step)
        self.needsWeightGradients = needsWeightGradients
        (self.seed, self.worker, self.pair, self.variant) = (seed, worker, pair, variant)
    }

    package var chunks: Int { (samples + 15) / 16 }

    /// One chunk of this context alone.
    func chunk(_ index: Int) -> PassContext {
        var part = self
        part.samples = min(samples - 16 * index, 16)
        part.firstSample += 16 * index
        part.isFirstCall = isFirstCall && index == 0
        part.isLastCall = isLastCall && index == chunks - 1
        return part
    }

    package var lanes: Int { chunks * 16 }
    var kernels: lsi_kernels { variant.table.pointee }

    /// 1 for the lanes of a chunk that hold a sample, else 0.
    func mask(chunk: Int) -> SIMD16<Float> {
        var mask = SIMD16<Float>(repeating: 0)
        for lane in 0..<min(max(samples - chunk * 16, 0), 16) { mask[lane] = 1 }
        return mask
    }

    func sumOverWorkers(_ values: [Double]) -> [Double] { pair?.sum(values, worker: worker) ?? values }

    /// The stream of what is added to the inputs of a sample: of this step in training, of the sample's own `index`
    /// otherwise.
    package func noiseStream(sample: Int, judging index: Int) -> RandomStream {
        // No network has this many layers.
        isTraining
            ? stream(layer: 255, sample: sample)
            : RandomStream(seed: seed, purpose: "input noise", index: UInt64(index))
    }

    func stream(layer: Int, sample: Int) -> RandomStream {
        RandomStream(
            seed: seed, purpose: "network noise",
            index: UInt64(step) << 32 | UInt64(layer) << 24 | UInt64(firstSample + sample))
    }
}

/// A layer bound to its input shape. Images lie as `[chunk][pixel][channel][16]`, flat data as `[feature][lanes]`.
protocol LayerKernel: Sendable {
    var output: Shape { get }
    var parameterCount: Int { get }
    /// Running statistics, not trained by gradients.
    var stateCount: Int { get }
    /// Parameters with one gradient for both workers, ``LayerMemory/sharedGradient``; of the others each has its own.
    var sharedParameters: [Range<Int>] { get }
    /// Whether chunks of images can have one call each, one after the other, of `forward`, of `backward` and of what
    /// gathers: input, output, trace and gradients of a chunk lie behind those of the chunk before.
    var isChunkwise: Bool { get }
    /// Whether ``gather(_:_:input:)`` must have seen all chunks before `forward`, and
    /// ``gatherGradient(_:_:input:output:gradient:)`` before `backward`.
    var gathers: Bool { get }
    /// Multiplications and additions for one sample, forward.
    var operations: Double { get }
    /// What stays from call to call, of all chunks together.
    var keptCount: Int { get }
    /// What `forward` leaves for `backward`.
    func traceCount(chunks: Int) -> Int
    /// Memory used within one call.
    func scratchCount(chunks: Int) -> Int
    func initialize(_ parameters: Floats, state: Floats, stream: inout RandomStream)
    func gather(_ c: PassContext, _ m: LayerMemory, input: Floats)
    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats)
    func gatherGradient(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats)
    /// Adds to the gradients in memory if the context asks for it; may overwrite `gradient`; fills `inputGradient` unless nil.
    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?)
}

/// Where one layer finds its weights and its work space.
struct LayerMemory {
    let parameters: Floats
    let state: Floats
    /// Same layout as `parameters`; this worker's own, and that of both.
    let gradient: Floats, sharedGradient: Floats
    let kept: Floats
    let trace: Floats
    let scratch: Floats
}

extension LayerKernel {
    var parameterCount: Int { 0 }
    var stateCount: Int { 0 }
    var sharedParameters: [Range<Int>] { [] }
    var isChunkwise: Bool { false }
    var gathers: Bool { false }
    var keptCount: Int { 0 }
    var operations: Double { 0 }
    func traceCount(chunks: Int) -> Int { 0 }
    func scratchCount(chunks: Int) -> Int { 0 }
    func initialize(_ parameters: Floats, state: Floats, stream: inout RandomStream) {}
    func gather(_ c: PassContext, _ m: LayerMemory, input: Floats) {}
    func gatherGradient(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats) {}
}

/// Uniform in `± sqrt(6 / (fanIn + fanOut))` (Glorot and Bengio, 2010), times `gain`.
func glorot(_ weights: Floats, count: Int, fanIn: Int, fanOut: Int, gain: Double = 1, stream: inout RandomStream) {
    let limit = gain * (6 / Double(fanIn + fanOut)).squareRoot()
    for i in 0..<count { weights[i] = Float(stream.uniform(-limit, limit)) }
}
