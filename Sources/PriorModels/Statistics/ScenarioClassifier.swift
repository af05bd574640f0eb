import Foundation
import LinearAlgebra
import Reservoir

/// Says which scenario of a mixed prior a realization looks like, from its spatial statistics.
///
/// A realization that was not drawn but decoded from a latent has no label. It is compared with labelled ones by the
/// proportions, the variograms at several lags in four directions and the connectedness of its facies, or the variograms
/// of its logarithmic permeability.
public struct ScenarioClassifier: Sendable {
    /// In the order of the discriminant's classes.
    public let labels: [String]
    /// Share of realizations kept back from fitting whose label is found.
    public let accuracy: Double
    private let discriminant: GaussianDiscriminant
    private let features: SpatialFeatures

    /// Of every so many realizations one is kept back to measure the accuracy.
    private static let keptBack = 4

    /// - Parameter realizations: labelled, or labelled by `labels`: at least two of each label, of two labels or more.
    /// - Returns: `nil` if there are too few.
    public init?(_ realizations: [Realization], labels given: [String], grid: Grid) {
        precondition(realizations.count == given.count, "one label per realization")
        let hasFacies = realizations.allSatisfy { $0.facies != nil }
        let codes = Set(hasFacies ? realizations.flatMap { Set($0.facies ?? []) } : []).sorted()
        let features = SpatialFeatures(grid, codes: Array(codes.dropFirst()), hasFacies: hasFacies)
        let names = Set(given).sorted()
        guard names.count >= 2 else { return nil }
        var fitted = names.map { _ in [[Double]]() }
        var held: [(features: [Double], label: Int)] = []
        var seen = names.map { _ in 0 }
        for (realization, name) in zip(realizations, given) {
            guard let label = names.firstIndex(of: name) else { continue }
            let one = features.measure(realization)
            seen[label] += 1
            if seen[label] % Self.keptBack == 0 { held.append((one, label)) } else { fitted[label].append(one) }
        }
        guard fitted.allSatisfy({ $0.count >= 2 }), !held.isEmpty,
            let discriminant = try? GaussianDiscriminant(fitted)
        else { return nil }
        let right = held.count { discriminant.classify($0.features) == $0.label }
        accuracy = Double(right) / Double(held.count)
        (self.labels, self.discriminant, self.features) = (names, discriminant, features)
    }

    /// The most probable label; `nil` for a realization without facies where those it was fitted to have some.
    public func label(of realization: Realization) -> String? {
        if features.hasFacies, realization.facies == nil { return nil }
        return labels[discriminant.classify(features.measure(realization))]
    }
}

/// Numbers that describe the spatial structure of a realization, always as many.
struct SpatialFeatures: Sendable {
    private let field: MeasuredField
    private let codes: [UInt8]
    let hasFacies: Bool
    private let lags: [LagSequence]

    private static let steps = [1, 2, 4, 8, 16]

    /// - Parameter codes: of the facies that are described; all but one say it all.
    init(_ grid: Grid, codes: [UInt8], hasFacies: Bool) {
        field = MeasuredField(grid, hardData: [])
        (self.codes, self.hasFacies) = (codes, hasFacies)
        lags = LatticeDirection.allCases.map {
            LagSequence($0, among: Self.steps, columns: grid.columns, rows: grid.rows)
        }
    }

    func measure(_ realization: Realization) -> [Double] {
        var measurement = FieldMeasurement(realization, field)
        var numbers: [Double] = []
        if hasFacies {
            for code in codes {
                let share = measurement.value(.proportion(code))
                numbers += [share, measurement.value(.largestBody(code))]
                numbers += [LatticeDirection.x, .y].map { measurement.value(.crossing(code, $0)) }
                for lags in lags {
                    let curve = measurement.curve(.indicatorVariogram(code, lags))
                    numbers += curve.map { $0 / max(share * (1 - share), 1e-3) }
                }
            }
        } else {
            let mean = measurement.value(.logMean(nil))
            let variance = measurement.value(.logVariance(nil, mean: mean))
            numbers += [mean, variance]
            for lags in lags {
                numbers += measurement.curve(.logVariogram(lags)).map { $0 / max(variance, 1e-9) }
            }
        }
        return numbers.map { $0.isFinite ? $0 : 0 }
    }
}
