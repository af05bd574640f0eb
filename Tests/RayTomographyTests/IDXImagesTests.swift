import Foundation
import RayTomography
import Reservoir
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
}
