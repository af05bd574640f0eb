import Foundation
import Reservoir

/// What a realization makes of the topology: pore volumes, transmissibilities, connection factors.
struct StaticProperties: Sendable {
    /// At the rock's reference pressure, `[active]` [m³].
    let poreVolume: [Double]
    /// Without mobility, `[faces]` [m³].
    let transmissibility: [Double]
    /// Connection factor of each completion, without mobility [m³].
    let wellIndex: [Double]

    /// - Throws: ``SimulationFailure`` if the realization does not fit the model, or no fluid can reach a well.
    init(_ realization: Realization, model: ReservoirModel, topology: FlowTopology) throws(SimulationFailure) {
        do { try realization.validate(on: model.grid) } catch { throw SimulationFailure("\(error)") }
        poreVolume = StaticProperties.poreVolumes(realization, model, topology)
        transmissibility = topology.faces.map { StaticProperties.transmissibility(of: $0, realization, model) }
        var wellIndex: [Double] = []
        for completion in topology.completions {
            let well = model.wells[completion.well]
            let cell = completion.gridCell
            guard let index = peacemanWellIndex(of: well, in: cell, realization: realization, model: model) else {
                throw SimulationFailure(
                    "well \(well.name) has a skin of \(well.skin), too negative for the equivalent radius of its cell "
                        + "(\(model.grid.column(of: cell) + 1), \(model.grid.row(of: cell) + 1))")
            }
            wellIndex.append(index)
        }
        self.wellIndex = wellIndex
        if let empty = poreVolume.firstIndex(where: { !($0 > 0) }) {
            let cell = topology.gridCell[empty]
            throw SimulationFailure(
                "cell (\(model.grid.column(of: cell) + 1), \(model.grid.row(of: cell) + 1)) has no pore volume; "
                    + "make it inactive")
        }
    }

    static func poreVolumes(_ realization: Realization, _ model: ReservoirModel, _ topology: FlowTopology) -> [Double] {
        topology.gridCell.map { cell in
            Double(realization.porosity[cell]) * model.grid.bulkVolume(of: cell) * (model.rock.netToGross?[cell] ?? 1)
        }
    }

    /// Two half-cells in series, `T = M / (d₁/(k₁A₁) + d₂/(k₂A₂))`, with net-to-gross on horizontal flow only.
    private static func transmissibility(
        of face: FlowTopology.Face, _ realization: Realization, _ model: ReservoirModel
    ) -> Double {
        let resistances = halfResistances(of: face, realization, model)
        let multipliers = face.isAlongX ? model.rock.multiplierX : model.rock.multiplierY
        return (multipliers?[face.firstCell] ?? 1) / (resistances.first + resistances.second)
    }

    /// `d/(kA)` of the half-cells on both sides of a face [1/m³].
    static func halfResistances(
        of face: FlowTopology.Face, _ realization: Realization, _ model: ReservoirModel
    ) -> (first: Double, second: Double) {
        let grid = model.grid
        func resistance(_ cell: Int) -> Double {
            let width = grid.columnWidths[grid.column(of: cell)]
            let height = grid.rowHeights[grid.row(of: cell)]
            let isVertical = grid.orientation == .section && !face.isAlongX
            let net = isVertical ? 1 : model.rock.netToGross?[cell] ?? 1
            let area = (face.isAlongX ? height : width) * grid.thickness[cell] * net
            let distance = (face.isAlongX ? width : height) / 2
            let permeability = Double((face.isAlongX ? realization.permeabilityX : realization.permeabilityY)[cell])
            return distance / (permeability * area)
        }
        return (resistance(face.firstCell), resistance(face.secondCell))
    }
}

/// Peaceman's connection factor of a vertical well in one cell [m³]; `nil` if the skin makes it meaningless.
///
///     WI = 2π √(k₁k₂) h / (ln(r₀/r_w) + s)
///     r₀ = 0.28 √(√(k₂/k₁) Δ₁² + √(k₁/k₂) Δ₂²) / ((k₂/k₁)^¼ + (k₁/k₂)^¼)
///
/// In a section the well runs along depth: the plan has the column's width and the cell's thickness, and the
/// permeability across the plane is taken equal to that along x.
/// Source: Peaceman (1983), SPE 10528.
func peacemanWellIndex(of well: Well, in cell: Int, realization: Realization, model: ReservoirModel) -> Double? {
    let grid = model.grid
    let net = model.rock.netToGross?[cell] ?? 1
    let kx = Double(realization.permeabilityX[cell])
    let (width, depth, ky, height): (Double, Double, Double, Double)
    switch grid.orientation {
    case .areal:
        (width, depth) = (grid.columnWidths[grid.column(of: cell)], grid.rowHeights[grid.row(of: cell)])
        (ky, height) = (Double(realization.permeabilityY[cell]), grid.thickness[cell])
    case .section:
        (width, depth) = (grid.columnWidths[grid.column(of: cell)], grid.thickness[cell])
        (ky, height) = (kx, grid.rowHeights[grid.row(of: cell)])
    }
    guard kx > 0, ky > 0 else { return 0 }
    let ratio = (ky / kx).squareRoot()
    let radius =
        0.28 * (ratio * width * width + depth * depth / ratio).squareRoot()
        / (ratio.squareRoot() + 1 / ratio.squareRoot())
    let resistance = log(radius / well.radius) + well.skin
    guard resistance > 0 else { return nil }
    return 2 * .pi * (kx * ky).squareRoot() * height * net / resistance
}
