import Foundation
import TestSupport
import Testing

@testable import Storage

struct NPYTests {
    private func file(_ header: String, _ content: [UInt8], version: UInt8 = 1) -> [UInt8] {
        let text = Array(header.utf8)
        let length = version == 1 ? 2 : 4
        return [0x93] + Array("NUMPY".utf8) + [version, 0]
            + (0..<length).map { UInt8(text.count >> (8 * $0) & 0xFF) } + text + content
    }

    private func parse(_ type: String, _ shape: String, _ content: [UInt8], fortran: Bool = false) throws -> StoredArray
    {
        let order = fortran ? "True" : "False"
        return try NPY.parse(
            file("{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }\n", content), path: "a.npy")
    }

    @Test func thatWhatIsWrittenIsRead() throws {
        let scratch = try ScratchFolder()
        for array in [
            StoredArray([1.5, -0.0, .infinity, 3, 4, 5] as [Float], shape: [2, 3]),
            StoredArray([Double.pi]), StoredArray([0, 1, 255] as [UInt8], shape: [3, 1, 1]),
            StoredArray([Int64.min, .max]), StoredArray([7.0] as [Double], shape: []),
            StoredArray([] as [Float], shape: [0, 4])
        ] {
            try NPY.write(array, to: scratch.file("a.npy"))
            #expect(try NPY.read(scratch.file("a.npy")) == array)
            // NumPy asks that the data start at a multiple of 64 bytes.
            #expect((NPY.encode(array).count - array.values.count * 1) >= 64)
        }
    }

    @Test func thatEveryElementTypeIsRead() throws {
        #expect(try parse("<f4", "(1,)", [0, 0, 0x80, 0x3F]).values == .float([1]))
        #expect(try parse(">f4", "(1,)", [0x3F, 0x80, 0, 0]).values == .float([1]))
        #expect(try parse(">f8", "()", [0x40, 0, 0, 0, 0, 0, 0, 0]).values == .double([2]))
        // One, a third to ten bits (RFC-free arithmetic: 1365/1024 / 4), the smallest number, and infinity.
        #expect(
            try parse("<f2", "(4,)", [0, 0x3C, 0x55, 0x35, 1, 0, 0, 0xFC]).values
                == .float([1, 1365 / 4096, 0x1p-24, -.infinity]))
        #expect(try parse("|b1", "(2,)", [0, 1]).values == .byte([0, 1]))
        #expect(try parse("|i1", "(2,)", [0xFF, 1]).values == .integer([-1, 1]))
        #expect(try parse(">i2", "(1,)", [0xFF, 0xFE]).values == .integer([-2]))
        #expect(try parse("<u4", "(1,)", [0xFF, 0xFF, 0xFF, 0xFF]).values == .integer([4_294_967_295]))
    }

    @Test func thatFortranOrderIsTurnedRound() throws {
        #expect(try parse("|u1", "(2, 3)", [1, 4, 2, 5, 3, 6], fortran: true).values == .byte([1, 2, 3, 4, 5, 6]))
    }

    @Test(arguments: [
        ("(3,)", "a.npy: has 2 bytes of data, which is not what its shape [3] needs; write it again with numpy.save"),
        (
            "(4294967296, 4294967296, 4)",
            "a.npy: has 2 bytes of data, which is not what its shape [4294967296, 4294967296, 4] needs; "
                + "write it again with numpy.save"
        ),
        ("(-2,)", "a.npy: has 2 bytes of data, which is not what its shape [-2] needs; write it again with numpy.save"),
        ("(2", "a.npy: its header cannot be understood; write it again with numpy.save")
    ])
    func thatHostileShapesAreRefused(shape: String, message: String) {
        #expect(storageMessage { _ = try parse("|u1", shape, [1, 2]) } == message)
    }

    @Test func thatOtherContentIsRefused() {
        #expect(
            storageMessage { _ = try parse("<c8", "(1,)", [1, 2]) }
                == "a.npy: holds elements of type '<c8'; convert it with array.astype('float32') before saving")
        #expect(
            storageMessage { _ = try NPY.parse(Array("PK zip archive".utf8), path: "a.npz") }
                == "a.npz: does not start like an NPY file; write it again with numpy.save")
        #expect(
            storageMessage { _ = try NPY.parse(Array(file("{}", [], version: 2).prefix(13)), path: "a.npy") }
                == "a.npy: ends within its header; write it again with numpy.save")
    }

    @Test func thatDamagedFilesNeverTrapNorGrow() {
        for (seed, version) in [(1, 1), (2, 2)] as [(UInt64, UInt8)] {
            let header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }   \n"
            let mutator = Mutator(valid: file(header, [UInt8](repeating: 7, count: 24), version: version), seed: seed)
            FuzzCampaign.run("NPY version \(version)", input: mutator.input) { bytes in
                guard let array = try? NPY.parse(bytes, path: "a") else { return false }
                #expect(array.values.count <= bytes.count)
                return true
            }
        }
    }
}

struct HDF5ImportTests {
    @Test func thatAFileOfUnknownOriginIsReadWithoutAFooter() throws {
        let scratch = try ScratchFolder()
        let document = NamedArrays(arrays: ["a/b": StoredArray([1, 2, 3] as [Double])], texts: ["note": "x"])
        let bytes = try HDF5.encode(document)
        try Files.write(bytes, to: scratch.file("a.h5"))
        #expect(try NamedArrays.importing(scratch.file("a.h5")).arrays == document.arrays)
        #expect(try NamedArrays.importing(scratch.file("a.h5"), dataset: "a/b").arrays == document.arrays)
        #expect(try NamedArrays.importing(scratch.file("a.h5"), dataset: "c").arrays.isEmpty)
    }

    @Test func thatWhatIsNotHDF5IsRefused() throws {
        let scratch = try ScratchFolder()
        let path = scratch.file("a.h5")
        try Files.write("plain text", to: path)
        #expect(
            storageMessage { _ = try NamedArrays.importing(path) }
                == "\(path): is not a sound HDF5 file (file signature not found); "
                + "write it again with the program that made it")
    }

    @Test func thatDamagedFilesOfUnknownOriginNeverTrapNorGrow() throws {
        let document = NamedArrays(
            arrays: [
                "group/facies": StoredArray((0..<6000).map { UInt8($0 / 7 % 3) }, shape: [60, 10, 10]),
                "k": StoredArray((0..<50).map { Float($0) }), "n": StoredArray([1, 2] as [Int64])
            ], texts: ["note": "made elsewhere"])
        let mutator = Mutator(valid: try HDF5.encode(document), seed: 21)
        FuzzCampaign.run("HDF5", input: mutator.input) { bytes in
            guard let arrays = try? HDF5.decodeIsolated(bytes, dataset: nil) else { return false }
            #expect(arrays.values.allSatisfy { $0.values.count <= 1032 * bytes.count })
            return true
        }
    }
}

struct NetpbmTests {
    private func parse(_ text: String, _ raw: [UInt8] = []) throws -> GreyImage {
        try Netpbm.parse(Array(text.utf8) + raw, path: "a.pbm")
    }

    @Test func thatAllFourKindsAreRead() throws {
        let bits = GreyImage(
            columns: 9, rows: 2, levels: [1, 0, 0, 0, 0, 0, 0, 1, 1] + [UInt8](repeating: 0, count: 9), largest: 1)
        #expect(try parse("P1\n# note\n9 2\n100000011\n0 0 0 000000\n") == bits)
        #expect(try parse("P4 9 2\n", [0b1000_0001, 0b1000_0000, 0, 0]) == bits)
        let grey = GreyImage(columns: 2, rows: 2, levels: [0, 7, 200, 255], largest: 255)
        #expect(try parse("P2 2 2 255\n0 7\n200 255\n") == grey)
        // The second pixel is a blank: only one belongs to the header.
        #expect(try parse("P5 2 1 255\n", [0x20, 0x0A]).levels == [0x20, 0x0A])
    }

    @Test(arguments: [
        ("PNG", "is not an image of type PBM or PGM"), ("P4 9", "has a header that cannot be understood"),
        ("P4 9 2\n1", "has fewer pixels than its 9 x 2, or wrong ones"),
        ("P5 3000000000 3000000000 255\n1", "has fewer pixels than its 3000000000 x 3000000000, or wrong ones"),
        ("P5 9999999999 9999999999 255\n1", "has a header that cannot be understood"),
        ("P2 2 1 7\n3 8", "has fewer pixels than its 2 x 1, or wrong ones")
    ])
    func thatOtherContentIsRefused(text: String, reason: String) {
        #expect(
            storageMessage { _ = try parse(text) }
                == "a.pbm: \(reason); convert it with an image program to PBM or PGM")
    }

    @Test func thatDamagedImagesNeverTrapNorGrow() {
        let images = [
            Array("P4 33 4\n".utf8) + [UInt8](repeating: 0xA5, count: 20), Array("P2 3 2 9\n1 2 3\n4 5 6\n".utf8)
        ]
        for (seed, valid) in images.enumerated() {
            let mutator = Mutator(valid: valid, seed: UInt64(31 + seed))
            FuzzCampaign.run(seed == 0 ? "PBM" : "PGM", input: mutator.input) { bytes in
                guard let image = try? Netpbm.parse(bytes, path: "a") else { return false }
                #expect(image.levels.count <= 8 * bytes.count)
                return true
            }
        }
    }
}
