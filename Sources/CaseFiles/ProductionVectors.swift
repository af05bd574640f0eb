import Reservoir

/// The vectors of a model that observations may be made of.
enum ProductionVectors {
    /// By well, then of the field, as Eclipse names them.
    static func available(in model: ReservoirModel) -> [VectorKey] {
        let isWater = model.fluids.displacing == .water
        let letter = isWater ? "W" : "G"
        let producer =
            ["WOPR", "W\(letter)PR", "WBHP", "WOPT", "W\(letter)PT"] + (isWater ? ["WLPR", "WWCT"] : [])
        let injector = ["W\(letter)IR", "WBHP", "W\(letter)IT"]
        let wells = model.wells.flatMap { well in
            (well.role == .producer ? producer : injector).map { VectorKey($0, well.name) }
        }
        let field = ["FOPR", "F\(letter)PR", "F\(letter)IR", "FOPT", "F\(letter)PT", "F\(letter)IT", "FPR"]
        return wells + field.map { VectorKey($0) }
    }

    /// What a well test would not leave out: rates of producers, and of each well whichever of rate and pressure its
    /// control leaves free.
    static func usual(in model: ReservoirModel) -> [VectorKey] {
        let letter = model.fluids.displacing == .water ? "W" : "G"
        return model.wells.flatMap { well -> [VectorKey] in
            let controls = model.schedule.events.filter { $0.well == well.name && $0.control.isOpen }.map(\.control)
            let hasRate = controls.contains { !$0.rates.isEmpty }
            let names =
                switch well.role {
                case .producer: ["WOPR", "W\(letter)PR"] + (hasRate ? ["WBHP"] : [])
                case .injector: hasRate ? ["WBHP"] : ["W\(letter)IR"]
                }
            return names.map { VectorKey($0, well.name) }
        }
    }
}
