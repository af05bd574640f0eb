import Reservoir

/// State of the reservoir at one time; one value per grid cell, NaN in inactive cells.
public struct FlowMap: Sendable {
    /// [s]
    public let time: Double
    /// Oil pressure, `[cells]` [Pa].
    public let pressure: [Double]
    /// Of the displacing phase, `[cells]` [–].
    public let saturation: [Double]
    /// `[cells]` [–]. With ``saturation`` it sums to one up to the volume error that compressible flow leaves to the
    /// next step, which is of the order of compressibility times the pressure step between neighbours.
    public let oilSaturation: [Double]
}

/// Everything one run gives.
public struct FlowResult: Sendable {
    public let series: ProductionSeries
    public let massBalance: MassBalance
    /// Maps at the times asked for, in order of time.
    public let maps: [FlowMap]
    public let effort: SimulationEffort
}

/// How much work a run took.
public struct SimulationEffort: Equatable, Sendable {
    public var pressureSteps = 0, transportSteps = 0, cuts = 0
    public var pressureSolves = 0, factorizations = 0, gradientIterations = 0
}

/// What happened to one phase, in volume at surface conditions [m³].
public struct PhaseBalance: Equatable, Sendable {
    public let initial: Double, final: Double
    public let injected: Double, produced: Double
    /// What is unaccounted for, positive if something appeared from nowhere.
    public var error: Double { final - initial - injected + produced }
}

/// The mass balance of both phases, from maps of pressure and saturation and the wells' totals alone: the solver's own
/// bookkeeping takes no part in it.
public struct MassBalance: Equatable, Sendable {
    public let displacing: PhaseBalance, oil: PhaseBalance

    /// The larger of both errors over the volume that went through the wells.
    public var relativeError: Double {
        let through = max(
            displacing.injected + displacing.produced + oil.injected + oil.produced, .leastNormalMagnitude)
        return max(abs(displacing.error), abs(oil.error)) / through
    }

    /// - Parameter totals: what went through the wells between both maps [m³ at surface conditions].
    public init(
        model: ReservoirModel, realization: Realization, from start: FlowMap, to end: FlowMap, totals: WellTotals
    ) {
        let factors = VolumeFactors(fluids: model.fluids, rock: model.rock)
        func inPlace(_ map: FlowMap) -> (displacing: Double, oil: Double) {
            var sum = (displacing: 0.0, oil: 0.0)
            for cell in 0..<model.grid.cellCount where model.grid.active[cell] {
                let p = map.pressure[cell]
                let pores =
                    Double(realization.porosity[cell]) * model.grid.bulkVolume(of: cell)
                    * (model.rock.netToGross?[cell] ?? 1) * factors.poreFactor(at: p)
                sum.displacing += pores * map.saturation[cell] * factors.displacing.inverse(at: p)
                sum.oil += pores * map.oilSaturation[cell] * factors.oil.inverse(at: p)
            }
            return sum
        }
        let (before, after) = (inPlace(start), inPlace(end))
        displacing = PhaseBalance(
            initial: before.displacing, final: after.displacing, injected: totals.displacingInjected,
            produced: totals.displacingProduced)
        oil = PhaseBalance(initial: before.oil, final: after.oil, injected: 0, produced: totals.oilProduced)
    }
}

/// Volumes through all wells at surface conditions [m³].
public struct WellTotals: Equatable, Sendable {
    public var displacingInjected = 0.0, displacingProduced = 0.0, oilProduced = 0.0
    public init() {}
}
