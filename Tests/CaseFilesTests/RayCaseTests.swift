import Foundation
import RayTomography
import Reservoir
import Storage
import TestSupport
import Testing

@testable import CaseFiles

struct RayCaseTests {
    private static let text = """
        name: digits
        grid: {columns: 3, rows: 3, cell_width: 1, cell_height: 1, thickness: 1, depth: 0}
        forward_model: {type: ray-tomography, positions: 2}
        prior:
          type: imported
          source: some-idx3-ubyte
          facies:
            - {code: 0, name: paper, permeability: 1, porosity: 0.1}
            - {code: 1, name: ink, permeability: 10, porosity: 0.3}
        observations: {file: observations.csv, noise: {relative: 0, floor: 0, absolute: 0.05}}

        """

    /// Two images of 3 x 3 pixels: ink in the first column, ink in the last two rows.
    private static let images: [UInt8] =
        [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 3] + [255, 0, 0, 128, 127, 0, 200, 0, 0]
        + [0, 0, 0, 255, 255, 255, 255, 255, 255]

    private func read(
        _ text: String = text, images: [UInt8]? = images, observations: Case.ObservationNeed = .ifPresent
    ) throws -> Case {
        let scratch = try ScratchFolder()
        if let images { try Files.write(images, to: scratch.file("some-idx3-ubyte")) }
        try Files.write("keyword,value,error,time\nRAY:V1,0.5,0.05,2\n", to: scratch.file("observations.csv"))
        do {
            return try Case.parse(text, file: "case.yaml", folder: scratch.path, observations: observations)
        } catch {
            throw Refusal(text: error.description.replacing(scratch.path + "/", with: ""))
        }
    }

    private struct Refusal: Error { let text: String }

    private func refusal(_ text: String, images: [UInt8]? = images) -> String {
        do {
            _ = try read(text, images: images)
            return ""
        } catch { return (error as? Refusal)?.text ?? "\(error)" }
    }

    @Test func thatEachRayIsDividedByItsLargestValueOverTheImages() throws {
        let one = try read()
        guard case .rays(let plan) = one.forwardModel else {
            Issue.record("the forward model is \(one.forwardModel)")
            return
        }
        // Upright along the first column: 3 cells of the first image, 2 of the second. The last ray, level along the
        // last row: 1 and 3 cells.
        expectClose(plan.divisors[0], 3, tolerance: 1e-12)
        expectClose(plan.divisors[7], 3, tolerance: 1e-12)
        #expect(one.observations.vectors.map(\.description) == ["RAY:V1", "RAY:V2", "RAY:H1", "RAY:H2"])
        #expect(one.reservoir.wells.isEmpty)
    }

    @Test func thatAReceiverIsReadWhereOtherModelsHaveDays() throws {
        let one = try read(observations: .required)
        #expect(
            one.measured?.history == [
                Observation(key: VectorKey("RAY", "V1"), time: 2 * Unit.day, value: 0.5, error: 0.05)
            ])
    }

    @Test func thatWellsAndFluidsAreRefusedByName() {
        let text =
            Self.text + """
                wells: [{name: P1, role: producer, column: 1, row: 1}]
                fluids: {oil: {density: 800, viscosity: 1}}

                """
        let message = refusal(text)
        for key in ["wells", "fluids"] {
            #expect(
                message.contains(
                    "\(key): does not belong to a case of ray tomography, which has no flow; remove it"), "\(message)")
        }
        #expect(message.split(separator: "\n").count == 2, "\(message)")
    }

    @Test func thatAnUnknownRayAndTooManyPositionsAreRefused() {
        #expect(
            refusal(Self.text.replacing("observations.csv,", with: "observations.csv, vectors: [RAY:V3],")).contains(
                "observations.vectors: is 'RAY:V3' but must be a vector of this model; did you mean 'RAY:V1'?"))
        #expect(
            refusal(Self.text.replacing("positions: 2", with: "positions: 4")).contains(
                "positions is 4 but must be at least 2 and at most 3"))
    }

    @Test func thatImagesThatDoNotFitOrAreDamagedAreRefused() {
        #expect(
            refusal(Self.text.replacing("columns: 3", with: "columns: 4")).contains(
                "image: is 3 x 3 pixels but must have the grid's 3 rows and 4 columns"))
        #expect(refusal(Self.text, images: Self.images.dropLast(4)).contains("must be 2 images of 3 x 3"))
        #expect(
            refusal(Self.text, images: nil).contains(
                "prior.source: names some-idx3-ubyte, which does not exist, nor does some-idx3-ubyte.gz"))
    }

    @Test func thatMissingDigitsAreToldWhereToFind() {
        let message = refusal(Self.text.replacing("some-idx3", with: "train-images-idx3"))
        #expect(
            message.contains(
                "to be had at https://ossci-datasets.s3.amazonaws.com/mnist/train-images-idx3-ubyte.gz"), "\(message)")
    }
}
