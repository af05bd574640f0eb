import Foundation
import Reservoir

/// A model as the sections `grid` to `schedule` of a case file, in METRIC units.
///
/// Numbers have ten digits, so that reading them back gives the model to a relative 1e-10.
struct CaseText {
    let model: ReservoirModel
    /// The file that holds what differs from cell to cell; `nil` if nothing does.
    let cellsFile: String?

    private var grid: Grid { model.grid }

    var text: String {
        [gridText, rockText, fluidsText, initialText, wellsText, scheduleText].joined(separator: "\n")
    }

    static func number(_ value: Double) -> String { String(format: "%.10g", value) }

    /// `key: 5`, or a list over as many lines as it needs.
    private static func field(_ key: String, _ values: [Double], factor: Double = 1, indent: Int) -> String {
        let blanks = String(repeating: " ", count: indent)
        if let first = values.first, values.allSatisfy({ $0 == first }), key != "saturation" {
            return "\(blanks)\(key): \(number(first / factor))\n"
        }
        return "\(blanks)\(key):\n" + list(values, factor: factor, indent: indent + 2) + "\n"
    }

    private static func list(_ values: [Double], factor: Double = 1, indent: Int) -> String {
        let blanks = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = blanks + "["
        for (index, value) in values.enumerated() {
            let word = number(value / factor) + (index == values.count - 1 ? "]" : ", ")
            if line.utf8.count + word.utf8.count > 100 {
                lines.append(String(line.reversed().drop { $0 == " " }.reversed()))
                line = blanks + " "
            }
            line += word
        }
        return (lines + [line]).joined(separator: "\n")
    }

    /// As it is, or quoted where YAML would take it for something else than a text.
    static func quoted(_ text: String) -> String {
        let isPlain =
            text.first?.isLetter == true && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        let reserved = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        guard !isPlain || reserved.contains(text.lowercased()) else { return text }
        return "'\(text.replacing("'", with: "''"))'"
    }
}

// MARK: - Grid, rock, fluids

extension CaseText {
    private var gridText: String {
        let isAreal = grid.orientation == .areal
        var text = "grid:\n"
        if !isAreal { text += "  orientation: section\n" }
        text += "  columns: \(grid.columns)\n  rows: \(grid.rows)\n"
        text += Self.field("cell_width", grid.columnWidths, indent: 2)
        text += Self.field("cell_height", grid.rowHeights, indent: 2)
        if let first = grid.thickness.first, grid.thickness.allSatisfy({ $0 == first }) {
            text += "  thickness: \(Self.number(first))\n"
        }
        text += "  depth: \(Self.number(grid.topDepth))\n"
        if let cellsFile { text += "  cells: \(cellsFile)\n" }
        return text
    }

    private var rockText: String {
        let rock = model.rock
        var text = "rock:\n  compressibility: \(Self.number(rock.compressibility * Unit.bar))\n"
        text += "  reference_pressure: \(Self.number(rock.referencePressure / Unit.bar))\n"
        text += "  relative_permeability:\n" + Self.curves(rock.saturationFunctions[0], indent: 4)
        guard rock.saturationFunctions.count > 1 else { return text }
        text += "  further_rock_types:\n"
        for functions in rock.saturationFunctions.dropFirst() {
            let body = Self.curves(functions, indent: 6)
            text += "    - " + body.dropFirst(6)
        }
        return text
    }

    private static func curves(_ functions: SaturationFunctions, indent: Int) -> String {
        let blanks = String(repeating: " ", count: indent)
        switch functions {
        case .corey(let curves):
            let fields = [
                ("connate", curves.connate), ("residual_oil", curves.residualOil),
                ("displacing_exponent", curves.displacingExponent), ("oil_exponent", curves.oilExponent),
                ("displacing_end_point", curves.displacingEndPoint), ("oil_end_point", curves.oilEndPoint)
            ]
            return fields.map { "\(blanks)\($0): \(number($1))\n" }.joined()
        case .table(let table):
            let lists = [
                ("saturation", table.saturation, 1), ("displacing", table.displacing, 1), ("oil", table.oil, 1),
                ("capillary_pressure", table.capillaryPressure, Unit.bar)
            ]
            return "\(blanks)model: table\n"
                + lists.map { "\(blanks)\($0):\n" + list($1, factor: $2, indent: indent + 2) + "\n" }.joined()
        }
    }

    private var fluidsText: String {
        let fluids = model.fluids
        func phase(_ name: String, _ phase: FluidPhase) -> String {
            """
              \(name):
                density: \(Self.number(phase.surfaceDensity))
                viscosity: \(Self.number(phase.viscosity / Unit.centipoise))
                formation_volume_factor: \(Self.number(phase.formationVolumeFactor))
                compressibility: \(Self.number(phase.compressibility * Unit.bar))

            """
        }
        return "fluids:\n  displacing: \(fluids.displacing.rawValue)\n"
            + phase(fluids.displacing.rawValue, fluids.displacingPhase) + phase("oil", fluids.oil)
            + "  reference_pressure: \(Self.number(fluids.referencePressure / Unit.bar))\n"
    }

    private var initialText: String {
        switch model.initial {
        case .uniform(let pressure, let saturation):
            return "initial: {pressure: \(Self.number(pressure / Unit.bar)), saturation: \(Self.number(saturation))}\n"
        case .equilibrium(let datum, let pressure, let contact, let capillary):
            return """
                initial:
                  state: equilibrium
                  datum_depth: \(Self.number(datum))
                  pressure: \(Self.number(pressure / Unit.bar))
                  contact_depth: \(Self.number(contact))
                  contact_capillary_pressure: \(Self.number(capillary / Unit.bar))

                """
        }
    }
}

// MARK: - Wells and schedule

extension CaseText {
    private var wellsText: String {
        "wells:\n" + model.wells.map { wellText($0) }.joined()
    }

    private func wellText(_ well: Well) -> String {
        var text = "  - name: \(Self.quoted(well.name))\n    role: \(well.role.rawValue)\n"
        if well.completions.count == 1 {
            text += "    column: \(well.completions[0].column + 1)\n    row: \(well.completions[0].row + 1)\n"
        } else {
            text += "    completions:\n"
            text += well.completions.map { "      - [\($0.column + 1), \($0.row + 1)]\n" }.joined()
        }
        text += "    radius: \(Self.number(well.radius))\n"
        if well.skin != 0 { text += "    skin: \(Self.number(well.skin))\n" }
        if let depth = well.referenceDepth { text += "    reference_depth: \(Self.number(depth))\n" }
        if let control = model.schedule.events.last(where: { $0.well == well.name && $0.time == 0 })?.control {
            text += "    control: {\(controlText(control))}\n"
        }
        return text
    }

    private func controlText(_ control: WellControl) -> String {
        guard control.isOpen else { return "status: shut" }
        let displacing = model.fluids.displacing == .water ? "water_rate" : "gas_rate"
        let names: [(WellControl.Phase, String)] = [
            (.oil, "oil_rate"), (.displacing, displacing), (.liquid, "liquid_rate")
        ]
        var fields = names.compactMap { phase, name in
            control.rates[phase].map { "\(name): \(Self.number($0 / Unit.cubicMetrePerDay))" }
        }
        if let pressure = control.bottomHolePressure {
            fields.append("bottom_hole_pressure: \(Self.number(pressure / Unit.bar))")
        }
        return fields.joined(separator: ", ")
    }

    private var scheduleText: String {
        let times = model.schedule.reportTimes
        let first = times[0]
        let isEven = times.enumerated().allSatisfy { abs($1 - Double($0 + 1) * first) <= 1e-9 * $1 }
        var text = "schedule:\n"
        if isEven, times.count > 1 {
            let (every, until) = (Self.number(first / Unit.day), Self.number(times[times.count - 1] / Unit.day))
            text += "  report_times: {every: \(every), until: \(until)}\n"
        } else {
            text += "  report_times:\n" + Self.list(times, factor: Unit.day, indent: 4) + "\n"
        }
        let later = model.schedule.events.filter { $0.time > 0 }
        if !later.isEmpty { text += "  events:\n" }
        for event in later {
            text += "    - {time: \(Self.number(event.time / Unit.day)), well: \(Self.quoted(event.well)), "
            text += "\(controlText(event.control))}\n"
        }
        return text
    }
}

extension Grid {
    /// Depth of the top face of the first cell [m].
    var topDepth: Double { centreDepth[0] - (orientation == .areal ? thickness[0] : rowHeights[0]) / 2 }
}
