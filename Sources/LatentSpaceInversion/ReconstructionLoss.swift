import NeuralNetworks

/// The loss between an image of channels and its reconstruction: facies channels by cross-entropy of logits (or squared
/// error), property channels by squared error; weighted by cell, mean over active cells and channels.
struct ReconstructionLoss: Sendable {
    private let shape: Shape
    private let faciesLoss: Loss?
    private let faciesWeights: AlignedFloats?, propertyWeights: AlignedFloats?
    /// Weighted sums are divided by this: active cells times channels.
    let terms: Double

    init(encoding: RealizationEncoding, cellWeights: [Float]?, faciesLoss: TrainingSettings.FaciesLoss) {
        shape = .image(rows: encoding.rows, columns: encoding.columns, channels: encoding.channelCount)
        let active = encoding.active
        let raw = active.indices.map { active[$0] ? (cellWeights?[$0] ?? 1) : 0 }
        let activeCount = Float(active.count(where: { $0 }))
        let mean = max(raw.reduce(0, +) / activeCount, .leastNormalMagnitude)
        let channels = encoding.channelCount
        func weights(_ counts: (Int) -> Bool) -> AlignedFloats {
            AlignedFloats(
                (0..<active.count * channels).map { counts($0 % channels) ? raw[$0 / channels] / mean : 0 })
        }
        let split = encoding.faciesChannelCount
        faciesWeights = split > 0 ? weights { $0 < split } : nil
        propertyWeights = split < channels ? weights { $0 >= split } : nil
        self.faciesLoss = split > 0 ? (faciesLoss == .crossEntropy ? .crossEntropy : .squaredError) : nil
        terms = Double(activeCount) * Double(channels)
    }

    /// The mean loss summed over the samples; fills the pass's output gradient with `scale` times its derivative.
    /// - Parameter firstTarget: the chunk of the targets that belongs to the pass's first output.
    func evaluate(
        _ c: PassContext, _ pass: NetworkPass, targets: AlignedFloats, firstTarget: Int = 0, scale: Double,
        spare: inout AlignedFloats?
    ) -> Double {
        let perTerm = Float(scale / terms)
        var sum = 0.0
        if let faciesLoss, let faciesWeights {
            sum += faciesLoss.evaluate(
                c, shape: shape, output: pass.output, targets: targets, firstTarget: firstTarget,
                weights: faciesWeights, scale: perTerm, gradient: pass.outputGradient)
        }
        if let propertyWeights {
            let target: AlignedFloats
            if faciesWeights == nil {
                target = pass.outputGradient
            } else {
                target = spare ?? AlignedFloats(pass.outputGradient.count)
                spare = target
            }
            sum += Loss.squaredError.evaluate(
                c, shape: shape, output: pass.output, targets: targets, firstTarget: firstTarget,
                weights: propertyWeights, scale: perTerm, gradient: target)
            if faciesWeights != nil { pass.outputGradient.add(target, count: shape.count * c.lanes) }
        }
        return sum / terms
    }
}
