import Reservoir

/// Draws facies maps; what the rock in them is like is added by ``FaciesPropertyGenerator``.
protocol FaciesGenerator: Sendable {
    func map(_ index: UInt64) -> FaciesMap
}

/// Where each facies lies.
struct FaciesMap {
    /// `[cells]`
    var facies: [UInt8]
    /// What part of a cell's thickness its facies fills, `[cells]` [–], and the code of what fills the rest; `nil`: all.
    var filling: (shares: [Float], rest: UInt8)?
}

/// A facies map filled with the properties of its facies.
struct FaciesPropertyGenerator: RealizationGenerator {
    private struct Member: Sendable {
        let code: UInt8
        let fields: PropertyFields
        let ratio: Double
    }

    private let generator: any FaciesGenerator
    private let members: [Member]
    /// Cells whose porosity or permeability is known: of one rock from top to bottom.
    private let measured: [Int]
    private let seed: UInt64

    /// - Throws: ``ParameterError`` if hard data do not fit the facies' properties.
    init(
        _ generator: any FaciesGenerator, _ table: FaciesTable, _ context: PriorContext
    ) throws(ParameterError) {
        for entry in context.hardData.entries
        where entry.datum.facies == nil && (entry.datum.permeability != nil || entry.datum.porosity != nil) {
            throw ParameterError(
                parameter: "hard data at \(entry.datum.place)", found: "a property without a facies",
                requirement: "must say which facies the property belongs to")
        }
        measured = context.hardData.entries.filter { $0.datum.permeability != nil || $0.datum.porosity != nil }
            .map(\.cell)
        var members: [Member] = []
        for facies in table.facies {
            let own = context.hardData.entries.filter { $0.datum.facies == facies.code }
            let fields = try PropertyFields(
                facies.rock, grid: context.grid, data: own,
                purpose: context.purpose + ".properties.\(facies.code)")
            members.append(Member(code: facies.code, fields: fields, ratio: facies.rock.permeabilityRatio))
        }
        (self.generator, self.members, seed) = (generator, members, context.seed)
    }

    func realization(_ index: UInt64) -> Realization {
        var map = generator.map(index)
        for cell in measured { map.filling?.shares[cell] = 1 }
        let (facies, filling) = (map.facies, map.filling)
        var porosity = [Float](repeating: 0, count: facies.count)
        var (permeabilityX, permeabilityY) = (porosity, porosity)
        for member in members {
            // Layers conduct along themselves, and hold, in proportion to their thickness.
            func share(_ cell: Int) -> Float {
                let own = filling?.shares[cell] ?? 1
                return facies[cell] == member.code ? own : filling?.rest == member.code ? 1 - own : 0
            }
            let cells = facies.indices.filter { share($0) > 0 }
            if cells.isEmpty { continue }
            member.fields.fill(cells, seed: seed, index: index) { cell, k, phi in
                let part = share(cell)
                permeabilityX[cell] += part * Float(k)
                permeabilityY[cell] += part * Float(k * member.ratio)
                porosity[cell] += part * Float(phi)
            }
        }
        return Realization(
            facies: facies, porosity: porosity, permeabilityX: permeabilityX, permeabilityY: permeabilityY)
    }
}
