import Foundation
import PriorModels
import Reservoir
import Storage
import Testing

@testable import CaseFiles

/// Priors that draw facies from an image or by cutting fields, and channels with what lies beside them.
struct FaciesPriorTests {
    private let facies = """
        facies:
          - {code: 0, name: mud, permeability: 5, porosity: 0.1}
          - {code: 1, name: sand, permeability: 1 D, porosity: 0.25}
        """

    private func image(_ columns: Int, _ rows: Int, _ levels: [UInt8]) -> StoredArray {
        StoredArray((0..<columns * rows).map { levels[($0 + $0 / columns) % levels.count] }, shape: [rows, columns])
    }

    @Test func thatATrainingImageIsRead() throws {
        let scratch = try ScratchFolder()
        try NPY.write(image(20, 12, [0, 0, 255]), to: scratch.file("ti.npy"))
        let one = try PriorTests.readCase(
            prior: "type: training-image\nimage: ti.npy\nneighbours: 20\nscan: 1000\n\(facies)", folder: scratch.path)
        guard case .trainingImage(let prior) = one.prior else {
            Issue.record("\(one.prior) is no training image")
            return
        }
        #expect(prior.image.columns == 20 && prior.image.rows == 12)
        // Two levels are the two facies in order.
        #expect(prior.image.codes.prefix(3) == [0, 0, 1])
        #expect(prior.neighbours == 20 && prior.scan == 1000)
        let grid = one.reservoir.grid
        #expect(prior.pixelWidth == grid.columnWidths[0] && prior.pixelHeight == grid.rowHeights[0])
    }

    @Test func thatThresholdsCutLevelsIntoFacies() throws {
        let scratch = try ScratchFolder()
        try NPY.write(image(20, 12, [3, 90, 91, 200]), to: scratch.file("ti.npy"))
        let one = try PriorTests.readCase(
            prior: "type: training-image\nimage: ti.npy\nthresholds: 91\n\(facies)", folder: scratch.path)
        guard case .trainingImage(let prior) = one.prior else { return }
        #expect(prior.image.codes.prefix(4) == [0, 0, 1, 1])
    }

    @Test func thatUnsuitableTrainingImagesAreNamed() throws {
        let scratch = try ScratchFolder()
        try NPY.write(image(7, 12, [0, 1]), to: scratch.file("small.npy"))
        try NPY.write(image(20, 12, [3, 90, 200]), to: scratch.file("grey.npy"))
        try NPY.write(image(20, 12, [1]), to: scratch.file("one.npy"))
        try Files.write("no image", to: scratch.file("broken.png"))
        func text(_ image: String, _ more: String = "") throws -> String {
            try PriorTests.message(
                prior: "type: training-image\nimage: \(image)\n\(more)\(facies)", folder: scratch.path)
        }
        #expect(
            try text("small.npy")
                == "case.yaml:58: prior: training image is 7 x 12 pixels but must have at least the 8 x 6 pixels of the "
                + "grid: a smaller image does not show how its structures go on")
        #expect(
            try text("grey.npy")
                == "case.yaml:60: prior.image: names grey.npy, which has 3 distinct levels for 2 facies; give 1 "
                + "'thresholds' (levels from which the next facies begins), or facies whose codes are the levels")
        #expect(
            try text("grey.npy", "thresholds: [100, 50]\n")
                == "case.yaml:61: prior.thresholds: is a list of 2 but must have 1 in ascending order: "
                + "one less than facies")
        #expect(try text("one.npy").contains("training image is all of facies 1 but must show at least two facies"))
        #expect(try text("gone.npy").contains("case.yaml:60: prior.image: names gone.npy"))
        #expect(try text("broken.png").contains("names broken.png: is not a sound PNG image"))
    }

    @Test func thatImagesAreImportedAsFaciesMaps() throws {
        let scratch = try ScratchFolder()
        let row = "0 0 1 1 0 0 1 1\n"
        try Files.createFolder(scratch.file("maps"))
        for name in ["a", "b"] {
            let first = name == "a" ? row : "1 1 1 1 1 1 1 1\n"
            let text = "P1\n8 6\n" + first + String(repeating: row, count: 5)
            try Files.write(text, to: scratch.file("maps/\(name).pbm"))
        }
        let one = try PriorTests.readCase(prior: "type: imported\nsource: maps\n\(facies)", folder: scratch.path)
        guard case .imported(let ensemble) = one.prior else { return }
        #expect(ensemble.count == 2)
        #expect(ensemble.member(1).facies?.prefix(8) == [1, 1, 1, 1, 1, 1, 1, 1])
        try Files.write("P1\n2 2\n0 1 1 0\n", to: scratch.file("maps/c.pbm"))
        let text = try PriorTests.message(prior: "type: imported\nsource: maps\n\(facies)", folder: scratch.path)
        #expect(
            text == "case.yaml:60: prior.source: names maps/c.pbm, an image of 2 x 2 pixels; the grid has 8 x 6 cells")
    }

    @Test func thatHostileFilesAreNamedAtOnce() throws {
        let scratch = try ScratchFolder()
        // Headers that claim far more than there is, or than any memory holds.
        for (name, shape) in [
            ("many", "(1000000000000, 6, 8)"), ("wrap", "(4611686018427387904, 6, 8)"), ("less", "(-1, 6, 8)")
        ] {
            let header = Array("{'descr': '|u1', 'fortran_order': False, 'shape': \(shape), }\n".utf8)
            let start: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0]
            try Files.write(start + header + [0, 1], to: scratch.file("\(name).npy"))
            let text = try PriorTests.message(
                prior: "type: imported\nsource: \(name).npy\n\(facies)", folder: scratch.path)
            #expect(text.hasPrefix("case.yaml:60: prior.source: \(name).npy: ") && !text.contains("\n"), "\(text)")
        }
        for (name, content) in [
            ("repeat", "PERMX\n99999999999*1 /\nPORO\n48*0.2 /\n"), ("short", "PERMX\n47*1 /\nPORO\n48*0.2 /\n"),
            ("open", "PERMX\n48*1\n")
        ] {
            try Files.write(content, to: scratch.file("\(name).grdecl"))
            let text = try PriorTests.message(prior: "type: imported\nsource: \(name).grdecl", folder: scratch.path)
            #expect(text.hasPrefix("case.yaml:60: prior.source: names \(name).grdecl: "), "\(text)")
        }
    }

    private let cut = """
        type: truncated-gaussian
        variogram: {model: spherical, major_range: 100}
        facies:
          - {code: 0, name: mud, proportion: 0.5, permeability: 5, porosity: 0.1}
          - {code: 1, name: silt, proportion: 20 %, permeability: 50, porosity: 0.15}
          - {code: 2, name: sand, proportion: 0.3, permeability: 1 D, porosity: 0.25}
        """

    @Test func thatACutFieldIsRead() throws {
        guard case .truncatedGaussian(let prior) = try PriorTests.readCase(prior: cut).prior else {
            Issue.record("no truncated Gaussian prior")
            return
        }
        #expect(prior.groups.map { $0.map(\.code) } == [[0], [1], [2]] && prior.second == nil)
        let grouped =
            cut.replacing("proportion: 20 %", with: "group: 3, proportion: 20 %")
            + "\nsecond_variogram: {model: exponential, major_range: 60}"
        guard case .truncatedGaussian(let plural) = try PriorTests.readCase(prior: grouped).prior else {
            Issue.record("no pluri-Gaussian prior")
            return
        }
        #expect(plural.groups.map { $0.map(\.code) } == [[0], [1, 2]])
        #expect(plural.second?.longestRange == 60)
    }

    @Test func thatImpossibleCutsAreRefused() throws {
        func text(_ from: String, _ to: String) throws -> String {
            try PriorTests.message(prior: cut.replacing(from, with: to))
        }
        #expect(
            try text("20 %", "30 %") == "case.yaml:58: prior: proportions is a sum of 1.1 but must sum to 1")
        #expect(
            try text("20 %", "-20 %")
                == "case.yaml:63: prior.facies[2].proportion: is -20 % but must be within 0 to 1")
        #expect(
            try text("proportion: 20 %", "group: 1, proportion: 20 %").contains(
                "prior.second_variogram: is missing but must be given"))
        #expect(try text("proportion: 20 %, ", "").contains("case.yaml:63: prior.facies[2].proportion: is missing"))
        #expect(
            try text("model: spherical, major_range: 100", "model: gaussian, major_range: 10 km")
                .contains("must be shorter"))
    }

    @Test func thatLeveesAndSplaysAreRead() throws {
        let text = """
            type: channels
            width: 30
            count: 2
            wavelength: 100
            sinuosity: 1.2
            azimuth: 0
            levees: {width: {from: 0.3, to: 0.5}}
            splays: {count: [0, 3], length: 60, breadth: {from: 40, to: 50}}
            facies:
              - {code: 0, name: mud, permeability: 5, porosity: 0.1}
              - {code: 1, name: sand, permeability: 1 D, porosity: 0.25}
              - {code: 2, name: levee, permeability: 50, porosity: 0.15}
              - {code: 3, name: splay, permeability: 200, porosity: 0.2}
            """
        guard case .channels(let prior) = try PriorTests.readCase(prior: text).prior else {
            Issue.record("no channels")
            return
        }
        let levees = try ChannelBodies.Levees(width: .uniform(0.3, 0.5))
        let splays = try ChannelBodies.Splays(count: 0...3, length: .constant(60), breadth: .uniform(40, 50))
        #expect(prior.bodies.levees == levees && prior.bodies.splays == splays)
        #expect(
            try PriorTests.message(prior: text.replacing("[0, 3]", with: "[3, 0]"))
                == "case.yaml:66: prior.splays.count: is a list of 2 but must be one number, or two in ascending order")
        #expect(
            try PriorTests.message(prior: text.replacing("code: 2", with: "code: 7"))
                == "case.yaml:67: prior.facies: is without code 2 (levee) but must define its properties")
    }

    /// The priors that the guide shows, read from its page.
    @Test func thatEveryPriorOfTheGuideIsSound() throws {
        let page = ShippedCaseTests.root.appending(path: "Sources/lsi/lsi.docc/Priors.md")
        let parts = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```yaml\nprior:\n")
        let scratch = try ScratchFolder()
        try Files.write("P2 8 6 1\n" + String(repeating: "0 1 1 0 ", count: 12), to: scratch.file("channels.pgm"))
        #expect(parts.count == 6)
        for part in parts.dropFirst() {
            let block = part.components(separatedBy: "\n```")[0]
            let prior = block.split(separator: "\n").map { $0.dropFirst(2) }.joined(separator: "\n")
            #expect(try PriorTests.message(prior: prior, folder: scratch.path) == "", "\(prior.prefix(40))")
        }
    }
}
