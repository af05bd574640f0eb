import LinearAlgebra
import Reservoir

@testable import Calibration

/// A linear forward model with Gaussian noise under a standard normal prior: its posterior is known in closed form.
///
///     d = G z + e,   z ~ N(0, I),   e ~ N(0, R)
///     covariance  P = (I + Gᵀ R⁻¹ G)⁻¹,   mean  P Gᵀ R⁻¹ d
struct LinearGaussian: Sendable {
    let operatorG: Matrix
    let observed: ObservedData
    let truth: [Double]
    static let key = VectorKey("WBHP", "P1")

    /// - Parameter blocks: of `G`, on its diagonal; all else is zero.
    init(dimension: Int, data: Int, error: Double, seed: UInt64, blocks: Int = 1) throws {
        var stream = RandomStream(seed: seed, purpose: "linear test problem")
        var matrix = Matrix(rows: data, columns: dimension, elements: stream.normals(dimension * data))
        for row in 0..<data {
            for column in 0..<dimension where row * blocks / data != column * blocks / dimension {
                matrix[row, column] = 0
            }
        }
        operatorG = matrix
        truth = stream.normals(dimension)
        let noise = stream.normals(data)
        let values = operatorG.times(truth)
        observed = try ObservedData(
            (0..<data).map {
                Observation(
                    key: LinearGaussian.key, time: Double($0), value: values[$0] + error * noise[$0], error: error)
            })
    }

    var posterior: (mean: [Double], covariance: Matrix) {
        get throws {
            let inverseVariance = 1 / (observed.errors[0] * observed.errors[0])
            let precision =
                Matrix.identity(operatorG.columns)
                + inverseVariance * operatorG.times(operatorG, transposed: true)
            let factor = try CholeskyFactor(precision)
            let weighted = operatorG.transposed.times(observed.values).map { $0 * inverseVariance }
            return (factor.solve(weighted), factor.solve(Matrix.identity(operatorG.columns)))
        }
    }

    /// Holds the latent in the porosity, in single precision.
    struct Carrier: Parameterization {
        let dimension: Int
        func decode(_ latents: [[Double]]) -> [Realization] {
            latents.map { latent in
                let values = latent.map { Float($0) }
                return Realization(
                    porosity: values, permeabilityX: values.map { 1 + $0 * $0 }, permeabilityY: values.map { _ in 1 })
            }
        }
    }

    func problem(proposal: (any LatentProposal)? = nil, proxy: (any DataProxy)? = nil) -> CalibrationProblem {
        CalibrationProblem(
            observed: observed, parameterization: Carrier(dimension: operatorG.columns), proposal: proposal,
            proxy: proxy)
    }

    func simulate(_ batch: [Realization]) -> [Result<ProductionSeries, SimulationFailure>] {
        batch.map { .success(series(operatorG.times($0.porosity.map { Double($0) }))) }
    }

    func series(_ data: [Double]) -> ProductionSeries {
        ProductionSeries(times: data.indices.map { Double($0) }, keys: [LinearGaussian.key], values: [data])
    }

    /// The exact regression from data to latents, with the exact residual covariance.
    struct ExactProposal: LatentProposal {
        let gain: Matrix
        let residualCovariance: Matrix
        func latents(forData data: [[Double]]) -> [[Double]] { data.map { gain.times($0) } }
    }

    var exactProposal: ExactProposal {
        get throws {
            let covariance = try posterior.covariance
            let inverseVariance = 1 / (observed.errors[0] * observed.errors[0])
            let gain = inverseVariance * covariance.times(operatorG, otherTransposed: true)
            return ExactProposal(gain: gain, residualCovariance: covariance)
        }
    }
}

/// Weighted mean and covariance of a sample, `[count][dimension]`.
func moments(_ sample: [[Double]], weights: [Double]? = nil) -> (mean: [Double], covariance: Matrix) {
    let weights = weights ?? sample.map { _ in 1 / Double(sample.count) }
    let dimension = sample[0].count
    var mean = [Double](repeating: 0, count: dimension)
    for (point, weight) in zip(sample, weights) { for i in 0..<dimension { mean[i] += weight * point[i] } }
    var covariance = Matrix(rows: dimension, columns: dimension)
    for (point, weight) in zip(sample, weights) {
        for i in 0..<dimension {
            for j in 0..<dimension { covariance[i, j] += weight * (point[i] - mean[i]) * (point[j] - mean[j]) }
        }
    }
    return (mean, covariance)
}
