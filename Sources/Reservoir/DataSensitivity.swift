/// How simulated data answer to a small change of the properties of each cell.
public struct DataSensitivity: Sendable {
    /// The data of the realization itself, in the order of the layout asked for, SI units, `[count]`.
    public let data: [Double]
    public let cellCount: Int
    /// Derivative of each datum by the natural logarithm of both permeabilities of a cell, `[count][cells]` [data's unit].
    public let byLogPermeability: [Float]
    /// Derivative of each datum by the porosity of a cell, `[count][cells]` [data's unit].
    public let byPorosity: [Float]

    public init(data: [Double], cellCount: Int, byLogPermeability: [Float], byPorosity: [Float]) {
        precondition(
            byLogPermeability.count == data.count * cellCount && byPorosity.count == data.count * cellCount,
            "\(byLogPermeability.count) and \(byPorosity.count) values for \(data.count) data and \(cellCount) cells")
        (self.data, self.cellCount) = (data, cellCount)
        (self.byLogPermeability, self.byPorosity) = (byLogPermeability, byPorosity)
    }
}

/// A simulator that knows how its results depend on the realization.
public protocol DifferentiableSimulator: ForwardSimulator {
    /// - Throws: ``SimulationFailure`` if the realization cannot be simulated, or a datum of `layout` is one whose
    ///   sensitivity is not known.
    func sensitivity(of realization: Realization, at layout: DataLayout) throws(SimulationFailure) -> DataSensitivity
}
