import Reservoir

/// What the data see of the cells.
extension DetailedInversion {
    /// Slopes by what is in the cells; `nil` if there are no facies to cut, or no detail that could move their boundaries.
    /// - Parameter sensitivity: of combinations of the data, at `base`.
    public func cellSlopes(_ sensitivity: DataSensitivity, at base: Realization) -> CellSlopes? {
        hasFacies && detailDimension > 0 ? inversion.encoding.cellSlopes(sensitivity, at: base) : nil
    }

    public func changes(from state: LatentState, to others: [LatentState], slopes: CellSlopes) -> [[Double]] {
        let states = [state] + others
        let images = channels(states.map(\.latent))
        let features = zip(images, states).map { cellFeatures(of: $0, sharpness: $1.sharpness, like: slopes) }
        return features.dropFirst().map { change(from: features[0], to: $0, slopes).map { Double($0) } }
    }

    public func fitted(
        _ latents: [[Double]], from state: LatentState, offsets: [Double], slopes: CellSlopes, goal: Double
    ) -> [[Double]] {
        let images = channels([state.latent] + latents)
        let reference = cellFeatures(of: images[0], sharpness: state.sharpness, like: slopes)
        return zip(latents, images.dropFirst()).map { latent, image in
            let change = change(from: reference, to: cellFeatures(of: image, sharpness: nil, like: slopes), slopes)
            var fit = BoundaryFit(
                inversion.encoding, field: field, strength: strengths[0], slopes: slopes, channels: image,
                offsets: zip(offsets, change).map { Float($0) + $1 })
            var result = latent
            for (channel, weights) in fit.weights(goal: Float(goal)).enumerated() {
                let start = networkDimension + channel * field.dimension
                for (index, weight) in weights.enumerated() { result[start + index] += Double(weight) }
            }
            return result
        }
    }

    /// `[features][cells]`
    private func cellFeatures(of channels: [Float], sharpness: Double?, like slopes: CellSlopes) -> [[Float]] {
        let encoding = inversion.encoding
        return encoding.features(
            of: sharpness.map { encoding.smoothRealization(of: channels, sharpness: $0) }
                ?? encoding.realization(of: channels), like: slopes)
    }

    private func change(from first: [[Float]], to second: [[Float]], _ slopes: CellSlopes) -> [Float] {
        var result = [Float](repeating: 0, count: slopes.combinationCount)
        for cell in 0..<inversion.encoding.cellCount where inversion.encoding.active[cell] {
            slopes.add(cell: cell, { second[$0][cell] - first[$0][cell] }, to: &result)
        }
        return result
    }
}
