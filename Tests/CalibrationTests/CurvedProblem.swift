import Foundation
import LinearAlgebra
import Reservoir

@testable import Calibration

/// Two latents, three data that depend on them nonlinearly: a curved posterior, integrated here on a fine grid.
struct CurvedProblem: Sendable {
    let observed: ObservedData
    private static let key = VectorKey("WOPR", "P1")

    init(error: Double = 0.4) throws {
        observed = try ObservedData(
            CurvedProblem.data([0.9, 0.6]).enumerated().map { index, value in
                Observation(key: CurvedProblem.key, time: Double(index), value: value, error: error)
            })
    }

    static func data(_ z: [Double]) -> [Double] {
        [z[1] + z[0] * z[0], sin(2 * z[0]) + 0.3 * z[1], 0.5 * z[0] * z[1]]
    }

    /// Posterior expectations of `z0`, `z1`, `z0²`, `z0 z1`, `z1²`, by the midpoint rule on `[−5, 5]²`.
    ///
    /// The integrand is smooth and vanishes at the border, where the rule converges faster than any power of the step.
    func expectations() -> [Double] {
        let steps = 1_000
        var sums = [Double](repeating: 0, count: 6)
        for i in 0..<steps {
            for j in 0..<steps {
                let z = [-5 + (Double(i) + 0.5) * 0.01, -5 + (Double(j) + 0.5) * 0.01]
                let residual = observed.whitened(prediction: CurvedProblem.data(z))
                let exponent = (z + residual).reduce(0) { $0 + $1 * $1 } / 2
                let density = exp(-exponent)
                for (k, value) in ([1] + CurvedProblem.features(z)).enumerated() { sums[k] += density * value }
            }
        }
        return sums.dropFirst().map { $0 / sums[0] }
    }

    static func features(_ z: [Double]) -> [Double] { [z[0], z[1], z[0] * z[0], z[0] * z[1], z[1] * z[1]] }

    /// A proxy that is wrong everywhere: it misses every curvature and is shifted. It does without detail.
    struct WrongProxy: DataProxy {
        func predict(_ latents: [[Double]]) -> [[Double]] { latents.map { [$0[$0.count - 1] + 0.5, $0[0], 0.2] } }
    }

    /// Of the two latents the last `detailDimension` are detail.
    struct Detailed: SmoothParameterization {
        let detailDimension: Int
        let dimension = 2
        let hasFacies = false
        func decode(_ latents: [[Double]]) -> [Realization] {
            LinearGaussian.Carrier(dimension: dimension).decode(latents)
        }
        func decodeSmooth(_ latents: [[Double]], sharpness: Double) -> [Realization] { decode(latents) }
        func changes(from state: LatentState, to others: [LatentState], slopes: CellSlopes) -> [[Double]] { [] }
        func fitted(
            _ latents: [[Double]], from state: LatentState, offsets: [Double], slopes: CellSlopes, goal: Double
        ) -> [[Double]] { latents }
    }

    func problem(proxy: (any DataProxy)? = nil, detail: Int = 0) -> CalibrationProblem {
        let latents = Detailed(detailDimension: detail)
        return CalibrationProblem(observed: observed, parameterization: latents, smooth: latents, proxy: proxy)
    }

    func simulate(_ batch: [Realization]) -> [Result<ProductionSeries, SimulationFailure>] {
        batch.map { realization in
            let data = CurvedProblem.data(realization.porosity.map { Double($0) })
            return .success(
                ProductionSeries(times: data.indices.map { Double($0) }, keys: [CurvedProblem.key], values: [data]))
        }
    }
}
