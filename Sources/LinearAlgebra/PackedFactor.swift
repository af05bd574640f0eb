import CKernels

/// A single-precision copy of the factors `L D Lᵀ`, laid out to be walked through fast; owned by its factorization.
final class PackedFactor {
    private let order: Int
    private var pattern: PackedPattern?
    private var values = WorkArray<Float>(repeating: 0, count: 0)
    /// Of the diagonal `D`.
    private let inverse: WorkArray<Float>
    private let x: WorkArray<Float>

    init(order: Int) {
        self.order = order
        inverse = WorkArray(repeating: 0, count: order)
        // Rows that fill up tiles stand beyond the last one.
        x = WorkArray(repeating: 0, count: order + 4)
    }

    /// Takes in a factor by columns: the diagonal of `D` first, then rows of `L` in ascending order.
    func pack(
        start: UnsafePointer<Int32>, length: UnsafePointer<Int32>, row: UnsafePointer<Int32>,
        value: UnsafePointer<Double>
    ) {
        if pattern?.fits(start, length) != true {
            let made = PackedPattern(
                Array(UnsafeBufferPointer(start: start, count: order)),
                Array(UnsafeBufferPointer(start: length, count: order)), row)
            values = WorkArray(repeating: 0, count: made.count)
            pattern = consume made
        }
        guard let place = pattern?.place.base else { return }
        let target = values.base
        for column in 0..<order {
            let head = Int(start[column])
            inverse[column] = Float(1 / value[head])
            for k in head + 1..<head + Int(length[column]) { target[Int(place[k])] = Float(value[k]) }
        }
    }

    /// Writes the solution for `rightHandSide`, both in the order before `permutation`.
    func solve(
        _ rightHandSide: UnsafePointer<Double>, into solution: UnsafeMutablePointer<Double>,
        permutation: UnsafePointer<Int32>
    ) {
        // Scaled, since rates may lie outside the range of single precision.
        let size = interleavedSum(order) { abs(rightHandSide[$0]) }
        let scale = size > 0 ? 1 / size : 1
        let x = x.base
        for j in 0..<order { x[j] = Float(rightHandSide[Int(permutation[j])] * scale) }
        walk()
        for j in 0..<order { solution[Int(permutation[j])] = Double(x[j]) * size }
    }

    private func walk() {
        guard let blocks = pattern?.blocks.base, let blockCount = pattern?.blocks.count,
            let rows = pattern?.rows.base, let rowCount = pattern?.rows.count
        else { preconditionFailure("solve before pack") }
        var factor = lsi_packed_factor(
            order: Int32(order), blocks: Int32(blockCount), block: blocks, rows: rows, row_count: Int64(rowCount),
            value_count: Int64(values.count), values: values.base, inverse: inverse.base, x: x.base)
        lsi_packed_solve(&factor)
    }
}
