import Calibration
import Foundation
import LatentSpaceInversion
import LinearAlgebra
import Reservoir

/// Derivatives of combinations of the simulated data by the latents: the simulator's by the properties of cells, times the
/// decoder's by the latents, which are forward differences.
struct LatentSensitivities: Sendable {
    /// Step of the differences over sharpness, in standard deviations of the prior: small against the scale on which facies
    /// change, large against the rounding of single precision.
    private static let sharpStep = 0.15

    private let forwardModel: any ForwardModel
    private let pool: WorkerPool
    private let inversion: DetailedInversion
    private let layout: DataLayout

    /// `nil` if the simulator knows no sensitivities.
    init?(project: Project, inversion: DetailedInversion, layout: DataLayout) throws {
        forwardModel = try project.forwardModel()
        guard try forwardModel.makeSimulator() is any DifferentiableSimulator else { return nil }
        (pool, self.inversion, self.layout) = (project.pool, inversion, layout)
    }

    var closure: @Sendable ([SensitivityPoint]) throws -> [Matrix?] { { points in try self.matrices(points) } }

    private func matrices(_ points: [SensitivityPoint]) throws -> [Matrix?] {
        try pool.map(points, makeContext: { try forwardModel.makeSimulator() }) { simulator, point -> Matrix? in
            guard let simulator = simulator as? any DifferentiableSimulator else { return nil }
            let base = inversion.decodeSmooth([point.latent], sharpness: point.sharpness)[0]
            do throws(SimulationFailure) {
                let sensitivity = try simulator.sensitivity(
                    of: base, at: layout, combinations: point.combinations.rowArrays)
                return byLatents(sensitivity, of: base, at: point)
            } catch {
                return nil
            }
        }
    }

    /// `[combinations x dimension]`
    private func byLatents(
        _ sensitivity: DataSensitivity, of base: Realization, at point: SensitivityPoint
    ) -> Matrix {
        let (latent, sharpness) = (point.latent, point.sharpness)
        let step = Self.sharpStep / sharpness
        let shifted = (0..<inversion.networkDimension).map { k in
            latent.indices.map { latent[$0] + ($0 == k ? step : 0) }
        }
        let byNetwork = inversion.decodeSmooth(shifted, sharpness: sharpness)
            .map { CellSlopes(from: base, to: $0, over: step) }
        let cells = base.cellCount
        func matrix(_ values: [Float]) -> Matrix {
            Matrix(rows: sensitivity.count, columns: cells, elements: values.map { Double($0) })
        }
        func matrix(_ slopes: [[Float]]) -> Matrix {
            Matrix(rows: slopes.count, columns: cells, elements: slopes.joined().map { Double($0) })
        }
        let network =
            matrix(sensitivity.byLogPermeability)
            .times(matrix(byNetwork.map(\.logPermeability)), otherTransposed: true)
            + matrix(sensitivity.byPorosity).times(matrix(byNetwork.map(\.porosity)), otherTransposed: true)
        let byFields = (0..<inversion.detailFieldCount).map { field in
            CellSlopes(
                from: base, to: inversion.decodeSmooth(latent, sharpness: sharpness, field: field, movedBy: step),
                over: step)
        }
        var elements: [Double] = []
        for row in 0..<sensitivity.count {
            elements += network.row(row)
            let byPermeability = sensitivity.byLogPermeability[row * cells..<(row + 1) * cells]
            let byPorosity = sensitivity.byPorosity[row * cells..<(row + 1) * cells]
            for slopes in byFields {
                let byField = zip(zip(byPermeability, slopes.logPermeability), zip(byPorosity, slopes.porosity))
                    .map { $0.0 * $0.1 + $1.0 * $1.1 }
                elements += inversion.byDetailWeights(byField)
            }
        }
        return Matrix(rows: sensitivity.count, columns: latent.count, elements: elements)
    }
}

/// How the properties of cells change with a number, by forward differences; `[cells]`.
private struct CellSlopes {
    let logPermeability: [Float], porosity: [Float]

    init(from base: Realization, to moved: Realization, over step: Double) {
        let step = Float(step)
        logPermeability = base.permeabilityX.indices.map { cell in
            let (old, new) = (base.permeabilityX[cell], moved.permeabilityX[cell])
            return old > 0 && new > 0 ? log(new / old) / step : 0
        }
        porosity = zip(moved.porosity, base.porosity).map { ($0 - $1) / step }
    }
}
