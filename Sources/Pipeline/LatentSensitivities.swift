import Calibration
import Foundation
import LatentSpaceInversion
import LinearAlgebra
import Reservoir

/// Derivatives of combinations of the simulated data by the latents: the simulator's by the properties of cells, times the decoder's by the
/// latents. The decoder is differentiated by forward differences.
struct LatentSensitivities: Sendable {
    /// Step of the differences, in standard deviations of the prior: small against the scale on which facies change, large against
    /// the rounding of single precision.
    private static let step = 0.05

    private let forwardModel: any ForwardModel
    private let pool: WorkerPool
    private let inversion: TrainedInversion
    private let layout: DataLayout

    /// `nil` if the simulator knows no sensitivities.
    init?(project: Project, inversion: TrainedInversion, layout: DataLayout) throws {
        forwardModel = try project.forwardModel()
        guard try forwardModel.makeSimulator() is any DifferentiableSimulator else { return nil }
        (pool, self.inversion, self.layout) = (project.pool, inversion, layout)
    }

    var closure: @Sendable ([SensitivityPoint]) throws -> [Matrix?] { { points in try self.matrices(points) } }

    private func matrices(_ points: [SensitivityPoint]) throws -> [Matrix?] {
        try pool.map(points, makeContext: { try forwardModel.makeSimulator() }) { simulator, point -> Matrix? in
            guard let simulator = simulator as? any DifferentiableSimulator else { return nil }
            let latent = point.latent
            let dimension = latent.count
            let shifted = (0..<dimension).map { k in latent.indices.map { latent[$0] + ($0 == k ? Self.step : 0) } }
            let smooth = inversion.decodeSmooth([latent] + shifted)
            let base = smooth[0]
            let sensitivity: DataSensitivity
            do throws(SimulationFailure) {
                sensitivity = try simulator.sensitivity(
                    of: base, at: layout, combinations: point.combinations.rowArrays)
            } catch {
                return nil
            }
            let cells = base.cellCount
            var byPermeability = Matrix(rows: dimension, columns: cells)
            var byPorosity = byPermeability
            for k in 0..<dimension {
                let moved = smooth[k + 1]
                for cell in 0..<cells where base.permeabilityX[cell] > 0 && moved.permeabilityX[cell] > 0 {
                    byPermeability[k, cell] =
                        log(Double(moved.permeabilityX[cell]) / Double(base.permeabilityX[cell])) / Self.step
                    byPorosity[k, cell] = Double(moved.porosity[cell] - base.porosity[cell]) / Self.step
                }
            }
            func matrix(_ values: [Float]) -> Matrix {
                Matrix(rows: sensitivity.count, columns: cells, elements: values.map { Double($0) })
            }
            return matrix(sensitivity.byLogPermeability).times(byPermeability, otherTransposed: true)
                + matrix(sensitivity.byPorosity).times(byPorosity, otherTransposed: true)
        }
    }
}
