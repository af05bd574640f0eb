import FlowSimulation
import Reservoir

/// One case as this package and others solve it.
struct FlowComparison {
    let test: FlowTestCase
    let own: FlowResult
    let seconds: Double
    /// The best solution of others, and what it is called.
    private(set) var reference: (name: String, series: ProductionSeries)?
    private(set) var peer: FlowPeer.Outcome?
    var peerFailure: String?

    init(_ test: FlowTestCase, _ own: FlowResult, seconds: Double) {
        (self.test, self.own, self.seconds) = (test, own, seconds)
    }

    mutating func add(_ series: ProductionSeries, as name: String) { reference = (name, series) }

    mutating func add(_ outcome: FlowPeer.Outcome) {
        peer = outcome
        if reference == nil { reference = ("OPM Flow", outcome.series) }
    }

    /// What is printed for one case. Errors are in per cent.
    struct Measurement: Encodable {
        let name: String
        /// Processor time of one run on one core, the fastest of several [s].
        let seconds: Double
        /// Processor time of the whole process of OPM Flow [s], and its ratio to ``seconds``.
        var peerSeconds: Double?, ratio: Double?
        var peerFailure: String?
        let massBalanceError: Double
        let pressureSteps: Int, transportSteps: Int, cuts: Int
        let pressureSolves: Int, factorizations: Int, gradientIterations: Int
        /// Which solution the errors are against.
        var reference: String?
        var errors: FlowErrors?
        /// Of OPM Flow's own run, against the same.
        var peerErrors: FlowErrors?
    }

    var measurement: Measurement {
        var result = Measurement(
            name: test.name, seconds: seconds, massBalanceError: own.massBalance.relativeError,
            pressureSteps: own.effort.pressureSteps, transportSteps: own.effort.transportSteps, cuts: own.effort.cuts,
            pressureSolves: own.effort.pressureSolves, factorizations: own.effort.factorizations,
            gradientIterations: own.effort.gradientIterations)
        result.peerFailure = peerFailure
        if let peer { (result.peerSeconds, result.ratio) = (peer.seconds, peer.seconds / seconds) }
        guard let reference else { return result }
        result.reference = reference.name
        result.errors = FlowErrors(of: own.series, against: reference.series)
        if let peer, reference.name != "OPM Flow" {
            result.peerErrors = FlowErrors(of: atReports(peer.series), against: reference.series)
        }
        return result
    }

    /// The rows of a series that stand at report times: a program's own steps are more.
    private func atReports(_ series: ProductionSeries) -> ProductionSeries {
        let rows = own.series.times.compactMap { time in series.times.firstIndex { abs($0 - time) <= 1e-6 * time } }
        return ProductionSeries(
            times: rows.map { series.times[$0] }, keys: series.keys,
            values: series.values.map { values in rows.map { values[$0] } })
    }
}
