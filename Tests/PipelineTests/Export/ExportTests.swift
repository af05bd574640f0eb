import CaseFiles
import EclipseFiles
import Foundation
import Reservoir
import Storage
import Testing

@testable import Pipeline

private let hasFlow = ["/usr/bin/flow", "/usr/local/bin/flow"].contains(
    where: FileManager.default.isExecutableFile(atPath:))

struct ExportTests {
    private let target: TemporaryFolder
    private let project: Project

    init() throws {
        target = try TemporaryFolder()
        project = try SmallCase.open(try SmallCase.calibrated.get().path)
    }

    private func export(
        _ formats: Set<ExportRequest.Format>, _ choice: ExportRequest.Choice = .accepted, to name: String = "out",
        isReplacing: Bool = false
    ) throws -> String {
        _ = try project.export(
            ExportRequest(formats: formats, choice: choice, folder: target(name), isReplacing: isReplacing))
        return target(name)
    }

    private func ensemble(_ folder: String) throws -> CSVTable { try CSVTable(reading: folder + "/ensemble.csv") }

    private func column(_ name: String, _ table: CSVTable) throws -> [String] {
        let position = try #require(table.column(name))
        return table.rows.map { $0.fields[position] }
    }

    @Test func thatOnlyTheAcceptedAreExportedUnlessMoreAreAskedFor() throws {
        let accepted = try ensemble(try export([], to: "accepted"))
        let best = try ensemble(try export([], .best(3), to: "best"))
        let all = try ensemble(try export([], .all, to: "all"))
        #expect(all.rows.count == 40)
        #expect((1..<40).contains(accepted.rows.count))
        #expect(try column("status", accepted).allSatisfy { $0 != "rejected" })
        #expect(try column("rank", best) == ["1", "2", "3"])
        let mismatches = try column("mismatch", all).compactMap { Double($0) }
        #expect(mismatches.count == 40 && mismatches == mismatches.sorted())
    }

    @Test func thatEveryFormatHoldsTheSameRealizations() throws {
        let folder = try export([.grdecl, .npy, .hdf5, .deck], .best(4))
        let names = try column("name", try ensemble(folder))
        let grid = project.settings.reservoir.grid
        let (file, provenance) = try EnsembleFile.read(folder + "/ensemble.h5")
        #expect(provenance.seed == 3)
        let x = try NPY.read(folder + "/npy/permeability_x.npy")
        let porosity = try NPY.read(folder + "/npy/porosity.npy")
        #expect(x.shape == [4, 10, 12] && file.realizations.count == 4)
        #expect(porosity.floats == file.realizations.flatMap(\.porosity))
        for (member, name) in names.enumerated() {
            let url = URL(filePath: "\(folder)/grdecl/\(name).grdecl")
            let fromText = try GRDECL(contentsOf: url, cellCount: 120).realization(on: grid)
            #expect(fromText.porosity == file.realizations[member].porosity)
            for (text, binary) in zip(fromText.permeabilityX, file.realizations[member].permeabilityX) {
                #expect(abs(text - binary) <= 1e-6 * binary)
            }
            let deck = try EclipseDeck(contentsOf: URL(filePath: "\(folder)/decks/\(name)/CASE.DATA"))
            #expect(deck.realization.porosity == fromText.porosity)
            #expect(deck.model.grid == grid)
            #expect("\(deck.start)" == "1 FEB 2020")
            let millidarcies = x.doubles[(120 * member)..<(120 * (member + 1))]
            for (stored, inside) in zip(millidarcies, file.realizations[member].permeabilityX) {
                #expect(abs(stored * Unit.millidarcy - Double(inside)) <= 1e-6 * Double(inside))
            }
        }
        // The prior has twice the permeability along x.
        let first = try #require(file.realizations.first)
        #expect(abs(first.permeabilityX[7] / first.permeabilityY[7] - 2) < 1e-4)
    }

    @Test func thatAnExportServesAsAPriorOfAnotherCase() throws {
        let folder = try export([.grdecl, .npy, .hdf5], .best(3))
        for source in ["ensemble.h5", "grdecl", "npy/permeability_x.npy"] {
            let start = try #require(SmallCase.text.range(of: "prior:"))
            let end = try #require(SmallCase.text.range(of: "observations:"))
            let prior = "prior: {type: imported, source: \(folder)/\(source), content: permeability}\n"
            let text = SmallCase.text.replacingCharacters(in: start.lowerBound..<end.lowerBound, with: prior)
            let other = try TemporaryFolder()
            try text.write(toFile: other("case.yaml"), atomically: true, encoding: .utf8)
            let series = try SmallCase.open(other.path, observations: false).simulate(realization: 0)
            #expect(series.contains("WOPR:P1"), "\(source)")
        }
    }

    @Test func thatTheJSONAgreesWithTheTable() throws {
        let folder = try export([], .all)
        let data = try Data(contentsOf: URL(filePath: folder + "/ensemble.json"))
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let members = try #require(json["realizations"] as? [[String: Any]])
        let table = try ensemble(folder)
        #expect(members.compactMap { $0["name"] as? String } == (try column("name", table)))
        let threshold = try #require((json["acceptance"] as? [String: Any])?["threshold"] as? Double)
        for member in members {
            let mismatch = try #require(member["mismatch"] as? Double)
            #expect((member["status"] as? String == "rejected") == (mismatch > threshold))
        }
        let weights = members.compactMap { $0["weight"] as? Double }
        #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
    }

    @Test func thatNothingIsOverwrittenUnasked() throws {
        let folder = try export([.npy], .best(1))
        #expect(throws: StorageError.self) { try export([.hdf5], .best(2)) }
        #expect(FileManager.default.fileExists(atPath: folder + "/npy/porosity.npy"))
        _ = try export([.hdf5], .best(2), isReplacing: true)
        #expect(!FileManager.default.fileExists(atPath: folder + "/npy"))
        #expect(try ensemble(folder).rows.count == 2)
        // Somebody's own folder is not replaced even if asked.
        try FileManager.default.createDirectory(atPath: target("own"), withIntermediateDirectories: true)
        try "mine".write(toFile: target("own/notes.txt"), atomically: true, encoding: .utf8)
        #expect(throws: StorageError.self) { try export([], .best(1), to: "own", isReplacing: true) }
        #expect(try String(contentsOfFile: target("own/notes.txt"), encoding: .utf8) == "mine")
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.path).sorted() == ["out", "own"])
    }

    @Test func thatACaseThatChangedSinceItsCalibrationIsNotExported() throws {
        let other = try TemporaryFolder()
        try SmallCase.make(in: other.path)
        #expect(throws: PipelineError.self) {
            try SmallCase.open(other.path).export(ExportRequest(formats: [.npy], choice: .all))
        }
        #expect(!FileManager.default.fileExists(atPath: other("results/export")))
    }

    @Test(.enabled(if: hasFlow, "needs OPM Flow"))
    func thatAnExportedDeckRunsInFlowAndGivesWhatOurSimulatorGave() throws {
        let folder = try export([.deck], .best(1))
        let table = try ensemble(folder)
        let name = try #require(try column("name", table).first)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        // Short steps on both sides: left to itself Flow smears the breakthrough by 7 % of the peak rate.
        process.arguments = [
            "flow", "CASE.DATA", "--threads-per-process=1", "--solver-max-time-step-in-days=2", "--tolerance-cnv=1e-4"
        ]
        process.currentDirectoryURL = URL(filePath: "\(folder)/decks/\(name)")
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let flow = try SummaryFile(contentsOf: URL(filePath: "\(folder)/decks/\(name)/CASE.SMSPEC"))
        let series = try CSVTable(reading: folder + "/series.csv")
        for keyword in ["WOPR", "WWPR"] {
            let ours = series.rows.filter { $0.fields[1] == keyword && $0.fields[2] == "P1" }
                .map { (days: Double($0.fields[3]) ?? 0, value: Double($0.fields[4]) ?? .nan) }
            #expect(ours.count == 10)
            let theirs = try #require(flow.series[VectorKey(keyword, "P1")]).map { $0 * Unit.day }
            let peak = theirs.max() ?? 0
            for (days, value) in ours {
                let step = try #require(flow.series.times.firstIndex { abs($0 / Unit.day - days) < 1e-3 })
                #expect(abs(value - theirs[step]) < 0.03 * peak, "\(keyword) at \(days) days")
            }
        }
    }
}
