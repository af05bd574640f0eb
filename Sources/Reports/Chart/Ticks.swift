import Foundation

/// Marks on an axis of dates, for drawing programs that do not choose them well: years, or whole months.
struct CalendarTicks: Equatable {
    struct Tick: Equatable {
        /// Seconds since 1970, UTC.
        var value: Double
        var label: String
    }

    let ticks: [Tick]

    /// At most about eight ticks over a range of seconds since 1970.
    init(over range: ClosedRange<Double>) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let months = (range.upperBound - range.lowerBound) / (30.44 * 86_400)
        let step = [1, 2, 3, 6, 12, 24, 60, 120, 240].first { months / Double($0) <= 7 } ?? 600
        let start = Date(timeIntervalSince1970: range.lowerBound)
        let year = calendar.component(.year, from: start)
        var found: [Tick] = []
        // January of a year that the step divides comes before the range begins.
        let firstYear = step > 12 ? year - year % (step / 12) : year
        var date = calendar.date(from: DateComponents(year: firstYear, month: 1, day: 1)) ?? start
        while date.timeIntervalSince1970 <= range.upperBound {
            if date >= start {
                let text = NumberText.day(date)
                found.append(
                    Tick(value: date.timeIntervalSince1970, label: String(step >= 12 ? text.prefix(4) : text.prefix(7)))
                )
            }
            guard let next = calendar.date(byAdding: .month, value: step, to: date), next > date else { break }
            date = next
        }
        ticks = found
    }
}

extension MapScale {
    /// 1, 2 and 5 times the powers of ten, or the powers alone over a wide range; `value` is the logarithm.
    var logarithmicTicks: [(value: Double, label: String)] {
        let steps: [Double] = high - low > 3 ? [1] : [1, 2, 5]
        guard low.isFinite, high.isFinite, high - low < 40 else { return [] }
        return (Int(low.rounded(.down))...Int(high.rounded(.up))).flatMap { decade in
            steps.map { step in
                let value = step * pow(10, Double(decade))
                return (log10(value), String(format: abs(decade) < 5 && decade >= 0 ? "%.0f" : "%.3g", value))
            }
        }.filter { (low...high).contains($0.0) }
    }
}
