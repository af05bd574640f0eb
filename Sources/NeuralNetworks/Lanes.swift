import CKernels

extension KernelVariant {
    /// Samples of one chunk side by side: `lanes[i * pitch + sample] = rows[sample][i]`, zero past the last row.
    /// - Parameters:
    ///   - rows: at most 16, each of `count` numbers
    ///   - lanes: aligned to 16 numbers, as is `pitch`
    package func interleave(
        _ rows: [UnsafePointer<UInt8>], count: Int, into lanes: UnsafeMutablePointer<Float>, pitch: Int
    ) {
        let rows = rows.map(Optional.some) + Array(repeating: nil, count: 16 - rows.count)
        table.pointee.interleave_bytes(rows, Int64(count), lanes, Int64(pitch))
    }

    package func interleave(
        _ rows: [UnsafePointer<Float>], count: Int, into lanes: UnsafeMutablePointer<Float>, pitch: Int
    ) {
        let rows = rows.map(Optional.some) + Array(repeating: nil, count: 16 - rows.count)
        table.pointee.interleave(rows, Int64(count), lanes, Int64(pitch))
    }
}

extension NetworkPass {
    /// Outputs of the samples of a pass, `[c.samples][output.count]`.
    package func outputs(_ c: PassContext) -> [[Float]] {
        let count = outputShape.count
        // One number of each sample lies in a line of the cache: a chunk's are taken together.
        let separated = AlignedFloats(16 * count)
        var outputs: [[Float]] = []
        for first in stride(from: 0, to: c.samples, by: 16) {
            let samples = min(16, c.samples - first)
            let rows = (0..<16).map { $0 < samples ? separated.pointer + $0 * count : nil }
            c.kernels.separate(
                output.pointer + laneIndex(outputShape, 0, first, c), Int64(outputShape.isFlat ? c.lanes : 16),
                Int64(count),
                rows)
            for row in rows.prefix(samples) { outputs.append(Array(UnsafeBufferPointer(start: row, count: count))) }
        }
        return outputs
    }
}
