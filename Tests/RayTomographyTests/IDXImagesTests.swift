import Foundation
import RayTomography
import LinearAlgebra
import Reservoir
import TestSupport
import Testing

@Suite struct IDXImagesTests {
    private func file(_ type: UInt8 = 3, count: UInt8 = 2, pixels: [UInt8] = [0, 127, 128, 255, 200, 1]) -> Data {
        Data([0, 0, 8, type, 0, 0, 0, count, 0, 0, 0, 1, 0, 0, 0, 3] + pixels)
    }

    @Test func thatImagesAreCutAtHalfBrightness() throws {
        let images = try IDXImages(file())
        #expect(images.count == 2 && images.rows == 1 && images.columns == 3)
        #expect(images.realization(0).facies == [0, 0, 1])
        #expect(images.realization(1).facies == [1, 1, 0])
    }

    @Test func thatACutOffOrForeignFileIsRefused() {
        #expect(throws: ParameterError.self) { try IDXImages(file(pixels: [1, 2, 3])) }
        #expect(throws: ParameterError.self) { try IDXImages(file(1)) }
        #expect(throws: ParameterError.self) { try IDXImages(Data([0, 0, 8])) }
        #expect(
            throws: ParameterError(
                parameter: "image file", found: "compressed", requirement: "must be unpacked first, by gunzip")
        ) { try IDXImages(Data([0x1F, 0x8B, 8, 0])) }
    }
    @Test func thatDamagedImagesNeverTrapNorGrow() {
        let valid = [UInt8](file())
        FuzzCampaign.run("IDX") { round in
            var stream = RandomStream(seed: 41, purpose: "fuzz", index: UInt64(round))
            var bytes = valid
            for _ in 0...stream.integer(below: 3) where !bytes.isEmpty {
                let position = stream.integer(below: bytes.count)
                switch stream.integer(below: 5) {
                case 0: bytes[position] ^= 1 << UInt8(stream.integer(below: 8))
                case 1: bytes[position] = UInt8(truncatingIfNeeded: stream.next())
                case 2: bytes.removeSubrange(position...)
                case 3: bytes.insert(0xFF, at: position)
                default: for index in position..<min(position + 4, bytes.count) { bytes[index] = 0xFF }
                }
            }
            return bytes
        } read: { bytes in
            guard let images = try? IDXImages(Data(bytes)) else { return false }
            #expect(images.count * images.rows * images.columns <= bytes.count)
            if images.count > 0 {
                #expect(images.realization(images.count - 1).cellCount == images.rows * images.columns)
            }
            return true
        }
    }
}
