import Reservoir

/// What each well is told to do, and which of its target and limits is the active one.
///
/// After a trial solution every limit is checked; the one that is broken most takes over, until none is. Because this
/// is done anew at each pressure solution, a control may change in either direction.
struct WellControls {
    enum Active: Equatable {
        case shut
        case bottomHolePressure
        case rate(WellControl.Phase)
    }

    private(set) var controls: [WellControl]
    private(set) var active: [Active]
    private let roles: [Well.Role]

    init(_ wells: [Well]) {
        controls = Array(repeating: .shut, count: wells.count)
        active = Array(repeating: .shut, count: wells.count)
        roles = wells.map(\.role)
    }

    /// Gives a well a new control; it starts on its pressure if it has one, else on a rate.
    mutating func set(_ control: WellControl, for well: Int) {
        controls[well] = control
        if !control.isOpen || control.rates.values.contains(0) {
            active[well] = .shut
        } else if control.bottomHolePressure != nil {
            active[well] = .bottomHolePressure
        } else {
            let phase = WellControl.Phase.allCases.first { control.rates[$0] != nil }
            active[well] = phase.map { .rate($0) } ?? .shut
        }
    }

    /// What a well does under its present control, in surface volumes.
    struct Performance {
        /// Rate of each phase into (injector) or out of (producer) the reservoir, positive [m³/s].
        var displacing = 0.0, oil = 0.0
        var bottomHolePressure = 0.0

        func rate(_ phase: WellControl.Phase) -> Double {
            switch phase {
            case .displacing: displacing
            case .oil: oil
            case .liquid: displacing + oil
            }
        }
    }

    /// Changes the active control of `well` if `performance` breaks a limit.
    /// - Returns: whether it changed.
    mutating func enforce(_ performance: Performance, on well: Int) -> Bool {
        guard active[well] != .shut else { return false }
        // Rounding of a solved target must not count as a broken limit.
        let slack = 1e-6
        var worst = slack
        var choice: Active?
        for phase in WellControl.Phase.allCases where active[well] != .rate(phase) {
            guard let limit = controls[well].rates[phase] else { continue }
            let excess = performance.rate(phase) / limit - 1
            if excess > worst { (worst, choice) = (excess, .rate(phase)) }
        }
        if active[well] != .bottomHolePressure, let limit = controls[well].bottomHolePressure {
            let excess =
                (roles[well] == .producer
                    ? limit - performance.bottomHolePressure : performance.bottomHolePressure - limit)
                / abs(limit)
            if excess > slack { choice = .bottomHolePressure }
        }
        guard let choice else { return false }
        active[well] = choice
        return true
    }

    /// Whether some open well holds a pressure, so that the level of pressure is known.
    var holdsPressure: Bool { active.contains(.bottomHolePressure) }
}
