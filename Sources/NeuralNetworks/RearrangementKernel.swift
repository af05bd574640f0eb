import LinearAlgebra

/// Layers that only move values: each output value is one input value.
struct RearrangementKernel: LayerKernel {
    let input: Shape, output: Shape
    /// Input element of each output element, both counted `[pixel][channel]`; no input is used twice.
    private let sources: [Int]

    init(flatten layer: Layer, input: Shape) throws(ShapeError) {
        self.init(input: input, output: .features(input.count)) { $0 }
    }

    init(reshape layer: Layer, rows: Int, columns: Int, channels: Int, input: Shape) throws(ShapeError) {
        try require(
            rows >= 1 && columns >= 1 && rows * columns * channels == input.count, layer, input,
            "must have \(rows * columns * channels) values")
        self.init(input: input, output: .image(rows: rows, columns: columns, channels: channels)) { $0 }
    }

    init(crop layer: Layer, rows: Int, columns: Int, input: Shape) throws(ShapeError) {
        try require(
            !input.isFlat && (1...input.rows).contains(rows) && (1...input.columns).contains(columns), layer, input,
            "must be an image at least as large")
        let channels = input.channels
        self.init(input: input, output: .image(rows: rows, columns: columns, channels: channels)) { element in
            let (pixel, channel) = (element / channels, element % channels)
            return (pixel / columns * input.columns + pixel % columns) * channels + channel
        }
    }

    init(pixelShuffle layer: Layer, factor: Int, input: Shape) throws(ShapeError) {
        try require(
            !input.isFlat && factor >= 1 && input.channels.isMultiple(of: factor * factor), layer, input,
            "must be an image with a multiple of \(factor * factor) channels")
        let channels = input.channels / (factor * factor)
        let columns = input.columns * factor
        self.init(input: input, output: .image(rows: input.rows * factor, columns: columns, channels: channels)) {
            element in
            let (pixel, channel) = (element / channels, element % channels)
            let (row, column) = (pixel / columns, pixel % columns)
            let place = (row % factor) * factor + column % factor
            return (row / factor * input.columns + column / factor) * input.channels + place * channels + channel
        }
    }

    private init(input: Shape, output: Shape, source: (Int) -> Int) {
        (self.input, self.output) = (input, output)
        sources = (0..<output.count).map(source)
    }

    var isChunkwise: Bool { !input.isFlat && !output.isFlat }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        for chunk in 0..<c.chunks {
            for (to, from) in sources.enumerated() {
                place(output, c, self.output, to, chunk).update(
                    from: place(input, c, self.input, from, chunk), count: 16)
            }
        }
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        guard let inputGradient else { return }
        if self.output.count < self.input.count {
            inputGradient.update(repeating: 0, count: self.input.count * c.lanes)
        }
        for chunk in 0..<c.chunks {
            for (to, from) in sources.enumerated() {
                place(inputGradient, c, self.input, from, chunk).update(
                    from: place(gradient, c, self.output, to, chunk), count: 16)
            }
        }
    }

    private func place(_ base: Floats, _ c: PassContext, _ shape: Shape, _ element: Int, _ chunk: Int) -> Floats {
        shape.isFlat ? base + element * c.lanes + chunk * 16 : base + (chunk * shape.count + element) * 16
    }
}
