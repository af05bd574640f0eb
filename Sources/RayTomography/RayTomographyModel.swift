import Reservoir

/// The straight-ray linear forward model of the published demonstration.
///
/// Each source is one vector, `RAY:V1` and so on from the bottom and `RAY:H1` and so on from the right. Its receivers,
/// counted from 1, stand where other models have days: receiver 3 is reported at day 3. Values are integrals along rays divided by ``divisors``.
public struct RayTomographyModel: ForwardModel {
    /// What the rays integrate.
    public enum Quantity: Equatable, Sendable {
        /// 1 in cells of this facies, 0 elsewhere; the facies' share of a cell before facies are cut.
        case facies(code: UInt8)
        case porosity

        /// What the rays integrate in each cell, `[cells]`; `nil` if the realization has no facies but should.
        func values(of realization: Realization) -> [Double]? {
            switch self {
            case .porosity: realization.porosity.map { Double($0) }
            case .facies(let code):
                realization.facies?.map { $0 == code ? 1 : 0 } ?? realization.faciesShares?[code]?.map { Double($0) }
            }
        }
    }

    public let geometry: RayGeometry
    public let quantity: Quantity
    /// One per ray, positive; the published demonstration takes the largest integral over its training images.
    public let divisors: [Double]
    public let vectorKeys: [VectorKey]
    public let reportTimes: [Double]

    /// - Parameter divisors: `[rays]`; `nil`: 1 for all.
    /// - Throws: ``ParameterError`` if a divisor is missing or not positive.
    public init(
        geometry: RayGeometry, quantity: Quantity = .facies(code: 1), divisors: [Double]? = nil
    ) throws(ParameterError) {
        let rays = geometry.paths.count
        let divisors = divisors ?? Array(repeating: 1, count: rays)
        try require(divisors.count == rays, "divisors", "\(divisors.count) values", "must have \(rays), one per ray")
        try require(divisors.allSatisfy { $0 > 0 && $0.isFinite }, "divisors", "one value", "must be positive")
        (self.geometry, self.quantity, self.divisors) = (geometry, quantity, divisors)
        vectorKeys = Self.vectorKeys(positions: geometry.positions)
        reportTimes = Self.reportTimes(positions: geometry.positions)
    }

    public static func vectorKeys(positions: Int) -> [VectorKey] {
        ["V", "H"].flatMap { side in (1...positions).map { VectorKey("RAY", "\(side)\($0)") } }
    }

    public static func reportTimes(positions: Int) -> [Double] { (1...positions).map { Double($0) * Unit.day } }

    /// The largest integral along each ray over some maps, `[rays]`; 1 for a ray that meets nothing in any of them.
    ///
    /// Data divided by these lie within 0 to 1, as in the published demonstration.
    public static func largestIntegrals(
        _ geometry: RayGeometry, _ quantity: Quantity, over realizations: some Sequence<Realization>
    ) -> [Double] {
        var largest = [Double](repeating: 0, count: geometry.paths.count)
        for realization in realizations {
            guard let values = quantity.values(of: realization) else { continue }
            for (ray, value) in geometry.integrals(of: values).enumerated() { largest[ray] = max(largest[ray], value) }
        }
        return largest.map { $0 > 0 ? $0 : 1 }
    }

    public var settingsDigest: String {
        let text = "rays 1 \(geometry.columns) \(geometry.rows) \(geometry.positions) \(quantity) \(divisors)"
        let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return "rays-" + String(hash, radix: 16)
    }

    public func makeSimulator() -> any ForwardSimulator { RayTomographySimulator(model: self) }
}

private final class RayTomographySimulator: DifferentiableSimulator {
    private let model: RayTomographyModel

    init(model: RayTomographyModel) { self.model = model }

    func simulate(_ realization: Realization) throws(SimulationFailure) -> ProductionSeries {
        let cells = model.geometry.columns * model.geometry.rows
        guard realization.cellCount == cells else {
            throw SimulationFailure("the realization has \(realization.cellCount) cells, the ray geometry \(cells)")
        }
        guard let values = model.quantity.values(of: realization) else {
            throw SimulationFailure("the realization has no facies for the rays to integrate")
        }
        let integrals = zip(model.geometry.integrals(of: values), model.divisors).map { $0 / $1 }
        let width = model.geometry.positions
        return ProductionSeries(
            times: model.reportTimes, keys: model.vectorKeys,
            values: model.vectorKeys.indices.map { Array(integrals[$0 * width..<($0 + 1) * width]) })
    }

    func obstacle(toSensitivitiesAt layout: DataLayout) -> String? {
        do throws(SimulationFailure) {
            _ = try rays(layout)
            return nil
        } catch {
            return error.reason
        }
    }

    /// Number of the ray that each datum is of.
    private func rays(_ layout: DataLayout) throws(SimulationFailure) -> [Int] {
        try layout.entries.map { entry throws(SimulationFailure) in
            guard let key = model.vectorKeys.firstIndex(of: entry.key),
                let receiver = model.reportTimes.firstIndex(of: entry.time)
            else { throw SimulationFailure("there is no ray \(entry.key) at day \(entry.time / Unit.day)") }
            return key * model.geometry.positions + receiver
        }
    }

    /// Exact, since the data are linear: the lengths of the rays within the cells, over their divisors.
    func sensitivity(
        of realization: Realization, at layout: DataLayout, combinations: [[Double]]?
    ) throws(SimulationFailure) -> DataSensitivity {
        _ = try simulate(realization)
        let rays = try rays(layout)
        let sums = combinations ?? rays.indices.map { datum in rays.indices.map { $0 == datum ? 1 : 0 } }
        let cells = realization.cellCount
        var slopes = [Float](repeating: 0, count: sums.count * cells)
        for (sum, weights) in sums.enumerated() {
            for (ray, weight) in zip(rays, weights) where weight != 0 {
                let path = model.geometry.paths[ray]
                for (cell, length) in zip(path.cells, path.lengths) {
                    slopes[sum * cells + cell] += Float(weight * length / model.divisors[ray])
                }
            }
        }
        let none = [Float](repeating: 0, count: slopes.count)
        switch model.quantity {
        case .porosity: return DataSensitivity(cellCount: cells, byLogPermeability: none, byPorosity: slopes)
        case .facies(let code):
            return DataSensitivity(
                cellCount: cells, byLogPermeability: none, byPorosity: none, byFaciesShare: [code: slopes])
        }
    }
}
