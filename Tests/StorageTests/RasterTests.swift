import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Storage

/// Small images that an independent encoder wrote.
private enum Sample {
    /// 3 x 2, 8-bit grey: 0 128 255, 10 20 30.
    static let grey =
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR4nGNgaPjPwCUiBwAIZwG8nGc1oAAAAABJRU5ErkJggg=="
    /// 5 x 2, one bit: 10101, 01010.
    static let bits =
        "iVBORw0KGgoAAAANSUhEUgAAAAUAAAACAQAAAAC4ESvwAAAADElEQVR4nGNYwRAAAAJMAPmOlwN7AAAAAElFTkSuQmCC"
    /// 2 x 1, colours: white, black.
    static let colours =
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGP4//8/AwMDAA74Av7Ji4P1AAAAAElFTkSuQmCC"
    /// Claims 60,000 x 60,000 pixels and holds one.
    static let boastful =
        "iVBORw0KGgoAAAANSUhEUgAA6mAAAOpgCAAAAACluSqeAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="

    static func bytes(_ text: String) throws -> [UInt8] { Array(try #require(Data(base64Encoded: text))) }
}

struct RasterTests {
    @Test func thatPNGImagesOfAnyDepthAreRead() throws {
        let grey = try PNG.parse(try Sample.bytes(Sample.grey), path: "a.png")
        #expect(grey.columns == 3 && grey.rows == 2 && grey.levels == [0, 128, 255, 10, 20, 30])
        let bits = try PNG.parse(try Sample.bytes(Sample.bits), path: "a.png")
        #expect(bits.levels == [255, 0, 255, 0, 255, 0, 255, 0, 255, 0])
        #expect(try PNG.parse(try Sample.bytes(Sample.colours), path: "a.png").levels == [255, 0])
    }

    @Test func thatAnythingElseIsRefusedByName() throws {
        let boast = storageMessage { _ = try PNG.parse(try Sample.bytes(Sample.boastful), path: "a.png") }
        // libpng itself refuses what is claimed here, or we do: no memory is asked for either way.
        #expect(boast?.hasPrefix("a.png: ") == true)
        let sound = try Sample.bytes(Sample.grey)
        for bytes in [[], [1, 2, 3], Array(sound.dropLast(20)), Array(sound.prefix(30))] {
            let text = storageMessage { _ = try PNG.parse(bytes, path: "a.png") }
            #expect(text?.hasPrefix("a.png: is not a sound PNG image (") == true, "\(text ?? "nothing")")
        }
        let scratch = try ScratchFolder()
        try Files.write("x", to: scratch.file("a.jpg"))
        let text = storageMessage { _ = try Raster.read(scratch.file("a.jpg")) }
        #expect(
            text?.hasSuffix(
                "is of no type that is read as an image; name a file that ends in "
                    + ".png, .pbm, .pgm, .pnm, .npy") == true)
        try NPY.write(StoredArray([1, 2, 3] as [UInt8]), to: scratch.file("a.npy"))
        let shape = storageMessage { _ = try Raster.read(scratch.file("a.npy")) }
        #expect(shape?.hasSuffix("holds an array of shape [3]; save one of rows and columns") == true)
    }

    @Test func thatImagesAndArraysHoldTheSameNumbers() throws {
        let scratch = try ScratchFolder()
        try Files.write(try Sample.bytes(Sample.grey), to: scratch.file("a.png"))
        try Files.write("P2 3 2 255\n0 128 255 10 20 30\n", to: scratch.file("a.pgm"))
        try NPY.write(StoredArray([0, 128, 255, 10, 20, 30] as [UInt8], shape: [2, 3]), to: scratch.file("a.npy"))
        let images = try ["a.png", "a.pgm", "a.npy"].map { try Raster.read(scratch.file($0)) }
        #expect(images[0] == Raster(columns: 3, rows: 2, values: [0, 128, 255, 10, 20, 30]))
        #expect(images[1] == images[0] && images[2] == images[0])
    }

    @Test func thatDamagedPNGImagesNeverTrapNorGrow() throws {
        let mutator = Mutator(valid: try Sample.bytes(Sample.grey), seed: 5)
        FuzzCampaign.run("PNG", quick: 2000) { round in
            let bytes = mutator.input(round)
            // The library stops at a checksum that does not fit: half of the damage has one that does.
            return round.isMultiple(of: 2) ? bytes : Self.withChecksums(bytes)
        } read: { bytes in
            guard let image = try? PNG.parse(bytes, path: "a") else { return false }
            #expect(image.levels.count == image.columns * image.rows)
            return true
        }
    }

    @Test func thatAHeaderCannotClaimMoreThanTheFileHolds() throws {
        var bytes = try Sample.bytes(Sample.grey)
        bytes.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0])
        #expect(
            storageMessage { _ = try PNG.parse(Self.withChecksums(bytes), path: "a.png") }
                == "a.png: is not a sound PNG image (8192 x 8192 pixels cannot be in \(bytes.count) bytes); "
                + "write it again with an image program")
    }

    /// The chunks with checksums that fit what is in them.
    private static func withChecksums(_ damaged: [UInt8]) -> [UInt8] {
        var bytes = damaged, start = 8
        while start + 12 <= bytes.count {
            let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= bytes.count - start - 12 else { return bytes }
            var crc: UInt32 = 0xFFFF_FFFF
            for byte in bytes[start + 4..<start + 8 + length] {
                crc ^= UInt32(byte)
                for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
            }
            for index in 0..<4 {
                bytes[start + 8 + length + index] = UInt8(truncatingIfNeeded: ~crc >> UInt32(24 - 8 * index))
            }
            start += 12 + length
        }
        return bytes
    }
}
