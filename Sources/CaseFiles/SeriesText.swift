import Reservoir
import Storage

/// Observations and series as the CSV text that ``Case`` reads.
public enum SeriesText {
    /// Columns `keyword,value,error` and `date`, or `time` in days without a start date. METRIC units, vector by vector.
    public static func observations(_ observations: [Observation], startDate: CalendarDate?) -> String {
        var text = CSVText(header: ["keyword", "value", "error", startDate == nil ? "time" : "date"])
        for one in observations {
            let factor = one.key.quantity.metricFactor
            text.append([
                one.key.description, number(one.value / factor), number(one.error / factor), time(one.time, startDate)
            ])
        }
        return text.text
    }

    /// Columns `keyword,value` and `date` or `time`; values that are not finite are left out.
    public static func series(_ series: ProductionSeries, startDate: CalendarDate?) -> String {
        var text = CSVText(header: ["keyword", "value", startDate == nil ? "time" : "date"])
        for (key, values) in zip(series.keys, series.values) {
            for (instant, value) in zip(series.times, values) where value.isFinite {
                text.append([key.description, number(value / key.quantity.metricFactor), time(instant, startDate)])
            }
        }
        return text.text
    }

    /// Dates are written to the second, which is what a step of reports is a multiple of.
    private static func time(_ seconds: Double, _ startDate: CalendarDate?) -> String {
        startDate.map { "\($0.adding(seconds: seconds))" } ?? number(seconds / Unit.day)
    }

    /// Eight digits: far more than any measurement has, and short enough to read.
    private static func number(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        let rounded = Double(Float(value))
        return abs(rounded - rounded.rounded()) == 0 && abs(rounded) < 1e7 ? "\(Int(rounded))" : "\(Float(value))"
    }
}
