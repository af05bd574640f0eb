import Calibration
import Foundation
import LatentSpaceInversion
import LinearAlgebra
import Reservoir

/// Derivatives of combinations of the simulated data by the latents: the simulator's by the properties of cells, pulled back
/// through what makes properties of latents.
struct LatentSensitivities: Sendable {
    private let forwardModel: any ForwardModel
    private let pool: WorkerPool
    private let inversion: DetailedInversion
    private let layout: DataLayout

    init(project: Project, inversion: DetailedInversion, layout: DataLayout) throws {
        forwardModel = try project.forwardModel()
        (pool, self.inversion, self.layout) = (project.pool, inversion, layout)
    }

    /// - Throws: ``CalibrationError/needsSensitivities(method:obstacle:)`` if `method` needs sensitivities that the case's
    ///   simulator does not know.
    static func require(for method: CalibrationMethod, _ project: Project, _ layout: DataLayout) throws {
        guard method == .gradientSearch else { return }
        let simulator = try project.forwardModel().makeSimulator() as? any DifferentiableSimulator
        let obstacle = simulator.map { $0.obstacle(toSensitivitiesAt: layout) } ?? "the simulator knows none"
        if let obstacle { throw CalibrationError.needsSensitivities(method: method.rawValue, obstacle: obstacle) }
    }

    var closure: @Sendable ([SensitivityPoint]) throws -> [LatentSlopes?] { { points in try self.matrices(points) } }

    private func matrices(_ points: [SensitivityPoint]) throws -> [LatentSlopes?] {
        try pool.map(points, makeContext: { try forwardModel.makeSimulator() }) { simulator, point -> LatentSlopes? in
            guard let simulator = simulator as? any DifferentiableSimulator else { return nil }
            let base = inversion.decodeSmooth([point.latent], sharpness: point.sharpness)[0]
            do throws(SimulationFailure) {
                let sensitivity = try simulator.sensitivity(
                    of: base, at: layout, combinations: point.combinations.rowArrays)
                return LatentSlopes(
                    byLatent: inversion.slopes(sensitivity, at: base, of: point.latent, sharpness: point.sharpness),
                    byCell: inversion.cellSlopes(sensitivity, at: base))
            } catch {
                return nil
            }
        }
    }
}
