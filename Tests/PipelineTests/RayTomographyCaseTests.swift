import CaseFiles
import Foundation
import LinearAlgebra
import Pipeline
import Storage
import Testing

/// The tomography demonstration at a reduced size, with images made here: bars of ink on 12 x 12 pixels.
struct RayTomographyCaseTests {
    private static let text = """
        name: bars
        seed: 5
        grid: {columns: 12, rows: 12, cell_width: 1, cell_height: 1, thickness: 1, depth: 0}
        forward_model: {type: ray-tomography, positions: 4}
        prior:
          type: imported
          source: bars.idx
          truths: truths.idx
          facies:
            - {code: 0, name: paper, permeability: 1, porosity: 0.1}
            - {code: 1, name: ink, permeability: 1 D, porosity: 0.25}
        observations: {file: observations.csv, truth: truth.csv, noise: {relative: 0, floor: 0, absolute: 0.2}}
        training: {pairs: 300, realizations: 300, epochs: 20, passes: joint, width: 16, model_latents: 12, divergence_weight: 0.03}
        calibration: {method: es-mda, budget: 250, smoother: {ensemble_size: 50}}

        """

    private static func images(_ count: Int, purpose: String) -> [UInt8] {
        var bytes: [UInt8] = [0, 0, 8, 3, 0, 0, UInt8(count / 256), UInt8(count % 256), 0, 0, 0, 12, 0, 0, 0, 12]
        for index in 0..<count {
            var stream = RandomStream(seed: 1, purpose: purpose, index: UInt64(index))
            let (left, top) = (stream.integer(below: 8), stream.integer(below: 8))
            let (width, height) = (2 + stream.integer(below: 4), 2 + stream.integer(below: 4))
            for row in 0..<12 {
                for column in 0..<12 {
                    let isInk = (left..<left + width).contains(column) && (top..<top + height).contains(row)
                    bytes.append(isInk ? 255 : 0)
                }
            }
        }
        return bytes
    }

    @Test func thatImagesAreTrainedOnAndCalibratedToARayedTruth() throws {
        let folder = try TemporaryFolder()
        try Files.write(Self.text, to: folder("case.yaml"))
        try Files.write(Self.images(300, purpose: "bars"), to: folder("bars.idx"))
        try Files.write(Self.images(5, purpose: "truths"), to: folder("truths.idx"))
        _ = try SmallCase.open(folder.path, observations: false).observe(truth: 0, replacing: false)
        let observed = try CSVTable(reading: folder("observations.csv"))
        #expect(observed.rows.count == 32 && observed.rows.allSatisfy { $0.fields[2] == "0.2" })
        let project = try SmallCase.open(folder.path)
        try project.run()
        let summary = try project.summary(asJSON: true)
        let counts = try JSONSerialization.jsonObject(with: Data(summary.utf8)) as? [String: Any]
        #expect(((counts?["counts"] as? [String: Any])?["accepted"] as? Int ?? 0) > 0, "\(summary.prefix(2000))")
        let page = try Files.readText(folder("results/report/index.html"))
        for part in ["bars", "Integral along rays", "32 straight rays", "receiver"] {
            #expect(page.contains(part), "\(part)")
        }
        let refusal = #expect(throws: PipelineError.self) { _ = try project.export(ExportRequest(formats: [.deck])) }
        #expect("\(refusal as Any)".contains("without wells and flow"))
        let quality = try Files.readText(project.qualityPage)
        for part in ["Training quality", "Floor", "Linear regression", "reconstructed"] {
            #expect(quality.contains(part), "\(part)")
        }
        let other = Self.text.replacing(
            "method: es-mda, budget: 250, smoother: {ensemble_size: 50}",
            with: "method: gradient, budget: 400, gradient: {sensitivity_cost: 1}")
        try Files.write(other, to: folder("case.yaml"))
        let members = try SmallCase.open(folder.path).calibratedMembers()
        #expect(members.first?.mismatch ?? .infinity < 0.6)
    }
}
