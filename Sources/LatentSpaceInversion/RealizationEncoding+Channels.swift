import Foundation
import Reservoir

extension RealizationEncoding {
    /// The channels of one realization, `[channels][cells]`, channel after channel.
    /// - Throws: ``ParameterError`` if it has another size or a facies that the encoding does not know.
    public func channels(of realization: Realization) throws(ParameterError) -> [Float] {
        try require(
            realization.cellCount == cellCount, "realization", "\(realization.cellCount) cells",
            "must have \(cellCount), as the grid")
        var result = [Float](repeating: 0, count: channelCount * cellCount)
        let groups = try faciesGroups(of: realization)
        if faciesChannelCount == 1 {
            for cell in 0..<cellCount where active[cell] && groups[cell] == 1 { result[cell] = 1 }
        } else if faciesChannelCount > 1 {
            for cell in 0..<cellCount where active[cell] { result[groups[cell] * cellCount + cell] = 1 }
        }
        for (index, kind) in propertyChannels.enumerated() {
            let start = (faciesChannelCount + index) * cellCount
            let statistics = statistics[kind] ?? []
            for cell in 0..<cellCount where active[cell] {
                let local = statistics[groups[cell]]
                guard local.spread > 0 else { continue }
                result[start + cell] = (kind.value(in: realization, cell: cell) - local.mean) / local.spread
            }
        }
        return result
    }

    /// The realization that channels stand for: facies cut to the most probable, properties from their channels or
    /// from the facies' constants.
    /// - Parameter channels: `[channels][cells]`; facies channels as probabilities.
    public func realization(of channels: [Float]) -> Realization {
        precondition(
            channels.count == channelCount * cellCount, "\(channels.count) values for \(channelCount) channels")
        let groups = cutFacies(channels)
        let porosity = property(.porosity, channels, groups).map(Self.held)
        let permeabilityX = property(.logPermeabilityX, channels, groups).map { exp($0) }
        let permeabilityY =
            permeabilityRatio.map { ratio in permeabilityX.map { $0 * ratio } }
            ?? property(.logPermeabilityY, channels, groups).map { exp($0) }
        return Realization(
            facies: faciesCodes.isEmpty ? nil : groups.map { faciesCodes[$0] }, porosity: porosity,
            permeabilityX: permeabilityX, permeabilityY: permeabilityY)
    }

    /// A decoded porosity, at least 0.001: what a decoder extrapolates to from data unlike those of the training set is a
    /// realization still, and simulators refuse cells without pores.
    static func held(_ porosity: Float) -> Float { min(max(porosity, 0.001), 1) }

    private func faciesGroups(of realization: Realization) throws(ParameterError) -> [Int] {
        guard !faciesCodes.isEmpty else { return Array(repeating: 0, count: cellCount) }
        guard let facies = realization.facies else {
            throw ParameterError(
                parameter: "facies", found: "missing",
                requirement: "must be in every realization, as in the training set")
        }
        var position = [Int](repeating: -1, count: 256)
        for (index, code) in faciesCodes.enumerated() { position[Int(code)] = index }
        var groups = [Int](repeating: 0, count: cellCount)
        for cell in 0..<cellCount where active[cell] {
            groups[cell] = position[Int(facies[cell])]
            try require(
                groups[cell] >= 0, "facies", "\(facies[cell])",
                "must be one of \(faciesCodes.map(String.init).joined(separator: ", "))")
        }
        return groups
    }

    func cutFacies(_ channels: [Float]) -> [Int] {
        var groups = [Int](repeating: 0, count: cellCount)
        if faciesChannelCount == 1 {
            for cell in 0..<cellCount where active[cell] && channels[cell] > 0.5 { groups[cell] = 1 }
        } else if faciesChannelCount > 1 {
            for cell in 0..<cellCount where active[cell] {
                for group in 1..<faciesChannelCount
                where channels[group * cellCount + cell] > channels[groups[cell] * cellCount + cell] {
                    groups[cell] = group
                }
            }
        }
        return groups
    }

    private func property(_ kind: PropertyKind, _ channels: [Float], _ groups: [Int]) -> [Float] {
        let statistics = statistics[kind] ?? []
        guard let index = propertyChannels.firstIndex(of: kind) else { return groups.map { statistics[$0].mean } }
        let start = (faciesChannelCount + index) * cellCount
        return groups.indices.map { cell in
            statistics[groups[cell]].mean + statistics[groups[cell]].spread * channels[start + cell]
        }
    }
}
