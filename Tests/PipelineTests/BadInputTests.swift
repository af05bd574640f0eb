import Foundation
import Storage
import Testing

/// No user may write there, not even the superuser.
private let readOnly = "/sys/kernel"

/// What the whole command says of wrong input: message, exit code, and that nothing is left behind.
struct BadInputTests {
    /// The starter case with changes, in a folder that goes with the value.
    private func starter(_ changes: [(old: String, new: String)] = []) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        #expect(try output(of: builtProgram, ["new", folder("case")]).status == 0)
        let file = folder("case/case.yaml")
        var text = try String(contentsOfFile: file, encoding: .utf8)
        for (old, new) in changes {
            try #require(text.contains(old))
            text = text.replacingOccurrences(of: old, with: new)
        }
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return folder
    }

    /// Runs the case and expects it to be refused as wrong input with just this text, in which `@` stands for its folder.
    private func expectRefusal(
        _ folder: TemporaryFolder, _ message: String, at place: SourceLocation = #_sourceLocation
    ) throws {
        let (status, text) = try output(
            of: builtProgram, ["run", folder("case"), "--effort", "0.01"], withErrors: true)
        #expect(status == 65, sourceLocation: place)
        let count = message.split(separator: "\n").count
        let end = "\(count) problem\(count == 1 ? "" : "s") in the case; nothing was run\n"
        #expect(text.replacing(folder("case"), with: "@") == message + "\n" + end, sourceLocation: place)
        #expect(!Files.exists(folder("case/results")), sourceLocation: place)
    }

    private func line(of text: String, in folder: TemporaryFolder) throws -> Int {
        let lines = try String(contentsOfFile: folder("case/case.yaml"), encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        return try #require(lines.firstIndex { $0.contains(text) }) + 1
    }

    @Test func thatAMissingCaseOrFileIsNamed() throws {
        let folder = try TemporaryFolder()
        let (status, text) = try output(of: builtProgram, ["run", folder("nothing")], withErrors: true)
        #expect(status == 65)
        #expect(
            text == """
                \(folder("nothing")): there is no such file; check the name and the folder
                1 problem in the case; nothing was run

                """)
        let case1 = try starter()
        try FileManager.default.removeItem(atPath: case1("case/observations.csv"))
        let line = try line(of: "file: observations.csv", in: case1)
        try expectRefusal(
            case1, "@/case.yaml:\(line): observations.file: names @/observations.csv, which does not exist")
    }

    @Test func thatMalformedYAMLIsNamed() throws {
        let folder = try starter([("seed: 1 ", "seed: [1 ")])
        let (status, text) = try output(of: builtProgram, ["run", folder("case")], withErrors: true)
        #expect(status == 65)
        #expect(text.contains("/case.yaml:"))
        #expect(text.contains(": is not YAML ("))
        #expect(text.hasSuffix("; check indentation and quotes\n1 problem in the case; nothing was run\n"))
    }

    @Test func thatWellsOutsideTheGridOrInInactiveCellsAreNamed() throws {
        let outside = try starter([("column: 36, row: 36", "column: 41, row: 36")])
        let line = try line(of: "column: 41", in: outside)
        try expectRefusal(
            outside,
            "@/case.yaml:\(line): wells[5].column: is cell (41, 36) but must lie inside the grid of 40 x 40 cells")
        let inactive = try starter([("# active: active.grdecl ", "active: active.grdecl ")])
        try "ACTNUM\n 164*1 0 1435*1 /\n".write(
            toFile: inactive("case/active.grdecl"), atomically: true, encoding: .utf8)
        try expectRefusal(
            inactive,
            "@/case.yaml:\(try self.line(of: "name: P1", in: inactive)): wells[2].column: is cell (5, 5) but must be an active cell"
        )
    }

    @Test func thatNegativePorosityAndNaNInAFieldAreNamed() throws {
        let negative = try starter([("porosity: 0.25", "porosity: -0.25")])
        try expectRefusal(
            negative,
            "@/case.yaml:\(try line(of: "name: sand", in: negative)): prior.facies[2].porosity: is -0.25 but must be within 0 to 1"
        )
        for (porosity, found) in [("-0.1", "is -0.1"), ("nan", "`nan` is not a number")] {
            let folder = try imported("prior.grdecl")
            try "PERMX\n 1600*100 /\nPORO\n 1599*0.2 \(porosity) /\n".write(
                toFile: folder("case/prior.grdecl"), atomically: true, encoding: .utf8)
            let (status, text) = try output(of: builtProgram, ["run", folder("case")], withErrors: true)
            #expect(status == 65)
            #expect(text.contains("/case.yaml:\(try line(of: "source:", in: folder)): prior.source: "), "\(text)")
            #expect(text.contains("prior.grdecl") && text.contains(found), "\(text)")
            #expect(text.hasSuffix("\n1 problem in the case; nothing was run\n"), "\(text)")
        }
        let folder = try imported("prior.npy")
        var field = [Float](repeating: 100, count: 1600)
        field[7] = .nan
        try NPY.write(StoredArray(field, shape: [1, 40, 40]), to: folder("case/prior.npy"))
        let (status, text) = try output(of: builtProgram, ["run", folder("case")], withErrors: true)
        #expect(status == 65)
        #expect(text.contains("realization 1") && text.contains("nan"), "\(text)")
    }

    /// The starter case on a prior from a file.
    private func imported(_ source: String) throws -> TemporaryFolder {
        let folder = try starter()
        let file = folder("case/case.yaml")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let start = try #require(text.range(of: "prior:  ")).lowerBound
        let end = try #require(text.range(of: "observations:\n")).lowerBound
        let prior = "prior:\n  type: imported\n  content: permeability\n  source: \(source)\n\n"
        try text.replacingCharacters(in: start..<end, with: prior)
            .write(toFile: file, atomically: true, encoding: .utf8)
        return folder
    }

    @Test func thatWrongObservationsAreNamedAllAtOnce() throws {
        let folder = try starter()
        try """
        keyword,value,error,date
        WOPR:P9,1,1,2020-03-01
        WOPR:P1,1,0,2020-03-01
        WWPR:P1,1,-2,2020-03-01
        WOPR:P2,1,1,2020-05-01
        WOPR:P2,1,1,2020-04-01
        WOPR:P3,nan,1,2020-05-01
        """.write(toFile: folder("case/observations.csv"), atomically: true, encoding: .utf8)
        try expectRefusal(
            folder,
            """
            @/observations.csv:2: well: is 'P9' but must be a well of the case; did you mean 'P1'?
            @/observations.csv:3: error: is 0 but must be positive
            @/observations.csv:4: error: is -2 but must be positive
            @/observations.csv:6: WOPR:P2: has an earlier time than line 5; times of a vector must increase
            @/observations.csv:7: value: is 'nan' but must be a finite number
            """)
    }

    @Test func thatATruncatedHDF5FileIsNamed() throws {
        let folder = try imported("prior.h5")
        let bytes = try Data(contentsOf: URL(filePath: try exported(to: folder)))
        try bytes.prefix(bytes.count / 2).write(to: URL(filePath: folder("case/prior.h5")))
        let (status, text) = try output(of: builtProgram, ["run", folder("case")], withErrors: true)
        #expect(status == 65)
        #expect(text.contains("prior.source: names \(folder("case/prior.h5")): it is truncated"), "\(text)")
        #expect(text.hasSuffix("\n1 problem in the case; nothing was run\n"), "\(text)")
    }

    private func exported(to folder: TemporaryFolder) throws -> String {
        let small = try SmallCase.calibrated.get().path
        let (status, _) = try output(
            of: builtProgram,
            ["export", small, "--best", "3", "--format", "hdf5", "--to", folder("export")], withErrors: true)
        #expect(status == 0)
        return folder("export/ensemble.h5")
    }

    @Test(.enabled(if: Files.exists(readOnly), "needs \(readOnly)"))
    func thatAReadOnlyResultFolderIsNamed() throws {
        let folder = try TemporaryFolder()
        try SmallCase.make(in: folder.path)
        let (status, text) = try output(
            of: builtProgram, ["run", folder.path, "--output", readOnly + "/lsi"], withErrors: true)
        #expect(status == 73)
        #expect(
            text.hasSuffix(
                "error: \(readOnly)/lsi: cannot be written because the folder \(readOnly) is read-only; "
                    + "change its permissions or choose another output folder\n"), "\(text)")
    }

    @Test func thatAFullDiskStopsTheRunAndLeavesNothingHalfWritten() throws {
        let folder = try TemporaryFolder()
        try SmallCase.make(in: folder.path)
        // Files up to 8 KiB: the first block of the prior does not fit.
        let (status, text) = try output(
            of: "bash", ["-c", "ulimit -f 8; exec \"$0\" run \"$1\"", builtProgram, folder.path], withErrors: true)
        #expect(status == 73, "\(text)")
        #expect(
            text.contains("error: \(folder("results/prior/block-000000.h5")): cannot be written because"), "\(text)")
        let left = try FileManager.default.subpathsOfDirectory(atPath: folder("results"))
        #expect(!left.contains { $0.contains("block") || $0.contains("partial") }, "\(left)")
    }

    /// A file system of 200 KiB, where this user may make one: the prior fits, the rest does not.
    @Test func thatAFullFileSystemStopsTheRunAndTheSameCommandGoesOn() throws {
        let folder = try TemporaryFolder()
        try SmallCase.make(in: folder.path)
        try FileManager.default.createDirectory(atPath: folder("disk"), withIntermediateDirectories: true)
        let mount = ["-t", "tmpfs", "-o", "size=200k", "tmpfs", folder("disk")]
        guard try output(of: "mount", mount, withErrors: true).status == 0 else { return }
        defer { _ = try? output(of: "umount", [folder("disk")]) }
        let command = ["run", folder.path, "--output", folder("disk/results")]
        let (status, text) = try output(of: builtProgram, command, withErrors: true)
        #expect(status == 73, "\(text)")
        #expect(
            text.hasSuffix(
                "cannot be written because the disk is full; free some space and run again: what was finished is kept\n"
            ),
            "\(text)")
        let kept = try FileManager.default.subpathsOfDirectory(atPath: folder("disk/results"))
        #expect(!kept.contains { $0.contains("partial") }, "\(kept)")
        #expect(try output(of: "mount", ["-o", "remount,size=100m", folder("disk")], withErrors: true).status == 0)
        #expect(try output(of: builtProgram, command).status == 0)
    }
}
