import Reservoir

/// How pore space and the two phases change with pressure.
///
///     V_p(p) = V_p,ref (1 + X + X²/2)        X = c_rock (p − p_ref,rock)
///     1/B(p) = (1 + X + X²/2) / B_ref        X = c (p − p_ref)
struct VolumeFactors: Sendable {
    struct Phase: Sendable {
        let compressibility: Double, referencePressure: Double
        let inverseFactor: Double, surfaceDensity: Double

        /// `1/B` [–].
        func inverse(at pressure: Double) -> Double {
            let x = compressibility * (pressure - referencePressure)
            return inverseFactor * (1 + x + x * x / 2)
        }

        /// `−(dB/dp)/B` [1/Pa].
        func relativeSlope(at pressure: Double) -> Double {
            let x = compressibility * (pressure - referencePressure)
            return compressibility * (1 + x) / (1 + x + x * x / 2)
        }

        /// At reservoir conditions [kg/m³].
        func density(at pressure: Double) -> Double { surfaceDensity * inverse(at: pressure) }
    }

    let displacing: Phase, oil: Phase
    let rockCompressibility: Double, rockReferencePressure: Double

    init(fluids: Fluids, rock: Rock) {
        func phase(_ fluid: FluidPhase) -> Phase {
            Phase(
                compressibility: fluid.compressibility, referencePressure: fluids.referencePressure,
                inverseFactor: 1 / fluid.formationVolumeFactor, surfaceDensity: fluid.surfaceDensity)
        }
        (displacing, oil) = (phase(fluids.displacingPhase), phase(fluids.oil))
        (rockCompressibility, rockReferencePressure) = (rock.compressibility, rock.referencePressure)
    }

    var isIncompressible: Bool {
        rockCompressibility == 0 && displacing.compressibility == 0 && oil.compressibility == 0
    }

    /// Pore volume over its reference value [–].
    func poreFactor(at pressure: Double) -> Double {
        let x = rockCompressibility * (pressure - rockReferencePressure)
        return 1 + x + x * x / 2
    }

    /// Derivative of ``poreFactor(at:)`` [1/Pa].
    func poreFactorSlope(at pressure: Double) -> Double {
        rockCompressibility * (1 + rockCompressibility * (pressure - rockReferencePressure))
    }
}
