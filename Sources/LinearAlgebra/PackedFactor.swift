/// A single-precision copy of the factors `L D Lᵀ`, laid out to be walked through fast; owned by its factorization.
///
/// Neighbouring columns often have the same rows below them. Four such columns are taken at once: each row's index and
/// value is read and written once for four entries. In factors of plane grids most entries stand in such columns.
final class PackedFactor {
    private static let width = 4
    /// First column, number of columns (four or one), first row and number of rows below, `[blocks][4]`.
    private var blocks = WorkArray<Int32>(repeating: 0, count: 0)
    private var blockCount = 0
    /// Rows below each block, and its entries there, row by row.
    private var rows = WorkArray<Int32>(repeating: 0, count: 0)
    private var values = WorkArray<Float>(repeating: 0, count: 0)
    /// Inverse diagonals and the six entries between the columns of a block, `[blocks][10]`.
    private var corners = WorkArray<Float>(repeating: 0, count: 0)
    private let order: Int
    private let x: WorkArray<Float>

    init(order: Int) {
        self.order = order
        x = WorkArray(repeating: 0, count: order)
    }

    /// Takes in a factor by columns: the diagonal of `D` first, then rows of `L` in ascending order.
    func pack(
        start: UnsafePointer<Int32>, length: UnsafePointer<Int32>, row: UnsafePointer<Int32>,
        value: UnsafePointer<Double>, entries: Int
    ) {
        if values.count < entries {
            values = WorkArray(repeating: 0, count: entries)
            rows = WorkArray(repeating: 0, count: entries)
            blocks = WorkArray(repeating: 0, count: 4 * order)
            corners = WorkArray(repeating: 0, count: 10 * order)
        }
        let (block, corner, target, list) = (blocks.base, corners.base, values.base, rows.base)
        var (column, count, rowsTaken, valuesTaken) = (0, 0, 0, 0)
        while column < order {
            var isWide = column + Self.width <= order
            for next in column..<column + (isWide ? Self.width - 1 : 0) {
                // A column whose first row is the next one, with one row more than that, has the same rows.
                let first = Int(start[next])
                isWide = isWide && length[next] == length[next + 1] + 1 && Int(row[first + 1]) == next + 1
            }
            let width = isWide ? Self.width : 1
            let last = column + width - 1
            let (below, first) = (Int(length[last]) - 1, Int(start[last]) + 1)
            (block[4 * count], block[4 * count + 1]) = (Int32(column), Int32(width))
            (block[4 * count + 2], block[4 * count + 3]) = (Int32(rowsTaken), Int32(below))
            var slot = 10 * count + 4
            for c in 0..<width {
                let head = Int(start[column + c])
                corner[10 * count + c] = Float(1 / value[head])
                for k in 0..<width - 1 - c {
                    corner[slot] = Float(value[head + 1 + k])
                    slot += 1
                }
                let tail = head + width - c
                for k in 0..<below { target[valuesTaken + width * k + c] = Float(value[tail + k]) }
            }
            for k in 0..<below { list[rowsTaken + k] = row[first + k] }
            rowsTaken += below
            valuesTaken += width * below
            count += 1
            column += width
        }
        blockCount = count
    }

    /// Writes the solution for `rightHandSide`, both in the order before `permutation`.
    func solve(
        _ rightHandSide: UnsafePointer<Double>, into solution: UnsafeMutablePointer<Double>,
        permutation: UnsafePointer<Int32>
    ) {
        // Scaled, since rates may lie outside the range of single precision.
        var largest = 0.0
        for j in 0..<order { largest = max(largest, abs(rightHandSide[j])) }
        let scale = largest > 0 ? 1 / largest : 1
        let x = x.base
        for j in 0..<order { x[j] = Float(rightHandSide[Int(permutation[j])] * scale) }
        let end = forward(x)
        backward(x, end)
        for j in 0..<order { solution[Int(permutation[j])] = Double(x[j]) * largest }
    }

    /// Solves `L y = x` in place; returns how many values it walked through.
    private func forward(_ x: UnsafeMutablePointer<Float>) -> Int {
        let (block, corner, list) = (blocks.base, corners.base, rows.base)
        var entry = values.base
        for b in 0..<blockCount {
            let (j, below) = (Int(block[4 &* b]), Int(block[4 &* b &+ 3]))
            let row = list + Int(block[4 &* b &+ 2])
            if block[4 &* b &+ 1] == 1 {
                let xj = x[j]
                for k in 0..<below { x[Int(row[k])] -= entry[k] * xj }
                entry += below
                continue
            }
            let l = corner + 10 &* b
            let x0 = x[j]
            let x1 = x[j &+ 1] - l[4] * x0
            let x2 = x[j &+ 2] - l[5] * x0 - l[7] * x1
            let x3 = x[j &+ 3] - l[6] * x0 - l[8] * x1 - l[9] * x2
            (x[j &+ 1], x[j &+ 2], x[j &+ 3]) = (x1, x2, x3)
            for k in 0..<below {
                let v = entry + 4 &* k
                x[Int(row[k])] -= (v[0] * x0 + v[1] * x1) + (v[2] * x2 + v[3] * x3)
            }
            entry += 4 &* below
        }
        return entry - values.base
    }

    /// Solves `D Lᵀ z = y` in place.
    private func backward(_ x: UnsafeMutablePointer<Float>, _ end: Int) {
        let (block, corner, list) = (blocks.base, corners.base, rows.base)
        var entry = values.base + end
        for b in stride(from: blockCount - 1, through: 0, by: -1) {
            let (j, below) = (Int(block[4 &* b]), Int(block[4 &* b &+ 3]))
            let row = list + Int(block[4 &* b &+ 2])
            let l = corner + 10 &* b
            if block[4 &* b &+ 1] == 1 {
                entry -= below
                var sum = x[j] * l[0]
                for k in 0..<below { sum -= entry[k] * x[Int(row[k])] }
                x[j] = sum
                continue
            }
            entry -= 4 &* below
            var sum = SIMD4(x[j] * l[0], x[j &+ 1] * l[1], x[j &+ 2] * l[2], x[j &+ 3] * l[3])
            for k in 0..<below {
                let v = entry + 4 &* k
                sum -= SIMD4(v[0], v[1], v[2], v[3]) * x[Int(row[k])]
            }
            let x3 = sum[3]
            let x2 = sum[2] - l[9] * x3
            let x1 = sum[1] - l[7] * x2 - l[8] * x3
            x[j] = sum[0] - l[4] * x1 - l[5] * x2 - l[6] * x3
            (x[j &+ 1], x[j &+ 2], x[j &+ 3]) = (x1, x2, x3)
        }
    }
}
