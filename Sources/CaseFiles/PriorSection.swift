import PriorModels
import Reservoir
import Yams

struct ReadPrior {
    let settings: PriorSettings
    let hardData: [HardDatum]
}

func readPrior(_ root: Section, grid: Grid?, wells: ReadWells, seed: UInt64) -> ReadPrior? {
    root.section("prior", required: true, "What is believed about the geology before any production data.") { section in
        let hardData = section.sections(
            "hard_data", "What is known at cells, for example from wells, and holds in every realization."
        ) { datum in readHardDatum(datum, wells: wells) }
        let settings = readPriorSettings(section, grid: grid, depth: 0)
        guard let settings, let grid, !hardData.contains(nil) else { return nil }
        let known = hardData.compactMap(\.self)
        return section.build { () throws(ParameterError) in
            // What does not fit together shows only when the prior is made ready for the grid.
            _ = try PriorModel(settings: settings, grid: grid, hardData: known, seed: seed)
            return ReadPrior(settings: settings, hardData: known)
        }
    }
}

private func readHardDatum(_ section: Section, wells: ReadWells) -> HardDatum? {
    let name = section.optionalText("well", "The well whose first perforated cell is known; or `column` and `row`.")
    let column = section.optionalInteger("column", 1...5000, "Column of the cell, from 1.")
    let row = section.optionalInteger("row", 1...5000, "Row of the cell, from 1.")
    let facies = section.optionalInteger("facies", 0...255, "Code of the facies there.")
    let permeability = section.optionalNumber("permeability", .permeability, .positive, "Along x.")
    let porosity = section.optionalNumber("porosity", .fraction, .within(0, 1), "Of the rock there.")
    guard !section.isDescribing else { return nil }
    let place: (column: Int, row: Int)
    if let name {
        switch wells.well(named: name) {
        case .found(let well): place = (well.completions[0].column, well.completions[0].row)
        case .damaged: return nil
        case .unknown(let requirement):
            section.report("well", .wrong(found: "'\(name)'", requirement: requirement))
            return nil
        }
    } else {
        guard let column, let row else {
            section.report(.other("needs a 'well', or a 'column' and a 'row'"))
            return nil
        }
        place = (column - 1, row - 1)
    }
    if facies == nil && permeability == nil && porosity == nil {
        section.report(.other("says nothing: give 'facies', 'permeability' or 'porosity'"))
    }
    return HardDatum(
        column: place.column, row: place.row, facies: facies.map { UInt8($0) }, permeability: permeability,
        porosity: porosity)
}

/// - Parameter depth: of scenarios within scenarios; describing stops at the first.
private func readPriorSettings(_ section: Section, grid: Grid?, depth: Int) -> PriorSettings? {
    var variants: [Section.Variant<PriorSettings>] = [
        Section.Variant("gaussian") { section in
            readRockProperties(section)
                .flatMap { rock in
                    section.build { () throws(ParameterError) in .gaussian(try GaussianPrior(rock: rock)) }
                }
        },
        Section.Variant("channels", readChannels),
        Section.Variant("belts", readBelts),
        Section.Variant("truncated-gaussian", readTruncatedGaussian),
        Section.Variant("training-image") { readTrainingImage($0, grid: grid) },
        Section.Variant("imported") { readImported($0, grid: grid) }
    ]
    if depth < 3 && !(section.isDescribing && depth > 0) {
        variants.append(Section.Variant("mixture") { readMixture($0, grid: grid, depth: depth) })
    }
    return section.variant(
        "type",
        "`gaussian`: continuous fields; `channels`: meandering rivers; `belts`: anastomosing channels; "
            + "`truncated-gaussian`: facies cut from one or two fields; `training-image`: facies as in an image; "
            + "`imported`: realizations from files; `mixture`: several scenarios.", variants)
}

private func readMixture(_ section: Section, grid: Grid?, depth: Int) -> PriorSettings? {
    let scenarios = section.sections(
        "scenarios", required: true, "The scenarios: each a prior with the fields of its type."
    ) { entry -> MixturePrior.Scenario? in
        let label = entry.text("label", "Kept with each realization.")
        let weight = entry.number("weight", .none, .positive, default: 1, "Probability relative to the others.")
        let prior = readPriorSettings(entry, grid: grid, depth: depth + 1)
        guard let label, let prior else { return nil }
        return MixturePrior.Scenario(label: label, weight: weight, prior: prior)
    }
    guard !scenarios.contains(where: { $0 == nil }) else { return nil }
    return section.build { () throws(ParameterError) in .mixture(try MixturePrior(scenarios.compactMap(\.self))) }
}

// MARK: - Channels

private func readChannels(_ section: Section) -> PriorSettings? {
    let bodies = readBodies(section)
    let wavelength = readDistribution(
        section, "wavelength", .length, "Straight distance between bends to the same side; drawn for each channel.")
    let sinuosity = readDistribution(
        section, "sinuosity", .none, "Length along the river over straight length; drawn for each channel.")
    let azimuth = readDistribution(
        section, "azimuth", .angle, "Direction of flow, clockwise from y (rows) to x (columns); drawn for each channel."
    )
    let irregularity = section.number(
        "irregularity", .none, .within(0, 1), default: 0.2, "0 is a periodic river, 1 one without a wavelength.")
    guard let bodies, let wavelength, let sinuosity, let azimuth else { return nil }
    return section.build { () throws(ParameterError) in
        let meander = try Meander(
            wavelength: wavelength, sinuosity: sinuosity, azimuth: azimuth, irregularity: irregularity)
        return .channels(ChannelPrior(bodies: bodies, meander: meander))
    }
}

private func readBelts(_ section: Section) -> PriorSettings? {
    let bodies = readBodies(section)
    let azimuth = readDistribution(
        section, "azimuth", .angle, "Direction of flow, clockwise from y (rows) to x (columns); drawn once.")
    let length = readDistribution(
        section, "island_length", .length, "Along the flow between places where channels may part or join; drawn once.")
    let width = readDistribution(
        section, "island_width", .length, "Across the flow between courses a channel may take; drawn once.")
    let switching = section.number(
        "switching", .fraction, .within(0, 1), default: 0.6, "Probability that a channel changes course where it may.")
    guard let bodies, let azimuth, let length, let width else { return nil }
    return section.build { () throws(ParameterError) in
        let network = try AnastomosingNetwork(
            azimuth: azimuth, islandLength: length, islandWidth: width, switching: switching)
        return .belts(BeltPrior(bodies: bodies, network: network))
    }
}

private func readBodies(_ section: Section) -> ChannelBodies? {
    let width = readDistribution(section, "width", .length, "Full width of a channel; drawn for each.")
    let thickness = readOptionalDistribution(
        section, "thickness", .length,
        "Of a channel at its middle, thinning to its banks; drawn for each. Default: channels fill their cells.")
    let amount = readAmount(section)
    let levees = section.optionalSection("levees", "Ridges on both banks: facies 2.", readLevees)
    let splays = section.optionalSection(
        "splays", "Lobes where a river broke through its outer bank: facies 3.", readSplays)
    let facies = readFacies(section)
    guard let width, let amount, let facies, levees != nil || !section.isGiven("levees"),
        splays != nil || !section.isGiven("splays"), thickness != nil || !section.isGiven("thickness")
    else { return nil }
    return section.build { () throws(ParameterError) in
        try ChannelBodies(
            width: width, thickness: thickness, amount: amount, levees: levees, splays: splays, facies: facies)
    }
}

private func readLevees(_ section: Section) -> ChannelBodies.Levees? {
    readDistribution(section, "width", .none, "Of each ridge, in widths of its channel; drawn once.").flatMap { width in
        section.build { () throws(ParameterError) in try ChannelBodies.Levees(width: width) }
    }
}

private func readSplays(_ section: Section) -> ChannelBodies.Splays? {
    let node = section.declare(
        "count", .numbers(.none), .required, nil, "Number of splays: one number, or the smallest and the largest.")
    let length = readDistribution(section, "length", .length, "From the bank to the tip; drawn for each.")
    let breadth = readDistribution(section, "breadth", .length, "Across; drawn for each.")
    guard let node, let count = readCount(section, node, 0...1000), let length, let breadth else { return nil }
    return section.build { () throws(ParameterError) in
        try ChannelBodies.Splays(count: count, length: length, breadth: breadth)
    }
}

/// One number, or the smallest and the largest.
private func readCount(_ section: Section, _ node: Node, _ range: ClosedRange<Int>) -> ClosedRange<Int>? {
    let numbers = (node.sequence.map(Array.init) ?? [node]).compactMap { section.integer($0, "count", range) }
    guard let lower = numbers.first, let upper = numbers.last, numbers.count <= 2, lower <= upper else {
        if !numbers.isEmpty {
            section.report(
                "count", .wrong(found: node.summary, requirement: "must be one number, or two in ascending order"))
        }
        return nil
    }
    return lower...upper
}

private func readAmount(_ section: Section) -> ChannelBodies.Amount? {
    let proportion = readOptionalDistribution(
        section, "proportion", .fraction, "Share of the cells in channels; drawn once. Or give `count`.")
    let node = section.declare(
        "count", .numbers(.none), .optional, nil, "Number of channels: one number, or the smallest and the largest.")
    guard !section.isDescribing else { return nil }
    guard let node else {
        if !section.isGiven("proportion") {
            section.report(.other("needs a 'proportion' or a 'count' of channels"))
        }
        return proportion.map { .proportion($0) }
    }
    if section.isGiven("proportion") {
        section.report("count", .other("and 'proportion' exclude each other; remove one"))
        return nil
    }
    return readCount(section, node, 1...1000).map { .count($0) }
}

// MARK: - Facies and rock

/// - Parameter extra: reads what else an entry holds; whether that is sound.
func readFacies(
    _ section: Section, extra: ((_ entry: Section, _ code: UInt8?) -> Bool)? = nil
) -> FaciesTable? {
    let facies = section.sections("facies", required: true, "The kinds of rock, with their properties.") {
        entry -> Facies? in
        let code = entry.integer("code", 0...255, "In maps and hard data; channels are 1, what lies between them 0.")
        let name = entry.text("name", "For the report.")
        let isSound = extra?(entry, code.map { UInt8($0) }) ?? true
        let rock = readRockProperties(entry)
        guard let code, let name, let rock, isSound else { return nil }
        return Facies(code: UInt8(code), name: name, rock: rock)
    }
    guard !facies.contains(where: { $0 == nil }), !facies.isEmpty else { return nil }
    return section.build { () throws(ParameterError) in try FaciesTable(facies.compactMap(\.self)) }
}

private func readRockProperties(_ section: Section) -> RockProperties? {
    let permeability = section.number("permeability", .permeability, .notNegative, "Median along x.")
    let logDeviation = section.number(
        "log_standard_deviation", .none, .within(0, 10), default: 0,
        "Standard deviation of the natural logarithm of permeability; 0: constant.")
    let ratio = section.number(
        "permeability_ratio", .none, .positive, default: 1,
        "Permeability along rows over that along columns (vertical over horizontal in a section).")
    let porosity = section.number("porosity", .fraction, .within(0, 1), "Mean.")
    let porosityDeviation = section.number(
        "porosity_standard_deviation", .fraction, .within(0, 1), default: 0, "0: constant.")
    let correlation = section.number(
        "correlation", .none, .within(-1, 1), default: 0, "Between the logarithm of permeability and porosity.")
    let variogram = section.optionalSection(
        "variogram", "How the correlation falls with distance, where properties vary.", readVariogram)
    let lowest = section.number(
        "lowest_permeability", .permeability, .notNegative, default: 0, "Permeability is cut to this.")
    let highest = section.number(
        "highest_permeability", .permeability, .positive, default: 10_000_000, "Permeability is cut to this.")
    guard let permeability, let porosity, variogram != nil || !section.isGiven("variogram") else { return nil }
    guard lowest <= highest else {
        section.report(
            "lowest_permeability", .other("is above 'highest_permeability'; exchange them"))
        return nil
    }
    return section.build { () throws(ParameterError) in
        try RockProperties(
            permeability: permeability, logStandardDeviation: logDeviation, permeabilityRatio: ratio,
            porosity: porosity, porosityStandardDeviation: porosityDeviation, correlation: correlation,
            variogram: variogram, permeabilityLimits: lowest...highest)
    }
}

func readVariogram(_ section: Section) -> Variogram? {
    let nugget = section.number(
        "nugget", .fraction, .within(0, 1), default: 0, "Share of the variance that is not correlated at all.")
    let nested = section.sections(
        "structures", "Nested structures whose contributions and the nugget sum to 1; or one structure given directly."
    ) { entry in
        let contribution = entry.number("contribution", .fraction, .within(0, 1), "Share of the variance.")
        return contribution.flatMap { readStructure(entry, contribution: $0) }
    }
    if section.isGiven("structures") {
        guard !nested.contains(where: { $0 == nil }) else { return nil }
        return section.build { () throws(ParameterError) in
            try Variogram(nugget: nugget, structures: nested.compactMap(\.self))
        }
    }
    let single = readStructure(section, contribution: max(1 - nugget, .leastNonzeroMagnitude))
    guard let single else { return nil }
    return section.build { () throws(ParameterError) in try Variogram(nugget: nugget, structures: [single]) }
}

private func readStructure(_ section: Section, contribution: Double) -> Variogram.Structure? {
    let name = section.choice(
        "model", ["spherical", "exponential", "gaussian", "matern"], "Shape of the correlation.")
    let smoothness = section.number(
        "smoothness", .none, .within(0.1, 10), default: 1.5, "Of the Matern model.")
    let major = section.number("major_range", .length, .positive, "Along the azimuth: where 5 % correlation is left.")
    let minor = section.optionalNumber("minor_range", .length, .positive, "Across the azimuth; by default the same.")
    let azimuth = section.number(
        "azimuth", .angle, nil, default: 0, "Of the longer range, clockwise from y (rows) to x (columns).")
    guard let name, let major else { return nil }
    let model: Variogram.Model =
        switch name {
        case "spherical": .spherical
        case "exponential": .exponential
        case "gaussian": .gaussian
        default: .matern(smoothness: smoothness)
        }
    return section.build { () throws(ParameterError) in
        try Variogram.Structure(
            model, contribution: contribution, majorRange: major, minorRange: minor, azimuth: azimuth)
    }
}
