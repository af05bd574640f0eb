/// Why a realization could not be simulated. It spoils no batch: the realization is reported as failed.
public struct SimulationFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public let reason: String
    public init(_ reason: String) { self.reason = reason }
    public var description: String { reason }
}

/// A map from a realization to the data it would produce: the flow simulator, an external simulator, a linear operator.
///
/// The model itself is an immutable value shared by all tasks; the simulators it makes own work space and are used by
/// one task at a time. The result may depend on the realization only, never on what a simulator did before: so the
/// number of threads never shows.
public protocol ForwardModel: Sendable {
    /// The vectors each result holds, in order.
    var vectorKeys: [VectorKey] { get }
    /// The times each result holds, strictly increasing [s].
    var reportTimes: [Double] { get }
    /// Distinguishes results of differing settings; part of what stored results carry.
    var settingsDigest: String { get }
    func makeSimulator() throws -> any ForwardSimulator
}

public protocol ForwardSimulator: AnyObject {
    func simulate(_ realization: Realization) throws(SimulationFailure) -> ProductionSeries
}
