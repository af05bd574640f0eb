import Reservoir

/// The flow simulator as a forward model: everything that realizations share, checked and laid out once.
public struct FlowModel: ForwardModel {
    public let reservoir: ReservoirModel
    public let settings: SimulatorSettings
    public let vectorKeys: [VectorKey]
    public var reportTimes: [Double] { reservoir.schedule.reportTimes }
    let topology: FlowTopology
    let curves: [SaturationCurves]
    let factors: VolumeFactors

    /// - Throws: ``ParameterError``, the first of ``ReservoirModel/problems`` or of the settings' own.
    public init(reservoir: ReservoirModel, settings: SimulatorSettings = SimulatorSettings()) throws(ParameterError) {
        try settings.validate()
        if let problem = reservoir.problems.first { throw problem }
        (self.reservoir, self.settings) = (reservoir, settings)
        vectorKeys = SeriesRecorder.keys(of: reservoir)
        topology = FlowTopology(reservoir)
        curves = reservoir.rock.saturationFunctions.map { SaturationCurves($0, fluids: reservoir.fluids) }
        factors = VolumeFactors(fluids: reservoir.fluids, rock: reservoir.rock)
    }

    /// The vectors that the simulation of a model gives, whether or not it is sound otherwise.
    public static func vectorKeys(of reservoir: ReservoirModel) -> [VectorKey] { SeriesRecorder.keys(of: reservoir) }

    /// FNV-1a over the textual form of every setting; the version counts changes of the method itself.
    public var settingsDigest: String {
        let events = reservoir.schedule.events.map { event in
            let rates = WellControl.Phase.allCases.map { "\(event.control.rates[$0] ?? -1)" }
            return "\(event.time) \(event.well) \(event.control.isOpen) \(rates) "
                + "\(event.control.bottomHolePressure ?? -1)"
        }
        let text =
            "flow 6 \(reservoir.grid) \(reservoir.rock) \(reservoir.fluids) \(reservoir.initial) \(reservoir.wells) "
            + "\(reservoir.schedule.reportTimes) \(events) \(settings)"
        let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return "flow-" + String(hash, radix: 16)
    }

    public func makeSimulator() throws -> any ForwardSimulator { try FlowSimulator(self) }
}
