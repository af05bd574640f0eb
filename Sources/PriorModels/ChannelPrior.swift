import Reservoir

/// What channels are made of, whatever their course: shared by meandering rivers and anastomosing belts.
///
/// Facies codes: ``backgroundCode`` between channels, ``channelCode`` in them, ``leveeCode`` along their banks and
/// ``splayCode`` where a bank was breached.
public struct ChannelBodies: Equatable, Sendable {
    public static let backgroundCode: UInt8 = 0
    public static let channelCode: UInt8 = 1
    public static let leveeCode: UInt8 = 2
    public static let splayCode: UInt8 = 3

    /// How many channels a realization has.
    public enum Amount: Equatable, Sendable {
        /// As many as make up this fraction of the active cells; drawn once a realization. The number of channels comes
        /// closest to it, then all widths are multiplied by one factor that meets it to the cell.
        case proportion(Distribution)
        /// This many, each count equally often; widths stay as drawn.
        case count(ClosedRange<Int>)
    }

    /// Ridges of sediment on both banks.
    public struct Levees: Equatable, Sendable {
        /// Of each ridge, in widths of its channel [–]; drawn once a realization.
        public let width: Distribution

        /// - Throws: ``ParameterError`` if a width may be out of range.
        public init(width: Distribution) throws(ParameterError) {
            try width.check("levee width", within: 0.01, 3, "must be within 0.01 to 3 channel widths")
            self.width = width
        }
    }

    /// Lobes of sediment where a river broke through its outer bank.
    public struct Splays: Equatable, Sendable {
        /// In a realization, each number equally often.
        public let count: ClosedRange<Int>
        /// From the bank to the tip, and across [m]; drawn for each.
        public let length: Distribution, breadth: Distribution

        /// - Throws: ``ParameterError`` naming the first parameter out of range.
        public init(
            count: ClosedRange<Int>, length: Distribution, breadth: Distribution
        ) throws(ParameterError) {
            try require(
                count.lowerBound >= 0 && count.upperBound <= 1000, "splay count",
                "\(count.lowerBound) to \(count.upperBound)", "must be within 0 to 1000")
            try length.check("splay length", within: .leastNonzeroMagnitude, .infinity, "must be positive")
            try breadth.check("splay breadth", within: .leastNonzeroMagnitude, .infinity, "must be positive")
            (self.count, self.length, self.breadth) = (count, length, breadth)
        }
    }

    /// Full width of a channel [m], drawn once for each.
    public let width: Distribution
    /// Of a channel at its middle [m], drawn once for each; `nil`: channels fill their cells. It thins towards the banks
    /// as a parabola. Where a cell is thicker than the channel in it, background fills the rest, and both lie in layers:
    /// porosity and permeability are means by thickness.
    public let thickness: Distribution?
    public let amount: Amount
    public let levees: Levees?
    public let splays: Splays?
    public let facies: FaciesTable

    /// - Throws: ``ParameterError`` naming the first parameter out of range.
    public init(
        width: Distribution, thickness: Distribution? = nil, amount: Amount, levees: Levees? = nil,
        splays: Splays? = nil, facies: FaciesTable
    ) throws(ParameterError) {
        try width.check("channel width", within: .leastNonzeroMagnitude, .infinity, "must be positive")
        try thickness?.check("channel thickness", within: .leastNonzeroMagnitude, .infinity, "must be positive")
        switch amount {
        case .proportion(let proportion):
            try proportion.check("channel proportion", within: 0.005, 0.95, "must be within 0.005 to 0.95")
        case .count(let count):
            try require(
                count.lowerBound >= 1 && count.upperBound <= 1000, "channel count",
                "\(count.lowerBound) to \(count.upperBound)", "must be within 1 to 1000")
        }
        try facies.check(codes: [(Self.backgroundCode, "background"), (Self.channelCode, "channel")])
        if levees != nil { try facies.check(codes: [(Self.leveeCode, "levee")]) }
        if splays != nil { try facies.check(codes: [(Self.splayCode, "crevasse splay")]) }
        (self.width, self.thickness, self.amount, self.facies) = (width, thickness, amount, facies)
        (self.levees, self.splays) = (levees, splays)
    }

    /// The codes that occur in realizations.
    var drawnCodes: [UInt8] {
        [Self.backgroundCode, Self.channelCode] + (levees == nil ? [] : [Self.leveeCode])
            + (splays == nil ? [] : [Self.splayCode])
    }
}

/// Meandering rivers.
public struct ChannelPrior: Equatable, Sendable {
    public let bodies: ChannelBodies
    public let meander: Meander

    public init(bodies: ChannelBodies, meander: Meander) { (self.bodies, self.meander) = (bodies, meander) }
}

/// The course of a meandering river; see ``MeanderProcess`` for the process.
public struct Meander: Equatable, Sendable {
    /// Straight distance from one bend to the next on the same side [m]; drawn for each channel.
    public let wavelength: Distribution
    /// Length along the river over straight length, on average [–]; drawn for each channel.
    public let sinuosity: Distribution
    /// Direction of flow, clockwise from the direction of rows (north, y) to that of columns (east, x) [degrees]; drawn
    /// for each channel.
    public let azimuth: Distribution
    /// Damping `h` of the process [–]: 0 is a periodic river, 1 one without a wavelength.
    public let irregularity: Double

    /// - Throws: ``ParameterError`` naming the first parameter out of range.
    public init(
        wavelength: Distribution, sinuosity: Distribution, azimuth: Distribution, irregularity: Double = 0.2
    ) throws(ParameterError) {
        try wavelength.check("wavelength", within: .leastNonzeroMagnitude, .infinity, "must be positive")
        try sinuosity.check(
            "sinuosity", within: 1, 2, "must be within 1 to 2 (loops of rivers beyond that are cut off)")
        try azimuth.check("azimuth", within: -360, 360, "must be within -360 to 360 degrees")
        try require(
            irregularity > 0 && irregularity < 1, "irregularity", "\(irregularity)", "must be above 0 and below 1")
        (self.wavelength, self.sinuosity) = (wavelength, sinuosity)
        (self.azimuth, self.irregularity) = (azimuth, irregularity)
    }
}

/// Anastomosing belts: channels that part around islands and join again.
public struct BeltPrior: Equatable, Sendable {
    public let bodies: ChannelBodies
    public let network: AnastomosingNetwork

    public init(bodies: ChannelBodies, network: AnastomosingNetwork) {
        (self.bodies, self.network) = (bodies, network)
    }
}

/// The network that anastomosing channels follow; see ``NetworkCourse`` for the process.
public struct AnastomosingNetwork: Equatable, Sendable {
    /// Direction of flow, clockwise from the direction of rows (north, y) to that of columns (east, x) [degrees]; drawn
    /// once a realization.
    public let azimuth: Distribution
    /// Distance along the flow between places where channels may part or join [m]; drawn once a realization.
    public let islandLength: Distribution
    /// Distance across the flow between the courses a channel may choose from [m]; drawn once a realization.
    public let islandWidth: Distribution
    /// Probability that a channel changes its course where it may [–].
    public let switching: Double

    /// - Throws: ``ParameterError`` naming the first parameter out of range.
    public init(
        azimuth: Distribution, islandLength: Distribution, islandWidth: Distribution, switching: Double = 0.6
    ) throws(ParameterError) {
        try azimuth.check("azimuth", within: -360, 360, "must be within -360 to 360 degrees")
        try islandLength.check("island length", within: .leastNonzeroMagnitude, .infinity, "must be positive")
        try islandWidth.check(
            "island width", within: .leastNonzeroMagnitude, islandLength.range.lowerBound,
            "must be positive and at most the island length: channels do not turn across the flow")
        try require(switching >= 0 && switching <= 1, "switching", "\(switching)", "must be within 0 to 1")
        (self.azimuth, self.islandLength) = (azimuth, islandLength)
        (self.islandWidth, self.switching) = (islandWidth, switching)
    }
}
