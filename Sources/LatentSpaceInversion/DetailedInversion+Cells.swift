import Reservoir

/// What the data see of the cells.
extension DetailedInversion {
    /// Slopes by what is in the cells; `nil` if there are no facies to cut, or no detail that could move their boundaries.
    /// - Parameter sensitivity: of combinations of the data, at `base`.
    public func cellSlopes(_ sensitivity: DataSensitivity, at base: Realization) -> CellSlopes? {
        hasFacies && detailDimension > 0 ? inversion.encoding.cellSlopes(sensitivity, at: base) : nil
    }

    public func change(from first: LatentState, to second: LatentState, slopes: CellSlopes) -> [Double] {
        let images = channels([first.latent, second.latent])
        return change(from: (images[0], first.sharpness), to: (images[1], second.sharpness), slopes).map { Double($0) }
    }

    public func fitted(
        _ latent: [Double], from state: LatentState, offsets: [Double], slopes: CellSlopes, goal: Double
    ) -> [Double] {
        let images = channels([state.latent, latent])
        let change = change(from: (images[0], state.sharpness), to: (images[1], nil), slopes)
        var fit = BoundaryFit(
            inversion.encoding, field: field, strength: strengths[0], slopes: slopes, channels: images[1],
            offsets: zip(offsets, change).map { Float($0) + $1 })
        var result = latent
        for (channel, weights) in fit.weights(goal: Float(goal)).enumerated() {
            let start = networkDimension + channel * field.dimension
            for (index, weight) in weights.enumerated() { result[start + index] += Double(weight) }
        }
        return result
    }

    private typealias Image = (channels: [Float], sharpness: Double?)

    private func change(from first: Image, to second: Image, _ slopes: CellSlopes) -> [Float] {
        let encoding = inversion.encoding
        let features = [first, second].map { image in
            encoding.features(
                of: image.sharpness.map { encoding.smoothRealization(of: image.channels, sharpness: $0) }
                    ?? encoding.realization(of: image.channels), like: slopes)
        }
        var result = [Float](repeating: 0, count: slopes.combinationCount)
        for cell in 0..<encoding.cellCount where encoding.active[cell] {
            slopes.add(cell: cell, { features[1][$0][cell] - features[0][$0][cell] }, to: &result)
        }
        return result
    }
}
