/// How combinations of the simulated data change with what is in the cells, to first order.
///
/// What is in a cell are a few numbers, its features; which, is up to the parameterization that made the slopes.
public struct CellSlopes: Sendable {
    public let combinationCount: Int, featureCount: Int
    /// `[cells][features][combinations]`
    private let values: [Float]

    /// - Parameter values: `[cells][features][combinations]`
    public init(combinationCount: Int, featureCount: Int, values: [Float]) {
        precondition(
            values.count.isMultiple(of: max(combinationCount * featureCount, 1)),
            "\(values.count) values for \(combinationCount) combinations of \(featureCount) features")
        (self.combinationCount, self.featureCount, self.values) = (combinationCount, featureCount, values)
    }

    /// Adds what combinations change by if the features of a cell change.
    /// - Parameters:
    ///   - change: of a feature, by its position.
    ///   - sums: `[combinations]`, from `start` on.
    public func add(cell: Int, _ change: (Int) -> Float, to sums: inout [Float], at start: Int = 0) {
        for feature in 0..<featureCount {
            let change = change(feature)
            guard change != 0 else { continue }
            let offset = (cell * featureCount + feature) * combinationCount
            for row in 0..<combinationCount { sums[start + row] += change * values[offset + row] }
        }
    }
}
