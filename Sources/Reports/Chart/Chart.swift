/// A diagram without a drawing library: what lies over what, in the units of its axes.
///
/// The page draws it with Plotly, figures for print with gnuplot; both show the same.
struct Chart: Equatable, Sendable {
    enum Scale: String, Equatable, Sendable {
        case linear, logarithmic
        /// Values are seconds since 1970, UTC.
        case date
    }

    struct Axis: Equatable, Sendable {
        var label: String
        var scale: Scale = .linear
        /// Reaches down to zero whatever the data are; for a linear scale.
        var includesZero = false
        /// The part shown; `nil`: as much as the data need.
        var limits: ClosedRange<Double>?
    }

    /// What a mark stands for; fixes its colour in every figure alike.
    enum Tone: String, Equatable, Sendable, CaseIterable {
        case prior, accepted, observed, withheld, truth, neutral, reference, first, second, third, fourth
    }

    /// The area between two curves.
    struct Band: Equatable, Sendable {
        var name: String
        var tone: Tone
        var x: [Double], low: [Double], high: [Double]
    }

    struct Line: Equatable, Sendable {
        var name: String
        var tone: Tone
        var x: [Double], y: [Double]
        var isDashed = false
    }

    struct Points: Equatable, Sendable {
        var name: String
        var tone: Tone
        var x: [Double], y: [Double]
        /// One standard deviation, drawn up and down; empty: none.
        var error: [Double] = []
        /// Realizations that a click on a point selects; empty: none.
        var realizations: [Int] = []
    }

    /// Bars of one series; several series are stacked.
    struct Bars: Equatable, Sendable {
        var name: String
        var tone: Tone
        var left: [Double], right: [Double], height: [Double]
    }

    /// A straight line across the whole diagram, with a word beside it.
    struct Rule: Equatable, Sendable {
        var value: Double
        var label: String
        var tone: Tone = .reference
    }

    var title: String
    var x: Axis, y: Axis
    var bands: [Band] = []
    var bars: [Bars] = []
    var lines: [Line] = []
    var points: [Points] = []
    var verticals: [Rule] = []
    var horizontals: [Rule] = []
    /// Part of the x axis with a shaded ground: the forecast.
    var shaded: ClosedRange<Double>?
    var showsLegend = false
    /// Both axes on the same scale.
    var isSquare = false
}

extension Chart {
    /// Whether the axes have a place for any of these points.
    func shows(_ x: [Double], _ y: [Double]) -> Bool {
        zip(x, y).contains { self.x.shows($0) && self.y.shows($1) }
    }
}

extension Chart.Axis {
    fileprivate func shows(_ value: Double) -> Bool { value.isFinite && (scale != .logarithmic || value > 0) }
}

/// What a page or a figure file can show.
enum Figure: Equatable, Sendable {
    case chart(Chart)
    case map(MapPanel)

    var title: String {
        switch self {
        case .chart(let chart): chart.title
        case .map(let map): map.title
        }
    }
}
