import Reservoir

/// The vectors of a model that observations are made of unless the case says otherwise.
enum ProductionVectors {
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
