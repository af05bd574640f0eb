import Foundation
import Reservoir

/// Text of a complete METRIC deck of a model, but for the cell properties of a realization, which it includes.
struct DeckText {
    let model: ReservoirModel
    let start: DeckDate
    let title: String
    let summary: [VectorKey]

    private var grid: Grid { model.grid }
    private var isAreal: Bool { grid.orientation == .areal }
    private var isWater: Bool { model.fluids.displacing == .water }

    var text: String {
        [runSpecification, gridSection, properties, regions, solution, summarySection, ScheduleText(model: model).text]
            .joined(separator: "\n")
    }

    static func number(_ value: Double) -> String { String(format: "%.10g", value) }

    private func cells(_ keyword: String, _ values: [Double]) -> String {
        GRDECL.text(keyword: keyword, words: values.lazy.map(Self.number))
    }

    private var runSpecification: String {
        let size = isAreal ? "\(grid.columns) \(grid.rows) 1" : "\(grid.columns) 1 \(grid.rows)"
        let connections = model.wells.map(\.completions.count).max() ?? 1
        let wells = max(model.wells.count, 1)
        return """
            RUNSPEC
            TITLE
             \(title)
            DIMENS
             \(size) /
            OIL
            \(isWater ? "WATER" : "GAS")
            METRIC
            START
             \(start) /
            TABDIMS
             \(model.rock.saturationFunctions.count) 1 1000 1000 /
            EQLDIMS
            /
            WELLDIMS
             \(wells) \(connections) 1 \(wells) /
            UNIFOUT

            """
    }

    private var gridSection: String {
        let cellRange = 0..<grid.cellCount
        let width = cellRange.map { grid.columnWidths[grid.column(of: $0)] }
        let height = cellRange.map { grid.rowHeights[grid.row(of: $0)] }
        let (dy, dz) = isAreal ? (height, grid.thickness) : (grid.thickness, height)
        var parts = ["GRID", "GRIDFILE\n 0 0 /"]
        parts += [cells("DX", width), cells("DY", dy), cells("DZ", dz)]
        parts.append(cells("TOPS", zip(grid.centreDepth, dz).map { $0 - $1 / 2 }))
        if let values = model.rock.netToGross { parts.append(cells("NTG", values)) }
        if let values = model.rock.multiplierX { parts.append(cells("MULTX", values)) }
        if let values = model.rock.multiplierY { parts.append(cells(isAreal ? "MULTY" : "MULTZ", values)) }
        parts += DeckTemplate.realizationFiles.map { "INCLUDE\n '\($0)' /" }
        return parts.joined(separator: "\n") + "\n"
    }

    private var properties: String {
        let fluids = model.fluids
        func line(_ values: [Double]) -> String { " " + values.map(Self.number).joined(separator: " ") + " /\n" }
        func law(_ phase: FluidPhase) -> String {
            line([
                fluids.referencePressure / Unit.bar, phase.formationVolumeFactor, phase.compressibility * Unit.bar,
                phase.viscosity / Unit.centipoise, 0
            ])
        }
        let densities = [
            fluids.oil.surfaceDensity, isWater ? fluids.displacingPhase.surfaceDensity : 1000,
            isWater ? 1 : fluids.displacingPhase.surfaceDensity
        ]
        return "PROPS\n" + "PVCDO\n" + law(fluids.oil)
            + (isWater ? "PVTW\n" + law(fluids.displacingPhase) : "PVDG\n" + gasTable(fluids) + "/\n")
            + "ROCK\n" + line([model.rock.referencePressure / Unit.bar, rockCompressibility * Unit.bar])
            + "DENSITY\n" + line(densities)
            + (isWater ? "SWOF\n" : "SGOF\n")
            + model.rock.saturationFunctions.map { saturationTable($0) + "/\n" }.joined()
    }

    /// OPM Flow fails, or shuts wells, in the first steps of a model in which nothing yields, so that rock there gets 1e-6 / bar: over
    /// 100 bar, 1e-4 of the pore volume.
    private var rockCompressibility: Double {
        let fluids = model.fluids
        let others = fluids.oil.compressibility + fluids.displacingPhase.compressibility
        return others > 0 ? model.rock.compressibility : max(model.rock.compressibility, 1e-6 / Unit.bar)
    }

    /// The law of the gas phase as a table from 1 to 2000 bar. A simulator wants `B` to fall from row to row, so an
    /// incompressible gas gets a compressibility of 1e-9 / bar.
    private func gasTable(_ fluids: Fluids) -> String {
        let phase = fluids.displacingPhase
        let compressibility = max(phase.compressibility, 1e-9 / Unit.bar)
        return (0...100).map { row in
            let pressure = (1 + 1999 * Double(row) / 100) * Unit.bar
            let x = compressibility * (pressure - fluids.referencePressure)
            let factor = phase.formationVolumeFactor / (1 + x + x * x / 2)
            return String(
                format: " %.6f %.15g %.10g\n", pressure / Unit.bar, factor, phase.viscosity / Unit.centipoise)
        }.joined()
    }

    private func saturationTable(_ functions: SaturationFunctions) -> String {
        let rows: [[Double]]
        switch functions {
        case .table(let table):
            rows = table.saturation.indices.map {
                [table.saturation[$0], table.displacing[$0], table.oil[$0], table.capillaryPressure[$0] / Unit.bar]
            }
        case .corey(let curves): rows = Self.rows(of: curves)
        }
        // SGOF begins where there is no gas.
        let needsStart = !isWater && rows[0][0] > 0
        return ((needsStart ? [[0, 0, rows[0][2], rows[0][3]]] : []) + rows)
            .map { " " + $0.map(Self.number).joined(separator: " ") + "\n" }.joined()
    }

    /// 201 rows: between two, a curve of exponent 2 departs from its chord by 1 / (4 · 200²), 6e-6 of its end point.
    private static func rows(of curves: CoreyCurves) -> [[Double]] {
        let (low, high) = (curves.connate, 1 - curves.residualOil)
        return (0...200).map { row in
            let s = Double(row) / 200
            return [
                low + s * (high - low), curves.displacingEndPoint * pow(s, curves.displacingExponent),
                curves.oilEndPoint * pow(1 - s, curves.oilExponent), 0
            ]
        }
    }

    private var regions: String {
        guard let types = model.rock.rockType else { return "" }
        return "REGIONS\n" + GRDECL.text(keyword: "SATNUM", words: types.lazy.map { "\($0 + 1)" })
    }

    private var solution: String {
        switch model.initial {
        case .uniform(let pressure, let saturation):
            let count = grid.cellCount
            return """
                SOLUTION
                PRESSURE
                 \(count)*\(Self.number(pressure / Unit.bar)) /
                \(isWater ? "SWAT" : "SGAS")
                 \(count)*\(Self.number(saturation)) /

                """
        case .equilibrium(let datum, let pressure, let contact, let capillary):
            let datumText = "\(Self.number(datum)) \(Self.number(pressure / Unit.bar))"
            let contactText = "\(Self.number(contact)) \(Self.number(capillary / Unit.bar))"
            // The contact that does not exist is put out of reach; the last item asks for the state at cell centres.
            let contacts = isWater ? "\(contactText) 0 0" : "1e6 0 \(contactText)"
            return "SOLUTION\nEQUIL\n \(datumText) \(contacts) 1* 1* 0 /\n"
        }
    }

    private var summarySection: String {
        var order: [String] = []
        var wells: [String: [String]] = [:]
        for key in summary {
            if wells[key.keyword] == nil { order.append(key.keyword) }
            wells[key.keyword, default: []] += [key.well].compactMap(\.self)
        }
        let requests = order.map { keyword in
            let names = wells[keyword] ?? []
            return names.isEmpty ? keyword : "\(keyword)\n \(names.map { "'\($0)'" }.joined(separator: " ")) /"
        }
        return (["SUMMARY", "RPTONLY"] + requests).joined(separator: "\n") + "\n"
    }
}
