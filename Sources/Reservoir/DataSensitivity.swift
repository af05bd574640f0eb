/// How simulated data, or combinations of them, answer to a small change of the properties of each cell.
public struct DataSensitivity: Sendable {
    public let cellCount: Int
    /// Derivative by the natural logarithm of both permeabilities of a cell, `[count][cells]`, in the unit of the datum or
    /// combination.
    public let byLogPermeability: [Float]
    /// Derivative by the porosity of a cell, `[count][cells]`.
    public let byPorosity: [Float]
    /// Derivative by the share of a facies in a cell, by its code, `[count][cells]`; empty for simulators that see properties only.
    public let byFaciesShare: [UInt8: [Float]]

    public var count: Int { byPorosity.count / cellCount }

    public init(
        cellCount: Int, byLogPermeability: [Float], byPorosity: [Float], byFaciesShare: [UInt8: [Float]] = [:]
    ) {
        precondition(
            byLogPermeability.count == byPorosity.count && byPorosity.count % cellCount == 0,
            "\(byLogPermeability.count) and \(byPorosity.count) values for \(cellCount) cells")
        precondition(
            byFaciesShare.values.allSatisfy { $0.count == byPorosity.count },
            "\(byFaciesShare.mapValues(\.count)) values by facies, \(byPorosity.count) by porosity")
        (self.cellCount, self.byLogPermeability, self.byPorosity) = (cellCount, byLogPermeability, byPorosity)
        self.byFaciesShare = byFaciesShare
    }
}

/// A simulator that knows how its results depend on the realization.
public protocol DifferentiableSimulator: ForwardSimulator {
    /// Why no sensitivities of the data of `layout` are known, whatever the realization; `nil` if they are.
    func obstacle(toSensitivitiesAt layout: DataLayout) -> String?

    /// - Parameter combinations: weights of the data of `layout` in the sums to differentiate, `[count][data]`; `nil`: each
    ///   datum by itself. The work grows with their number.
    /// - Throws: ``SimulationFailure`` if the realization cannot be simulated, or with the
    ///   ``obstacle(toSensitivitiesAt:)``.
    func sensitivity(
        of realization: Realization, at layout: DataLayout, combinations: [[Double]]?
    ) throws(SimulationFailure) -> DataSensitivity
}

extension DifferentiableSimulator {
    /// Sensitivities of each datum of `layout` by itself.
    public func sensitivity(
        of realization: Realization, at layout: DataLayout
    ) throws(SimulationFailure) -> DataSensitivity {
        try sensitivity(of: realization, at: layout, combinations: nil)
    }
}
