/// Which unknowns of a matrix go on to the next coarser level, and how the others follow from them.
///
/// Unknowns are chosen such that each of the others depends strongly on one of them at least; the others interpolate from
/// those they depend on strongly, by their own equations. For matrices with a positive diagonal and mostly negative
/// entries beside it, whatever their contrast.
/// Source: Ruge and Stüben (1987), *Algebraic Multigrid*, in McCormick (ed.), Multigrid Methods, SIAM: the first pass of
/// the coarsening and direct interpolation.
final class Coarsening {
    /// Number of coarse unknowns.
    let coarseOrder: Int
    /// Interpolation of fine unknown `i`: coarse unknowns and weights at `start[i] ..< start[i + 1]`.
    let start: WorkArray<Int32>, coarse: WorkArray<Int32>
    let weight: WorkArray<Double>

    /// A dependence at least this strong, relative to the strongest of the row, counts as strong.
    private static let threshold = 0.25
    private static let undecided: Int8 = 0, isCoarse: Int8 = 1, isFine: Int8 = 2

    init(_ matrix: SparseRows) {
        let (n, entries) = (matrix.order, Int(matrix.start[matrix.order]))
        let isStrong = WorkArray(repeating: false, count: entries)
        Coarsening.findStrong(matrix, isStrong)
        let state = WorkArray(repeating: Coarsening.undecided, count: n)
        Coarsening.choose(matrix, isStrong, state)
        let number = WorkArray(repeating: Int32(-1), count: n)
        var count: Int32 = 0
        for i in 0..<n where state[i] == Coarsening.isCoarse {
            number[i] = count
            count += 1
        }
        coarseOrder = Int(count)
        start = WorkArray(repeating: 0, count: n + 1)
        var total = 0
        for i in 0..<n {
            if number[i] >= 0 {
                total += 1
            } else {
                for k in Int(matrix.start[i])..<Int(matrix.start[i + 1])
                where isStrong[k] && number[Int(matrix.column[k])] >= 0 { total += 1 }
            }
            start[i + 1] = Int32(total)
        }
        coarse = WorkArray(repeating: 0, count: total)
        weight = WorkArray(repeating: 0, count: total)
        for i in 0..<n {
            if number[i] >= 0 {
                (coarse[Int(start[i])], weight[Int(start[i])]) = (number[i], 1)
            } else {
                interpolate(i, matrix, isStrong, number)
            }
        }
    }

    /// `w_ij = −α a_ij / a_ii`, with `α` such that what is left out is made up for.
    private func interpolate(
        _ i: Int, _ matrix: SparseRows, _ isStrong: borrowing WorkArray<Bool>, _ number: borrowing WorkArray<Int32>
    ) {
        var (all, chosen, pivot) = (0.0, 0.0, matrix.diagonal[i])
        let row = Int(matrix.start[i])..<Int(matrix.start[i + 1])
        for k in row {
            let value = matrix.value[k]
            if value > 0 { pivot += value } else { all += value }
            if isStrong[k], number[Int(matrix.column[k])] >= 0 { chosen += value }
        }
        var slot = Int(start[i])
        for k in row where isStrong[k] && number[Int(matrix.column[k])] >= 0 {
            (coarse[slot], weight[slot]) = (number[Int(matrix.column[k])], -matrix.value[k] * all / (chosen * pivot))
            slot += 1
        }
    }

    private static func findStrong(_ matrix: SparseRows, _ isStrong: borrowing WorkArray<Bool>) {
        let (start, value) = (matrix.start.base, matrix.value.base)
        for i in 0..<matrix.order {
            var least = 0.0
            for k in Int(start[i])..<Int(start[i + 1]) { least = min(least, value[k]) }
            // What hardly couples to anything is solved by smoothing alone.
            guard -least > 1e-10 * matrix.diagonal[i] else { continue }
            for k in Int(start[i])..<Int(start[i + 1]) { isStrong[k] = value[k] <= threshold * least }
        }
    }

    /// Decides in the order of how many undecided unknowns depend on each.
    private static func choose(
        _ matrix: SparseRows, _ isStrong: borrowing WorkArray<Bool>, _ state: borrowing WorkArray<Int8>
    ) {
        let n = matrix.order
        let (start, column) = (matrix.start.base, matrix.column.base)
        // Who depends on each unknown.
        let from = WorkArray(repeating: Int32(0), count: n + 1)
        for k in 0..<Int(start[n]) where isStrong[k] { from[Int(column[k]) + 1] += 1 }
        for i in 0..<n { from[i + 1] += from[i] }
        let dependent = WorkArray(repeating: Int32(0), count: Int(from[n]))
        let next = WorkArray(repeating: Int32(0), count: n)
        next.base.update(from: from.base, count: n)
        for i in 0..<n {
            for k in Int(start[i])..<Int(start[i + 1]) where isStrong[k] {
                let j = Int(column[k])
                dependent[Int(next[j])] = Int32(i)
                next[j] += 1
            }
        }
        let queue = BucketQueue(keys: (0..<n).map { Int(from[$0 + 1] - from[$0]) })
        while let i = queue.popLargest() {
            state[i] = isCoarse
            for d in Int(from[i])..<Int(from[i + 1]) {
                let j = Int(dependent[d])
                guard state[j] == undecided else { continue }
                state[j] = isFine
                queue.remove(j)
                for k in Int(start[j])..<Int(start[j + 1]) where isStrong[k] && state[Int(column[k])] == undecided {
                    queue.change(Int(column[k]), by: 1)
                }
            }
            for k in Int(start[i])..<Int(start[i + 1]) where isStrong[k] && state[Int(column[k])] == undecided {
                queue.change(Int(column[k]), by: -1)
            }
        }
        // On what is left nothing undecided depends. It may interpolate, or has to stay.
        for i in 0..<n where state[i] == undecided {
            var (depends, hasCoarse) = (false, false)
            for k in Int(start[i])..<Int(start[i + 1]) where isStrong[k] {
                depends = true
                if state[Int(column[k])] == isCoarse { hasCoarse = true }
            }
            state[i] = depends && !hasCoarse ? isCoarse : isFine
        }
    }
}

/// Numbers with small keys that change by one, the largest key first; those with key zero never come up.
private final class BucketQueue {
    private let key: WorkArray<Int32>, after: WorkArray<Int32>, before: WorkArray<Int32>
    private let head: WorkArray<Int32>
    private var largest = 0

    init(keys: [Int]) {
        key = WorkArray(keys.map { Int32($0) })
        after = WorkArray(repeating: -1, count: keys.count)
        before = WorkArray(repeating: -1, count: keys.count)
        // Each of those that raise a key did count in it at first.
        head = WorkArray(repeating: -1, count: 2 * (keys.max() ?? 0) + 2)
        for item in stride(from: keys.count - 1, through: 0, by: -1) { insert(item) }
    }

    func popLargest() -> Int? {
        while largest > 0, head[largest] < 0 { largest -= 1 }
        guard largest > 0 else { return nil }
        let item = Int(head[largest])
        remove(item)
        return item
    }

    func change(_ item: Int, by step: Int) {
        remove(item)
        key[item] = max(0, min(key[item] + Int32(step), Int32(head.count - 1)))
        insert(item)
    }

    func remove(_ item: Int) {
        let (previous, following) = (before[item], after[item])
        if previous >= 0 { after[Int(previous)] = following } else { head[Int(key[item])] = following }
        if following >= 0 { before[Int(following)] = previous }
    }

    private func insert(_ item: Int) {
        let bucket = Int(key[item])
        let first = head[bucket]
        (after[item], before[item], head[bucket]) = (first, -1, Int32(item))
        if first >= 0 { before[Int(first)] = Int32(item) }
        largest = max(largest, bucket)
    }
}
