import Foundation
import LinearAlgebra

/// The posterior an emulator predicts, with the emulator's own error counted as noise:
///
///     U(z) = ½ r̃(z)ᵀ (I + S)⁻¹ r̃(z),   S = covariance of the emulator's error
///
/// Errors of an emulator are correlated over data, so the whole covariance counts. Source: Kaipio and Somersalo (2007),
/// J. Computational and Applied Mathematics 198, 493 (approximation error approach).
struct EmulatorPosterior: Sendable {
    let emulator: Emulator
    /// `R` with `R Rᵀ = (I + S)⁻¹`, `[data x data]`.
    private let root: Matrix

    /// - Parameter errorShare: how much of the emulator's error counts, 0 to 1. Less than all of it is no posterior; it
    ///   leads to where the emulator has to learn next.
    init(_ emulator: Emulator, errorShare: Double = 1) throws {
        self.emulator = emulator
        do {
            let eigen = try SymmetricEigen(emulator.errorCovariance)
            var root = eigen.vectors
            for column in 0..<root.columns {
                let scale = 1 / (1 + errorShare * max(eigen.values[column], 0)).squareRoot()
                for row in 0..<root.rows { root[row, column] *= scale }
            }
            self.root = root
        } catch {
            throw CalibrationError.factorization(error)
        }
    }

    /// `U`, `[count x dimension]` -> `[count]`.
    func potentials(_ latents: Matrix) -> [Double] {
        let weighted = weightedResiduals(latents)
        let width = weighted.columns
        return (0..<weighted.rows).map { row in
            var sum = 0.0
            for index in row * width..<(row + 1) * width { sum += weighted.elements[index] * weighted.elements[index] }
            return sum / 2
        }
    }

    private func weightedResiduals(_ latents: Matrix) -> Matrix { emulator.residuals(latents).times(root) }

    /// Mean of `Jᵀ (I + S)⁻¹ J` over `points`, by forward differences of a twentieth of a prior standard deviation.
    func sensitivity(at points: Matrix) throws -> SymmetricEigen {
        let step = 0.05
        let dimension = points.columns
        var total = Matrix(rows: dimension, columns: dimension)
        for row in 0..<points.rows {
            let point = points.row(row)
            var shifted = Matrix((0...dimension).map { _ in point })
            for k in 0..<dimension { shifted[k, k] += step }
            let residuals = weightedResiduals(shifted)
            var jacobian = Matrix(rows: dimension, columns: residuals.columns)
            for k in 0..<dimension {
                for j in 0..<residuals.columns { jacobian[k, j] = (residuals[k, j] - residuals[dimension, j]) / step }
            }
            total = total + jacobian.times(jacobian, otherTransposed: true)
        }
        do { return try SymmetricEigen((1 / Double(max(points.rows, 1))) * total) } catch {
            throw CalibrationError.factorization(error)
        }
    }

    /// Draws by tempering: particles go from the prior to this posterior through powers of its likelihood, each chosen
    /// so that half of the particles keep their weight, with a walk after each resampling.
    func sample(
        _ start: [[Double]], stepsPerStage: Int, finalSteps: Int,
        stream: @escaping (_ stage: Int, _ chain: Int) -> RandomStream
    ) throws -> [[Double]] {
        var points = Matrix(start)
        var power = 0.0
        var stage = 0
        var size = 0.5
        while power < 1 {
            let values = potentials(points)
            let next = Tempering.nextPower(from: power, potentials: values, keeping: 0.5)
            var pick = stream(stage, points.rows)
            let weights = Weights.normalised(logarithms: values.map { -(next - power) * $0 })
            let kept = Resampling.systematic(weights, count: points.rows, offset: pick.uniform())
            points = Matrix(kept.map { points.row($0) })
            power = next
            let steps = power < 1 ? stepsPerStage : finalSteps
            let present = stage
            let reached = try walked(points, power: power, steps: steps, size: size) { stream(present, $0) }
            (points, size) = (reached.points, reached.size)
            stage += 1
        }
        return points.rowArrays
    }

    /// Chains under this posterior's likelihood to a `power`, with adapted step.
    func walked(
        _ points: Matrix, power: Double = 1, steps: Int, size: Double, stream: @escaping (Int) -> RandomStream
    ) throws -> ChainRunner.Outcome {
        let stride = max(1, points.rows / 6)
        let probes = Matrix(Swift.stride(from: 0, to: points.rows, by: stride).map { points.row($0) })
        let runner = ChainRunner(
            walk: PreconditionedWalk(sensitivity: try sensitivity(at: probes), power: power),
            potential: { potentials($0).map { power * $0 } }, stream: stream)
        return runner.run(from: points, steps: steps, size: size, adapts: true)
    }
}

/// Powers of a likelihood between prior and posterior.
enum Tempering {
    /// The largest power up to 1 at which the weights `e^(−(β' − β) U)` keep an effective sample size of `fraction`.
    /// Source: Jasra et al. (2011), Scandinavian J. Statistics 38, 1.
    static func nextPower(from power: Double, potentials: [Double], keeping fraction: Double) -> Double {
        func kept(_ next: Double) -> Double {
            let weights = Weights.normalised(logarithms: potentials.map { -(next - power) * $0 })
            return Weights.effectiveSampleSize(weights) / Double(potentials.count)
        }
        if kept(1) >= fraction { return 1 }
        var (low, high) = (power, 1.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if kept(middle) >= fraction { low = middle } else { high = middle }
        }
        // At least a rounding error further, so that the path always ends.
        return max(low, min(1, power + 1e-9))
    }
}

/// Choosing particles by weight.
enum Resampling {
    /// Indices in which each occurs `count · weight` times, up to rounding.
    /// Source: Kitagawa (1996), J. Computational and Graphical Statistics 5, 1.
    /// - Parameter offset: uniform in `0 ..< 1`.
    static func systematic(_ weights: [Double], count: Int, offset: Double) -> [Int] {
        var result: [Int] = []
        result.reserveCapacity(count)
        var sum = 0.0
        for (index, weight) in weights.enumerated() {
            sum += weight
            while result.count < count, (Double(result.count) + offset) / Double(count) < sum { result.append(index) }
        }
        while result.count < count { result.append(weights.indices.last { weights[$0] > 0 } ?? 0) }
        return result
    }
}
