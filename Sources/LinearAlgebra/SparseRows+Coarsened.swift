extension SparseRows {
    /// `Pᵀ A P`, row by row, for the interpolation `P` of a coarsening.
    func coarsened(by coarsening: Coarsening) -> SparseRows {
        let count = coarsening.coarseOrder
        let transpose = Transpose(coarsening, fineOrder: order)
        let row = GatheredRow(order: count)
        // Twice: once to count the entries, once to keep them, so that nothing has to grow.
        var entries = 0
        for target in 0..<count {
            gather(target, coarsening, transpose, row)
            entries += row.count - 1
            row.clear()
        }
        let result = SparseRows(order: count, entries: entries)
        var slot = 0
        for target in 0..<count {
            gather(target, coarsening, transpose, row)
            row.sort()
            for k in 0..<row.count {
                if Int(row.columns[k]) == target {
                    result.diagonal[target] = row.values[k]
                } else {
                    (result.column[slot], result.value[slot]) = (row.columns[k], row.values[k])
                    slot += 1
                }
            }
            result.start[target + 1] = Int32(slot)
            row.clear()
        }
        return result
    }

    private func gather(_ target: Int, _ coarsening: Coarsening, _ transpose: Transpose, _ row: GatheredRow) {
        let (starts, coarse, weight) = (coarsening.start.base, coarsening.coarse.base, coarsening.weight.base)
        // Always there, whatever cancels.
        row.add(0, at: target)
        for f in Int(transpose.start[target])..<Int(transpose.start[target + 1]) {
            let (i, factor) = (Int(transpose.fine[f]), transpose.weight[f])
            let own = factor * diagonal[i]
            for k in Int(starts[i])..<Int(starts[i + 1]) { row.add(own * weight[k], at: Int(coarse[k])) }
            for entry in Int(start[i])..<Int(start[i + 1]) {
                let (j, product) = (Int(column[entry]), factor * value[entry])
                for k in Int(starts[j])..<Int(starts[j + 1]) { row.add(product * weight[k], at: Int(coarse[k])) }
            }
        }
    }
}

/// Which fine unknowns interpolate from each coarse one.
private final class Transpose {
    let start: WorkArray<Int32>, fine: WorkArray<Int32>
    let weight: WorkArray<Double>

    init(_ coarsening: Coarsening, fineOrder: Int) {
        let (count, total) = (coarsening.coarseOrder, Int(coarsening.start[fineOrder]))
        start = WorkArray(repeating: 0, count: count + 1)
        fine = WorkArray(repeating: 0, count: total)
        weight = WorkArray(repeating: 0, count: total)
        for k in 0..<total { start[Int(coarsening.coarse[k]) + 1] += 1 }
        for i in 0..<count { start[i + 1] += start[i] }
        let next = WorkArray(repeating: Int32(0), count: count)
        next.base.update(from: start.base, count: count)
        for i in 0..<fineOrder {
            for k in Int(coarsening.start[i])..<Int(coarsening.start[i + 1]) {
                let target = Int(coarsening.coarse[k])
                let slot = Int(next[target])
                (fine[slot], weight[slot]) = (Int32(i), coarsening.weight[k])
                next[target] += 1
            }
        }
    }
}

/// One row of a product while it is summed up.
private final class GatheredRow {
    private(set) var count = 0
    let columns: WorkArray<Int32>
    let values: WorkArray<Double>
    /// Where each column stands, or -1.
    private let place: WorkArray<Int32>

    init(order: Int) {
        columns = WorkArray(repeating: 0, count: order)
        values = WorkArray(repeating: 0, count: order)
        place = WorkArray(repeating: -1, count: order)
    }

    @inline(__always)
    func add(_ value: Double, at column: Int) {
        let slot = Int(place.base[column])
        if slot >= 0 {
            values.base[slot] += value
        } else {
            place.base[column] = Int32(count)
            (columns.base[count], values.base[count]) = (Int32(column), value)
            count += 1
        }
    }

    func clear() {
        for k in 0..<count { place.base[Int(columns.base[k])] = -1 }
        count = 0
    }

    /// By column; rows are short.
    func sort() {
        let (c, v) = (columns.base, values.base)
        for k in 1..<max(count, 1) {
            let (column, value) = (c[k], v[k])
            var slot = k
            while slot > 0, c[slot - 1] > column {
                (c[slot], v[slot]) = (c[slot - 1], v[slot - 1])
                slot -= 1
            }
            (c[slot], v[slot]) = (column, value)
        }
    }
}
