import Foundation
import Reservoir

/// How a ``Realization`` becomes the channels of a network's image, and back.
///
/// Two facies take one channel (1 where the second facies is), more take one channel each. Properties that vary within
/// a facies take a channel each, standardised by the facies' own mean and spread; those that do not vary are written
/// down here and take none. Inactive cells read 0 and count nothing in a loss.
public struct RealizationEncoding: Equatable, Sendable, Codable {
    public let rows: Int, columns: Int
    /// `[cells]`
    public let active: [Bool]
    /// Codes that occur, ascending; empty in a prior without facies.
    public let faciesCodes: [UInt8]
    /// By property, then by position in ``faciesCodes`` (one entry without facies).
    public let statistics: [PropertyKind: [PropertyStatistics]]
    /// Whether both permeabilities are proportional everywhere; then `y` takes no channel.
    public let permeabilityRatio: Float?
    /// Properties with a channel, in channel order, after the facies channels.
    public let propertyChannels: [PropertyKind]

    public var cellCount: Int { rows * columns }
    public var faciesChannelCount: Int { faciesCodes.count < 2 ? 0 : faciesCodes.count == 2 ? 1 : faciesCodes.count }
    public var channelCount: Int { faciesChannelCount + propertyChannels.count }

    /// Learns the facies and the spread of the properties from `realizations`; some hundred are enough.
    /// - Throws: ``ParameterError`` if there is none, they differ in kind, do not fit `grid`, or do not vary at all.
    public init(fitting realizations: [Realization], on grid: Grid) throws(ParameterError) {
        try require(!realizations.isEmpty, "realizations", "none", "must be at least one to learn an encoding from")
        for realization in realizations { try realization.validate(on: grid) }
        let withFacies = realizations[0].facies != nil
        try require(
            realizations.allSatisfy { ($0.facies != nil) == withFacies }, "facies", "missing in some realizations",
            "must be in all of them or in none")
        (rows, columns, active) = (grid.rows, grid.columns, grid.active)
        let codes = withFacies ? Self.codes(in: realizations, active: grid.active) : []
        let ratio = Self.permeabilityRatio(in: realizations, active: grid.active)
        let statistics = Self.statistics(of: realizations, codes: codes, active: grid.active)
        (faciesCodes, permeabilityRatio, self.statistics) = (codes, ratio, statistics)
        propertyChannels = PropertyKind.allCases.filter { kind in
            let varies = statistics[kind]?.contains { $0.spread > 0 } ?? false
            return varies && !(kind == .logPermeabilityY && ratio != nil)
        }
        try require(channelCount > 0, "realizations", "all alike", "must differ in facies or in a property")
    }

    private static func codes(in realizations: [Realization], active: [Bool]) -> [UInt8] {
        var met = [Bool](repeating: false, count: 256)
        for realization in realizations {
            for (cell, code) in (realization.facies ?? []).enumerated() where active[cell] { met[Int(code)] = true }
        }
        return (0..<256).filter { met[$0] }.map { UInt8($0) }
    }

    /// `k_y / k_x` if it is the same everywhere.
    private static func permeabilityRatio(in realizations: [Realization], active: [Bool]) -> Float? {
        var ratio: Float?
        for realization in realizations {
            for cell in realization.permeabilityX.indices where active[cell] && realization.permeabilityX[cell] > 0 {
                let here = realization.permeabilityY[cell] / realization.permeabilityX[cell]
                guard let expected = ratio else {
                    ratio = here
                    continue
                }
                // Rounded to single precision twice on the way here.
                guard abs(here - expected) <= 1e-5 * abs(expected) else { return nil }
            }
        }
        return ratio
    }

    private static func statistics(
        of realizations: [Realization], codes: [UInt8], active: [Bool]
    ) -> [PropertyKind: [PropertyStatistics]] {
        var position = [Int](repeating: 0, count: 256)
        for (index, code) in codes.enumerated() { position[Int(code)] = index }
        var result: [PropertyKind: [PropertyStatistics]] = [:]
        for kind in PropertyKind.allCases {
            var sums = Array(repeating: (sum: 0.0, squares: 0.0, count: 0), count: max(codes.count, 1))
            for realization in realizations {
                for cell in active.indices where active[cell] {
                    let value = Double(kind.value(in: realization, cell: cell))
                    let group = realization.facies.map { position[Int($0[cell])] } ?? 0
                    sums[group].sum += value
                    sums[group].squares += value * value
                    sums[group].count += 1
                }
            }
            result[kind] = sums.map { PropertyStatistics(sum: $0.sum, squares: $0.squares, count: $0.count) }
        }
        return result
    }
}
