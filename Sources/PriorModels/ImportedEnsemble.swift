import Reservoir

/// Realizations made elsewhere. Realization `i` is member `i`, and after the last the first comes again.
public struct ImportedEnsemble: Equatable, Sendable {
    public let members: [Realization]
    /// Of facies codes; empty if none were given.
    public let names: [UInt8: String]

    /// - Throws: ``ParameterError`` if there is no member.
    public init(_ members: [Realization], names: [UInt8: String] = [:]) throws(ParameterError) {
        try require(!members.isEmpty, "imported ensemble", "empty", "must have at least one realization")
        (self.members, self.names) = (members, names)
    }

    /// Facies maps with the properties of their facies: `maps` holds a code per cell, `[members][cells]`.
    ///
    /// Properties that vary need ``PriorModel``'s random fields; here each facies is constant, at its median
    /// permeability and mean porosity.
    /// - Throws: ``ParameterError`` if a map holds a code that `facies` lacks; it names the member and the cell.
    public init(faciesMaps maps: [[UInt8]], facies: FaciesTable) throws(ParameterError) {
        var members: [Realization] = []
        members.reserveCapacity(maps.count)
        var rocks = [RockProperties?](repeating: nil, count: 256)
        for one in facies.facies { rocks[Int(one.code)] = one.rock }
        for (number, map) in maps.enumerated() {
            var porosity: [Float] = []
            var (permeabilityX, permeabilityY): ([Float], [Float]) = ([], [])
            for (cell, code) in map.enumerated() {
                guard let rock = rocks[Int(code)] else {
                    throw ParameterError(
                        parameter: "realization \(number + 1), cell \(cell + 1)", found: "facies \(code)",
                        requirement: "must be one of \(facies.codes.map(String.init).joined(separator: ", "))")
                }
                porosity.append(Float(rock.porosity))
                permeabilityX.append(Float(rock.permeability))
                permeabilityY.append(Float(rock.permeability * rock.permeabilityRatio))
            }
            members.append(
                Realization(
                    facies: map, porosity: porosity, permeabilityX: permeabilityX, permeabilityY: permeabilityY))
        }
        try self.init(members, names: facies.names)
    }
}

struct ImportedGenerator: RealizationGenerator {
    private let members: [Realization]

    /// - Throws: ``ParameterError`` naming the first member that does not fit the grid or the hard data.
    init(_ ensemble: ImportedEnsemble, _ context: PriorContext) throws(ParameterError) {
        for (number, member) in ensemble.members.enumerated() {
            do {
                try member.validate(on: context.grid)
            } catch {
                throw ParameterError(
                    parameter: "realization \(number + 1): \(error.parameter)", found: error.found,
                    requirement: error.requirement)
            }
            for entry in context.hardData.entries {
                try Self.check(member, number, entry)
            }
        }
        members = ensemble.members
    }

    func realization(_ index: UInt64) -> Realization { members[Int(index % UInt64(members.count))] }

    private static func check(
        _ member: Realization, _ number: Int, _ entry: CheckedHardData.Entry
    ) throws(ParameterError) {
        let (cell, datum) = (entry.cell, entry.datum)
        func fits(_ found: Float, _ wanted: Double?) -> Bool {
            wanted.map { abs(Double(found) - $0) <= 1e-3 * $0 } ?? true
        }
        if let wanted = datum.facies {
            try require(
                member.facies?[cell] == wanted, "realization \(number + 1), \(datum.place)",
                member.facies.map { "facies \($0[cell])" } ?? "without facies",
                "must be facies \(wanted) there, as the hard data say")
        }
        try require(
            fits(member.permeabilityX[cell], datum.permeability), "realization \(number + 1), \(datum.place)",
            "permeability \(member.permeabilityX[cell]) m²", "must be the hard data's value within 0.1 %")
        try require(
            fits(member.porosity[cell], datum.porosity), "realization \(number + 1), \(datum.place)",
            "porosity \(member.porosity[cell])", "must be the hard data's value within 0.1 %")
    }
}
