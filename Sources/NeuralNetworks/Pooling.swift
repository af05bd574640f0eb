import CKernels

/// Windows of `size x size` pixels side by side, and which pixel of each is the largest; what is left at the far edges
/// is dropped.
struct Pooling: Sendable {
    let input: Shape, output: Shape
    let size: Int

    init(_ layer: Layer, size: Int, input: Shape) throws(ShapeError) {
        try require(!input.isFlat, layer, input, "must be an image")
        try require(
            size >= 1 && input.rows >= size && input.columns >= size, layer, input,
            "must have at least \(size) pixels along each axis")
        // A largest pixel's place in its window is kept in a byte.
        if case .maxPooling = layer {
            try require(size <= 16, layer, input, "windows can have at most 16 pixels along each axis")
        }
        (self.input, self.size) = (input, size)
        output = .image(rows: input.rows / size, columns: input.columns / size, channels: input.channels)
    }

    /// The windows of `rows` rows of the image.
    func window(rows: Int) -> lsi_pooling {
        lsi_pooling(
            rows: Int32(rows), columns: Int32(input.columns), channels: Int32(input.channels), size: Int32(size))
    }

    var window: lsi_pooling { window(rows: input.rows) }

    /// Numbers that the places of all windows take.
    func choiceCount(chunks: Int) -> Int { output.count * chunks * 4 }

    /// The places of one chunk's windows, `[row][column][channel][16]`.
    func choice(_ trace: Floats, chunk: Int) -> UnsafeMutablePointer<UInt8> {
        UnsafeMutableRawPointer(trace + output.count * chunk * 4).assumingMemoryBound(to: UInt8.self)
    }
}
