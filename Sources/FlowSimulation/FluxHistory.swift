import LinearAlgebra

/// Fluxes of the last pressure solutions, from which those in the middle of the coming step follow.
///
/// With saturations known at the start of a step only, fluxes held constant over it are first order in time. The
/// extrapolation `u* = uⁿ + ½ (Δtₙ/Δtₙ₋₁) (uⁿ − uⁿ⁻¹)` makes them second order without a further solution (Adams and
/// Bashforth), and how far the next solution is from its own extrapolation tells the error.
final class FluxHistory {
    /// Mean flux of each face and flow of each completion over the coming step [m³/s].
    let meanFlux: WorkArray<Double>, meanCompletionFlow: WorkArray<Double>
    private var latest: WorkArray<Double>, previous: WorkArray<Double>, older: WorkArray<Double>
    private let latestFlow: WorkArray<Double>, previousFlow: WorkArray<Double>
    private var active: [WellControls.Active] = []
    private let acceleration: FixedPointAcceleration
    /// Means at all faces and completions, and those that follow from them.
    private let trial: WorkArray<Double>, image: WorkArray<Double>
    private var depth = 0
    /// Weight of the latest change of flux in the mean of the step under way [–].
    private(set) var extrapolation = 0.0
    private var steps = (last: 0.0, before: 0.0)

    init(_ topology: FlowTopology) {
        let (faces, completions) = (topology.faces.count, topology.completions.count)
        meanFlux = WorkArray(repeating: 0, count: faces)
        latest = WorkArray(repeating: 0, count: faces)
        previous = WorkArray(repeating: 0, count: faces)
        older = WorkArray(repeating: 0, count: faces)
        meanCompletionFlow = WorkArray(repeating: 0, count: completions)
        acceleration = FixedPointAcceleration(count: faces + completions)
        trial = WorkArray(repeating: 0, count: faces + completions)
        image = WorkArray(repeating: 0, count: faces + completions)
        latestFlow = WorkArray(repeating: 0, count: completions)
        previousFlow = WorkArray(repeating: 0, count: completions)
    }

    /// Forgets what was; to be called when wells change.
    func reset() { depth = 0 }

    /// Takes in a new solution.
    ///
    /// - Parameter still: what counts as no flow, in volume that passes all faces in a step [m³].
    /// - Returns: its relative distance from what was foreseen; `nil` if nothing was.
    func add(
        flux: borrowing WorkArray<Double>, completionFlow: borrowing WorkArray<Double>, controls: WellControls,
        still: Double
    ) -> Double? {
        if controls.active != active { depth = 0 }
        active = controls.active
        swap(&older, &previous)
        swap(&previous, &latest)
        latest.copy(from: flux)
        previousFlow.copy(from: latestFlow)
        latestFlow.copy(from: completionFlow)
        depth += 1
        guard depth > 1 else { return nil }
        let slope = depth > 2 ? steps.last / steps.before : 0
        let (now, then, before) = (latest.base, previous.base, older.base)
        let difference = interleavedSum(latest.count) { abs(now[$0] - (then[$0] + slope * (then[$0] - before[$0]))) }
        let total = interleavedSum(latest.count) { abs(now[$0]) }
        return difference / max(total, still / steps.last, .leastNormalMagnitude)
    }

    /// Makes the mean fluxes of the step those of both its ends, unless they are that already within `tolerance`: what
    /// has been moved by the old means then stands.
    ///
    /// - Parameters:
    ///   - flux: the solution at the end of the step.
    ///   - tolerance: of the change of the mean, relative to its size [–].
    ///   - floor: change of the mean, summed over all faces, that is too small to matter [m³/s].
    /// - Returns: whether the means stayed.
    func isSettled(
        flux: borrowing WorkArray<Double>, completionFlow: borrowing WorkArray<Double>, tolerance: Double,
        floor: Double
    ) -> Bool {
        let faces = latest.count
        var (difference, total) = (0.0, 0.0)
        for face in 0..<faces {
            let mean = (latest[face] + flux[face]) / 2
            difference += abs(mean - meanFlux[face])
            total += abs(mean)
            trial[face] = meanFlux[face]
            image[face] = mean
        }
        if difference <= max(tolerance * total, floor) { return true }
        for k in 0..<latestFlow.count {
            trial[faces + k] = meanCompletionFlow[k]
            image[faces + k] = (latestFlow[k] + completionFlow[k]) / 2
        }
        acceleration.advance(trial, image: image)
        for face in 0..<faces { meanFlux[face] = trial[face] }
        for k in 0..<latestFlow.count {
            let isAlike = latestFlow[k] * completionFlow[k] > 0 && latestFlow[k] * trial[faces + k] > 0
            meanCompletionFlow[k] = isAlike ? trial[faces + k] : latestFlow[k]
        }
        return false
    }

    /// Fills ``meanFlux`` and ``meanCompletionFlow`` for a step of length `step`.
    ///
    /// A flow that would turn stays what it is, in wells always, in faces unless they may turn. Where pressure alone drives
    /// the flow, fluxes that turned one by one would go round in circles, or into cells that nothing leaves: there volume
    /// would pile up until the pressure equation drives it out again.
    func extrapolate(over step: Double, mayTurn: Bool) {
        acceleration.reset()
        let weight = depth > 1 ? 0.5 * step / steps.last : 0
        extrapolation = weight
        func foreseen(_ now: Double, _ before: Double, mayTurn: Bool) -> Double {
            let mean = now + weight * (now - before)
            return mayTurn || mean * now > 0 ? mean : now
        }
        for face in 0..<latest.count { meanFlux[face] = foreseen(latest[face], previous[face], mayTurn: mayTurn) }
        for k in 0..<latestFlow.count {
            meanCompletionFlow[k] = foreseen(latestFlow[k], previousFlow[k], mayTurn: false)
        }
        steps = (step, steps.last)
    }
}
