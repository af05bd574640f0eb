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

    var closure: @Sendable ([SensitivityPoint]) throws -> [LatentSlopes?] { { points in try self.matrices(points) } }

    private func matrices(_ points: [SensitivityPoint]) throws -> [LatentSlopes?] {
        try pool.map(points, makeContext: { try forwardModel.makeSimulator() }) { simulator, point -> LatentSlopes? in
            guard let simulator = simulator as? any DifferentiableSimulator else { return nil }
            let base = inversion.decodeSmooth([point.latent], sharpness: point.sharpness)[0]
            do throws(SimulationFailure) {
                let sensitivity = try simulator.sensitivity(
                    of: base, at: layout, combinations: point.combinations.rowArrays)
                return LatentSlopes(
                    byLatent: byLatents(sensitivity, of: base, at: point),
                    byCell: inversion.cellSlopes(sensitivity, at: base))
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
        let byFields = (0..<inversion.detailFieldCount).map { field in
            PropertySlopes(
                from: base, to: inversion.decodeSmooth(latent, sharpness: sharpness, field: field, movedBy: step),
                over: step)
        }
        let network = product(sensitivity, byNetwork.map { PropertySlopes(from: base, to: $0, over: step) })
        var elements: [Double] = []
        for row in 0..<sensitivity.count {
            elements += network.row(row)
            for slopes in byFields {
                var byField = [Float](repeating: 0, count: base.cellCount)
                for (byProperty, ofProperty) in slopes.pairs(with: sensitivity) {
                    let start = row * base.cellCount
                    for cell in byField.indices { byField[cell] += byProperty[start + cell] * ofProperty[cell] }
                }
                elements += inversion.byDetailWeights(byField)
            }
        }
        return Matrix(rows: sensitivity.count, columns: latent.count, elements: elements)
    }

    /// The chain rule: sums over cells and properties, `[combinations x slopes]`.
    private func product(_ sensitivity: DataSensitivity, _ slopes: [PropertySlopes]) -> Matrix {
        func matrix(_ rows: Int, _ values: some Sequence<Float>) -> Matrix {
            Matrix(rows: rows, columns: sensitivity.cellCount, elements: values.map { Double($0) })
        }
        let pairs = slopes.map { $0.pairs(with: sensitivity) }
        var sum = Matrix(rows: sensitivity.count, columns: slopes.count)
        for property in pairs.first?.indices ?? 0..<0 {
            let ofProperty = matrix(slopes.count, pairs.map { $0[property].ofProperty }.joined())
            let byProperty = matrix(sensitivity.count, pairs[0][property].byProperty)
            sum = sum + byProperty.times(ofProperty, otherTransposed: true)
        }
        return sum
    }
}

/// How the properties of cells change with a number, by forward differences; `[cells]`.
private struct PropertySlopes {
    let logPermeability: [Float], porosity: [Float]
    let shares: [UInt8: [Float]]

    init(from base: Realization, to moved: Realization, over step: Double) {
        let step = Float(step)
        logPermeability = base.permeabilityX.indices.map { cell in
            let (old, new) = (base.permeabilityX[cell], moved.permeabilityX[cell])
            return old > 0 && new > 0 ? log(new / old) / step : 0
        }
        func slopes(_ old: [Float], _ new: [Float]) -> [Float] { zip(new, old).map { ($0 - $1) / step } }
        porosity = slopes(base.porosity, moved.porosity)
        shares = (moved.faciesShares ?? [:]).reduce(into: [:]) { result, share in
            if let old = base.faciesShares?[share.key] { result[share.key] = slopes(old, share.value) }
        }
    }

    /// Slopes by a property, `[count][cells]`, and those of it, `[cells]`, for the properties that the data see.
    func pairs(with sensitivity: DataSensitivity) -> [(byProperty: [Float], ofProperty: [Float])] {
        let properties = [(sensitivity.byLogPermeability, logPermeability), (sensitivity.byPorosity, porosity)]
        let facies = sensitivity.byFaciesShare.keys.sorted().compactMap { code in
            shares[code].flatMap { slopes in sensitivity.byFaciesShare[code].map { ($0, slopes) } }
        }
        return (properties + facies).map { (byProperty: $0.0, ofProperty: $0.1) }
    }
}
