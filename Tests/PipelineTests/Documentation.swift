import Foundation

/// The pages of the documentation, whose commands and snippets tests run.
enum Documentation {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/lsi/lsi.docc")

    static let readme = folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "README.md")

    static func text(of page: String) throws -> String { try text(at: folder.appending(path: page)) }

    static func text(at url: URL) throws -> String { try String(contentsOf: url, encoding: .utf8) }

    /// The contents of the fenced blocks of a language, in order.
    static func blocks(of page: String, language: String) throws -> [String] {
        blocks(in: try text(of: page), language: language)
    }

    static func blocks(in text: String, language: String) -> [String] {
        var blocks: [String] = []
        var lines: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let open = lines {
                if line == "```" {
                    blocks.append(open.joined(separator: "\n") + "\n")
                    lines = nil
                } else {
                    lines = open + [line]
                }
            } else if line == "```\(language)" {
                lines = []
            }
        }
        return blocks
    }
}

/// `lsi`, where the tests were built.
let builtProgram = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "lsi").path

/// Runs a program to its end and returns what it printed on standard output.
/// - Parameter withErrors: what it printed on standard error as well, as it came.
func output(
    of program: String, _ arguments: [String], in folder: String? = nil, withErrors: Bool = false
) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    if let folder { process.currentDirectoryURL = URL(filePath: folder, directoryHint: .isDirectory) }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = withErrors ? pipe : FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}
