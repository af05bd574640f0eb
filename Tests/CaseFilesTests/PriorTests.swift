import PriorModels
import Reservoir
import Storage
import Testing

@testable import CaseFiles

private let facies = """
    facies:
      - {code: 0, name: mud, permeability: 5, porosity: 0.1}
      - {code: 1, name: sand, permeability: 1 D, porosity: 0.25}
    """

struct PriorTests {
    /// The starter case with another prior on an 8 x 6 grid.
    static func readCase(prior: String, folder: String = "/nowhere") throws -> Case {
        let start = try #require(StarterCase.text.ranges(of: "prior:").first).lowerBound
        let end = try #require(StarterCase.text.ranges(of: "observations:").first).lowerBound
        let indented = prior.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)\n" }.joined()
        let text = (StarterCase.text[..<start] + "prior:\n" + indented + StarterCase.text[end...])
            .replacing("columns: 40 ", with: "columns: 8 ").replacing("rows: 40 ", with: "rows: 6 ")
            .replacing("column: 20\n", with: "column: 4\n").replacing("row: 20\n", with: "row: 3\n")
            .replacing("column: 36, row: 5", with: "column: 8, row: 5").replacing(
                "column: 5, row: 36", with: "column: 5, row: 6"
            )
            .replacing("column: 36, row: 36", with: "column: 8, row: 6")
        return try Case.parse(text, file: "case.yaml", folder: folder, observations: .ifPresent)
    }

    static func message(prior: String, folder: String = "/nowhere") throws -> String {
        do {
            _ = try readCase(prior: prior, folder: folder)
            return ""
        } catch let error as CaseFileError {
            return error.description.replacing(folder + "/", with: "")
        }
    }

    @Test func thatANestedVariogramIsRead() throws {
        let one = try Self.readCase(
            prior: """
                type: gaussian
                permeability: 100
                log_standard_deviation: 1
                porosity: 20 %
                variogram:
                  nugget: 0.1
                  structures:
                    - {contribution: 0.6, model: spherical, major_range: 80, minor_range: 40, azimuth: 30 deg}
                    - {contribution: 0.3, model: matern, smoothness: 2, major_range: 0.1 km}
                """)
        let variogram = try Variogram(
            nugget: 0.1,
            structures: [
                Variogram.Structure(.spherical, contribution: 0.6, majorRange: 80, minorRange: 40, azimuth: 30),
                Variogram.Structure(.matern(smoothness: 2), contribution: 0.3, majorRange: 100)
            ])
        let rock = try RockProperties(
            permeability: 100 * Unit.millidarcy, logStandardDeviation: 1, porosity: 0.2, variogram: variogram,
            permeabilityLimits: 0...1e7 * Unit.millidarcy)
        #expect(one.prior == .gaussian(try GaussianPrior(rock: rock)))
    }

    @Test func thatAMixtureOfScenariosIsRead() throws {
        let belts =
            "type: belts\n" + """
                width: 30
                count: [1, 3]
                azimuth: {mean: 45, standard_deviation: 5}
                island_length: 100
                island_width: 50
                """
        let nested = (belts + "\n" + facies).split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        let one = try Self.readCase(
            prior: """
                type: mixture
                scenarios:
                  - label: belts
                    weight: 3
                \(nested)
                  - label: smooth
                    type: gaussian
                    permeability: 100
                    log_standard_deviation: 0.5
                    porosity: 0.2
                    variogram: {model: gaussian, major_range: 60}
                """)
        guard case .mixture(let mixture) = one.prior else {
            Issue.record("\(one.prior) is no mixture")
            return
        }
        #expect(mixture.scenarios.map(\.label) == ["belts", "smooth"])
        #expect(mixture.probabilities == [0.75, 0.25])
        guard case .belts(let belt) = mixture.scenarios[0].prior else {
            Issue.record("the first scenario is no belt")
            return
        }
        #expect(belt.bodies.amount == .count(1...3))
    }

    @Test func thatFaciesMapsAreImported() throws {
        let scratch = try ScratchFolder()
        let codes = (0..<96).map { UInt8($0 * 7 % 3 == 0 ? 1 : 0) }
        try NPY.write(StoredArray(codes, shape: [2, 6, 8]), to: scratch.file("maps.npy"))
        try NamedArrays(arrays: ["set/maps": StoredArray(codes.map { Int64($0) }, shape: [2, 6, 8])])
            .write(
                to: scratch.file("maps.h5"),
                provenance: Provenance(format: "test", version: 1, seed: 0, settingsDigest: ""))
        for source in ["maps.npy", "maps.h5\ndataset: set/maps"] {
            let one = try Self.readCase(prior: "type: imported\nsource: \(source)\n\(facies)", folder: scratch.path)
            let prior = try PriorModel(settings: one.prior, grid: one.reservoir.grid, seed: 1)
            #expect(prior.realization(0).facies == Array(codes[..<48]))
            #expect(prior.realization(1).facies == Array(codes[48...]))
            #expect(prior.realization(1).porosity[0] == (codes[48] == 1 ? 0.25 : 0.1))
        }
    }

    @Test func thatAFolderOfGRDECLFilesIsImportedInOrderOfName() throws {
        let scratch = try ScratchFolder()
        try Files.write("PERMX\n48*100 /\nPORO\n48*0.2 /\n", to: scratch.file("b.grdecl"))
        try Files.write("PERMX\n48*50 /\nPORO\n48*0.1 /\n", to: scratch.file("a.GRDECL"))
        let one = try Self.readCase(prior: "type: imported\nsource: .", folder: scratch.path)
        let prior = try PriorModel(settings: one.prior, grid: one.reservoir.grid, seed: 1)
        #expect(prior.realization(0).porosity[0] == 0.1)
        #expect(prior.realization(1).permeabilityX[7] == Float(100 * Unit.millidarcy))
    }

    @Test func thatOurOwnEnsembleIsImported() throws {
        let scratch = try ScratchFolder()
        let members = [Float(0.1), 0.3].map { porosity in
            Realization(
                porosity: Array(repeating: porosity, count: 48), permeabilityX: Array(repeating: 1e-13, count: 48),
                permeabilityY: Array(repeating: 2e-13, count: 48))
        }
        try EnsembleFile(realizations: members, rows: 6, columns: 8)
            .write(to: scratch.file("prior.h5"), seed: 1, settingsDigest: "")
        let one = try Self.readCase(prior: "type: imported\nsource: prior.h5", folder: scratch.path)
        let prior = try PriorModel(settings: one.prior, grid: one.reservoir.grid, seed: 1)
        #expect(prior.realization(1) == members[1])
    }

    @Test func thatAWrongSourceIsNamed() throws {
        let scratch = try ScratchFolder()
        try NPY.write(StoredArray([0, 1] as [UInt8]), to: scratch.file("short.npy"))
        try NPY.write(StoredArray([UInt8](repeating: 2, count: 48), shape: [6, 8]), to: scratch.file("two.npy"))
        try Files.write("no numbers", to: scratch.file("broken.npy"))
        try Files.write("no data", to: scratch.file("broken.h5"))
        try Files.write("PERMX\n48*nan /\nPORO\n48*0.2 /\n", to: scratch.file("nan.grdecl"))
        let place = "case.yaml:60: prior.source: "
        for (source, text) in [
            ("gone.npy", "names gone.npy, which does not exist"),
            ("short.npy", "holds an array of shape [2]; the grid needs [members, 6, 8]"),
            ("two.npy", "realization 1, cell 1: is facies 2 but must be one of 0, 1"),
            ("broken.npy", "broken.npy: does not start like an NPY file; write it again with numpy.save"),
            (
                "broken.h5\n  dataset: maps",
                "broken.h5: is not a sound HDF5 file (file signature not found); "
                    + "write it again with the program that made it"
            ),
            ("nan.grdecl", "names nan.grdecl: nan.grdecl:2: PERMX: `nan` is not a number")
        ] {
            #expect(
                try Self.message(
                    prior: "type: imported\nsource: \(source.replacing("  ", with: ""))\n\(facies)",
                    folder: scratch.path)
                    == place + text)
        }
    }

    @Test(arguments: [
        (
            "width: 30\ncount: 2\nproportion: 0.3",
            "case.yaml:61: prior.count: and 'proportion' exclude each other; remove one"
        ),
        ("width: 30", "case.yaml:58: prior: needs a 'proportion' or a 'count' of channels"),
        ("width: 0\ncount: 2", "case.yaml:58: prior: channel width is 0.0 but must be positive"),
        (
            "width: 30\nproportion: 1.5",
            "case.yaml:58: prior: channel proportion is 1.5 but must be within 0.005 to 0.95"
        ),
        (
            "width: 30\ncount: [3, 1]",
            "case.yaml:61: prior.count: is a list of 2 but must be one number, or two in ascending order"
        )
    ])
    func thatImpossibleChannelsAreRefused(fields: String, text: String) throws {
        let rest = "wavelength: 100\nsinuosity: 1.2\nazimuth: 0\n"
        #expect(try Self.message(prior: "type: channels\n\(fields)\n\(rest)\(facies)") == text)
    }

    @Test func thatHardDataThatContradictEachOtherAreRefused() throws {
        let known = "hard_data:\n  - {column: 1, row: 1, facies: 0}\n  - {column: 1, row: 1, facies: 1}\n"
        let rest = "width: 30\nproportion: 0.4\nwavelength: 100\nsinuosity: 1.2\nazimuth: 0\n"
        #expect(
            try Self.message(prior: "type: channels\n\(known)\(rest)\(facies)")
                == "case.yaml:58: prior: hard data at cell (1, 1) is facies 0 and 1 but must agree")
    }
}
