import Reservoir

/// Draws facies maps; what the rock in them is like is added by ``FaciesPropertyGenerator``.
protocol FaciesGenerator: Sendable {
    /// `[cells]`
    func facies(_ index: UInt64) -> [UInt8]
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
        let facies = generator.facies(index)
        var porosity = [Float](repeating: 0, count: facies.count)
        var (permeabilityX, permeabilityY) = (porosity, porosity)
        for member in members {
            let cells = facies.indices.filter { facies[$0] == member.code }
            if cells.isEmpty { continue }
            member.fields.fill(cells, seed: seed, index: index) { cell, k, phi in
                permeabilityX[cell] = Float(k)
                permeabilityY[cell] = Float(k * member.ratio)
                porosity[cell] = Float(phi)
            }
        }
        return Realization(
            facies: facies, porosity: porosity, permeabilityX: permeabilityX, permeabilityY: permeabilityY)
    }
}
