import Reservoir

extension ReservoirModel {
    /// Everything that keeps this model from being simulated, in reading order; empty if nothing does.
    public var problems: [ParameterError] {
        rockProblems + initialProblems + wellProblems + scheduleProblems
    }

    private var rockProblems: [ParameterError] {
        var found: [ParameterError] = []
        let cells = grid.cellCount
        func check(_ name: String, _ values: [Double]?, _ isValid: (Double) -> Bool, _ requirement: String) {
            guard let values else { return }
            if values.count != cells {
                found.append(
                    ParameterError(
                        parameter: name, found: "\(values.count) values",
                        requirement: "must have \(cells), one per cell"))
            } else if let bad = values.indices.first(where: { grid.active[$0] && !isValid(values[$0]) }) {
                found.append(
                    ParameterError(
                        parameter: name, found: "\(values[bad]) in cell \(place(bad))", requirement: requirement))
            }
        }
        check("net_to_gross", rock.netToGross, { $0 > 0 && $0 <= 1 }, "must be above 0 and at most 1")
        check("multiplier_x", rock.multiplierX, { $0 >= 0 && $0.isFinite }, "must not be negative")
        check("multiplier_y", rock.multiplierY, { $0 >= 0 && $0.isFinite }, "must not be negative")
        if !(rock.compressibility >= 0 && rock.compressibility.isFinite) {
            found.append(
                ParameterError(
                    parameter: "rock.compressibility", found: "\(rock.compressibility)",
                    requirement: "must not be negative"))
        }
        if rock.saturationFunctions.isEmpty {
            found.append(
                ParameterError(
                    parameter: "saturation_functions", found: "empty", requirement: "must hold one per rock type"))
        }
        check(
            "rock_type", rock.rockType.map { $0.map(Double.init) },
            { $0 >= 0 && $0 < Double(rock.saturationFunctions.count) },
            "must be one of the \(rock.saturationFunctions.count) rock types")
        return found
    }

    private var initialProblems: [ParameterError] {
        switch initial {
        case .uniform(let pressure, let saturation):
            var found: [ParameterError] = []
            if !(pressure > 0 && pressure.isFinite) {
                found.append(
                    ParameterError(
                        parameter: "initial.pressure", found: "\(pressure) Pa", requirement: "must be positive"))
            }
            if !(saturation >= 0 && saturation <= 1) {
                found.append(
                    ParameterError(
                        parameter: "initial.saturation", found: "\(saturation)", requirement: "must be within 0 to 1"))
            }
            return found
        case .equilibrium(let datumDepth, let pressure, let contactDepth, let contactCapillaryPressure):
            guard pressure > 0, [datumDepth, pressure, contactDepth, contactCapillaryPressure].allSatisfy(\.isFinite)
            else {
                return [
                    ParameterError(
                        parameter: "initial.equilibrium", found: "\(initial)",
                        requirement: "must have finite depths and a positive pressure")
                ]
            }
            return []
        }
    }

    private var wellProblems: [ParameterError] {
        var found: [ParameterError] = []
        var names: Set<String> = []
        if wells.isEmpty {
            found.append(ParameterError(parameter: "wells", found: "empty", requirement: "must hold at least one well"))
        }
        for well in wells {
            let name = "well \(well.name)"
            if !names.insert(well.name).inserted {
                found.append(
                    ParameterError(parameter: name, found: "named twice", requirement: "must have a name of its own"))
            }
            if !(well.radius > 0 && well.radius.isFinite) {
                found.append(
                    ParameterError(
                        parameter: "\(name) radius", found: "\(well.radius) m", requirement: "must be positive"))
            }
            if !well.skin.isFinite {
                found.append(
                    ParameterError(parameter: "\(name) skin", found: "\(well.skin)", requirement: "must be finite"))
            }
            if let depth = well.referenceDepth, !depth.isFinite {
                found.append(
                    ParameterError(
                        parameter: "\(name) reference_depth", found: "\(depth)", requirement: "must be finite"))
            }
            found += completionProblems(of: well)
        }
        return found
    }

    private func completionProblems(of well: Well) -> [ParameterError] {
        let name = "well \(well.name) completion"
        if well.completions.isEmpty {
            return [ParameterError(parameter: name, found: "missing", requirement: "must name at least one cell")]
        }
        var found: [ParameterError] = []
        var cells: Set<Int> = []
        for completion in well.completions {
            let place = "(\(completion.column + 1), \(completion.row + 1))"
            guard grid.contains(column: completion.column, row: completion.row) else {
                found.append(
                    ParameterError(
                        parameter: name, found: place,
                        requirement: "must lie within the \(grid.columns) x \(grid.rows) grid"))
                continue
            }
            let cell = grid.cell(column: completion.column, row: completion.row)
            if !grid.active[cell] {
                found.append(
                    ParameterError(
                        parameter: name, found: "\(place), an inactive cell", requirement: "must be an active cell"))
            }
            if !cells.insert(cell).inserted {
                found.append(
                    ParameterError(parameter: name, found: "\(place) twice", requirement: "must name each cell once"))
            }
        }
        return found
    }

    private var scheduleProblems: [ParameterError] {
        var found: [ParameterError] = []
        let times = schedule.reportTimes
        if times.isEmpty {
            found.append(
                ParameterError(parameter: "report_times", found: "empty", requirement: "must hold at least one time"))
        }
        if let bad = times.indices.first(where: {
            !(times[$0] > ($0 == 0 ? 0 : times[$0 - 1]) && times[$0].isFinite)
        }) {
            found.append(
                ParameterError(
                    parameter: "report_times", found: "\(times[bad] / Unit.day) days at place \(bad + 1)",
                    requirement: "must be positive and increase"))
        }
        var previous = 0.0
        var hasOpened: Set<String> = []
        for event in schedule.events {
            let name = "event of well \(event.well)"
            if !(event.time >= previous && event.time.isFinite) {
                found.append(
                    ParameterError(
                        parameter: name, found: "at \(event.time / Unit.day) days",
                        requirement: "must not be negative nor stand before the event listed ahead of it"))
            } else {
                previous = event.time
            }
            guard let well = wells.first(where: { $0.name == event.well }) else {
                found.append(
                    ParameterError(
                        parameter: name, found: "for a well that is not there",
                        requirement: "must name one of the wells"))
                continue
            }
            hasOpened.insert(well.name)
            found += event.control.problems(of: well, name: name)
        }
        for well in wells where !hasOpened.contains(well.name) {
            found.append(
                ParameterError(
                    parameter: "well \(well.name)", found: "without a control",
                    requirement: "must have an event in the schedule; shut it by one if it never opens"))
        }
        return found
    }

    private func place(_ cell: Int) -> String { "(\(grid.column(of: cell) + 1), \(grid.row(of: cell) + 1))" }
}

extension WellControl {
    /// What is wrong with this control for `well`; `name` says where it stands.
    func problems(of well: Well, name: String) -> [ParameterError] {
        guard isOpen else { return [] }
        var found: [ParameterError] = []
        if rates.isEmpty && bottomHolePressure == nil {
            found.append(
                ParameterError(
                    parameter: name, found: "open without a target",
                    requirement: "must have a rate or a bottom-hole pressure"))
        }
        for phase in Phase.allCases {
            guard let rate = rates[phase] else { continue }
            if !(rate >= 0 && rate.isFinite) {
                found.append(
                    ParameterError(
                        parameter: "\(name) \(phase) rate", found: "\(rate / Unit.cubicMetrePerDay) sm3/day",
                        requirement: "must not be negative"))
            }
            if well.role == .injector && phase != .displacing {
                found.append(
                    ParameterError(
                        parameter: "\(name) \(phase) rate", found: "set for an injector",
                        requirement: "must be left out: an injector takes the displacing phase only"))
            }
        }
        if let bottomHolePressure, !(bottomHolePressure > 0 && bottomHolePressure.isFinite) {
            found.append(
                ParameterError(
                    parameter: "\(name) bottom-hole pressure", found: "\(bottomHolePressure / Unit.bar) bar",
                    requirement: "must be positive"))
        }
        return found
    }
}
