import Reservoir

/// Collects the production vectors: instantaneous values at report times, and running totals that are exact integrals
/// of what the transport moved.
struct SeriesRecorder {
    /// Rate and bottom-hole pressure of one well at one instant, at surface conditions [m³/s], [Pa].
    struct WellInstant {
        var displacing = 0.0, oil = 0.0, bottomHolePressure = 0.0
    }

    /// Running totals of each well [m³].
    private(set) var displacingTotal: [Double], oilTotal: [Double]
    private let wells: [Well]
    private let displacing: Fluids.Displacing
    private let keys: [VectorKey]
    private var values: [[Double]]
    private var times: [Double] = []

    init(_ model: ReservoirModel) {
        (wells, displacing) = (model.wells, model.fluids.displacing)
        keys = SeriesRecorder.keys(of: model)
        values = Array(repeating: [], count: keys.count)
        displacingTotal = Array(repeating: 0, count: wells.count)
        oilTotal = Array(repeating: 0, count: wells.count)
    }

    /// The vectors a model gives: those that its wells' roles make meaningful, then the field's.
    static func keys(of model: ReservoirModel) -> [VectorKey] {
        let letter = model.fluids.displacing == .water ? "W" : "G"
        var producer = ["WOPR", "W\(letter)PR"]
        if model.fluids.displacing == .water { producer.append("WLPR") }
        producer += ["WBHP"]
        if model.fluids.displacing == .water { producer.append("WWCT") }
        producer += ["WOPT", "W\(letter)PT"]
        let injector = ["W\(letter)IR", "WBHP", "W\(letter)IT"]
        return model.wells.flatMap { well in
            (well.role == .producer ? producer : injector).map { VectorKey($0, well.name) }
        }
            + ["FOPR", "F\(letter)PR", "F\(letter)IR", "FOPT", "F\(letter)PT", "F\(letter)IT", "FPR"].map {
                VectorKey($0)
            }
    }

    mutating func add(displacing: Double, oil: Double, well: Int) {
        displacingTotal[well] += displacing
        oilTotal[well] += oil
    }

    mutating func report(_ instants: [WellInstant], fieldPressure: Double, at time: Double) {
        times.append(time)
        var row = 0
        func put(_ value: Double) {
            values[row].append(value)
            row += 1
        }
        var field = [0.0, 0, 0, 0, 0, 0]
        for (index, well) in wells.enumerated() {
            let now = instants[index]
            let (displacingSum, oilSum) = (displacingTotal[index], oilTotal[index])
            if well.role == .injector {
                [now.displacing, now.bottomHolePressure, displacingSum].forEach(put)
                field[2] += now.displacing
                field[5] += displacingSum
                continue
            }
            let liquid = now.oil + now.displacing
            if displacing == .water {
                [
                    now.oil, now.displacing, liquid, now.bottomHolePressure,
                    liquid > 0 ? now.displacing / liquid : 0, oilSum, displacingSum
                ].forEach(put)
            } else {
                [now.oil, now.displacing, now.bottomHolePressure, oilSum, displacingSum].forEach(put)
            }
            field[0] += now.oil
            field[1] += now.displacing
            field[3] += oilSum
            field[4] += displacingSum
        }
        (field + [fieldPressure]).forEach(put)
    }

    var series: ProductionSeries { ProductionSeries(times: times, keys: keys, values: values) }

    var totals: WellTotals {
        var sum = WellTotals()
        for (index, well) in wells.enumerated() {
            if well.role == .injector {
                sum.displacingInjected += displacingTotal[index]
            } else {
                sum.displacingProduced += displacingTotal[index]
                sum.oilProduced += oilTotal[index]
            }
        }
        return sum
    }
}
