import CKernels

/// Where the entries of a factor `L D Lᵀ` go in a ``PackedFactor``; the same for all values of one pattern.
///
/// - Neighbouring columns often have nearly the same rows below them: four such columns are one block.
/// - Rows below a block are taken four at a time. Of four rows whose numbers follow on a multiple of four most may be
///   there: then they are read and written together, those that lack an entry with a zero. Others stand as they come.
/// - Blocks that do not wait for each other stand by their shape, so that loops of a few rounds each do not keep ending
///   where the processor did not expect it.
struct PackedPattern: ~Copyable {
    private static let width = 4
    /// Entries, in fours, that joining columns may add: beginning with a column costs as much as walking through some.
    private static let slack = 8
    private static let cornerSize = Int(LSI_PACKED_CORNER)
    /// Where the entries of a column of a block, below its diagonal, stand in its corner, less one.
    private static let corner = [-1, 2, 4]

    let blocks: WorkArray<lsi_packed_block>
    let rows: WorkArray<Int32>
    /// Where each entry of the factor goes in the packed one, `[entries]`; those of `D` do not.
    let place: WorkArray<Int32>
    /// Length of the packed factor.
    let count: Int
    private let start: [Int32], length: [Int32]

    /// - Parameters:
    ///   - start: of each column.
    ///   - length: of each column, with its diagonal.
    ///   - row: of each entry, in ascending order within a column.
    init(_ start: [Int32], _ length: [Int32], _ row: UnsafePointer<Int32>) {
        (self.start, self.length) = (start, length)
        let order = length.count
        var found: [Block] = []
        var blockOf = [Int](repeating: 0, count: order)
        var column = 0
        while column < order {
            let block = Block(at: column, start, length, row)
            for own in column..<column + block.width { blockOf[own] = found.count }
            column += block.width
            found.append(block)
        }
        var level = [Int](repeating: 0, count: found.count)
        for (index, block) in found.enumerated() {
            guard let next = block.rows.first else { continue }
            level[blockOf[Int(next)]] = max(level[blockOf[Int(next)]], level[index] + 1)
        }
        func key(_ index: Int) -> [Int] {
            [level[index], found[index].width, found[index].aligned.count, found[index].scattered.count, index]
        }
        let keys = found.indices.map(key)
        let sorted = found.indices.sorted { keys[$0].lexicographicallyPrecedes(keys[$1]) }

        var packed: [lsi_packed_block] = []
        var rows: [Int32] = []
        var place = [Int32](repeating: -1, count: (0..<order).map { Int(start[$0] + length[$0]) }.max() ?? 0)
        var count = 0
        for index in sorted {
            let block = found[index]
            let scattered = (block.scattered.count + Self.width - 1) / Self.width
            let first = count + (block.width > 1 ? Self.cornerSize : 0)
            packed.append(
                lsi_packed_block(
                    column: Int32(block.column), width: Int32(block.width), aligned: Int32(block.aligned.count),
                    scattered: Int32(scattered)))
            rows += block.aligned
            rows += block.scattered
            rows += Array(repeating: Int32(order), count: Self.width * scattered - block.scattered.count)
            let position = block.positions
            for c in 0..<block.width {
                let own = block.column + c
                let head = Int(start[own])
                for k in head + 1..<head + Int(length[own]) {
                    let below = Int(row[k]) - block.column
                    if below < block.width {
                        place[k] = Int32(count + Self.corner[c] + below - c)
                    } else if let p = position[row[k]] {
                        place[k] = Int32(first + Self.width * (block.width * (p / Self.width) + c) + p % Self.width)
                    }
                }
            }
            count = first + Self.width * block.width * (block.aligned.count + scattered)
        }
        blocks = WorkArray(packed)
        self.rows = WorkArray(rows)
        self.place = WorkArray(place)
        self.count = count
    }

    /// Whether it was made of a factor with these columns.
    func fits(_ start: UnsafePointer<Int32>, _ length: UnsafePointer<Int32>) -> Bool {
        self.length.indices.allSatisfy { self.start[$0] == start[$0] && self.length[$0] == length[$0] }
    }

    /// Columns taken at once and the rows below them.
    private struct Block {
        let column: Int, width: Int
        /// Rows below, ascending.
        let rows: [Int32]
        /// Numbers of rows over four that are taken together, and rows that are taken singly.
        var aligned: [Int32] = [], scattered: [Int32] = []

        init(at column: Int, _ start: [Int32], _ length: [Int32], _ row: UnsafePointer<Int32>) {
            self.column = column
            width = Self.isWorthJoining(column, start, length, row) ? PackedPattern.width : 1
            let last = column + width - 1
            let first = Int(start[last]) + 1
            rows = (first..<first + Int(length[last]) - 1).map { row[$0] }
            // What four zeros more cost beside four rows read and written singly.
            let fewest = width == 1 ? 2 : 3
            var k = 0
            while k < rows.count {
                let group = rows[k] / 4
                let end = rows[k...].firstIndex { $0 / 4 != group } ?? rows.count
                if end - k >= fewest { aligned.append(group) } else { scattered += rows[k..<end] }
                k = end
            }
        }

        /// Where each row stands among the tiles.
        var positions: [Int32: Int] {
            var positions: [Int32: Int] = [:]
            for (tile, group) in aligned.enumerated() {
                for k in 0..<4 { positions[4 * group + Int32(k)] = 4 * tile + k }
            }
            for (k, row) in scattered.enumerated() { positions[row] = 4 * aligned.count + k }
            return positions
        }

        /// Whether four columns from `column` on cost less as one block: each but the last has its first row (its parent in
        /// the elimination tree) among them.
        ///
        /// Rows below each are then among those below the last; entries that the first ones lack are zeros.
        private static func isWorthJoining(
            _ column: Int, _ start: [Int32], _ length: [Int32], _ row: UnsafePointer<Int32>
        ) -> Bool {
            let width = PackedPattern.width
            guard column + width <= start.count else { return false }
            let last = column + width - 1
            guard (column..<last).allSatisfy({ length[$0] > 1 && Int(row[Int(start[$0]) + 1]) <= last }) else {
                return false
            }
            func tiles(_ column: Int) -> Int { (Int(length[column]) - 1 + width - 1) / width }
            return width * tiles(last) <= (column...last).reduce(0) { $0 + tiles($1) } + PackedPattern.slack
        }
    }
}
