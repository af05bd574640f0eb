import Foundation

@testable import Reports

/// Where the pages that tests make are kept, to look at them in a browser: the folder named by `LSI_KEEP_PAGES`.
enum PageFiles {
    static func keep(_ page: String, as name: String) throws {
        guard let folder = ProcessInfo.processInfo.environment["LSI_KEEP_PAGES"] else { return }
        let url = URL(fileURLWithPath: folder)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        try Data(page.utf8).write(to: url.appendingPathComponent("\(name).html"))
    }

    /// A folder of its own, removed afterwards.
    static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lsi-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}
