import LinearAlgebra
import Reservoir

/// Sensitivities of production data by the adjoint of a run: one sweep backward through its pressure and transport steps
/// gives the derivatives of a datum, or of a weighted sum of data, by the properties of all cells.
///
/// The sweep is the transpose of what the simulator did, sub-steps and extrapolation of fluxes included. Fixed count: the lengths
/// of steps, the weights within them, which cell is upstream, how a rate is shared among the completions of a well, and how the
/// volumes of slightly compressible phases change within a step of transport. Sweeps of eight sums run side by side.
///
/// Source: Oliver, Reynolds and Liu (2008), Inverse Theory for Petroleum Reservoir Characterization and History Matching,
/// section 9.4.
final class FlowAdjoint {
    typealias Lanes = SIMD8<Double>
    static let width = 8

    private let flow: FlowModel
    private let topology: FlowTopology
    private let pressure: AdjointPressure
    private let transport: AdjointTransport
    /// By fluxes, and the right-hand side of pressures, of the block at work.
    private let fluxLanes: WorkArray<Lanes>, rightHandSide: WorkArray<Lanes>

    init(_ flow: FlowModel) throws(FactorizationError) {
        (self.flow, topology) = (flow, flow.topology)
        pressure = try AdjointPressure(flow.topology)
        transport = AdjointTransport(flow.topology)
        fluxLanes = WorkArray(repeating: .zero, count: flow.topology.faces.count)
        rightHandSide = WorkArray(repeating: .zero, count: flow.topology.cellCount + flow.topology.wellCount)
    }

    /// Eight sums of data and what has been gathered for them.
    private final class Block {
        /// Position of each lane's sum among all.
        let sums: [Int]
        /// Position of a datum in the layout and its weight in each sum, by the level it is taken from.
        let sources: [Int: [(datum: Int, weight: Lanes)]]
        let lastLevel: Int
        /// By the saturation of the level above the sweep, `[cells]`.
        let saturation: WorkArray<Lanes>
        /// By the pressure of the level above, through storage, `[cells]`.
        let stored: WorkArray<Lanes>
        /// By the fluxes of faces and flows of completions at the step before, through the extrapolation of the step above.
        let earlierFlux: WorkArray<Lanes>
        var earlierFlow: [Lanes]
        /// By transmissibilities, connection factors and pore volumes.
        let transmissibility: WorkArray<Lanes>, wellIndex: WorkArray<Lanes>, poreVolume: WorkArray<Lanes>

        init(sums: [Int], sources: [Int: [(datum: Int, weight: Lanes)]], _ topology: FlowTopology) {
            (self.sums, self.sources) = (sums, sources)
            lastLevel = sources.keys.max() ?? -1
            saturation = WorkArray(repeating: .zero, count: topology.cellCount)
            stored = WorkArray(repeating: .zero, count: topology.cellCount)
            earlierFlux = WorkArray(repeating: .zero, count: topology.faces.count)
            earlierFlow = Array(repeating: .zero, count: topology.completions.count)
            transmissibility = WorkArray(repeating: .zero, count: topology.faces.count)
            wellIndex = WorkArray(repeating: .zero, count: topology.completions.count)
            poreVolume = WorkArray(repeating: .zero, count: topology.cellCount)
        }
    }

    /// What all blocks share at one level.
    private struct LevelCurves {
        /// Total mobility and its slope, fractional flow and its slope, at the start of the step, `[cells]`.
        var mobility: [Double], mobilitySlope: [Double], fraction: [Double], fractionSlope: [Double]
    }

    func sensitivity(
        _ trajectory: FlowTrajectory, series: ProductionSeries, realization: Realization,
        properties: StaticProperties, table: MobilityTable, at layout: DataLayout, combinations: [[Double]]?
    ) throws(SimulationFailure) -> DataSensitivity {
        var data: [AdjointDatum] = []
        for entry in layout.entries { data.append(try AdjointDatum(entry.key, flow.reservoir)) }
        let levels = levels(trajectory, series, layout)
        let blocks = blocks(levels, combinations)
        for index in trajectory.levels.indices.reversed() {
            let active = blocks.filter { $0.lastLevel >= index }
            guard !active.isEmpty else { continue }
            let level = trajectory.levels[index]
            let curves = curves(level, table)
            do { try pressure.factorize(level) } catch {
                throw SimulationFailure("the adjoint of the pressure equation has no unique solution: \(error)")
            }
            if let step = level.step { transport.prepare(level, step) }
            for block in active { sweep(block, level, index, curves, data, properties) }
        }
        return gathered(blocks, count: combinations?.count ?? layout.count, realization, properties)
    }

    // MARK: Blocks

    /// The level that each datum is taken from.
    private func levels(_ trajectory: FlowTrajectory, _ series: ProductionSeries, _ layout: DataLayout) -> [Int] {
        var levelOfReport: [Int: Int] = [:]
        for (index, level) in trajectory.levels.enumerated() {
            if let report = level.report { levelOfReport[report] = index }
        }
        return layout.entries.map { entry -> Int in
            // A datum between two reports counts as one of the nearer.
            let nearest = series.times.indices.min { a, b in
                abs(series.times[a] - entry.time) < abs(series.times[b] - entry.time)
            }
            return nearest.flatMap { levelOfReport[$0] } ?? 0
        }
    }

    /// Sums that end at about the same level go together, since a block is swept from its last one on.
    private func blocks(_ levels: [Int], _ combinations: [[Double]]?) -> [Block] {
        let members: [[(datum: Int, weight: Double)]] =
            combinations?.map { weights in weights.indices.filter { weights[$0] != 0 }.map { ($0, weights[$0]) } }
            ?? levels.indices.map { [($0, 1)] }
        let last = members.map { $0.map { levels[$0.datum] }.max() ?? -1 }
        let sorted = members.indices.sorted { (-last[$0], $0) < (-last[$1], $1) }
        return stride(from: 0, to: sorted.count, by: Self.width).map { start in
            let sums = Array(sorted[start..<min(start + Self.width, sorted.count)])
            var weights: [Int: Lanes] = [:]
            for (lane, sum) in sums.enumerated() {
                for (datum, weight) in members[sum] { weights[datum, default: .zero][lane] = weight }
            }
            var sources: [Int: [(datum: Int, weight: Lanes)]] = [:]
            for datum in weights.keys.sorted() {
                sources[levels[datum], default: []].append((datum, weights[datum] ?? .zero))
            }
            return Block(sums: sums, sources: sources, topology)
        }
    }

    private func curves(_ level: FlowTrajectory.Level, _ table: MobilityTable) -> LevelCurves {
        var curves = LevelCurves(mobility: [], mobilitySlope: [], fraction: [], fractionSlope: [])
        for cell in 0..<topology.cellCount {
            let values = table.values(of: cell, at: level.saturation[cell])
            let flow = values.fractionalFlow
            curves.mobility.append(values.displacing + values.oil)
            curves.mobilitySlope.append(values.displacingSlope + values.oilSlope)
            curves.fraction.append(flow.value)
            curves.fractionSlope.append(flow.slope)
        }
        return curves
    }

    // MARK: One level

    private func sweep(
        _ block: Block, _ level: FlowTrajectory.Level, _ index: Int, _ curves: LevelCurves, _ data: [AdjointDatum],
        _ properties: StaticProperties
    ) {
        let cells = topology.cellCount
        var completionLanes = [Lanes](repeating: .zero, count: topology.completions.count)
        var headLanes = [Lanes](repeating: .zero, count: topology.wellCount)
        fluxLanes.fill(.zero)
        if let step = level.step {
            transport.sweep(
                saturation: block.saturation, poreVolume: block.poreVolume, fluxes: fluxLanes,
                completions: &completionLanes, step: step)
            shareWithStepBefore(block, &completionLanes, level, step)
        }
        for (datum, weight) in block.sources[index] ?? [] {
            add(data[datum], weight, block, level, curves, &completionLanes, &headLanes)
        }
        // By all pressures, mobilities held.
        let (h, gu) = (rightHandSide.base, fluxLanes.base)
        for cell in 0..<cells { h[cell] = level.isAside ? .zero : block.stored[cell] }
        for well in 0..<topology.wellCount { h[cells + well] = headLanes[well] }
        for (f, face) in topology.faces.enumerated() {
            let pull = gu[f] * level.conductance[f]
            h[face.first] += pull
            h[face.second] -= pull
        }
        for (k, completion) in topology.completions.enumerated() {
            let pull = completionLanes[k] * level.wellConductance[k]
            h[cells + completion.well] += pull
            h[completion.cell] -= pull
        }
        for well in 0..<topology.wellCount where !level.isOnRate(well) { h[cells + well] = .zero }
        pressure.solve(rightHandSide)
        let p = level.pressure
        let (saturation, stored, byT) = (block.saturation.base, block.stored.base, block.transmissibility.base)
        for (f, face) in topology.faces.enumerated() {
            let (a, b) = (face.first, face.second)
            let up = p[a] >= p[b] ? a : b
            let pull = (p[a] - p[b]) * (gu[f] - (h[a] - h[b]))
            byT[f] += curves.mobility[up] * pull
            saturation[up] += (properties.transmissibility[f] * curves.mobilitySlope[up]) * pull
        }
        for (k, completion) in topology.completions.enumerated() where level.wellConductance[k] > 0 {
            let (cell, well) = (completion.cell, cells + completion.well)
            let pull = (p[well] - p[cell]) * (completionLanes[k] - (h[well] - h[cell]))
            block.wellIndex[k] += curves.mobility[cell] * pull
            saturation[cell] += (properties.wellIndex[k] * curves.mobilitySlope[cell]) * pull
        }
        addRates(level, curves, by: h + cells, to: saturation)
        // A solution that served a report only started from the same pressures as the one after it.
        for cell in 0..<cells {
            stored[cell] = (level.isAside ? stored[cell] : .zero) + level.storage[cell] * h[cell]
        }
    }

    /// A rate of one phase, or of both at the surface, calls for a volume of the reservoir that follows the saturations at the
    /// completions: `Q = Σ q b(S)`, so that `∂Σq/∂S = −q b′ / b`.
    /// - Parameter target: by the volume that each well on a rate has to produce, `[wells]`.
    private func addRates(
        _ level: FlowTrajectory.Level, _ curves: LevelCurves, by target: UnsafeMutablePointer<Lanes>,
        to saturation: UnsafeMutablePointer<Lanes>
    ) {
        for well in 0..<topology.wellCount where flow.reservoir.wells[well].role == .producer {
            guard case .rate(let phase) = level.controls[well] else { continue }
            let producing = topology.completionRange[well].map { k in
                let cell = topology.completions[k].cell
                let (f, b) = (curves.fraction[cell], factors(k, level))
                let (perVolume, slope): (Double, Double) =
                    switch phase {
                    case .displacing: (f * b.displacing, b.displacing)
                    case .oil: ((1 - f) * b.oil, -b.oil)
                    case .liquid: (f * b.displacing + (1 - f) * b.oil, b.displacing - b.oil)
                    }
                return (cell: cell, flow: completionFlow(k, level), perVolume: perVolume, slope: slope)
            }
            let (volume, surface) = producing.reduce((0, 0)) { ($0.0 + $1.flow, $0.1 + $1.flow * $1.perVolume) }
            guard surface != 0 else { continue }
            for (cell, flow, _, slope) in producing {
                saturation[cell] -= (volume / surface * flow * slope * curves.fractionSlope[cell]) * target[well]
            }
        }
    }

    /// What the mean fluxes of a step have from the solution at its start stays, the rest is for the step before.
    private func shareWithStepBefore(
        _ block: Block, _ completionLanes: inout [Lanes], _ level: FlowTrajectory.Level, _ step: FlowTrajectory.Step
    ) {
        let (gu, earlier, p) = (fluxLanes.base, block.earlierFlux.base, level.pressure)
        for (f, face) in topology.faces.enumerated() {
            let byMean = gu[f]
            // A flux that would have turned was held at that of the solution.
            let isHeld = step.flux[f] == level.conductance[f] * (p[face.first] - p[face.second])
            let extrapolation = isHeld ? 0 : step.extrapolation
            gu[f] = (1 + extrapolation) * byMean + earlier[f]
            earlier[f] = -extrapolation * byMean
        }
        let extrapolation = step.extrapolation
        for k in completionLanes.indices {
            let byMean = completionLanes[k]
            completionLanes[k] = (1 + extrapolation) * byMean + block.earlierFlow[k]
            block.earlierFlow[k] = -extrapolation * byMean
        }
    }

    private func add(
        _ datum: AdjointDatum, _ weight: Lanes, _ block: Block, _ level: FlowTrajectory.Level, _ curves: LevelCurves,
        _ completionLanes: inout [Lanes], _ headLanes: inout [Lanes]
    ) {
        let completions = datum.wells.flatMap { Array(topology.completionRange[$0]) }
        var share = (displacing: 0.0, oil: 0.0)
        switch datum.kind {
        case .bottomHolePressure:
            for well in datum.wells where level.isOnRate(well) { headLanes[well] += weight }
            return
        case .injection:
            for k in completions { completionLanes[k] += factors(k, level).displacing * weight }
            return
        case .production(let displacing, let oil): share = (displacing, oil)
        case .waterCut:
            var (water, oil) = (0.0, 0.0)
            for k in completions {
                let (f, b, out) = (
                    curves.fraction[topology.completions[k].cell], factors(k, level), -completionFlow(k, level)
                )
                water += out * f * b.displacing
                oil += out * (1 - f) * b.oil
            }
            let square = (water + oil) * (water + oil)
            guard square > 0 else { return }
            share = (oil / square, -water / square)
        }
        for k in completions {
            let cell = topology.completions[k].cell
            let (f, b) = (curves.fraction[cell], factors(k, level))
            completionLanes[k] -= (share.displacing * f * b.displacing + share.oil * (1 - f) * b.oil) * weight
            let slope = curves.fractionSlope[cell] * (share.displacing * b.displacing - share.oil * b.oil)
            block.saturation.base[cell] -= (completionFlow(k, level) * slope) * weight
        }
    }

    /// Into the reservoir [m³/s].
    private func completionFlow(_ k: Int, _ level: FlowTrajectory.Level) -> Double {
        let completion = topology.completions[k]
        return level.wellConductance[k]
            * (level.pressure[topology.cellCount + completion.well] - level.pressure[completion.cell])
    }

    /// Surface volumes per reservoir volume.
    private func factors(_ k: Int, _ level: FlowTrajectory.Level) -> (displacing: Double, oil: Double) {
        let p = level.pressure[topology.completions[k].cell]
        return (flow.factors.displacing.inverse(at: p), flow.factors.oil.inverse(at: p))
    }

    // MARK: Properties

    private func gathered(
        _ blocks: [Block], count: Int, _ realization: Realization, _ properties: StaticProperties
    ) -> DataSensitivity {
        let cells = realization.cellCount
        var byK = [Float](repeating: 0, count: count * cells)
        var byPorosity = byK
        let model = flow.reservoir
        let shares = topology.faces.map { face in
            let r = StaticProperties.halfResistances(of: face, realization, model)
            return r.first / (r.first + r.second)
        }
        for block in blocks {
            for (lane, sum) in block.sums.enumerated() {
                let start = sum * cells
                for (f, face) in topology.faces.enumerated() {
                    // dT/d ln k = T r/(r₁ + r₂)
                    let value = block.transmissibility[f][lane] * properties.transmissibility[f]
                    byK[start + face.firstCell] += Float(value * shares[f])
                    byK[start + face.secondCell] += Float(value * (1 - shares[f]))
                }
                for (k, completion) in topology.completions.enumerated() {
                    byK[start + completion.gridCell] += Float(block.wellIndex[k][lane] * properties.wellIndex[k])
                }
                for cell in 0..<topology.cellCount {
                    let gridCell = topology.gridCell[cell]
                    let perPorosity = properties.poreVolume[cell] / Double(realization.porosity[gridCell])
                    byPorosity[start + gridCell] = Float(block.poreVolume[cell][lane] * perPorosity)
                }
            }
        }
        return DataSensitivity(cellCount: cells, byLogPermeability: byK, byPorosity: byPorosity)
    }
}
