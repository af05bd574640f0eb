/// A well: where it meets the grid. What it is told to do stands in the ``Schedule``.
public struct Well: Equatable, Sendable, Codable {
    public enum Role: String, Codable, Sendable, CaseIterable {
        case producer, injector
    }

    /// One perforated cell.
    public struct Completion: Equatable, Sendable, Codable {
        /// Zero-based.
        public var column: Int, row: Int
        public init(column: Int, row: Int) { (self.column, self.row) = (column, row) }
    }

    public var name: String
    public var role: Role
    /// Never empty; the first is the reference for the bottom-hole pressure.
    public var completions: [Completion]
    /// [m]
    public var radius: Double
    public var skin: Double
    /// Depth that bottom-hole pressure refers to [m]; `nil`: centre depth of the first completion.
    public var referenceDepth: Double?

    public init(
        name: String, role: Role, completions: [Completion], radius: Double = 0.1, skin: Double = 0,
        referenceDepth: Double? = nil
    ) {
        (self.name, self.role, self.completions) = (name, role, completions)
        (self.radius, self.skin, self.referenceDepth) = (radius, skin, referenceDepth)
    }
}

/// What a well is told to do from some time on: a target, and limits that may take over as the active control.
///
/// An open well meets the most restrictive of its target and limits (Eclipse WCONPROD / WCONINJE): `rates` are upper
/// limits in surface volume; a producer's bottom-hole pressure is a lower limit, an injector's an upper one. One of
/// them is always active; which may change in either direction as the reservoir changes.
public struct WellControl: Equatable, Sendable {
    public enum Phase: String, Codable, Sendable, CaseIterable {
        /// `liquid`: oil plus displacing phase at surface conditions. An injector injects the displacing phase only.
        case oil, displacing, liquid
    }

    public var isOpen: Bool
    /// Upper limits of surface rates [m³/s]; an injector uses ``Phase/displacing``.
    public var rates: [Phase: Double]
    /// Lower limit (producer) or upper limit (injector) [Pa]; `nil`: none.
    public var bottomHolePressure: Double?

    public init(isOpen: Bool = true, rates: [Phase: Double] = [:], bottomHolePressure: Double? = nil) {
        (self.isOpen, self.rates, self.bottomHolePressure) = (isOpen, rates, bottomHolePressure)
    }

    public static let shut = WellControl(isOpen: false)
}

/// When wells change what they do, and when results are reported.
public struct Schedule: Equatable, Sendable {
    public struct Event: Equatable, Sendable {
        /// [s] from the start.
        public var time: Double
        public var well: String
        public var control: WellControl
        public init(time: Double, well: String, control: WellControl) {
            (self.time, self.well, self.control) = (time, well, control)
        }
    }

    /// Strictly increasing, all positive [s]. The last one ends the run.
    public var reportTimes: [Double]
    /// By time, not decreasing. A well without an event yet is shut.
    public var events: [Event]

    public init(reportTimes: [Double], events: [Event]) {
        (self.reportTimes, self.events) = (reportTimes, events)
    }
}

/// Everything about a reservoir that its realizations share.
public struct ReservoirModel: Equatable, Sendable {
    public var grid: Grid
    public var rock: Rock
    public var fluids: Fluids
    public var initial: InitialState
    public var wells: [Well]
    public var schedule: Schedule

    public init(
        grid: Grid, rock: Rock, fluids: Fluids, initial: InitialState, wells: [Well], schedule: Schedule
    ) {
        (self.grid, self.rock, self.fluids) = (grid, rock, fluids)
        (self.initial, self.wells, self.schedule) = (initial, wells, schedule)
    }
}
