import LinearAlgebra

/// Enlarges an image by a fixed linear map along each axis: nearest neighbour or bilinear.
struct ResamplingKernel: LayerKernel {
    /// One output position as a mix of two input positions.
    struct Mix: Sendable {
        let first: Int, second: Int
        /// Weight of `second`.
        let weight: Float
    }

    let input: Shape, output: Shape
    let rowMixes: [Mix], columnMixes: [Mix]

    init(nearest layer: Layer, factor: Int, input: Shape) throws(ShapeError) {
        try require(!input.isFlat && factor >= 1, layer, input, "must be an image, and the factor at least 1")
        func mixes(_ extent: Int) -> [Mix] {
            (0..<extent * factor).map { Mix(first: $0 / factor, second: $0 / factor, weight: 0) }
        }
        self.init(input: input, rowMixes: mixes(input.rows), columnMixes: mixes(input.columns))
    }

    init(bilinear layer: Layer, input: Shape) throws(ShapeError) {
        try require(!input.isFlat, layer, input, "must be an image")
        // Output centre `o` lies at `(o + 1/2) / 2 - 1/2` of the input.
        func mixes(_ extent: Int) -> [Mix] {
            (0..<extent * 2).map { position in
                let lower = position.isMultiple(of: 2) ? position / 2 - 1 : position / 2
                return Mix(
                    first: max(lower, 0), second: min(lower + 1, extent - 1),
                    weight: position.isMultiple(of: 2) ? 0.75 : 0.25)
            }
        }
        self.init(input: input, rowMixes: mixes(input.rows), columnMixes: mixes(input.columns))
    }

    private init(input: Shape, rowMixes: [Mix], columnMixes: [Mix]) {
        (self.input, self.rowMixes, self.columnMixes) = (input, rowMixes, columnMixes)
        output = .image(rows: rowMixes.count, columns: columnMixes.count, channels: input.channels)
    }

    var isChunkwise: Bool { true }

    func forward(_ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats) {
        let pixel = self.input.channels * 16
        for chunk in 0..<c.chunks {
            let x = input + chunk * self.input.count * 16, y = output + chunk * self.output.count * 16
            forEachOutput { at, sources in
                let (a, b, d, e) = sources
                let to = y + at * pixel
                for i in 0..<pixel {
                    to[i] =
                        a.1 * x[a.0 * pixel + i] + b.1 * x[b.0 * pixel + i] + d.1 * x[d.0 * pixel + i]
                        + e.1 * x[e.0 * pixel + i]
                }
            }
        }
    }

    func backward(
        _ c: PassContext, _ m: LayerMemory, input: Floats, output: Floats, gradient: Floats, inputGradient: Floats?
    ) {
        guard let inputGradient else { return }
        let pixel = self.input.channels * 16
        for chunk in 0..<c.chunks {
            let g = gradient + chunk * self.output.count * 16, x = inputGradient + chunk * self.input.count * 16
            x.update(repeating: 0, count: self.input.count * 16)
            forEachOutput { at, sources in
                for (place, weight) in [sources.0, sources.1, sources.2, sources.3] where weight != 0 {
                    for i in 0..<pixel { x[place * pixel + i] += weight * g[at * pixel + i] }
                }
            }
        }
    }

    private typealias Source = (Int, Float)

    private func forEachOutput(_ body: (Int, (Source, Source, Source, Source)) -> Void) {
        let width = input.columns
        for (row, r) in rowMixes.enumerated() {
            for (column, q) in columnMixes.enumerated() {
                body(
                    row * columnMixes.count + column,
                    (
                        (r.first * width + q.first, (1 - r.weight) * (1 - q.weight)),
                        (r.first * width + q.second, (1 - r.weight) * q.weight),
                        (r.second * width + q.first, r.weight * (1 - q.weight)),
                        (r.second * width + q.second, r.weight * q.weight)
                    ))
            }
        }
    }
}
