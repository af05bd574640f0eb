import Foundation
import Reservoir
import TestSupport
import Testing

@testable import PriorModels

private func mixture() throws -> MixturePrior {
    let rock = try RockProperties(
        permeability: 1e-13, logStandardDeviation: 1, porosity: 0.2,
        variogram: Variogram(.exponential, majorRange: 100))
    return try MixturePrior([
        .init(label: "rivers", weight: 3, prior: .channels(makeChannels())),
        .init(label: "smooth", weight: 1, prior: .gaussian(GaussianPrior(rock: rock)))
    ])
}

@Test func thatARealizationIsTheSameWhateverIsDrawnBesideIt() async throws {
    let grid = try makeGrid(columns: 41, rows: 30)
    let settings = PriorSettings.mixture(try mixture())
    let model = try PriorModel(settings: settings, grid: grid, seed: 11)
    let inOrder = (0..<24).map { model.realization($0) }
    let other = try PriorModel(settings: settings, grid: grid, seed: 11)
    let concurrent = await withTaskGroup(of: (Int, Realization).self) { group in
        for index in (0..<24).reversed() { group.addTask { (index, other.realization(index)) } }
        var found = [Int: Realization]()
        for await (index, realization) in group { found[index] = realization }
        return found
    }
    for index in 0..<24 { #expect(concurrent[index] == inOrder[index]) }
    #expect(inOrder[3] != inOrder[4])
    #expect(try PriorModel(settings: settings, grid: grid, seed: 12).realization(3) != inOrder[3])
}

@Test func thatScenariosComeWithTheirWeightsAndLabels() throws {
    let grid = try makeGrid(columns: 20, rows: 20)
    let model = try PriorModel(settings: .mixture(mixture()), grid: grid, seed: 1)
    let count = 1000
    let rivers = (0..<count).count { model.realization($0).scenario == "rivers" }
    // Binomial with p = 3/4.
    expectClose(
        Double(rivers) / Double(count), 0.75, tolerance: confidentErrors * (0.75 * 0.25 / Double(count)).squareRoot())
    #expect(
        (0..<50).allSatisfy { (model.realization($0).facies == nil) == (model.realization($0).scenario == "smooth") })
}

@Test func thatTruthsComeFromTheEndOfImportedMembersOrFromTheirOwn() throws {
    let grid = try makeGrid(columns: 2, rows: 1)
    let ensemble = try ImportedEnsemble(codes: [0, 0, 0, 1, 1, 0], cellCount: 2, facies: makeFacies())
    func truths(_ ensemble: ImportedEnsemble) throws -> [[UInt8]?] {
        let model = try PriorModel(settings: .imported(ensemble), grid: grid, seed: 1)
        return (0..<4).map { model.realization(PriorModel.firstTruth + $0).facies }
    }
    #expect(try truths(ensemble) == [[1, 0], [0, 1], [0, 0], [1, 0]])
    let own = try ensemble.withTruths(ImportedEnsemble(codes: [1, 1], cellCount: 2, facies: makeFacies()))
    #expect(try truths(own) == [[1, 1], [1, 1], [1, 1], [1, 1]])
    let wrongSize = try ensemble.withTruths(ImportedEnsemble(codes: [1], cellCount: 1, facies: makeFacies()))
    let error = #expect(throws: ParameterError.self) { try truths(wrongSize) }
    #expect(error?.description.contains("truth 1") == true)
}

@Test func thatImportedMembersComeInOrderAndAreChecked() throws {
    let grid = try makeGrid(columns: 3, rows: 2)
    let maps: [[UInt8]] = [[0, 1, 0, 1, 0, 1], [1, 1, 1, 0, 0, 0]]
    let ensemble = try ImportedEnsemble(
        codes: maps.flatMap(\.self), cellCount: maps[0].count, facies: makeFacies())
    let model = try PriorModel(
        settings: .imported(ensemble), grid: grid, hardData: [HardDatum(column: 1, row: 0, facies: 1)], seed: 1)
    #expect((0..<4).map { model.realization($0).facies } == [maps[0], maps[1], maps[0], maps[1]])
    #expect(model.realization(0).permeabilityX == [1e-15, 1e-14, 1e-15, 1e-14, 1e-15, 1e-14])

    let conflict = #expect(throws: ParameterError.self) {
        try PriorModel(
            settings: .imported(ensemble), grid: grid, hardData: [HardDatum(column: 0, row: 0, facies: 0)], seed: 1)
    }
    #expect(conflict?.description.contains("realization 2, cell (1, 1)") == true)
    let size = #expect(throws: ParameterError.self) {
        try PriorModel(settings: .imported(ensemble), grid: makeGrid(columns: 4, rows: 2), seed: 1)
    }
    #expect(size?.description.contains("6 values but must have 8") == true)
    #expect(throws: ParameterError.self) { try ImportedEnsemble(codes: [0, 5], cellCount: 2, facies: makeFacies()) }
    #expect(throws: ParameterError.self) { try ImportedEnsemble([]) }
    let broken = Realization(
        porosity: [0.1, .nan, 0.1, 0.1, 0.1, 0.1], permeabilityX: Array(repeating: 1, count: 6),
        permeabilityY: Array(repeating: 1, count: 6))
    let nan = #expect(throws: ParameterError.self) {
        try PriorModel(settings: .imported(ImportedEnsemble([broken])), grid: grid, seed: 1)
    }
    #expect(nan?.description.contains("cell (2, 1)") == true)
}

@Test func thatFaciesCarryTheirPropertiesConstantOrVarying() throws {
    let sand = try RockProperties(
        permeability: 5e-13, logStandardDeviation: 0.5, porosity: 0.25, porosityStandardDeviation: 0.02,
        correlation: 0.6, variogram: Variogram(.spherical, majorRange: 100))
    let mud = try RockProperties(permeability: 1e-16, permeabilityRatio: 0.1, porosity: 0.08)
    let table = try FaciesTable([Facies(code: 1, name: "sand", rock: sand), Facies(code: 0, name: "mud", rock: mud)])
    let prior = ChannelPrior(
        bodies: try ChannelBodies(width: .constant(60), amount: .count(2...2), facies: table),
        meander: try Meander(wavelength: .constant(300), sinuosity: .constant(1.2), azimuth: .constant(90)))
    let well = HardDatum(column: 12, row: 14, facies: 1, permeability: 2e-12, porosity: 0.29)
    let model = try PriorModel(
        settings: .channels(prior), grid: makeGrid(columns: 40, rows: 40), hardData: [well], seed: 3)
    for index in 0..<20 {
        let one = model.realization(index)
        let facies = try #require(one.facies)
        for cell in facies.indices where facies[cell] == 0 {
            #expect(one.permeabilityX[cell] == 1e-16 && one.permeabilityY[cell] == Float(1e-16 * 0.1))
            #expect(one.porosity[cell] == 0.08)
        }
        let sands = Set(facies.indices.filter { facies[$0] == 1 }.map { one.permeabilityX[$0] })
        #expect(sands.count > 100)
        // Single precision holds seven digits.
        expectClose(Double(one.permeabilityX[14 * 40 + 12]), 2e-12, tolerance: 2e-12 * 1e-6)
        expectClose(Double(one.porosity[14 * 40 + 12]), 0.29, tolerance: 1e-7)
    }
    let wrong = #expect(throws: ParameterError.self) {
        try PriorModel(
            settings: .channels(prior), grid: makeGrid(columns: 40, rows: 40),
            hardData: [HardDatum(column: 0, row: 0, facies: 0, permeability: 1e-13)], seed: 3)
    }
    #expect(wrong?.description.contains("must equal the constant") == true)
}
