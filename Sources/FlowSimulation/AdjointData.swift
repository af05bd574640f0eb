import Reservoir

/// One datum as a function of the state at a report: what its derivative starts from.
struct AdjointDatum {
    enum Kind {
        /// `displacing · W + oil · O` of producing wells.
        case production(displacing: Double, oil: Double)
        case waterCut
        case injection
        case bottomHolePressure
    }

    let wells: [Int]
    let kind: Kind

    /// - Throws: ``SimulationFailure`` if the sensitivity of the vector is not known.
    init(_ key: VectorKey, _ model: ReservoirModel) throws(SimulationFailure) {
        let letter = model.fluids.displacing == .water ? "W" : "G"
        func wells(_ role: Well.Role) -> [Int] {
            model.wells.indices.filter { index in
                model.wells[index].role == role && (key.well == nil || model.wells[index].name == key.well)
            }
        }
        switch key.keyword {
        case "WOPR", "FOPR": (self.wells, kind) = (wells(.producer), .production(displacing: 0, oil: 1))
        case "W\(letter)PR", "F\(letter)PR": (self.wells, kind) = (wells(.producer), .production(displacing: 1, oil: 0))
        case "WLPR": (self.wells, kind) = (wells(.producer), .production(displacing: 1, oil: 1))
        case "WWCT": (self.wells, kind) = (wells(.producer), .waterCut)
        case "W\(letter)IR", "F\(letter)IR": (self.wells, kind) = (wells(.injector), .injection)
        case "WBHP": (self.wells, kind) = (wells(.producer) + wells(.injector), .bottomHolePressure)
        default:
            throw SimulationFailure(
                "the sensitivity of \(key) is not known; known are those of rates, water cuts and bottom-hole pressures"
            )
        }
    }
}
