import Foundation
import Reservoir

extension TimeAxis {
    /// A stored time as the number written in tables and files: days, or the index of the datum.
    func plain(_ time: Double) -> Double { time / Unit.day }

    /// A stored time as a chart's axis holds it.
    func coordinate(_ time: Double) -> Double {
        switch self {
        case .days, .index: time / Unit.day
        case .dates(let start): start.timeIntervalSince1970 + time
        }
    }

    var chartAxis: Chart.Axis {
        switch self {
        case .days: Chart.Axis(label: "days")
        case .dates: Chart.Axis(label: "", scale: .date)
        case .index(let label): Chart.Axis(label: label)
        }
    }
}
