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
        let oil: [Double], displacing: [Double]
        if isDatumInOil {
            oil = hydrostatic(factors.oil, from: datum, at: depths + [contact.depth])
            let start = (contact.depth, oil[depths.count] + sign * contact.capillary)
            displacing = hydrostatic(factors.displacing, from: start, at: depths)
        } else {
            displacing = hydrostatic(factors.displacing, from: datum, at: depths + [contact.depth])
            let start = (contact.depth, displacing[depths.count] - sign * contact.capillary)
            oil = hydrostatic(factors.oil, from: start, at: depths)
        }
        var fields = InitialFields(pressure: oil, saturation: oil)
        for (cell, gridCell) in topology.gridCell.enumerated() {
            let curve = curves[reservoir.rock.rockType?[gridCell] ?? 0]
            fields.saturation[cell] = curve.saturation(atCapillary: displacing[cell] - oil[cell])
            // Where no oil can move, the other phase carries the pressure.
            if fields.saturation[cell] == curve.range.upperBound {
                fields.pressure[cell] = displacing[cell] - curve.capillary[SaturationCurves.intervals]
            }
        }
        return fields
    }

    /// Pressures of one phase at rest. Between two depths the density is the mean of both ends, as on a face, so that
    /// a compressible column is at rest for the discrete equations too.
    private func hydrostatic(
        _ phase: VolumeFactors.Phase, from start: (depth: Double, pressure: Double), at depths: [Double]
    ) -> [Double] {
        let levels = Set(depths).sorted()
        var pressureAt: [Double: Double] = [:]
        for (isDownward, side) in [
            (true, levels.filter { $0 >= start.depth }), (false, levels.filter { $0 < start.depth })
        ] {
            var (depth, pressure) = start
            for level in isDownward ? side : side.reversed() {
                let head = Unit.gravity * (level - depth) / 2
                var next = pressure
                for _ in 0..<30 { next = pressure + head * (phase.density(at: pressure) + phase.density(at: next)) }
                (depth, pressure) = (level, next)
                pressureAt[level] = next
            }
        }
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
