import Foundation
import Storage
import Testing

@testable import Pipeline

/// A Python that has the modules of the documentation's snippets: the system's, or the one on the path.
private func python(with modules: String) -> String? {
    ["python3", "/usr/bin/python3"].first { (try? output(of: $0, ["-c", "import \(modules)"]).status) == 0 }
}

private let reader = python(with: "h5py, numpy")
private let painter = python(with: "h5py, numpy, matplotlib")

struct PythonTests {
    private func exported(to folder: TemporaryFolder) throws -> String {
        _ = try SmallCase.open(try SmallCase.calibrated.get().path)
            .export(ExportRequest(formats: [.hdf5], choice: .best(5), folder: folder("out")))
        return folder("out/ensemble.h5")
    }

    @Test(.enabled(if: reader != nil, "needs Python with h5py"))
    func thatTheDocumentedSnippetReadsAnExport() throws {
        let folder = try TemporaryFolder()
        let file = try exported(to: folder)
        let script = try #require(try Documentation.blocks(of: "FileFormats.md", language: "python").first)
        let (status, text) = try output(of: try #require(reader), ["-c", script, file])
        #expect(status == 0)
        let table = try CSVTable(reading: folder("out/ensemble.csv"))
        let column = try #require(table.column("mismatch"))
        let mismatches = table.rows.compactMap { Double($0.fields[column]) }
        let (low, high) = (try #require(mismatches.min()), try #require(mismatches.max()))
        #expect(text.hasPrefix(String(format: "5 realizations, mismatch %.3f to %.3f\n", low, high)))
        let series = try CSVTable(reading: folder("out/series.csv"))
        let last = series.rows.filter { $0.fields[1] == "WOPR" && $0.fields[3] == "1000.0" }
            .compactMap { Double($0.fields[4]) }.sorted()
        #expect(last.count == 5)
        #expect(text.contains(String(format: "WOPR:P1 at 1000 days: ")))
        #expect(text.contains(String(format: ", %.2f, ", last[2])))
    }

    @Test(.enabled(if: painter != nil, "needs Python with matplotlib"))
    func thatTheDocumentedSnippetDrawsAnExport() throws {
        let folder = try TemporaryFolder()
        let file = try exported(to: folder)
        let script = try Documentation.blocks(of: "FileFormats.md", language: "python").joined()
        #expect(try output(of: try #require(painter), ["-c", script, file], in: folder.path).status == 0)
        #expect(FileManager.default.fileExists(atPath: folder("ensemble.png")))
    }
}
