/// A square sparse matrix by rows, the diagonal apart; rows ascend in column. Work space of one owner.
final class SparseRows {
    let order: Int
    /// Off-diagonal entries of row `i` stand at `start[i] ..< start[i + 1]`.
    let start: WorkArray<Int32>
    let column: WorkArray<Int32>
    let value: WorkArray<Double>
    let diagonal: WorkArray<Double>

    init(order: Int, entries: Int) {
        self.order = order
        start = WorkArray(repeating: 0, count: order + 1)
        column = WorkArray(repeating: 0, count: entries)
        value = WorkArray(repeating: 0, count: entries)
        diagonal = WorkArray(repeating: 0, count: order)
    }

    /// Both triangles of a symmetric matrix given by its lower one.
    convenience init(_ pattern: SymmetricPattern, values: borrowing WorkArray<Double>) {
        let order = pattern.order
        self.init(order: order, entries: 2 * (pattern.entryCount - order))
        let (starts, columns, entries) = (start.base, column.base, value.base)
        pattern.columnStart.withUnsafeBufferPointer { columnStart in
            pattern.rowIndex.withUnsafeBufferPointer { rowIndex in
                for j in 0..<order {
                    for k in Int(columnStart[j]) + 1..<Int(columnStart[j + 1]) {
                        starts[j + 1] += 1
                        starts[Int(rowIndex[k]) + 1] += 1
                    }
                }
                for i in 0..<order { starts[i + 1] += starts[i] }
                let next = WorkArray(repeating: Int32(0), count: order)
                next.base.update(from: starts, count: order)
                // Column after column, so that each row gets what stands left of its diagonal first, and in order.
                for j in 0..<order {
                    let head = Int(columnStart[j])
                    diagonal[j] = values[head]
                    for k in head + 1..<Int(columnStart[j + 1]) {
                        let i = Int(rowIndex[k])
                        for (row, other) in [(i, j), (j, i)] {
                            let slot = Int(next[row])
                            (columns[slot], entries[slot]) = (Int32(other), values[k])
                            next[row] += 1
                        }
                    }
                }
            }
        }
    }
}
