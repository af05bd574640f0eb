import Reservoir

/// Realizations made elsewhere. Realization `i` is member `i`, and after the last the first comes again.
///
/// Synthetic truths come from members of their own if there are any, and otherwise from the end, so that a training on
/// the first members has not seen them.
public struct ImportedEnsemble: Equatable, Sendable {
    private let members: ImportedMembers
    private var truths: ImportedMembers?
    /// Name of each facies code, where whoever imports them gave names.
    public let names: [UInt8: String]

    /// - Throws: ``ParameterError`` if there is no member.
    public init(_ members: [Realization], names: [UInt8: String] = [:]) throws(ParameterError) {
        try require(!members.isEmpty, "imported ensemble", "empty", "must have at least one realization")
        (self.members, self.names) = (.realizations(members), names)
    }

    /// Facies maps with the properties of their facies.
    ///
    /// Properties that vary need ``PriorModel``'s random fields; here each facies is constant, at its median
    /// permeability and mean porosity.
    /// - Parameter codes: a code per cell, `[members][cells]`, one after the other.
    /// - Throws: ``ParameterError`` if a map holds a code that `facies` lacks; it names the member and the cell.
    public init(codes: [UInt8], cellCount: Int, facies: FaciesTable) throws(ParameterError) {
        try require(!codes.isEmpty, "imported ensemble", "empty", "must have at least one realization")
        precondition(codes.count % cellCount == 0, "\(codes.count) codes for maps of \(cellCount) cells")
        var isKnown = [Bool](repeating: false, count: 256)
        for code in facies.codes { isKnown[Int(code)] = true }
        if let index = codes.firstIndex(where: { !isKnown[Int($0)] }) {
            throw ParameterError(
                parameter: "realization \(index / cellCount + 1), cell \(index % cellCount + 1)",
                found: "facies \(codes[index])",
                requirement: "must be one of \(facies.codes.map(String.init).joined(separator: ", "))")
        }
        members = .maps(codes: codes, cellCount: cellCount, facies: facies)
        names = facies.names
    }

    public var count: Int { members.count }

    /// Facies of the members, if they are maps of facies with constant properties.
    public var facies: FaciesTable? {
        if case .maps(_, _, let facies) = members { return facies }
        return nil
    }

    /// Member `index`, starting again after the last.
    public func member(_ index: Int) -> Realization {
        let position = index % count
        return members[position < 0 ? position + count : position]
    }

    /// The realization of synthetic truth `number`.
    public func truth(_ number: Int) -> Realization {
        guard let truths else { return members[count - 1 - number % count] }
        return truths[number % truths.count]
    }

    /// The same members, with the members of `other` as truths.
    public func withTruths(_ other: ImportedEnsemble) -> ImportedEnsemble {
        var result = self
        result.truths = other.members
        return result
    }

    /// - Throws: ``ParameterError`` naming the first member that does not fit the grid or the hard data.
    func validate(_ context: PriorContext) throws(ParameterError) {
        try members.validate(context, as: "realization")
        try truths?.validate(context, as: "truth")
    }
}

/// Tens of thousands of facies maps are kept as such; as realizations they would take thirteen times the memory.
private enum ImportedMembers: Equatable, Sendable {
    case realizations([Realization])
    case maps(codes: [UInt8], cellCount: Int, facies: FaciesTable)

    var count: Int {
        switch self {
        case .realizations(let members): members.count
        case .maps(let codes, let cellCount, _): codes.count / cellCount
        }
    }

    subscript(index: Int) -> Realization {
        switch self {
        case .realizations(let members): return members[index]
        case .maps(let codes, let cellCount, let table):
            let map = Array(codes[index * cellCount..<(index + 1) * cellCount])
            var rocks = [RockProperties?](repeating: nil, count: 256)
            for one in table.facies { rocks[Int(one.code)] = one.rock }
            // Every code was found in the table when the ensemble was made.
            let rock = map.map { rocks[Int($0)]! }
            return Realization(
                facies: map, porosity: rock.map { Float($0.porosity) },
                permeabilityX: rock.map { Float($0.permeability) },
                permeabilityY: rock.map { Float($0.permeability * $0.permeabilityRatio) })
        }
    }

    func validate(_ context: PriorContext, as role: String) throws(ParameterError) {
        for number in 0..<count {
            // Maps of one size with constant properties are all sound if the first is.
            if case .maps = self, number > 0, context.hardData.entries.isEmpty { break }
            let member = self[number]
            do {
                try member.validate(on: context.grid)
            } catch {
                throw ParameterError(
                    parameter: "\(role) \(number + 1): \(error.parameter)", found: error.found,
                    requirement: error.requirement)
            }
            for entry in context.hardData.entries { try check(member, "\(role) \(number + 1)", entry) }
        }
    }

    private func check(_ member: Realization, _ name: String, _ entry: CheckedHardData.Entry) throws(ParameterError) {
        let (cell, datum) = (entry.cell, entry.datum)
        func fits(_ found: Float, _ wanted: Double?) -> Bool {
            wanted.map { abs(Double(found) - $0) <= 1e-3 * $0 } ?? true
        }
        if let wanted = datum.facies {
            try require(
                member.facies?[cell] == wanted, "\(name), \(datum.place)",
                member.facies.map { "facies \($0[cell])" } ?? "without facies",
                "must be facies \(wanted) there, as the hard data say")
        }
        try require(
            fits(member.permeabilityX[cell], datum.permeability), "\(name), \(datum.place)",
            "permeability \(member.permeabilityX[cell]) m²", "must be the hard data's value within 0.1 %")
        try require(
            fits(member.porosity[cell], datum.porosity), "\(name), \(datum.place)",
            "porosity \(member.porosity[cell])", "must be the hard data's value within 0.1 %")
    }
}

struct ImportedGenerator: RealizationGenerator {
    private let ensemble: ImportedEnsemble

    /// - Throws: ``ParameterError`` naming the first member that does not fit the grid or the hard data.
    init(_ ensemble: ImportedEnsemble, _ context: PriorContext) throws(ParameterError) {
        try ensemble.validate(context)
        self.ensemble = ensemble
    }

    func realization(_ index: UInt64) -> Realization {
        let number = Int(truncatingIfNeeded: index)
        return number >= PriorModel.firstTruth
            ? ensemble.truth(number - PriorModel.firstTruth) : ensemble.member(number)
    }
}
