/// Flux of the displacing phase over a face with a given total flux, and how it answers to either cell.
///
///     F = λ_d (u + T λ_o G) / (λ_d + λ_o)          G = Δp_c − (ρ_d − ρ_o) g ΔD
///
/// Each phase takes its mobility from the cell it flows out of. Which that is follows from `u` and `G` alone, one
/// phase at a time: F grows with the saturation of the first cell and falls with that of the second.
/// Source: Brenier and Jaffré (1991), SIAM J. Numer. Anal. 28(3), 685-696.
struct PhaseFlux {
    /// [m³/s], positive from the first to the second cell.
    var value = 0.0
    /// With respect to the mobilities of the displacing phase and of oil, and to `G`.
    var toDisplacing = 0.0, toOil = 0.0, toDrive = 0.0
    /// Whether each phase flows out of the first cell.
    var isDisplacingFromFirst = true, isOilFromFirst = true

    @inline(__always)
    init(
        total u: Double, transmissibility t: Double, drive: Double,
        first: (displacing: Double, oil: Double), second: (displacing: Double, oil: Double)
    ) {
        if drive >= 0 {
            // Against oil, the displacing phase is pushed to the second cell.
            if u >= 0 {
                isDisplacingFromFirst = true
                isOilFromFirst = u - t * first.displacing * drive >= 0
            } else {
                isOilFromFirst = false
                isDisplacingFromFirst = u + t * second.oil * drive >= 0
            }
        } else if u >= 0 {
            isOilFromFirst = true
            isDisplacingFromFirst = u + t * first.oil * drive >= 0
        } else {
            isDisplacingFromFirst = false
            isOilFromFirst = u - t * second.displacing * drive >= 0
        }
        let displacing = isDisplacingFromFirst ? first.displacing : second.displacing
        let oil = isOilFromFirst ? first.oil : second.oil
        let sum = displacing + oil
        guard sum > 0 else { return }
        let inverse = 1 / sum
        let push = u + t * oil * drive
        value = displacing * push * inverse
        toDisplacing = oil * push * inverse * inverse
        toOil = displacing * (t * drive * displacing - u) * inverse * inverse
        toDrive = t * displacing * oil * inverse
    }
}
