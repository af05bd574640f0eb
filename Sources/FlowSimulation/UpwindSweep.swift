import LinearAlgebra

/// The arrays of one transport step, laid open for the loop over cells; lives no longer than that step.
///
/// Fields of a class would be fetched anew after each write. A cell reads from its neighbours nothing but the record
/// they handed on, so that one cache line does for each: displacing phase and oil at surface conditions per unit of
/// flux if either flowed alone [s], the mean fractional flow, and the fractional flow of each sub-step.
struct UpwindSweep {
    typealias Values = UnsafeMutablePointer<Double>

    let count: Int
    let timeStep: Double
    let start: UnsafeMutablePointer<Int32>, neighbour: UnsafeMutablePointer<Int32>
    let outward: Values
    let isDone: UnsafeMutablePointer<Bool>
    let handed: Values, entering: Values
    /// The largest step of `f` from one sample to the next, `[types]`.
    let steepest: Values
    let table: Values, lower: Values, inverseSpacing: Values
    let rockType: UnsafeMutablePointer<Int32>
    let injected: Values, wellOutflow: Values, duration: Values, meanFlow: Values
    let capacityBefore: Values
    let displacingAmount: Values, oilAmount: Values, saturation: Values
    let poreVolume: Values, displacingInverse: Values, oilInverse: Values

    /// Takes a cell whose upstream cells are done through all sub-steps.
    @inline(__always)
    func advance(_ cell: Int) {
        let share = 1 / Double(count)
        let injection = injected[cell] * timeStep
        for m in 0..<count { entering[m] = injection * share }
        var (displacingIn, oilIn) = (injection, 0.0)
        var leaving = wellOutflow[cell]
        for slot in Int(start[cell])..<Int(start[cell + 1]) {
            let flux = outward[slot]
            let other = Int(neighbour[slot])
            if flux > 0 {
                if !isDone[other] { leaving += flux }
            } else if flux < 0 {
                let record = handed + other * (3 + count)
                let displacing = -flux * record[0]
                let mean = record[2]
                oilIn -= flux * record[1] * (1 - mean)
                if mean > 0 {
                    displacingIn += displacing * mean
                    let weight = displacing * share
                    for m in 0..<count { entering[m] += weight * record[3 + m] }
                }
            }
        }
        let (perDisplacing, perOil) = (displacingInverse[cell], oilInverse[cell])
        let surplus =
            (displacingAmount[cell] + displacingIn) / perDisplacing + (oilAmount[cell] + oilIn) / perOil
            - poreVolume[cell]
        let outflow = leaving > 0 ? max(surplus, 0) : 0
        let perFlux = leaving > 0 ? outflow / leaving : 0
        let record = handed + cell * (3 + count)
        let mean: Double
        if displacingIn == 0, isUntouched(cell) {
            // Nothing of the displacing phase comes or moves.
            mean = 0
            for m in 0..<count { record[3 + m] = 0 }
        } else if outflow < UpwindSweep.slowVolume * poreVolume[cell] {
            entering[0] = displacingIn
            mean = integrate(cell, substeps: 1, outflow: outflow * perDisplacing, flows: record + 3)
            for m in 1..<max(count, 1) { record[3 + m] = mean }
        } else {
            mean = integrate(cell, substeps: count, outflow: outflow * perDisplacing * share, flows: record + 3)
        }
        (record[0], record[1], record[2]) = (perFlux * perDisplacing, perFlux * perOil, mean)
        oilAmount[cell] += oilIn - outflow * (1 - mean) * perOil
        isDone[cell] = true
        if wellOutflow[cell] > 0 { (duration[cell], meanFlow[cell]) = (perFlux, mean) }
    }

    /// Whether no displacing phase can leave a cell.
    @inline(__always)
    private func isUntouched(_ cell: Int) -> Bool {
        let type = Int(rockType[cell])
        let value = displacingAmount[cell] / capacityBefore[cell]
        let samples = table + 2 * (SaturationCurves.intervals + 1) * type
        return samples[0] == 0 && value <= lower[type] + 1e-12
    }

    /// Cells that pass on less than this many of their own pore volumes in a step need no sub-steps: their numerical
    /// diffusion is that small already.
    private static let slowVolume = 0.1

    /// Fractional flows below this are none, so that the front has an end and water does not creep ahead of it through
    /// the whole reservoir in amounts of 1e-300.
    private static let leastFlow = 1e-10

    /// The flow out of a cell in a sub-step is weighted between its fractional flow at the start and at the end. In
    /// equal parts that is of second order in time; but the early part must not take out more than is there, so that
    /// it may have this Courant number, of the fastest saturation, at most. At one the scheme is still monotone.
    private static let explicitCourant = 0.75

    /// Parts of a sub-step per Courant number of the whole, and their largest number.
    private static let partsPerCourant = 0.5, mostParts = 8

    /// Solves a cell's sub-steps one after the other.
    ///
    /// Source of the weights: Blunt and Rubin (1992), J. Comput. Phys. 102(1), 194-210.
    ///
    /// - Parameters:
    ///   - outflow: of the displacing phase in one sub-step, if it flowed alone, at surface conditions [m³].
    ///   - flows: receives the fractional flow of each sub-step.
    /// - Returns: their mean.
    @inline(__always)
    private func integrate(_ cell: Int, substeps count: Int, outflow: Double, flows: Values) -> Double {
        let type = Int(rockType[cell])
        let samples = table + 2 * (SaturationCurves.intervals + 1) * type
        let (origin, perSample) = (lower[type], inverseSpacing[type])
        var capacity = capacityBefore[cell]
        let growth = (poreVolume[cell] * displacingInverse[cell] - capacity) / Double(count)
        var amount = displacingAmount[cell]
        var value = amount / capacity
        var sum = 0.0
        let x = min(Double(SaturationCurves.intervals), max(0, (value - origin) * perSample))
        let k = Int(min(Double(SaturationCurves.intervals - 1), x))
        var before = samples[2 * k] + samples[2 * k + 1] * (x - Double(k))
        let whole = outflow * steepest[type] * perSample / capacity
        // Where much flows through, as about wells, a cell takes parts of each sub-step by itself.
        let parts = min(max(Int(whole * UpwindSweep.partsPerCourant), 1), UpwindSweep.mostParts)
        let share = 1 / Double(parts)
        let (part, partGrowth, courant) = (outflow * share, growth * share, whole * share)
        let implicit = max(0.5, 1 - UpwindSweep.explicitCourant / courant)
        let (late, early) = (part * implicit, part * (1 - implicit))
        for m in 0..<count {
            let inflow = entering[m] * share
            var flow = 0.0
            for _ in 0..<parts {
                capacity += partGrowth
                let total = amount + inflow
                let found = solveUpwindCell(
                    total: total - early * before, capacity: capacity, outflow: late, start: value, samples: samples,
                    origin: origin, perSample: perSample)
                let end = found < UpwindSweep.leastFlow ? 0 : found
                let mean = implicit * end + (1 - implicit) * before
                before = end
                flow += mean
                amount = total - part * mean
                value = amount / capacity
            }
            flows[m] = flow * share
            sum += flows[m]
        }
        displacingAmount[cell] = amount
        saturation[cell] = value
        return sum / Double(count)
    }
}
