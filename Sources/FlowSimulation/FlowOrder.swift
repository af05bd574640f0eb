import LinearAlgebra

/// An order of the cells in which each comes after those that flow into it (Kahn 1962); owns its work space.
///
/// A flow that only pressure drives has no cycles. Where gravity or extrapolation in time closes one, it is cut at some
/// face, and that cell comes before one that flows into it.
final class FlowOrder {
    let cells: WorkArray<Int32>
    /// Flux out of the cell that a slot of the adjacency belongs to, `[slots]` [m³/s].
    let outward: WorkArray<Double>
    private let pending: WorkArray<Int32>
    let start: WorkArray<Int32>, adjacentCell: WorkArray<Int32>
    /// Where each face stands in the adjacency of its first and of its second cell.
    private let firstSlot: WorkArray<Int32>, secondSlot: WorkArray<Int32>
    let second: WorkArray<Int32>, first: WorkArray<Int32>

    init(_ topology: FlowTopology) {
        cells = WorkArray(repeating: 0, count: topology.cellCount)
        pending = WorkArray(repeating: 0, count: topology.cellCount)
        outward = WorkArray(repeating: 0, count: topology.adjacentFace.count)
        start = WorkArray(topology.adjacencyStart)
        adjacentCell = WorkArray(topology.adjacentCell)
        first = WorkArray(topology.faces.map { Int32($0.first) })
        second = WorkArray(topology.faces.map { Int32($0.second) })
        firstSlot = WorkArray(repeating: 0, count: topology.faces.count)
        secondSlot = WorkArray(repeating: 0, count: topology.faces.count)
        for cell in 0..<topology.cellCount {
            for slot in Int(topology.adjacencyStart[cell])..<Int(topology.adjacencyStart[cell + 1]) {
                let face = Int(topology.adjacentFace[slot])
                if topology.faces[face].first == cell {
                    firstSlot[face] = Int32(slot)
                } else {
                    secondSlot[face] = Int32(slot)
                }
            }
        }
    }

    /// Sets ``cells`` and ``outward``.
    func sort(_ flux: borrowing WorkArray<Double>) {
        let (u, waiting, order) = (flux.base, pending.base, cells.base)
        let (out, starts, neighbours) = (outward.base, start.base, adjacentCell.base)
        let (a, b, slotA, slotB) = (first.base, second.base, firstSlot.base, secondSlot.base)
        let count = cells.count
        pending.fill(0)
        for face in 0..<flux.count {
            let value = u[face]
            out[Int(slotA[face])] = value
            out[Int(slotB[face])] = -value
            if value > 0 { waiting[Int(b[face])] += 1 } else if value < 0 { waiting[Int(a[face])] += 1 }
        }
        var (found, done, search) = (0, 0, 0)
        for cell in 0..<count where waiting[cell] == 0 {
            order[found] = Int32(cell)
            found += 1
        }
        while done < count {
            if done == found {
                while waiting[search] <= 0 { search += 1 }
                order[found] = Int32(search)
                found += 1
            }
            let cell = Int(order[done])
            done += 1
            waiting[cell] = -1
            for slot in Int(starts[cell])..<Int(starts[cell + 1]) where out[slot] > 0 {
                let next = Int(neighbours[slot])
                guard waiting[next] > 0 else { continue }
                waiting[next] -= 1
                if waiting[next] == 0 {
                    order[found] = Int32(next)
                    found += 1
                }
            }
        }
    }
}
