import Foundation
import Reports
import Storage
import TestSupport
import Testing

@testable import Pipeline

struct InspectTests {
    private func json(_ path: String) throws -> [String: Any] {
        let data = Data(try Inspector.inspect(path).json.utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func export(_ formats: Set<ExportRequest.Format>, to folder: TemporaryFolder) throws -> String {
        _ = try SmallCase.open(try SmallCase.calibrated.get().path)
            .export(ExportRequest(formats: formats, choice: .best(2), folder: folder("export")))
        return folder("export")
    }

    @Test func thatACaseShowsItsWellsObservationsAndStages() throws {
        let folder = try SmallCase.calibrated.get().path
        let one = try json(folder)
        #expect(one["kind"] as? String == "case" && one["training_pairs"] as? Int == 64)
        #expect(one["grid"] as? String == "12 columns x 10 rows, areal")
        #expect(one["observations_matched"] as? Int == 30)
        let wells = try #require(one["wells"] as? [[String: Any]])
        #expect(wells.map { $0["column"] as? Int } == [1, 12])
        let stages = try #require(one["finished_stages"] as? [[String: Any]])
        #expect(stages.map { $0["stage"] as? String } == ["prior", "training pairs", "networks", "calibration"])
        #expect(try json(folder + "/results")["kind"] as? String == "results")
        let text = try Inspector.inspect(folder).text(style: .plain)
        #expect(text.contains("  name                   small\n"))
    }

    @Test func thatFilesOfAnExportAreShown() throws {
        let folder = try TemporaryFolder()
        let path = try export([.npy, .hdf5, .deck], to: folder)
        #expect(try json(path)["realizations"] as? Int == 2)
        let file = try json(path + "/ensemble.h5")
        #expect(file["format"] as? String == "lsi-ensemble" && file["seed"] as? String == "3")
        let arrays = try #require(file["arrays"] as? [[String: Any]])
        let porosity = try #require(arrays.first { $0["array"] as? String == "porosity" })
        #expect(porosity["shape"] as? String == "2 x 10 x 12")
        let array = try json(path + "/npy/porosity.npy")
        #expect(array["largest"] as? Double == porosity["largest"] as? Double)
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: path + "/decks").first)
        #expect(try json("\(path)/decks/\(name)/CASE.DATA")["phases"] as? String == "oil and water")
        #expect(try json(path + "/ensemble.csv")["rows"] as? Int == 2)
    }

    @Test func thatASummaryIsShownInMetricUnits() throws {
        let folder = try TemporaryFolder()
        try Data(SummaryBytes().specification).write(to: URL(filePath: folder("RUN.SMSPEC")))
        try Data(SummaryBytes().data).write(to: URL(filePath: folder("RUN.UNSMRY")))
        let vectors = try #require(try json(folder("RUN.UNSMRY"))["vectors"] as? [[String: Any]])
        let pressure = try #require(vectors.first { $0["vector"] as? String == "WBHP:P1" })
        #expect(pressure["largest"] as? Double == 200 && pressure["last"] as? Double == 180)
        #expect(pressure["unit"] as? String == "bar")
    }

    @Test func thatWhatIsDamagedOrUnknownIsToldSo() throws {
        let folder = try TemporaryFolder()
        let path = try export([.hdf5], to: folder) + "/ensemble.h5"
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: path))
        #expect(throws: StorageError.self) { try Inspector.inspect(path) }
        try "x".write(toFile: folder("notes.txt"), atomically: true, encoding: .utf8)
        #expect(throws: PipelineError.self) { try Inspector.inspect(folder("notes.txt")) }
        #expect(throws: PipelineError.self) { try Inspector.inspect(folder.path) }
        #expect(throws: PipelineError.self) { try Inspector.inspect(folder("nothing.h5")) }
    }
}
