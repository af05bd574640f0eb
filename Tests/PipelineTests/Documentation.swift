import Foundation

/// The pages of the documentation, whose commands and snippets tests run.
enum Documentation {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/lsi/lsi.docc")

    static func text(of page: String) throws -> String {
        try String(contentsOf: folder.appending(path: page), encoding: .utf8)
    }

    /// The contents of the fenced blocks of a language, in order.
    static func blocks(of page: String, language: String) throws -> [String] {
        var blocks: [String] = []
        var lines: [Substring]?
        for line in try text(of: page).split(separator: "\n", omittingEmptySubsequences: false) {
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

/// Runs a program to its end and returns what it printed on standard output.
func output(of program: String, _ arguments: [String], in folder: String? = nil) throws -> (status: Int32, text: String)
{
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    if let folder { process.currentDirectoryURL = URL(filePath: folder, directoryHint: .isDirectory) }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}
