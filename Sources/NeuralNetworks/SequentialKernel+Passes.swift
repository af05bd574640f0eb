import CKernels

/// Forward and backward passes: chunks go one by one through as many layers as can take them, so that what one layer
/// leaves to the next is still in the cache.
extension SequentialKernel {
    /// Chunks of images do not see each other in any step.
    var isChunkwise: Bool { steps.allSatisfy { $0.kernel.isChunkwise && !$0.kernel.gathers } }

    var keptCount: Int { layout(chunks: 0).keptCount }
    func traceCount(chunks: Int) -> Int { layout(chunks: chunks).traceCount }
    func scratchCount(chunks: Int) -> Int { layout(chunks: chunks).scratchCount }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        let call = Call(m, layout(chunks: c.chunks), input, output)
        gather(before: 0, c, call, chunk: 0)
        for run in forwardRuns { forEachPart(of: run, c) { forward(run, $0, call, chunk: $1) } }
        if steps.isEmpty { output.update(from: input, count: self.input.count * c.lanes) }
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        let call = Call(m, layout(chunks: c.chunks), input, output)
        gatherGradient(before: steps.count, c, call, chunk: 0, gradient)
        backward(backwardRuns[...], c, call, gradient: gradient, inputGradient: inputGradient)
        if steps.isEmpty, let inputGradient { inputGradient.update(from: gradient, count: self.input.count * c.lanes) }
    }

    /// ``forward(_:_:input:output:)`` and ``backward(_:_:input:output:gradient:inputGradient:)`` with the loss between
    /// them: each chunk goes through the last layers, the loss, and back before the next one, in the memory of one chunk.
    /// - Parameter loss: fills the gradient of the outputs of a part of the samples, `chunk` and those behind it.
    func train(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?,
        loss: (_ part: PassContext, _ chunk: Int) -> Void
    ) {
        guard let start = forwardRuns.last, let end = backwardRuns.last, steps[end.lowerBound].kernel.isChunkwise
        else {
            forward(c, m, input: input, output: output)
            loss(c, 0)
            return backward(c, m, input: input, output: output, gradient: gradient, inputGradient: inputGradient)
        }
        var call = Call(m, layout(chunks: c.chunks), input, output)
        call.passing = end
        gather(before: 0, c, call, chunk: 0)
        for run in forwardRuns.dropLast() { forEachPart(of: run, c) { forward(run, $0, call, chunk: $1) } }
        let next = target(of: end, place: backwardRuns.count - 1, call, inputGradient)
        forEachPart(of: end, c) { part, chunk in
            forward(start, part, call, chunk: chunk)
            loss(part, chunk)
            backward(end, part, call, chunk: chunk, gradient: gradient, inputGradient: next)
        }
        guard backwardRuns.count > 1, let next else { return }
        backward(backwardRuns.dropLast(), c, call, gradient: next, inputGradient: inputGradient)
    }

    /// Offsets in memory: in the trace of each step's output (but the last, which the caller holds) and of its own trace,
    /// in what is kept of each step's part, and in the scratch of two gradients of all chunks, of two of one chunk, and of
    /// what steps use in turn.
    private struct PassLayout {
        var outputs: [Int] = [], traces: [Int] = [], kept: [Int] = []
        var gradients = [0, 0], chunkGradients = [0, 0], own = 0
        var traceCount = 0, keptCount = 0, scratchCount = 0
    }

    private func layout(chunks: Int) -> PassLayout {
        var layout = PassLayout()
        var trace = Layout(), kept = Layout(), scratch = Layout()
        for (index, step) in steps.enumerated() {
            let kernel = step.kernel
            layout.outputs.append(index == steps.count - 1 ? 0 : trace.reserve(kernel.output.count * chunks * 16))
            layout.traces.append(
                trace.reserve(
                    kernel.isChunkwise ? chunks * Self.chunkTrace(kernel) : kernel.traceCount(chunks: chunks)))
            layout.kept.append(kept.reserve(kernel.keptCount))
        }
        let widest = (steps.map(\.input.count).max() ?? 0) * 16
        layout.gradients = [scratch.reserve(widest * chunks), scratch.reserve(widest * chunks)]
        layout.chunkGradients = [scratch.reserve(widest), scratch.reserve(widest)]
        layout.own = scratch.reserve(steps.map { $0.kernel.scratchCount(chunks: chunks) }.max() ?? 0)
        (layout.traceCount, layout.keptCount, layout.scratchCount) = (trace.count, kept.count, scratch.count)
        return layout
    }

    /// What one chunk leaves in the trace of a step that is called chunk by chunk; vectors stay aligned.
    private static func chunkTrace(_ kernel: any LayerKernel) -> Int { (kernel.traceCount(chunks: 1) + 15) / 16 * 16 }

    /// What a call of all steps works on.
    private struct Call {
        let memory: LayerMemory
        let layout: PassLayout
        let input: Floats, output: Floats
        /// Steps that keep one chunk only, the one that is on its way.
        var passing = 0..<0

        init(_ memory: LayerMemory, _ layout: PassLayout, _ input: Floats, _ output: Floats) {
            (self.memory, self.layout, self.input, self.output) = (memory, layout, input, output)
        }
    }

    /// Chunk by chunk through all steps of the run, or once for all chunks if chunks of its one step see each other.
    private func forEachPart(of run: Range<Int>, _ c: PassContext, _ body: (_ part: PassContext, _ chunk: Int) -> Void)
    {
        // A worker without samples still meets the other one.
        guard c.chunks > 1, steps[run.lowerBound].kernel.isChunkwise else { return body(c, 0) }
        for chunk in 0..<c.chunks { body(c.chunk(chunk), chunk) }
    }

    /// A run forward, from `chunk` on.
    private func forward(_ run: Range<Int>, _ part: PassContext, _ call: Call, chunk: Int) {
        for index in run {
            steps[index].kernel.forward(
                part, memory(call, index, chunk: chunk), input: values(call, before: index, chunk: chunk),
                output: values(call, before: index + 1, chunk: chunk))
        }
        gather(before: run.upperBound, part, call, chunk: chunk)
    }

    /// What step `index` wants to know of its input.
    private func gather(before index: Int, _ part: PassContext, _ call: Call, chunk: Int) {
        guard index < steps.count, steps[index].kernel.gathers else { return }
        forEachPart(of: index..<index + 1, part) { part, more in
            steps[index].kernel.gather(
                part, memory(call, index, chunk: chunk + more),
                input: values(call, before: index, chunk: chunk + more))
        }
    }

    /// What the step before `index` wants to know of the gradient of its output.
    private func gatherGradient(before index: Int, _ part: PassContext, _ call: Call, chunk: Int, _ gradient: Floats) {
        guard index > 0, steps[index - 1].kernel.gathers else { return }
        forEachPart(of: index - 1..<index, part) { part, more in
            steps[index - 1].kernel.gatherGradient(
                part, memory(call, index - 1, chunk: chunk + more),
                input: values(call, before: index - 1, chunk: chunk + more),
                output: values(call, before: index, chunk: chunk + more), gradient: gradient + before(index, more))
        }
    }

    private func backward(
        _ runs: ArraySlice<Range<Int>>, _ c: PassContext, _ call: Call, gradient: Floats, inputGradient: Floats?
    ) {
        var current = gradient
        for (place, run) in zip(runs.indices, runs).reversed() {
            let next = target(of: run, place: place, call, inputGradient)
            forEachPart(of: run, c) { part, chunk in
                backward(
                    run, part, call, chunk: chunk, gradient: current + before(run.upperBound, chunk),
                    inputGradient: next)
            }
            if let next { current = next }
        }
    }

    /// A run backward.
    /// - Parameters:
    ///   - gradient: of the chunk.
    ///   - inputGradient: of all chunks.
    private func backward(
        _ run: Range<Int>, _ part: PassContext, _ call: Call, chunk: Int, gradient: Floats, inputGradient: Floats?
    ) {
        var gradient = gradient
        for index in run.reversed() {
            let target =
                index == run.lowerBound
                ? inputGradient.map { $0 + before(index, chunk) }
                : call.memory.scratch + call.layout.chunkGradients[index % 2]
            steps[index].kernel.backward(
                part, memory(call, index, chunk: chunk), input: values(call, before: index, chunk: chunk),
                output: values(call, before: index + 1, chunk: chunk), gradient: gradient, inputGradient: target)
            if let target { gradient = target }
        }
        if inputGradient != nil { gatherGradient(before: run.lowerBound, part, call, chunk: chunk, gradient) }
    }

    /// Where the gradient of a run's input goes: neighbours take turns, so that one is read while the other is written.
    private func target(of run: Range<Int>, place: Int, _ call: Call, _ inputGradient: Floats?) -> Floats? {
        run.lowerBound == 0 ? inputGradient : call.memory.scratch + call.layout.gradients[place % 2]
    }

    /// What step `index` works on, and what the last one leaves.
    private func values(_ call: Call, before index: Int, chunk: Int) -> Floats {
        let start =
            index == 0
            ? call.input : index == steps.count ? call.output : call.memory.trace + call.layout.outputs[index - 1]
        return start + (call.passing.contains(index - 1) ? 0 : before(index, chunk))
    }

    /// Numbers in the chunks before `chunk` of what stands before step `index`.
    private func before(_ index: Int, _ chunk: Int) -> Int {
        chunk == 0 ? 0 : chunk * (index == steps.count ? output.count : steps[index].input.count) * 16
    }

    private func memory(_ call: Call, _ index: Int, chunk: Int) -> LayerMemory {
        let (step, m, layout) = (steps[index], call.memory, call.layout)
        let place = chunk == 0 || call.passing.contains(index) ? 0 : chunk * Self.chunkTrace(step.kernel)
        return LayerMemory(
            parameters: m.parameters + step.parameterOffset, state: m.state + step.stateOffset,
            gradient: m.gradient + step.parameterOffset, sharedGradient: m.sharedGradient + step.parameterOffset,
            kept: m.kept + layout.kept[index], trace: m.trace + layout.traces[index] + place,
            scratch: m.scratch + layout.own)
    }
}
