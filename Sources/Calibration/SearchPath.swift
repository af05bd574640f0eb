import LinearAlgebra
import Reservoir

/// One search of ``GradientSearch``: from its start to a realization with cut facies that matches, or to where it is given up.
///
/// Facies are cut step by step; see ``FaciesCut``. Once they are, single cells about the boundaries are changed until the data are
/// met again: what those do, slopes by cell foresee.
///
/// Far from the data it sees compressed residuals and is drawn to its anchor; near them it sees residuals as they are judged,
/// without the anchor, which would hold it short of a match.
struct SearchPath: Codable {
    struct Trial: Codable {
        @Packed var point: [Double]
        /// Position in `dampingFactors`.
        let factor: Int
        var residual: [Double]?
    }

    @Packed private(set) var anchor: [Double]
    @Packed private(set) var point: [Double]
    private var cut: FaciesCut
    /// At `point`, in units of the noise; `nil` before it was simulated.
    private(set) var residual: [Double]?
    /// `nil` if the sensitivities are to be found anew.
    private(set) var model: LocalModel?
    private(set) var isOver = false
    /// Whether it ended for want of sensitivities.
    private(set) var isLost = false
    /// ``residual`` before facies were cut, if they are to be cut next.
    private var uncut: [Double]?
    /// Whether `residual` is so small that the anchor no longer counts.
    private(set) var isNear = false
    /// Whether it started from a match.
    let isDescendant: Bool
    /// Shared with the match it started from.
    let family: Int
    /// Being simulated.
    private(set) var trials: [Trial] = []
    /// Those of the same slopes simulated before, if `trials` mend what was curved about them.
    private var tried: [Trial] = []
    /// Whether `model` was found at `point` itself, not carried over from the point before.
    private var isFresh = false
    private let mostIterations: Int
    private var damping: Double
    private var iteration = 0
    private var rejections = 0
    /// What was minimised, where sensitivities were found at this sharpness, latest last.
    private var milestones: [Double] = []
    /// What simulations have shown of the error of sensitivities, latest last. It changes slowly from point to point.
    private var corrections: [LocalModel.Correction] = []

    private static let firstDamping = 100.0, descendantDamping = 30.0, leastDamping = 0.05
    /// Trial steps: the damping of the last one taken, times these.
    private static let dampingFactors = [0.1, 1, 10]
    /// Times the accepted `|r|²`: a search that comes as near takes what leads into the noise from there.
    private static let nearness = 2.0
    /// Times the accepted `|r|²`, what is small enough to go on to narrower boundaries, and to cut: while the next step brings in
    /// as much again, more is wasted.
    private static let metEnough = 1.5, metForCut = 0.9
    /// Times the accepted `|r|²`: what cannot come as near with the narrowest boundaries will not with cut ones. Of four
    /// searches that had ended further off, cutting brought one to 1.05 and none to a match.
    private static let worthCutting = 1.25
    /// Times the accepted `|r|²`: what is further off after its first and its second sensitivities is given up. In the channel case
    /// matches came from searches at no more than 5 then, and from none of nine at 8 and more after the first.
    private static let promisingAfter = [8.0, 6]
    /// Times the accepted `|r|²`, at most right after boundaries were narrowed: where it changes more, less was to be done. In the
    /// channel case matches came from searches at 1.2 to 1.9 then, and from none of nine that went on from 3 to 13.
    private static let sharpenedWell = 2.5
    /// Before the cut, what steps by three sensitivities must leave at most of what was minimised, for a search to go on.
    private static let leftOfThree = 0.85
    /// Times the accepted `|r|²`, where changes of cells may end: about what the truth itself has.
    private static let goal = 0.8
    /// How often steps before the cut are mended by how cells follow the latents.
    private static let mendings = 3
    /// After that many rejections with slopes of its own a search is given up; among cut facies the length of steps says
    /// little.
    private static let mostRejections = 3, mostRejectionsOfCut = 2
    /// A descendant that does not arrive within so many steps went too far, and a nearer one costs less.
    private static let mostDescendantIterations = 3
    /// One whose `|r|²` is then within so many times the accepted one may take two more.
    private static let almost = 1.25
    /// Times the accepted `|r|²`: a descendant so far off at its start, or after its first step, is given up. A new one costs less.
    private static let hopelessAtStart = 30.0, hopeless = 4.0
    /// Of the objective found, what a trial must have foreseen for its curvature to be mended.
    private static let promising = 0.95
    /// Squared change of the residual up to which a trial tells slopes rather than curvature.
    private static let linearRange = 30.0
    private static let mostCorrections = 24

    /// A search from `start`, which is its anchor.
    /// - Parameter iterations: steps at most at each sharpness.
    init(from start: [Double], family: Int, cut: FaciesCut, iterations: Int) {
        (_anchor, _point) = (Packed(wrappedValue: start), Packed(wrappedValue: start))
        (self.family, self.cut, mostIterations) = (family, cut, iterations)
        (damping, isDescendant) = (Self.firstDamping, false)
    }

    /// A search among cut facies from `point`, by the slopes of the match it descends from.
    init(from point: [Double], anchor: [Double], model: LocalModel, family: Int, iterations: Int) {
        (_anchor, _point) = (Packed(wrappedValue: anchor), Packed(wrappedValue: point))
        (self.model, self.family, cut) = (model, family, .cut)
        mostIterations = min(iterations, Self.mostDescendantIterations)
        (damping, isDescendant) = (Self.descendantDamping, true)
    }

    /// `nil`: facies are cut.
    var sharpness: Double? { cut.sharpness }
    /// Of the realization whose sensitivities are wanted.
    var sharpnessOfSlopes: Double { cut.sharpnessOfSlopes }
    private var state: LatentState { LatentState(point, sharpness: sharpness) }
    var needsSlopes: Bool { (residual != nil || uncut != nil) && model == nil }
    /// ``residual`` as the search sees it, and how that changes with the residual.
    var view: (residual: [Double], slopes: [Double]) {
        let residual = residual ?? uncut ?? []
        return isNear ? (residual, residual.map { _ in 1 }) : (residual.compressed, residual.compressionSlopes)
    }

    /// - Parameter slopes: at `point`; `nil` if it cannot be simulated.
    mutating func take(_ slopes: LocalModel?) {
        (model, isFresh, isOver, isLost) = (slopes, slopes != nil, slopes == nil, slopes == nil)
        for correction in corrections { model?.add(correction) }
    }

    /// At `point`, or before facies were cut there.
    var lastResidual: [Double]? { residual ?? uncut }

    /// The residual, if it is accepted and facies are cut.
    func match(limit: Double) -> [Double]? {
        cut.isCut ? residual.flatMap { square($0) <= limit ? $0 : nil } : nil
    }

    /// What slopes lack on a resumed calibration.
    var lacking: SensitivityPoint? { model?.lacking }
    mutating func find(_ slopes: LatentSlopes) { model?.find(slopes) }

    // MARK: Asking

    /// What steps are made with.
    struct Surroundings {
        /// Of all latents.
        let blocks: [LatentBlock]
        /// The largest `|r|²` that is accepted.
        let limit: Double
        let smooth: (any SmoothParameterization)?
    }

    /// Fills ``trials``.
    mutating func ask(_ around: Surroundings) throws {
        guard tried.isEmpty else { return }
        guard let residual, let model else {
            trials = starts(around)
            uncut = nil
            return
        }
        let steps = try model.step(
            residual: seen(residual), fromAnchor: fromAnchor(point),
            dampings: Self.dampingFactors.map { $0 * damping }, blocks: around.blocks)
        trials = steps.enumerated().map { Trial(point: zip(point, $1).map(+), factor: $0) }
        if !cut.isCut { try followCells(residual, model, around) }
        guard changesCells else { return }
        let here = Trial(point: point, factor: Self.dampingFactors.count - 1)
        if cut.isApart {
            // Hardly a cell lies on a boundary there, so that slopes by latents are those of a few.
            trials = fitted([here], from: state, residual, around)
        } else if isDescendant {
            // It is near already, and its slopes by latents are its ancestor's.
            trials = [trials[1]] + fitted([here], from: state, residual, around)
        } else {
            trials = fitted(trials + [here], from: state, residual, around)
        }
    }

    /// The point, and if facies are cut here what fits cells to the data from before the cut: at least one of them is
    /// likely to have broken no body apart.
    private func starts(_ around: Surroundings) -> [Trial] {
        let start = Trial(point: point, factor: 0)
        guard let uncut, model?.byCell != nil else { return [start] }
        return [start] + fitted([start], from: LatentState(point, sharpness: cut.sharpnessOfSlopes), uncut, around)
    }

    private var changesCells: Bool { cut.isCut && model?.byCell != nil }

    private func fitted(
        _ trials: [Trial], from state: LatentState, _ residual: [Double], _ around: Surroundings
    ) -> [Trial] {
        guard let model else { return trials }
        let points = model.fitted(
            trials.map(\.point), from: state, residual: seen(residual), goal: Self.goal * around.limit, around.smooth)
        return zip(trials, points).map { Trial(point: $1, factor: $0.factor) }
    }

    /// Mends the steps of trials before the cut by how cells follow the latents: most of what slopes miss is the decoder's
    /// curvature, which costs no simulation.
    private mutating func followCells(_ residual: [Double], _ model: LocalModel, _ around: Surroundings) throws {
        let start = seen(residual), steps = trials
        func foreseen(_ points: [[Double]]) -> [[Double]]? {
            model.changes(from: state, to: points.map { LatentState($0, sharpness: sharpness) }, around.smooth)?
                .map { zip(start, $0).map(+) }
        }
        func value(_ residual: [Double], _ point: [Double]) -> Double {
            square(residual) + square(fromAnchor(point))
        }
        guard var reached = foreseen(steps.map(\.point)) else { return }
        for _ in 0..<Self.mendings {
            let next = try steps.indices.map { index in
                zip(
                    steps[index].point,
                    try stepBack(from: trials[index].point, reached[index], model, steps[index].factor, around)
                ).map(+)
            }
            guard let then = foreseen(next) else { return }
            let better = steps.indices.filter {
                value(then[$0], next[$0]) < value(reached[$0], trials[$0].point)
            }
            for index in better {
                trials[index] = Trial(point: next[index], factor: steps[index].factor)
                reached[index] = then[index]
            }
            if better.isEmpty { return }
        }
    }

    /// The step that takes back what was curved on the way to `reached`, by the slopes.
    private func stepBack(
        from other: [Double], _ reached: [Double], _ model: LocalModel, _ factor: Int, _ around: Surroundings
    ) throws -> [Double] {
        let move = difference(other, point)
        let foreseen = zip(seen(residual ?? []), model.change(over: move)).map(+)
        return try model.step(
            residual: difference(reached, foreseen), fromAnchor: move.map { _ in 0 },
            dampings: [Self.dampingFactors[factor] * damping], blocks: around.blocks)[0]
    }

    /// Steps from trials back to what the slopes had foreseen of them, with the same slopes: the data are curved, and a simulation
    /// costs a fraction of new slopes. Empty if no trial promised more than was found.
    ///
    /// As the second-order term of geodesic acceleration (Transtrum and Sethna, 2012, arXiv:1201.5885), taken from the trial
    /// itself. Among cut facies, cells are changed from the best trials instead.
    private func mended(_ around: Surroundings) throws -> [Trial] {
        guard tried.isEmpty, let residual, let model else { return [] }
        if changesCells { return fittedAnew(around) }
        let start = seen(residual)
        let found = trials.compactMap(objective).min() ?? .infinity
        return try trials.compactMap { trial -> Trial? in
            guard let reached = trial.residual else { return nil }
            let foreseen = zip(start, model.change(over: difference(trial.point, point))).map(+)
            let promise = square(foreseen) + square(fromAnchor(trial.point))
            guard promise < Self.promising * found, square(difference(seen(reached), foreseen)) < square(start) else {
                return nil
            }
            let step = try stepBack(from: trial.point, seen(reached), model, trial.factor, around)
            return Trial(point: zip(trial.point, step).map(+), factor: trial.factor)
        }
    }

    /// Empty if a trial is a match.
    private func fittedAnew(_ around: Surroundings) -> [Trial] {
        let simulated = trials.compactMap { trial in trial.residual.map { (trial, $0, square(seen($0))) } }
            .sorted { $0.2 < $1.2 }
        guard let best = simulated.first, square(best.1) > around.limit else { return [] }
        return simulated.prefix(2).flatMap { trial, reached, _ in
            fitted([trial], from: LatentState(trial.point, sharpness: nil), reached, around)
        }
    }

    // MARK: Learning

    /// - Parameter residuals: of ``trials``; `nil` where the simulation failed.
    mutating func learn(_ residuals: [[Double]?], _ around: Surroundings) throws {
        for (index, residual) in residuals.enumerated() { trials[index].residual = residual }
        let mended = try mended(around)
        guard mended.isEmpty else {
            (tried, trials) = (trials, mended)
            return
        }
        let all = tried + trials, limit = around.limit
        tried = []
        if let before = residual {
            step(all, before, limit: limit)
        } else {
            let best = all.min { (objective($0) ?? .infinity) < (objective($1) ?? .infinity) } ?? all[0]
            let misfit = best.residual.map { square($0) / limit } ?? .infinity
            let isThrown = cut.hasAdvanced && misfit > Self.sharpenedWell
            if isThrown, cut.retreat() { return }
            if isThrown, cut.isCut {
                cut.takeOwnSlopes()
                (model, corrections) = (nil, [])
            }
            (point, residual) = (best.point, best.residual)
            isOver =
                misfit <= 1 || misfit == .infinity || (isDescendant && misfit > Self.hopelessAtStart)
                || (isThrown && !cut.isCut)
        }
        let wasNear = isNear
        isNear = residual.map { square($0.compressed) <= Self.nearness * limit } ?? isNear
        // Slopes are those of residuals as they are seen; those of a match hardly differ.
        if isNear != wasNear, !isDescendant { (model, corrections, milestones) = (nil, [], []) }
        if needsSlopes, !cut.isCut { passMilestone(limit: limit) }
        sharpen(limit: limit)
    }

    /// Gives up where sensitivities have brought little: those to come would bring no more, and another start costs less.
    private mutating func passMilestone(limit: Double) {
        guard let residual else { return }
        let value = square(seen(residual)) + square(fromAnchor(point))
        let isFar =
            cut.isFirst && Self.promisingAfter.indices.contains(milestones.count - 1)
            && square(residual) > Self.promisingAfter[milestones.count - 1] * limit
        let isCrawling = milestones.count > 2 && value > Self.leftOfThree * milestones[milestones.count - 3]
        milestones.append(value)
        isOver = isOver || isFar || isCrawling
    }

    private mutating func step(_ trials: [Trial], _ before: [Double], limit: Double) {
        let old = square(seen(before)) + square(fromAnchor(point))
        let values = trials.map { objective($0) ?? .infinity }
        let best = values.indices.min { values[$0] < values[$1] } ?? 0
        iteration += 1
        for trial in trials { learnSlopes(trial, before) }
        guard values[best] < 0.999 * old, let reached = trials[best].residual else {
            return reject(misfit: square(before) / limit)
        }
        let (move, change) = (difference(trials[best].point, point), difference(seen(reached), seen(before)))
        model?.learn(move: move, change: change)
        damping = max(damping * Self.dampingFactors[trials[best].factor] / 2, Self.leastDamping)
        (point, residual) = (trials[best].point, reached)
        // A match is the end; what hardly moves will not become one. Facies that were sharpened just now may hardly move at first.
        let misfit = square(reached) / limit
        let isStuck = values[best] > 0.99 * old && isFresh
        rejections = isStuck ? rejections + 1 : 0
        isOver =
            misfit <= 1 || iteration >= mostIterations(misfit: misfit)
            || (isStuck && (isNear || rejections > 2)) || (isDescendant && misfit > Self.hopeless)
        // Slopes serve for two steps: the second by what the first has shown.
        if !isOver, !isFresh || values[best] > 0.8 * old { model = nil }
        isFresh = false
    }

    /// No trial was better: by new sensitivities if the old ones were carried over, otherwise by shorter steps.
    private mutating func reject(misfit: Double) {
        if iteration >= mostIterations(misfit: misfit) { isOver = true }
        guard isFresh else {
            model = nil
            return
        }
        rejections += 1
        // Where cells alone are fitted, a step is no shorter the next time.
        let most = cut.isApart ? 1 : changesCells ? Self.mostRejectionsOfCut : Self.mostRejections
        if rejections >= most { isOver = true }
        damping *= 30
    }

    /// From a trial that is short enough for the data to be linear over it.
    private mutating func learnSlopes(_ trial: Trial, _ before: [Double]) {
        guard let reached = trial.residual else { return }
        let change = difference(seen(reached), seen(before))
        guard square(change) <= Self.linearRange else { return }
        let move = difference(trial.point, point)
        let correction = model?.learn(move: move, change: change)
        if isFresh, let correction { corrections = (corrections + [correction]).suffix(Self.mostCorrections) }
    }

    /// Goes on to sharper facies once the data are met, or nearly so at the end of what steps can do.
    private mutating func sharpen(limit: Double) {
        guard !cut.isCut, let now = residual else { return }
        let misfit = square(now) / limit
        let enough = cut.isLast ? Self.metForCut : Self.metEnough
        let worthGoingOn = cut.isLast ? Self.worthCutting : Self.nearness
        guard misfit <= enough || (isOver && misfit <= worthGoingOn) else { return }
        cut.advance()
        milestones = []
        if cut.isCut { uncut = residual }
        (isOver, isFresh, residual) = (false, false, nil)
        (iteration, rejections, damping) = (0, 0, Self.firstDamping)
    }

    // MARK: Objective

    /// - Parameter misfit: `|r|²` over what is accepted.
    private func mostIterations(misfit: Double) -> Int {
        mostIterations + (isDescendant && misfit < Self.almost ? 2 : 0)
    }

    private func objective(_ trial: Trial) -> Double? {
        trial.residual.map { square(seen($0)) + square(fromAnchor(trial.point)) }
    }

    /// Far from the data compressed, near as they are judged.
    private func seen(_ residual: [Double]) -> [Double] { isNear ? residual : residual.compressed }

    private func fromAnchor(_ point: [Double]) -> [Double] {
        isNear ? point.map { _ in 0 } : difference(point, anchor)
    }
}

private func difference(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 - $1 } }
private func square(_ vector: [Double]) -> Double { vector.squaredNorm }
