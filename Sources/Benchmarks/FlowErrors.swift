import Reservoir

/// How far one solution is from another, in per cent.
struct FlowErrors: Encodable {
    /// By keyword: root mean square over report times, divided by the vector's peak; mean over wells.
    var rootMeanSquare: [String: Double] = [:]
    /// Of cumulative oil at the last report time.
    var finalOil: Double?

    /// - Parameters:
    ///   - series: at report times.
    ///   - reference: holds those times, among others; vectors and times that it lacks are left out.
    init(of series: ProductionSeries, against reference: ProductionSeries) {
        var errors: [String: [Double]] = [:]
        let pairs = series.times.enumerated().compactMap { index, time in
            // Summaries hold times in single precision.
            reference.times.firstIndex { abs($0 - time) <= 1e-6 * time }.map { (index, $0) }
        }
        for key in series.keys {
            guard let mine = series[key], let other = reference[key], !pairs.isEmpty else { continue }
            let values = pairs.map { (mine[$0], other[$1]) }
            let peak = values.map { abs($0.1) }.max() ?? 0
            // A vector that is all but zero, as the water of a well that never sees any, has no relative error.
            guard peak > FlowErrors.nothing(key) else { continue }
            let squares = values.map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
            errors[key.keyword, default: []].append(100 * (squares / Double(values.count)).squareRoot() / peak)
            if key.keyword == "FOPT", let last = values.last { finalOil = 100 * (last.0 / last.1 - 1) }
        }
        rootMeanSquare = errors.mapValues { $0.reduce(0, +) / Double($0.count) }
    }

    /// What counts as zero: a millionth of what matters in any of these fields.
    private static func nothing(_ key: VectorKey) -> Double {
        switch key.quantity {
        case .rate: 1e-3 * Unit.cubicMetrePerDay
        case .total: 1e-2
        case .fraction: 1e-6
        case .pressure, .other: 0
        }
    }
}
