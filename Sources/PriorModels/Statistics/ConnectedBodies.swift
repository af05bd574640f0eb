import Reservoir

/// The connected bodies of one facies: cells that share a face belong to one body, as flow would have it.
struct ConnectedBodies: Sendable {
    let columns: Int, rows: Int
    /// Number of the body of each cell, from 1; 0 where the facies is not, `[cells]`.
    let labels: [Int32]
    /// Cells in each body; the first entry belongs to no body.
    let sizes: [Int]

    /// - Parameter isMember: `[rows * columns]`
    init(_ isMember: [Bool], columns: Int, rows: Int) {
        var labels = [Int32](repeating: 0, count: isMember.count)
        var sizes = [0]
        var pending: [Int] = []
        for start in isMember.indices where isMember[start] && labels[start] == 0 {
            let label = Int32(sizes.count)
            labels[start] = label
            pending.append(start)
            var size = 0
            while let cell = pending.popLast() {
                size += 1
                let (row, column) = (cell / columns, cell % columns)
                for (next, isInside) in [
                    (cell - 1, column > 0), (cell + 1, column + 1 < columns),
                    (cell - columns, row > 0), (cell + columns, row + 1 < rows)
                ] where isInside && isMember[next] && labels[next] == 0 {
                    labels[next] = label
                    pending.append(next)
                }
            }
            sizes.append(size)
        }
        (self.columns, self.rows, self.labels, self.sizes) = (columns, rows, labels, sizes)
    }

    /// Share of the facies' cells in its largest body; NaN without such cells.
    var largestShare: Double {
        let total = sizes.reduce(0, +)
        return total > 0 ? Double(sizes.max() ?? 0) / Double(total) : .nan
    }

    /// Whether a body reaches from the first to the last column, or row.
    func crosses(_ direction: LatticeDirection) -> Bool {
        let first: Set<Int32>, last: Set<Int32>
        if direction == .y {
            (first, last) = (Set(labels.prefix(columns)), Set(labels.suffix(columns)))
        } else {
            first = Set((0..<rows).map { labels[$0 * columns] })
            last = Set((0..<rows).map { labels[($0 + 1) * columns - 1] })
        }
        return first.intersection(last).contains { $0 > 0 }
    }

    /// Probability that two cells of the facies a lag apart belong to one body; NaN where there is no such pair.
    ///
    /// Source: Pardo-Igúzquiza and Dowd (2003), Computers & Geosciences 29, 775-785 (connectivity function).
    func connectivity(_ lags: LagSequence) -> [Double] {
        labels.withUnsafeBufferPointer { labels in
            lags.steps.map { step in
                var (both, connected) = (0, 0)
                LagPairs(lags.direction, steps: step, columns: columns, rows: rows).forEach { first, second in
                    let (a, b) = (labels[first], labels[second])
                    if a != 0 && b != 0 {
                        both += 1
                        if a == b { connected += 1 }
                    }
                }
                return both > 0 ? Double(connected) / Double(both) : .nan
            }
        }
    }
}

/// Half the mean squared difference of values a lag apart, over pairs of which neither is NaN.
///
/// - Parameter values: `[rows * columns]`
func experimentalVariogram(_ values: [Float], _ lags: LagSequence, columns: Int, rows: Int) -> [Double] {
    values.withUnsafeBufferPointer { values in
        lags.steps.map { step in
            var (sum, count) = (0.0, 0)
            LagPairs(lags.direction, steps: step, columns: columns, rows: rows).forEach { first, second in
                let difference = Double(values[second] - values[first])
                if !difference.isNaN {
                    sum += difference * difference
                    count += 1
                }
            }
            return count > 0 ? 0.5 * sum / Double(count) : .nan
        }
    }
}
