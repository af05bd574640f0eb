import LinearAlgebra

/// An order of the cells in which each comes after those that flow into it (Kahn 1962); owns its work space.
///
/// A flow that only pressure drives has no cycles. Where gravity or extrapolation in time closes one, it is cut at some
/// face, and that cell comes before one that flows into it.
final class FlowOrder {
    let cells: WorkArray<Int32>
    private let pending: WorkArray<Int32>
    private let start: WorkArray<Int32>, adjacentFace: WorkArray<Int32>, adjacentCell: WorkArray<Int32>
    private let first: WorkArray<Int32>, second: WorkArray<Int32>

    init(_ topology: FlowTopology) {
        cells = WorkArray(repeating: 0, count: topology.cellCount)
        pending = WorkArray(repeating: 0, count: topology.cellCount)
        start = WorkArray(topology.adjacencyStart)
        adjacentFace = WorkArray(topology.adjacentFace)
        adjacentCell = WorkArray(topology.adjacentCell)
        first = WorkArray(topology.faces.map { Int32($0.first) })
        second = WorkArray(topology.faces.map { Int32($0.second) })
    }

    func sort(_ flux: borrowing WorkArray<Double>) {
        let (u, waiting, order) = (flux.base, pending.base, cells.base)
        let count = cells.count
        pending.fill(0)
        for face in 0..<flux.count where u[face] != 0 {
            waiting[Int(u[face] > 0 ? second[face] : first[face])] += 1
        }
        var (head, tail, search) = (0, 0, 0)
        for cell in 0..<count where waiting[cell] == 0 {
            order[tail] = Int32(cell)
            tail += 1
        }
        while head < count {
            if head == tail {
                while waiting[search] <= 0 { search += 1 }
                waiting[search] = 0
                order[tail] = Int32(search)
                tail += 1
            }
            let cell = Int(order[head])
            head += 1
            waiting[cell] = -1
            for slot in Int(start[cell])..<Int(start[cell + 1]) {
                let face = Int(adjacentFace[slot])
                let outward = Int(first[face]) == cell ? u[face] : -u[face]
                let next = Int(adjacentCell[slot])
                guard outward > 0, waiting[next] > 0 else { continue }
                waiting[next] -= 1
                if waiting[next] == 0 {
                    order[tail] = Int32(next)
                    tail += 1
                }
            }
        }
    }
}
