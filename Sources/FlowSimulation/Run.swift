import Reservoir

/// Where one run stands: time, what comes next, and what has been gathered so far.
struct Run {
    var time = 0.0
    var nextReport = 0
    var lastStep = 0.0
    /// Relative change of the flow field that the last step did not foresee; `nil` before there was one to compare.
    var flowError: Double?
    /// Whether a well was given a new control at ``time``.
    var hasChanged = false
    /// Bound on the next step after one that could not be solved [s].
    var longestStep = Double.infinity
    /// Steps in a row that could not be solved.
    var failures = 0
    var recorder: SeriesRecorder
    var maps: [FlowMap] = []
    var effort = SimulationEffort()
    let start: FlowMap
    private var nextEvent = 0

    init(_ flow: FlowModel, start: FlowMap) {
        recorder = SeriesRecorder(flow.reservoir)
        self.start = start
    }

    func hasEventsDue(_ schedule: Schedule) -> Bool {
        nextEvent < schedule.events.count && schedule.events[nextEvent].time <= time
    }

    mutating func eventsDue(_ schedule: Schedule) -> [Schedule.Event] {
        var due: [Schedule.Event] = []
        while hasEventsDue(schedule) {
            due.append(schedule.events[nextEvent])
            nextEvent += 1
        }
        return due
    }

    /// The next step [s], which ends at a report or an event at the latest; zero at the end of the run.
    func nextStep(_ schedule: Schedule, _ settings: SimulatorSettings, isIterated: Bool) -> Double {
        guard nextReport < schedule.reportTimes.count else { return 0 }
        // A report due now is written by the solution that this step begins with.
        let upcoming = schedule.reportTimes[nextReport] > time ? nextReport : nextReport + 1
        guard upcoming < schedule.reportTimes.count else { return 0 }
        var end = schedule.reportTimes[upcoming]
        if nextEvent < schedule.events.count { end = min(end, schedule.events[nextEvent].time) }
        let remaining = end - time
        var wanted = settings.maximumTimeStep ?? remaining
        if hasChanged || lastStep == 0 {
            wanted = min(wanted, settings.firstStepFraction * remaining)
        } else if let flowError {
            // The error of the extrapolated flow grows with the square of the step. What is iterated ends with the mean of the
            // flows at both ends, whose error is a fifth of that (5/12 and 1/12 of h² u″), so that twice as much is on the safe side.
            let tolerance = (isIterated ? 2 : 1) * settings.flowTolerance
            let factor = (tolerance / max(flowError, 1e-12)).squareRoot()
            wanted = min(wanted, lastStep * min(max(0.9 * factor, 0.3), 2))
        } else {
            wanted = min(wanted, 2 * lastStep)
        }
        wanted = min(wanted, longestStep)
        return remaining / max((remaining / wanted - 1e-9).rounded(.up), 1)
    }

    /// Notes that a step could not be solved: the next one is half as long.
    mutating func giveUp(_ step: Double) {
        failures += 1
        effort.cuts += 1
        (longestStep, flowError) = (step / 2, nil)
    }

    /// Moves on by `step`; lands on report times and events exactly.
    mutating func finish(_ step: Double, _ schedule: Schedule) {
        let target = time + step
        let stops = [
            nextReport < schedule.reportTimes.count ? schedule.reportTimes[nextReport] : .infinity,
            nextEvent < schedule.events.count ? schedule.events[nextEvent].time : .infinity
        ]
        time = stops.first { abs($0 - target) <= 1e-9 * target } ?? target
        lastStep = step
        hasChanged = false
        (failures, longestStep) = (0, .infinity)
    }
}
