import LinearAlgebra

/// One search of ``GradientSearch``: from its start to a realization with cut facies that matches, or to where it is given up.
///
/// Facies are cut step by step. The data of a realization whose facies change over a boundary some cells wide are smooth in the
/// latents, those of a cut one jump with every cell; so a search first meets the data with wide boundaries, then with narrower
/// ones, each time from where it was, and last with none.
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
    /// How far facies are cut: a position in `sharpnesses`, or beyond the last: entirely.
    private(set) var level: Int
    /// At `point`, in units of the noise; `nil` before it was simulated.
    private(set) var residual: [Double]?
    /// `nil` if the sensitivities are to be found anew.
    private(set) var model: LocalModel?
    private(set) var isOver = false
    /// Whether `residual` is so small that the anchor no longer counts.
    private(set) var isNear = false
    /// Whether it started from a match.
    let isDescendant: Bool
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
    /// What simulations have shown of the error of sensitivities, latest last. It changes slowly from point to point.
    private var corrections: [LocalModel.Correction] = []

    /// Of realizations on the way to cut facies; sensitivities of cut ones are those of the last.
    static let sharpnesses = [1.0, 2, 4]
    /// Of a search that sees cut facies.
    static let cut = sharpnesses.count

    private static let firstDamping = 100.0, descendantDamping = 30.0, leastDamping = 0.05
    /// Trial steps: the damping of the last one taken, times these.
    private static let dampingFactors = [0.1, 1, 10]
    /// Times the accepted `|r|²`: a search that comes as near takes what leads into the noise from there.
    private static let nearness = 2.0
    /// Times the accepted `|r|²`, what is small enough to go on from each sharpness: while the next brings in as much again, more
    /// is wasted.
    private static let metEnough = [1.5, 1.2, 0.9]
    /// A descendant that does not arrive within so many steps went too far, and a nearer one costs less.
    private static let mostDescendantIterations = 3
    /// One whose `|r|²` is then within so many times the accepted one may take two more.
    private static let almost = 1.25
    /// Times the accepted `|r|²`: a descendant so far off after its first step is given up.
    private static let hopeless = 10.0
    /// Of the objective found, what a trial must have foreseen for its curvature to be mended.
    private static let promising = 0.95
    /// Squared change of the residual up to which a trial tells slopes rather than curvature.
    private static let linearRange = 30.0
    private static let mostCorrections = 24

    /// A search from `start`, which is its anchor.
    /// - Parameter iterations: steps at most at each level.
    init(from start: [Double], level: Int, iterations: Int) {
        (_anchor, _point) = (Packed(wrappedValue: start), Packed(wrappedValue: start))
        (self.level, mostIterations) = (level, iterations)
        (damping, isDescendant) = (Self.firstDamping, false)
    }

    /// A search among cut facies from `point`, by the slopes of the match it descends from.
    init(from point: [Double], anchor: [Double], model: LocalModel, iterations: Int) {
        (_anchor, _point) = (Packed(wrappedValue: anchor), Packed(wrappedValue: point))
        (self.model, level) = (model, Self.cut)
        mostIterations = min(iterations, Self.mostDescendantIterations)
        (damping, isDescendant) = (Self.descendantDamping, true)
    }

    /// `nil`: facies are cut.
    var sharpness: Double? { level < Self.cut ? Self.sharpnesses[level] : nil }
    /// Of the realization whose sensitivities are wanted.
    var sharpnessOfSlopes: Double { Self.sharpnesses[min(level, Self.cut - 1)] }
    var needsSlopes: Bool { residual != nil && model == nil }
    /// ``residual`` as the search sees it, and how that changes with the residual.
    var view: (residual: [Double], slopes: [Double]) {
        let residual = residual ?? []
        return isNear ? (residual, residual.map { _ in 1 }) : (residual.compressed, residual.compressionSlopes)
    }

    /// - Parameter slopes: at `point`; `nil` if it cannot be simulated.
    mutating func take(_ slopes: LocalModel?) {
        (model, isFresh, isOver) = (slopes, slopes != nil, slopes == nil)
        for correction in corrections { model?.add(correction) }
    }

    /// The residual, if it is accepted and facies are cut.
    func match(limit: Double) -> [Double]? {
        level == Self.cut ? residual.flatMap { square($0) <= limit ? $0 : nil } : nil
    }

    // MARK: Asking

    /// Fills ``trials``.
    /// - Parameter weights: of damping, `[dimension]`
    mutating func ask(weights: [Double]) throws {
        guard tried.isEmpty else { return }
        guard let residual, let model else {
            trials = [Trial(point: point, factor: 0)]
            return
        }
        let steps = try model.step(
            residual: seen(residual), fromAnchor: fromAnchor(point),
            dampings: Self.dampingFactors.map { $0 * damping }, weights: weights)
        trials = steps.enumerated().map { factor, step in
            Trial(point: zip(point, step).map(+), factor: factor)
        }
    }

    /// Steps from trials back to what the slopes had foreseen of them, with the same slopes: the data are curved, and a simulation
    /// costs a fraction of new slopes. Empty if no trial promised more than was found.
    ///
    /// As the second-order term of geodesic acceleration (Transtrum and Sethna, 2012, arXiv:1201.5885), taken from the trial itself.
    private func mended(weights: [Double]) throws -> [Trial] {
        guard tried.isEmpty, let residual, let model else { return [] }
        let start = seen(residual)
        let found = trials.compactMap(objective).min() ?? .infinity
        return try trials.compactMap { trial -> Trial? in
            guard let reached = trial.residual else { return nil }
            let move = difference(trial.point, point)
            let foreseen = zip(start, model.change(over: move)).map(+)
            let curved = difference(seen(reached), foreseen)
            let promise = square(foreseen) + square(fromAnchor(trial.point))
            guard promise < Self.promising * found, square(curved) < square(start) else { return nil }
            let step = try model.step(
                residual: curved, fromAnchor: move.map { _ in 0 },
                dampings: [Self.dampingFactors[trial.factor] * damping], weights: weights)[0]
            return Trial(point: zip(trial.point, step).map(+), factor: trial.factor)
        }
    }

    // MARK: Learning

    /// - Parameters:
    ///   - residuals: of ``trials``; `nil` where the simulation failed.
    ///   - limit: the largest `|r|²` that is accepted.
    mutating func learn(_ residuals: [[Double]?], limit: Double, weights: [Double]) throws {
        for (index, residual) in residuals.enumerated() { trials[index].residual = residual }
        let mended = try mended(weights: weights)
        guard mended.isEmpty else {
            (tried, trials) = (trials, mended)
            return
        }
        let all = tried + trials
        tried = []
        if let before = residual {
            step(all, before, limit: limit)
        } else {
            residual = all[0].residual
            isOver = residual.map { square($0) <= limit } ?? true
        }
        let wasNear = isNear
        isNear = residual.map { square($0.compressed) <= Self.nearness * limit } ?? isNear
        // Slopes are those of residuals as they are seen; those of a match hardly differ.
        if isNear != wasNear, !isDescendant { (model, corrections) = (nil, []) }
        sharpen(limit: limit)
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
        if rejections > 2 { isOver = true }
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
        guard level < Self.cut, let now = residual else { return }
        let misfit = square(now) / limit
        guard misfit <= Self.metEnough[level] || (isOver && misfit <= Self.nearness) else { return }
        level += 1
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
private func square(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 } }
