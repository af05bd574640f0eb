import Reservoir

/// Hydrostatic heads between the reference depth of each well and its completions.
///
/// An injector holds its own fluid. In a producer, what stands between two completions is the mixture of what flows in
/// at and below the lower one.
struct WellHeads {
    /// Completions of each well from the deepest up.
    private let fromBottom: [[Int]]
    private let depths: [Double]
    private let roles: [Well.Role]

    init(_ topology: FlowTopology, wells: [Well]) {
        depths = topology.completions.map(\.depthBelowReference)
        roles = wells.map(\.role)
        fromBottom = topology.completionRange.map { range in
            range.sorted { topology.completions[$0].depthBelowReference > topology.completions[$1].depthBelowReference }
        }
    }

    /// Whether some completion lies off its well's reference depth.
    var matter: Bool { depths.contains { $0 != 0 } }

    /// - Parameters:
    ///   - massRate: of what each completion produces at present [kg/s], or a weight alike.
    ///   - volumeRate: the same in volume [m³/s].
    ///   - injected: density of the injected fluid in each well [kg/m³].
    /// - Returns: head of each completion [Pa].
    func heads(massRate: [Double], volumeRate: [Double], injected: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: depths.count)
        for (well, completions) in fromBottom.enumerated() {
            guard roles[well] == .producer else {
                for k in completions { result[k] = injected[well] * Unit.gravity * depths[k] }
                continue
            }
            var (mass, volume) = (0.0, 0.0)
            // Density of what passes upward from each completion.
            var density: [Double] = []
            for k in completions {
                mass += massRate[k]
                volume += volumeRate[k]
                density.append(volume > 0 ? mass / volume : 0)
            }
            // From the reference depth down: the stretch above a completion holds what passes upward from it.
            var (depth, head) = (0.0, 0.0)
            for (position, k) in completions.enumerated().reversed() {
                head += density[position] * Unit.gravity * (depths[k] - depth)
                depth = depths[k]
                result[k] = head
            }
        }
        return result
    }
}
