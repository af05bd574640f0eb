import Reservoir

extension FlowModel {
    /// Pressure and saturation before the first well opens.
    func initialFields() -> InitialFields {
        switch reservoir.initial {
        case .uniform(let pressure, let saturation):
            return InitialFields(
                pressure: Array(repeating: pressure, count: topology.cellCount),
                saturation: Array(repeating: saturation, count: topology.cellCount))
        case .equilibrium(let datumDepth, let pressure, let contactDepth, let contactCapillaryPressure):
            return equilibrium(
                datum: (datumDepth, pressure), contact: (contactDepth, contactCapillaryPressure))
        }
    }

    /// Vertical equilibrium: each phase hydrostatic, joined at the contact; saturation where capillary pressure bears
    /// the difference of both.
    private func equilibrium(
        datum: (depth: Double, pressure: Double), contact: (depth: Double, capillary: Double)
    ) -> InitialFields {
        let isWater = reservoir.fluids.displacing == .water
        let sign: Double = isWater ? -1 : 1
        let isDatumInOil = isWater ? datum.depth <= contact.depth : datum.depth >= contact.depth
        let depths = topology.gridCell.map { reservoir.grid.centreDepth[$0] }
        var fields = InitialFields(pressure: depths, saturation: depths)
        // The simulator takes both densities at the pressure of its cell, which is known after a first pass only. What
        // is left after a pass shrinks by compressibility times capillary pressure, below 1e-3.
        var shift = (displacing: [Double: Double](), oil: [Double: Double]())
        for _ in 0..<5 {
            let oil: [Double], displacing: [Double]
            if isDatumInOil {
                oil = hydrostatic(factors.oil, from: datum, at: depths + [contact.depth], shift: shift.oil)
                let start = (contact.depth, oil[depths.count] + sign * contact.capillary)
                displacing = hydrostatic(factors.displacing, from: start, at: depths, shift: shift.displacing)
            } else {
                displacing = hydrostatic(
                    factors.displacing, from: datum, at: depths + [contact.depth], shift: shift.displacing)
                let start = (contact.depth, displacing[depths.count] - sign * contact.capillary)
                oil = hydrostatic(factors.oil, from: start, at: depths, shift: shift.oil)
            }
            for (cell, gridCell) in topology.gridCell.enumerated() {
                let curve = curves[reservoir.rock.rockType?[gridCell] ?? 0]
                fields.saturation[cell] = curve.saturation(atCapillary: displacing[cell] - oil[cell])
                // Where no oil can move, the other phase carries the pressure.
                fields.pressure[cell] =
                    fields.saturation[cell] == curve.range.upperBound
                    ? displacing[cell] - curve.capillary[SaturationCurves.intervals] : oil[cell]
                shift.displacing[depths[cell]] = fields.pressure[cell] - displacing[cell]
                shift.oil[depths[cell]] = fields.pressure[cell] - oil[cell]
            }
        }
        return fields
    }

    /// Pressures of one phase at rest. Between two depths the density is the mean of both ends, as on a face, so that
    /// a compressible column is at rest for the discrete equations too.
    ///
    /// - Parameter shift: by depth, what to add to the phase's pressure to get that which its density goes by [Pa].
    private func hydrostatic(
        _ phase: VolumeFactors.Phase, from start: (depth: Double, pressure: Double), at depths: [Double],
        shift: [Double: Double]
    ) -> [Double] {
        let levels = Set(depths).sorted()
        var pressureAt: [Double: Double] = [:]
        func walk(_ levels: [Double], from start: (depth: Double, pressure: Double)) {
            var (depth, pressure) = start
            for level in levels {
                let head = Unit.gravity * (level - depth) / 2
                let known = phase.density(at: pressure + (shift[depth] ?? 0))
                var next = pressure
                for _ in 0..<30 { next = pressure + head * (known + phase.density(at: next + (shift[level] ?? 0))) }
                (depth, pressure) = (level, next)
                pressureAt[level] = next
            }
        }
        let deeper = levels.filter { $0 >= start.depth }
        walk(deeper, from: start)
        // Cells on both sides of the start are joined directly, as their face joins them.
        let first = deeper.first.map { ($0, pressureAt[$0] ?? start.pressure) } ?? start
        walk(levels.filter { $0 < start.depth }.reversed(), from: first)
        return depths.map { pressureAt[$0] ?? start.pressure }
    }
}

extension SaturationCurves {
    /// The saturation at which capillary pressure, as signed in ``capillary``, has a value; an end of the range if it
    /// never has.
    func saturation(atCapillary value: Double) -> Double {
        let last = SaturationCurves.intervals
        if value >= capillary[last] { return value > capillary[0] ? range.upperBound : range.lowerBound }
        if value <= capillary[0] { return range.lowerBound }
        var (low, high) = (0, last)
        while high - low > 1 {
            let middle = (low + high) / 2
            if capillary[middle] > value { high = middle } else { low = middle }
        }
        let weight = (value - capillary[low]) / (capillary[high] - capillary[low])
        return range.lowerBound + (range.upperBound - range.lowerBound) * (Double(low) + weight) / Double(last)
    }
}
