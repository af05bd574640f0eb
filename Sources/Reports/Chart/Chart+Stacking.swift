extension Chart {
    /// Each series of bars with the height that it stands on: that of the earlier series over the same interval.
    var stackedBars: [(series: Bars, base: [Double])] {
        var reached: [[Double]: Double] = [:]
        return bars.map { series in
            let base = series.height.indices.map { index in
                let interval = [series.left[index], series.right[index]]
                let below = reached[interval, default: 0]
                reached[interval] = below + series.height[index]
                return below
            }
            return (series, base)
        }
    }
}
